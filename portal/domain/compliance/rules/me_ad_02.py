"""ME-AD-02: a cargo is invoiced at the official selling price of its month and its differential."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.errors import MissingFactError

_DUST = 1e-9  # what binary fractions cannot hold


@compliance_rule(
    "ME-AD-02",
    "Official selling price",
    regimes=("ME-ADNOC",),
    kinds=("contract",),
    law="ADNOC official selling prices; Murban from the IFAD settlement",
    trust="S",
    inputs={
        "contract.grade": "s",
        "contract.loading_month": "s",
        "contract.invoice_price": "n",
        "contract.differential": "n",
        "osp.<month>": "n",
    },
    test="|invoice - (OSP of the loading month + differential)| > 0.01 USD/bbl -> flag",
    actions=("flag",),
    parameters=("ME-AD-02.tolerance_usd_per_bbl",),
)
def check(case: Case) -> Answer:
    """Flag an invoice that is off the official price."""
    month, invoice = case["contract.loading_month"], case["contract.invoice_price"]
    official = case.facts["osp"].get(month)
    if official is None:
        raise MissingFactError(f"The official selling price of {month} is not known. Enter it.")
    expected = official + case["contract.differential"]
    most = case.parameter("ME-AD-02.tolerance_usd_per_bbl")
    difference = round(invoice - expected, 6)
    values = {"difference": difference}
    if abs(difference) <= most + _DUST:
        return Answer(values=values)
    message = (
        f"{case['contract.grade']} loading in {month} is invoiced at {invoice:.2f} USD/bbl, {abs(difference):.2f} "
        f"{'above' if difference > 0 else 'below'} the official price with its differential, {expected:.2f}. "
        "Clarify the invoice."
    )
    return Answer(
        (Finding(Action.FLAG, message, measured=abs(difference), limit=float(most), unit="USD/bbl"),), values
    )
