"""GL-GD-02: data that the law wants kept is not erased on request but restricted; the rest is erased."""

from collections.abc import Mapping
from typing import Any

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.errors import NotAskedError
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.retention import PARAMETER, retention


@compliance_rule(
    "GL-GD-02",
    "Erasure against the duty to keep records",
    regimes=("GLOBAL",),
    kinds=("event",),
    law="GDPR Art. 17(1), 17(3)(b) and (e), 18",
    trust="V",
    inputs={
        "event.type": "s(gdpr_erasure)",
        "event.data[].class": "s",
        "event.data[].regimes[]": "s",
        "event.data[].created": "d?",
    },
    test="class under a retention that has not ended -> refuse to erase it, restrict its processing -> block",
    actions=("block",),
    deadline="What is erased goes within a month of the request",
    parameters=(PARAMETER,),
)
def check(case: Case) -> Answer:
    """Divide the classes of data into those to erase and those to restrict."""
    erase: list[str] = []
    restrict: list[str] = []
    reasons: list[str] = []
    for item in case["event.data"]:
        until = _kept_until(case, item)
        if until:
            restrict.append(item["class"])
            reasons.append(f"{item['class']} until {until}")
        else:
            erase.append(item["class"])
    values = {"erase": erase, "restrict": restrict}
    if not restrict:
        return Answer(values=values)
    rest = f" Erase {', '.join(erase)}." if erase else ""
    text = (
        f"The law wants kept: {'; '.join(reasons)}. Refuse to erase it, restrict its processing and tell the person "
        f"why.{rest}"
    )
    return Answer((Finding(Action.BLOCK, text),), values)


def _kept_until(case: Case, item: Mapping[str, Any]) -> str:
    """Until when a class of data must be kept, in words; "" when it may go."""
    if not item["regimes"]:
        return ""
    if item.get("created") is None:
        raise NotAskedError(f"It is not known when {item['class']} were created.")
    created = to_day(item["created"])
    ended = to_day(item["contract_end"]) if item.get("contract_end") else None
    found = retention(item["regimes"], created, ended, case.parameter(PARAMETER, created))
    if not found.keeps(case.day):
        return ""
    return "the contract has ended and its years have passed" if found.is_open else str(found.end)
