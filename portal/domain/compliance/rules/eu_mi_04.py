"""EU-MI-04: the capital test of the ancillary activity exemption; it gives the capital that positions would need."""

from portal.domain.compliance import ancillary
from portal.domain.compliance.base import Answer, Case, compliance_rule


@compliance_rule(
    "EU-MI-04",
    "Capital test",
    regimes=("EU-MIFID",),
    kinds=("position",),
    law="Delegated Regulation (EU) 2021/1833 Art. 5",
    trust="V",
    inputs={
        "ancillary.net_positions_eur[]": "n",
        "ancillary.gross_positions_eur[]": "n",
        "ancillary.assets_eur": "n",
        "ancillary.current_debt_eur": "n",
    },
    test="(0.15 x net + 0.03 x gross positions) / (assets - current debt) <= 0.5 passes (EU-MI-01)",
    parameters=("EU-MI.capital_net_factor", "EU-MI.capital_gross_factor"),
)
def check(case: Case) -> Answer:
    """Give the ratio; EU-MI-01 judges it."""
    return Answer(values={"capital_ratio": ancillary.capital_ratio(case)})
