"""EU-MI-02: the de minimis test of the ancillary activity exemption; it gives the mean of twelve month-ends."""

from portal.domain.compliance import ancillary
from portal.domain.compliance.base import Answer, Case, compliance_rule


@compliance_rule(
    "EU-MI-02",
    "De minimis test",
    regimes=("EU-MIFID",),
    kinds=("position",),
    law="Delegated Regulation (EU) 2021/1833 Art. 3",
    trust="V",
    inputs={"ancillary.month_end_net_outstanding_eur[]": "n"},
    test="mean of 12 month-end values < 3,000,000,000 EUR passes (EU-MI-01)",
)
def check(case: Case) -> Answer:
    """Give the mean; EU-MI-01 judges it."""
    return Answer(values={"mean_eur": ancillary.mean(case)})
