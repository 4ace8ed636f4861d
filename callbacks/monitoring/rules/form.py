"""The form of an alert rule: its inputs, and the rule that they say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dash.development.base_component import Component

from components import controls as inputs
from portal.core.errors import DomainError
from portal.domain.monitoring.rule_terms import (
    COMBINE,
    DIRECTIONS,
    MISSING,
    READINGS,
    Terms,
    parse_labels,
)
from portal.domain.monitoring.rules import OPERATORS
from portal.domain.monitoring.slo import DAY, HOUR
from portal.services.monitoring.rule_catalogue import GROUPS, SEVERITIES, Rule

PAIRS: Mapping[str, tuple[str, list[list[float]]]] = {
    "fast": ("fast: 14.4 × over 1 h, 6 × over 6 h", [[HOUR, 300.0, 14.4], [6 * HOUR, 1800.0, 6.0]]),
    "slow": ("slow: 1 × over 3 days", [[3 * DAY, 6 * HOUR, 1.0]]),
    "all": ("all three", [[HOUR, 300.0, 14.4], [6 * HOUR, 1800.0, 6.0], [3 * DAY, 6 * HOUR, 1.0]]),
}
NEW: Mapping[str, Rule] = {
    "threshold": Rule(
        "", "threshold", "", "disk", "host_memory_used_ratio", {"level": 0.9, "for_seconds": 120}
    ),
    "absence": Rule("", "absence", "", "disk", "host_memory_used_ratio", {"level": 300}),
    "burn-rate": Rule(
        "", "burn-rate", "", "web", "", {"objective": "availability", "windows": PAIRS["fast"][1]}
    ),
    "anomaly": Rule(
        "", "anomaly", "", "disk", "host_cpu_ratio", {"level": 4, "season": "day", "for_seconds": 600}
    ),
}
"""What a new rule of each kind says first."""
PLAIN = ("code", "title", "severity", "group_by", "inhibited_by")


def values_of(one: Rule) -> dict[str, str]:
    """Return what the inputs show for a rule."""
    terms = one.read()
    return {
        "code": one.code, "title": one.title, "severity": one.severity, "group_by": one.group_by,
        "inhibited_by": ", ".join(one.inhibited_by), "series": f"{one.service} {one.metric}",
        "labels": ", ".join(f"{name}={value}" for name, value in terms.labels.items()), "combine": terms.combine,
        "reading": terms.reading, "operator": terms.operator, "level": _exact(terms.level),
        "clear_level": _exact(terms.clear_level), "for_seconds": _exact(terms.for_seconds),
        "keep_seconds": _exact(terms.keep_seconds), "missing": terms.missing, "direction": terms.direction,
        "season": "day" if terms.season.seconds <= DAY else "week", "objective": terms.objective,
        "windows": _pairs_name(terms), "least_events": _exact(terms.least_events),
    }  # fmt: skip


def _exact(number: float) -> str:
    """Return a number in full, so that a rule which is saved again says the same."""
    return repr(float(number)).removesuffix(".0")


def _pairs_name(terms: Terms) -> str:
    written = [[one.long_seconds, one.short_seconds, one.factor] for one in terms.windows]
    return next((name for name, (_, pairs) in PAIRS.items() if pairs == written), "own")


def said(given: Mapping[str, Any], base: Rule) -> Rule:
    """Return the rule that the inputs say, on the ground of ``base``.

    Raises
    ------
    DomainError
        An input cannot be read.
    """
    text = {name: str(value).strip() for name, value in given.items() if value is not None}
    service, _, metric = text.get("series", f"{base.service} {base.metric}").partition(" ")
    inhibited = tuple(part.strip() for part in text.get("inhibited_by", "").split(",") if part.strip())
    return replace(
        base, code=text.get("code") or base.code, title=text.get("title", base.title),
        severity=text.get("severity") or base.severity, group_by=text.get("group_by") or base.group_by,
        inhibited_by=inhibited, service=service, metric=metric, terms=_terms(base, text),
    )  # fmt: skip


_NUMBERS = {
    "threshold": ("level", "clear_level", "for_seconds", "keep_seconds"),
    "absence": ("level", "for_seconds"),
    "burn-rate": ("for_seconds", "keep_seconds", "least_events"),
    "anomaly": ("level", "clear_level", "for_seconds", "keep_seconds"),
}
_WORDS = {
    "threshold": ("operator", "reading", "combine", "missing"),
    "absence": (),
    "burn-rate": (),
    "anomaly": ("direction", "season", "reading", "combine", "missing"),
}


def _terms(base: Rule, text: Mapping[str, str]) -> dict[str, Any]:
    """Return the terms: those of ``base``, and over them what the inputs say."""
    terms = dict(base.terms)
    for name in _NUMBERS[base.kind]:
        if text.get(name):
            terms[name] = _number(name, text[name])
        elif name in text:
            terms.pop(name, None)
    terms.update({name: text[name] for name in _WORDS[base.kind] if text.get(name)})
    if base.kind != "burn-rate" and "labels" in text:
        terms["labels"] = parse_labels(text["labels"])
    if base.kind == "burn-rate":
        terms["objective"] = text.get("objective") or terms.get("objective", "")
        if text.get("windows") in PAIRS:
            terms["windows"] = PAIRS[text["windows"]][1]
    return terms


def _number(name: str, text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise DomainError(f"'{text[:30]}' is no number for '{name.replace('_', ' ')}'.", term=name) from None


def fields(
    body: str, kind: str, shown: Mapping[str, str], series: Sequence[str], objectives: Sequence[tuple[str, str]], *,
    is_new: bool,
) -> list[Component]:  # fmt: skip
    """Return the inputs of a rule of one kind."""
    found: list[Component] = [
        inputs.text(
            body, "title", "Title", shown["title"], placeholder="What people read when it fires", wide=True
        )
    ]
    if is_new:
        found.append(inputs.text(body, "code", "Code", shown["code"], placeholder="disk-fills"))
    if kind == "burn-rate":
        found += _burn(body, shown, objectives)
    else:
        options = [(one, one.replace(" ", " · ")) for one in dict.fromkeys([shown["series"], *series])]
        found.append(inputs.select(body, "series", "Service and metric", options, shown["series"]))
        found.append(inputs.text(body, "labels", "Labels", shown["labels"], placeholder="all, or kind=page"))
        found += _PARTS[kind](body, shown)
    found.append(inputs.text(body, "for_seconds", "For (s)", shown["for_seconds"]))
    if kind != "absence":
        found.append(inputs.text(body, "keep_seconds", "Over after (s)", shown["keep_seconds"]))
    return [*found, *_about(body, shown)]


def _threshold(body: str, shown: Mapping[str, str]) -> list[Component]:
    return [
        inputs.select(body, "reading", "Reads", list(READINGS.items()), shown["reading"]),
        inputs.select(body, "combine", "Judges", list(COMBINE.items()), shown["combine"]),
        inputs.select(body, "operator", "Fires when", [(one, one) for one in OPERATORS], shown["operator"]),
        inputs.text(body, "level", "Level", shown["level"]),
        inputs.text(body, "clear_level", "Over at", shown["clear_level"]),
        inputs.select(body, "missing", "Without samples", list(MISSING.items()), shown["missing"]),
    ]


def _absence(body: str, shown: Mapping[str, str]) -> list[Component]:
    return [inputs.text(body, "level", "Longest silence (s)", shown["level"])]


def _anomaly(body: str, shown: Mapping[str, str]) -> list[Component]:
    seasons = [("week", "time of the week"), ("day", "time of the day")]
    return [
        inputs.select(body, "reading", "Reads", list(READINGS.items()), shown["reading"]),
        inputs.select(body, "combine", "Judges", list(COMBINE.items()), shown["combine"]),
        inputs.select(body, "direction", "Fires when", list(DIRECTIONS.items()), shown["direction"]),
        inputs.select(body, "season", "For the", seasons, shown["season"]),
        inputs.text(body, "level", "Score", shown["level"]),
        inputs.text(body, "clear_level", "Over at", shown["clear_level"]),
        inputs.select(body, "missing", "Without samples", list(MISSING.items()), shown["missing"]),
    ]


_PARTS = {"threshold": _threshold, "absence": _absence, "anomaly": _anomaly}


def _burn(body: str, shown: Mapping[str, str], objectives: Sequence[tuple[str, str]]) -> list[Component]:
    pairs = [(name, words) for name, (words, _) in PAIRS.items()]
    if shown["windows"] == "own":
        pairs.append(("own", "as written"))
    return [
        inputs.select(body, "objective", "Objective", list(objectives), shown["objective"]),
        inputs.select(body, "windows", "Burns", pairs, shown["windows"]),
        inputs.text(body, "least_events", "At least (events)", shown["least_events"]),
    ]


def _about(body: str, shown: Mapping[str, str]) -> list[Component]:
    return [
        inputs.select(body, "severity", "Severity", [(one, one) for one in SEVERITIES], shown["severity"]),
        inputs.select(body, "group_by", "One incident with", list(GROUPS.items()), shown["group_by"]),
        inputs.text(
            body,
            "inhibited_by",
            "Silent while",
            shown["inhibited_by"],
            placeholder="codes of rules that come first",
        ),
    ]
