"""RG-03: power and gas of the Union, and the consumption capacity of a final customer that counts."""

from portal.domain.compliance.base import Answer, Case, compliance_rule
from portal.domain.compliance.regimes import counted_capacity


@compliance_rule(
    "RG-03",
    "EU wholesale energy: which deals",
    regimes=("GLOBAL",),
    kinds=("trade",),
    law="Reg. (EU) 1227/2011 Art. 2(4), 2(5), as changed by Reg. (EU) 2024/1106",
    trust="V",
    inputs={
        "trade.commodity": "s",
        "trade.product.type": "s",
        "trade.delivery.country": "s",
        "final_customer.plants[].id": "s",
        "final_customer.plants[].market": "s",
        "final_customer.plants[].capacity_gwh": "n",
    },
    test="power, gas or LNG delivered in the Union or deliverable by coupling, derivatives on them, transport and "
    "storage; supply to a final customer only when its capacity > 600 GWh a year -> EU-REMIT",
)
def check(case: Case) -> Answer:
    """Compute the capacity: plants below 600 GWh count only beside another plant of the same market."""
    return Answer(values={"consumption_capacity_gwh": counted_capacity(case.facts)})
