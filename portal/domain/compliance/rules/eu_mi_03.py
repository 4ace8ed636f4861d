"""EU-MI-03: the trading test of the ancillary activity exemption; it gives the share of own speculative trading."""

from portal.domain.compliance import ancillary
from portal.domain.compliance.base import Answer, Case, compliance_rule


@compliance_rule(
    "EU-MI-03",
    "Trading test",
    regimes=("EU-MIFID",),
    kinds=("position",),
    law="Delegated Regulation (EU) 2021/1833 Art. 4",
    trust="V",
    inputs={"ancillary.own_speculative_gross_eur": "n", "ancillary.group_gross_eur": "n"},
    test="non-privileged own trading / all trading of the group <= 0.5 passes (EU-MI-01)",
)
def check(case: Case) -> Answer:
    """Give the ratio; EU-MI-01 judges it."""
    return Answer(values={"trading_ratio": ancillary.trading_ratio(case)})
