"""EU-EM-04: an EMIR report has the event type that its action wants, at the level that it allows."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule

_EVENTS = frozenset({"TRAD", "NOVA", "COMP", "ETRM", "CLRG", "EXER", "ALOC", "CREV", "CORP", "INCP", "UPDT"})
_NEEDED, _OPTIONAL, _ABSENT = "needed", "optional", "absent"
_EVENT_OF = {
    "NEWT": _NEEDED,
    "TERM": _NEEDED,
    "MODI": _OPTIONAL,
    "CORR": _ABSENT,
    "VALU": _ABSENT,
    "EROR": _ABSENT,
    "REVI": _ABSENT,
    "POSC": _ABSENT,
}


@compliance_rule(
    "EU-EM-04",
    "Action and event type of the EMIR report",
    regimes=("EU-EMIR", "UK-EMIR"),
    kinds=("report",),
    law="Delegated Regulation (EU) 2022/1855, fields 2.151 to 2.154; auth.030.001.03",
    trust="V",
    inputs={"report_type": "s(EMIR)", "action": "s", "event": "s?", "level": "s(TCTN,PSTN)"},
    test="event needed for NEWT and TERM, optional for MODI, absent for CORR, VALU, EROR, REVI, POSC; POSC only at "
    "TCTN; else block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block the filing of a report whose action and event do not go together."""
    problem = _problem(case["action"], case.get("event"), case["level"])
    if not problem:
        return NOTHING
    return Answer((Finding(Action.BLOCK, f"{problem} Correct the report before it is filed."),))


def _problem(action: str, event: str | None, level: str) -> str:
    wanted = _EVENT_OF.get(action)
    if wanted is None:
        return f"{action} is no action type; use one of {', '.join(_EVENT_OF)}."
    if event and event not in _EVENTS:
        return f"{event} is no event type; use one of {', '.join(sorted(_EVENTS))}."
    if wanted == _NEEDED and not event:
        return f"A report with the action {action} needs an event type."
    if wanted == _ABSENT and event:
        return f"A report with the action {action} has no event type, but {event} is given."
    if action == "POSC" and level != "TCTN":
        return f"A position component (POSC) is reported at the level of the trade (TCTN), not {level}."
    return ""
