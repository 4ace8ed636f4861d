"""RG-08: a deal that names no place, venue, grade, origin or instrument."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.regimes import is_region_known


@compliance_rule(
    "RG-08",
    "Region unknown",
    regimes=("GLOBAL",),
    kinds=("trade",),
    law="House policy",
    trust="P",
    inputs={"trade.commodity": "s", "trade.product": "L"},
    groups=(("trade.commodity",), ("trade.product",)),
    test="no delivery, zone, venue, grade, origin, instrument and no country of a party -> flag",
    actions=("flag",),
)
def check(case: Case) -> Answer:
    """Flag a deal of which nothing says where it belongs."""
    if is_region_known(case.facts):
        return NOTHING
    return Answer(
        (
            Finding(
                Action.FLAG,
                "Nothing says where this deal belongs: no delivery, zone, venue, grade, origin, instrument or country "
                "of a party. Enter one of them, or the rules of its region are not checked.",
            ),
        )
    )
