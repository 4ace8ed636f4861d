"""EU-RM-04: inside information goes only to those who are on the list or bound to secrecy."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_moment


@compliance_rule(
    "EU-RM-04",
    "Unlawful disclosure or tip",
    regimes=("EU-REMIT", "UK-REMIT"),
    kinds=("event",),
    law="Reg. (EU) 1227/2011 Art. 3(1)(b), (c), 4(3)",
    trust="V",
    inputs={
        "event.type": "s(disclosure)",
        "event.sent_at": "t",
        "event.published_at": "t!",
        "event.recipient_on_list": "b",
        "event.confidentiality_duty": "b",
    },
    test="sent before publication, recipient neither on the list nor bound to secrecy -> flag, publish at once",
    deadline="at once",
    actions=("flag", "report"),
)
def check(case: Case) -> Answer:
    """Flag a message to an outsider before the publication, and ask for the publication."""
    sent, published = to_moment(case["event.sent_at"]), case["event.published_at"]
    is_public = published is not None and to_moment(published) <= sent
    if is_public or case["event.recipient_on_list"] or case["event.confidentiality_duty"]:
        return NOTHING
    return Answer(
        (
            Finding(
                Action.FLAG,
                f"Unpublished information was sent at {case['event.sent_at']} to somebody who is neither on the "
                "insider list nor bound to secrecy. Find out why it was sent.",
            ),
            Finding(
                Action.REPORT,
                "Publish the disclosed information completely and at once (Art. 4(3)).",
                due=sent,
            ),
        )
    )
