"""US-FE-06: what is reported to an index publisher is what was booked."""

from typing import Any

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day

_TYPES = {"price": "n", "qty": "n", "location": "s", "side": "s", "date": "d"}


@compliance_rule(
    "US-FE-06",
    "Accurate index reporting",
    regimes=("US-FERC",),
    kinds=("report",),
    law="18 CFR 35.41(b) and (c)",
    trust="V",
    inputs={
        "report_type": "s(FERC-INDEX)",
        **{f"booked.{key}": kind for key, kind in _TYPES.items()},
        **{f"reported.{key}": kind for key, kind in _TYPES.items()},
    },
    test="price, quantity, location, side and date of the report = those booked, else -> block the submission",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Compare the report with the booking, field by field."""
    differ = [key for key in _TYPES if not _same(key, case[f"booked.{key}"], case[f"reported.{key}"])]
    values = {"mismatch": differ}
    if not differ:
        return Answer(values=values)
    said = "; ".join(f"{key} {case[f'booked.{key}']} as {case[f'reported.{key}']}" for key in differ)
    text = f"The index report gives {said}. Correct the report to what was booked before it is sent."
    return Answer((Finding(Action.BLOCK, text),), values)


def _same(key: str, booked: Any, reported: Any) -> bool:
    if _TYPES[key] == "n":
        return bool(abs(booked - reported) <= 1e-9 * max(1.0, abs(booked)))
    if _TYPES[key] == "d":
        return to_day(booked) == to_day(reported)
    return bool(booked == reported)
