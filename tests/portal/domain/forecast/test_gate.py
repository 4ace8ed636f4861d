"""Each demand of the gate says in a sentence what it found."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from portal.domain.forecast.gate import Evidence, gate_from_json, judge

GOOD = Evidence(
    origins=20, failed=0, error=8.0, naive_error=10.0, p_value=0.01, coverage=0.8,
    last_day=date(2026, 7, 14), today=date(2026, 7, 20),
)  # fmt: skip


def test_a_good_version_passes_and_says_by_how_much() -> None:
    gate = judge(GOOD)
    assert gate.passed
    assert "20.0% below" in gate.reasons[2].sentence
    assert [reason.name for reason in gate.reasons] == [
        "origins", "failures", "gain", "champion", "coverage", "age",
    ]  # fmt: skip
    assert gate_from_json(gate.to_json()) == gate


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"origins": 9}, "origins", "scored at 9 origins"),
        ({"failed": 11}, "origins", "scored at 9 origins"),
        ({"failed": 3}, "failures", "3 of 20 origins failed"),
        ({"p_value": 0.2}, "gain", "not significant"),
        ({"p_value": None}, "gain", "cannot be tested"),
        ({"error": 11.0}, "gain", "10.0% above"),
        ({"coverage": 0.4}, "coverage", "held 40%"),
        ({"coverage": 0.99}, "coverage", "held 99%"),
        ({"coverage": None}, "coverage", "not known"),
        ({"last_day": date(2026, 1, 1)}, "age", "200 days ago"),
        ({"champion": "ets v1"}, "champion", "shares no origin"),
        (
            {"champion": "ets v1", "common": 12, "common_error": 8.8, "champion_error": 8.0},
            "champion",
            "10.0% above that of the champion ets v1",
        ),
    ],
)
def test_what_is_not_met_is_named(change: dict[str, Any], name: str, words: str) -> None:
    gate = judge(replace(GOOD, **change))
    missed = [reason for reason in gate.reasons if not reason.passed]
    assert name in [reason.name for reason in missed]
    assert words in gate.sentence


def test_as_good_as_the_champion_is_good_enough() -> None:
    even = replace(GOOD, champion="ets v1", common=12, common_error=8.0, champion_error=8.0)
    assert judge(even).passed
