"""The confidence badge: every question alone, the worst answer counts, drops."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.market.errors import BadParameter
from portal.domain.risk.backtests.run import run_backtest
from portal.domain.risk.backtests.traffic_light import Zone
from portal.domain.risk.badge import Evidence, Grade, drops, grade, worst

GOOD = Evidence(
    var_by_method={"historical": 100.0, "filtered": 105.0, "ewma": 98.0},
    level=0.975,
    scenarios=500,
    zone=Zone.GREEN,
    backtest_days=500,
    p_values={"proportion of failures": 0.4, "independence": 0.2},
    total=1e6,
)


def topics(evidence: Evidence) -> dict[str, Grade]:
    return {reason.topic: reason.grade for reason in grade(evidence).reasons}


def test_a_good_figure():
    found = grade(GOOD)
    assert found.grade is Grade.A
    assert set(topics(GOOD).values()) == {Grade.A}
    assert "All marks are fresh and observed." in found.sentences
    assert "The tail at 97.5 % holds 12.5 of 500 scenarios." in found.sentences


@pytest.mark.parametrize(
    ("topic", "change", "expected"),
    [
        ("methods", {"var_by_method": {"a": 100.0, "b": 115.0}}, Grade.A),
        ("methods", {"var_by_method": {"a": 100.0, "b": 130.0, "c": 101.0}}, Grade.B),
        ("methods", {"var_by_method": {"a": 100.0, "b": 150.0, "c": 101.0}}, Grade.C),
        ("methods", {"var_by_method": {"a": 100.0, "b": 300.0, "c": 101.0}}, Grade.D),
        ("methods", {"var_by_method": {"a": 100.0}}, Grade.C),
        ("methods", {"var_by_method": {}}, Grade.C),
        ("methods", {"var_by_method": {"a": 0.0, "b": 0.0}}, Grade.A),
        ("methods", {"var_by_method": {"a": -1.0, "b": 1.0}}, Grade.D),
        ("methods", {"var_by_method": {"a": -100.0, "b": -105.0}}, Grade.A),
        ("backtest", {"zone": Zone.YELLOW}, Grade.C),
        ("backtest", {"zone": Zone.RED}, Grade.D),
        ("backtest", {"zone": None}, Grade.C),
        ("backtest", {"backtest_days": 0}, Grade.C),
        ("backtest", {"backtest_days": 100}, Grade.B),
        ("backtest", {"p_values": {"independence": 0.03}}, Grade.B),
        ("backtest", {"p_values": {"independence": 0.001}}, Grade.C),
        ("backtest", {"p_values": {}}, Grade.A),
        ("marks", {"stale": 15_000.0}, Grade.A),
        ("marks", {"stale": 50_000.0, "proxied": 40_000.0}, Grade.B),
        ("marks", {"proxied": 200_000.0}, Grade.C),
        ("marks", {"stale": 300_000.0}, Grade.D),
        ("marks", {"total": 0.0}, Grade.C),
        ("tail", {"scenarios": 400}, Grade.A),
        ("tail", {"scenarios": 399}, Grade.B),
        ("tail", {"scenarios": 200}, Grade.B),
        ("tail", {"scenarios": 100}, Grade.C),
        ("tail", {"scenarios": 40}, Grade.D),
        ("tail", {"scenarios": 0}, Grade.D),
    ],
)
def test_one_answer_decides(topic, change, expected):
    evidence = replace(GOOD, **change)
    assert topics(evidence)[topic] is expected
    found = grade(evidence)
    assert found.grade is expected
    assert found.reasons[0].grade is expected
    assert all(sentence.endswith(".") for sentence in found.sentences)


def test_words_name_methods_tests_and_shares():
    said = " ".join(
        grade(
            replace(
                GOOD,
                var_by_method={"historical": 100.0, "ewma": 180.0},
                p_values={"independence": 0.004},
                stale=30_000.0,
                proxied=20_000.0,
            )
        ).sentences
    )
    assert "from 100 EUR (historical) to 180 EUR (ewma): 57 % of the median of 2 methods" in said
    assert "independence speaks against it (p 0.004)" in said
    assert "3.0 % of the money rests on stale marks and 2.0 % of the money rests on proxied marks." in said


def test_drops_say_what_has_become_worse_and_nothing_else():
    good, bad = grade(GOOD), grade(replace(GOOD, zone=Zone.RED, stale=50_000.0))
    said = drops(good, bad)
    assert said[0] == "Confidence has dropped from A to D."
    assert len(said) == 3
    assert drops(bad, good) == ()
    assert drops(good, good) == ()
    same_grade = grade(replace(GOOD, zone=Zone.RED, scenarios=10))
    assert drops(bad, same_grade) == ()


def test_the_worst_of_several():
    assert worst([grade(GOOD), grade(replace(GOOD, zone=Zone.RED))]) is Grade.D
    assert worst([]) is None


def test_a_backtest_feeds_the_badge():
    pnl = np.random.default_rng(2).normal(size=500)
    tested = run_backtest(pnl, np.full(500, 1.0), np.full(500, 1.2), level=0.99)
    found = grade(replace(GOOD, zone=tested.light.zone, backtest_days=tested.n, p_values=tested.p_values()))
    assert found.grade is Grade.D


@given(
    st.dictionaries(st.sampled_from("abcd"), st.floats(-1e9, 1e9), max_size=4),
    st.floats(0.01, 0.999),
    st.integers(0, 10_000),
    st.sampled_from([None, *Zone]),
    st.integers(0, 2000),
    st.dictionaries(st.sampled_from("xyz"), st.floats(0.0, 1.0), max_size=3),
    st.floats(0.0, 1e9),
    st.floats(0.0, 0.5),
    st.floats(0.0, 0.5),
)
def test_every_figure_gets_a_grade(methods, level, scenarios, zone, days, p_values, total, stale, proxied):
    evidence = Evidence(
        methods, level, scenarios, zone, days, p_values, total, stale * total, proxied * total
    )
    found = grade(evidence)
    assert len(found.reasons) == 4
    assert found.grade is max((reason.grade for reason in found.reasons), key=lambda each: each.rank)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"level": 99.0}, "between 0 and 1"),
        ({"var_by_method": {"ewma": math.nan}}, "VaR of method ewma is nan"),
        ({"stale": -1.0}, "stale marks must be 0 or more"),
        ({"stale": 9e5, "proxied": 9e5}, "count each once"),
    ],
)
def test_refusals_are_sentences(change, words):
    with pytest.raises(BadParameter, match=words):
        replace(GOOD, **change)
