"""US-LT-01: a position at or above the reporting level on one side is a reportable position."""

from collections.abc import Iterable, Mapping
from typing import Any

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.position_limits import families, members
from portal.domain.compliance.us_days import new_york_day

_CLASSES = "s(FUTURE,OPTION)"
_BUCKET = ("month", "instrument_class", "long", "short")
Bucket = tuple[str, str, str]  # who, month, class


@compliance_rule(
    "US-LT-01",
    "Reportable position",
    regimes=("US-CFTC",),
    kinds=("position",),
    law="17 CFR 15.00(p) and 15.03(b)",
    trust="V",
    inputs={
        "contract": "s",
        "month": "s?",
        "market": "s?",
        "at_close": "b(True)",
        "instrument_class": _CLASSES,
        "accounts[].instrument_class": _CLASSES,
        "accounts[].long": "n",
        "accounts[].short": "n",
        "buckets[].month": "s",
        "buckets[].instrument_class": _CLASSES,
        "buckets[].long": "n",
        "buckets[].short": "n",
    },
    groups=(
        ("contract", "at_close", "buckets[].month", "buckets[].instrument_class", "buckets[].long", "buckets[].short"),
        ("contract", "at_close", "accounts[].instrument_class", "accounts[].long", "accounts[].short"),
        ("contract", "at_close", "instrument_class", "accounts[].long", "accounts[].short"),
    ),
    test="long >= level or short >= level in one market, month and class; nothing is netted, pooled or left out",
    actions=("report",),
    deadline="The notice of a special account to the carrying broker is due on the next business day.",
    parameters=("US-LT-01.",),
)  # fmt: skip
def check(case: Case) -> Answer:
    """Add up each side of each bucket and compare it with the level."""
    level = float(case.parameter(f"US-LT-01.{case['contract']}"))
    sums = _sums(_rows(case))
    over = {key: sides for key, sides in sums.items() if max(sides) >= level}
    longs, shorts = max(over.values() or sums.values(), key=max, default=(0.0, 0.0))
    values: dict[str, Any] = {"gross_long": longs, "gross_short": shorts, "level": level}
    if not over:
        return Answer(values=values)
    is_long = any(sides[0] >= level for sides in over.values())
    is_short = any(sides[1] >= level for sides in over.values())
    values["reportable_side"] = "BOTH" if is_long and is_short else "LONG" if is_long else "SHORT"
    return Answer((_finding(case, longs, shorts, level),), values)


def _rows(case: Case) -> Iterable[tuple[Bucket, float, float]]:
    buckets = case.get("buckets", ())
    if buckets and all(item.get(key) is not None for item in buckets for key in _BUCKET):
        for item in buckets:
            yield ("", item["month"], item["instrument_class"]), item["long"], item["short"]
        return
    of_all = case.get("instrument_class", "")
    for number, family in enumerate(families(case)):
        for item in members(case, family):
            key = (str(number), str(case.get("month", "")), item.get("instrument_class") or of_all)
            yield key, item["long"], item["short"]


def _sums(rows: Iterable[tuple[Bucket, float, float]]) -> Mapping[Bucket, tuple[float, float]]:
    sums: dict[Bucket, tuple[float, float]] = {}
    for key, longs, shorts in rows:
        so_far = sums.get(key, (0.0, 0.0))
        sums[key] = (so_far[0] + longs, so_far[1] + shorts)
    return sums


def _finding(case: Case, longs: float, shorts: float, level: float) -> Finding:
    return Finding(
        Action.REPORT,
        f"{longs:,.0f} lots long and {shorts:,.0f} short of {case['contract']} in one month reach the reporting level "
        f"of {level:,.0f} lots. The carrying broker reports the account; send it the notice of a special account.",
        due=case.calendar.after(new_york_day(case.as_of), 1),
        measured=max(longs, shorts),
        limit=level,
        unit="lots",
    )
