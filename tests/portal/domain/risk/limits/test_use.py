"""Use of limits: edges of tiers, netting, missing data, combinations, JSON and back."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.risk.limits.limit import (
    AllOf,
    AnyOf,
    Basis,
    Comparison,
    Condition,
    Limit,
    Metric,
    alone,
    conditions,
)
from portal.domain.risk.limits.terms_json import terms_from_json, terms_to_json
from portal.domain.risk.limits.use import Status, judge, judge_days, measured

VAR = Metric("var", level=0.99, horizon_days=1)
ES = Metric("expected_shortfall", level=0.975)
CEILING = Condition(VAR, hard=100.0, soft=80.0)
OTHER = Condition(ES, hard=10.0, soft=10.0)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (0.0, Status.OK),
        (-5.0, Status.OK),
        (80.0 - 1e-9, Status.OK),
        (80.0, Status.WARNING),
        (100.0, Status.WARNING),
        (100.0 * (1 + 1e-15), Status.WARNING),
        (100.01, Status.BREACH),
        (math.nan, Status.NO_DATA),
        (None, Status.NO_DATA),
        (math.inf, Status.BREACH),
    ],
)
def test_edges_of_a_ceiling(value, status):
    found = judge(CEILING, {VAR.key: value})
    assert found.status is status
    assert found.parts[0].status is status
    assert math.isnan(found.use) == (status is Status.NO_DATA)


@pytest.mark.parametrize(
    ("value", "status", "use"),
    [
        (2.0, Status.OK, 0.5),
        (1.25, Status.WARNING, 0.8),
        (1.0, Status.WARNING, 1.0),
        (0.5, Status.BREACH, 2.0),
        (0.0, Status.BREACH, math.inf),
        (-1.0, Status.BREACH, math.inf),
    ],
)
def test_edges_of_a_floor(value, status, use):
    floor = Condition.with_fraction(
        Metric("diversification_ratio"), 1.0, comparison=Comparison.AT_LEAST, unit=""
    )
    found = judge(floor, {floor.metric.key: value})
    assert (found.status, found.use) == (status, pytest.approx(use))
    assert found.deciding.headroom == value - 1.0
    assert "at least 1" in found.sentence


def test_a_limit_of_nothing_allows_nothing_and_nothing_is_calm():
    nothing = Condition(VAR, 0.0, 0.0)
    found = [judge(nothing, {VAR.key: value}).status for value in (0.0, -3.0, 0.01)]
    assert found == [Status.OK, Status.OK, Status.BREACH]
    assert judge(nothing, {VAR.key: 0.01}).use == math.inf
    floor = Condition(VAR, 0.0, 0.0, comparison=Comparison.AT_LEAST)
    assert [judge(floor, {VAR.key: value}).use for value in (1.0, 0.0, -1.0)] == [0.0, 0.0, math.inf]


def test_netting_and_gross():
    positions = np.array([[1200.0, -400.0, 350.0], [0.0, 0.0, 0.0], [np.nan, 1.0, 1.0]])
    assert measured(positions, Basis.ABS_NET)[:2].tolist() == [1150.0, 0.0]
    assert measured(positions, Basis.GROSS)[:2].tolist() == [1950.0, 0.0]
    assert np.isnan(measured(positions, Basis.GROSS)[2])
    assert measured([5.0, -7.0], Basis.LOSS).tolist() == [0.0, 7.0]
    assert measured(-7.0, Basis.ABS_NET) == measured(-7.0, Basis.GROSS) == 7.0
    net = Metric("position", basis=Basis.ABS_NET)
    assert judge(Condition(net, 10.0, 8.0), {net.key: []}).use == 0.0


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=20))
def test_net_is_never_above_gross(positions):
    net, gross = measured(positions, Basis.ABS_NET), measured(positions, Basis.GROSS)
    assert 0.0 <= net <= gross * (1 + 1e-12)


VALUES = st.one_of(st.none(), st.sampled_from([0.0, 79.0, 80.0, 99.0, 100.0, 101.0, 5.0, 9.0, 10.0, 11.0]))


def _possible(condition: Condition, value) -> list[Status]:
    known = judge(condition, {condition.metric.key: value}).status
    return [Status.OK, Status.WARNING, Status.BREACH] if known is Status.NO_DATA else [known]


@given(VALUES, VALUES)
def test_missing_data_are_open_only_where_they_could_matter(first, second):
    """What is said must hold whatever the missing values are."""
    values = {VAR.key: first, ES.key: second}
    for combine, pick in ((AnyOf, max), (AllOf, min)):
        outcomes = {pick(a, b) for a in _possible(CEILING, first) for b in _possible(OTHER, second)}
        found = judge(combine((CEILING, OTHER)), values).status
        assert (found is Status.NO_DATA) == (len(outcomes) > 1)
        if len(outcomes) == 1:
            assert {found} == outcomes


@given(st.floats(0.0, 200.0), st.floats(0.0, 20.0))
def test_use_of_combinations(var, es):
    values = {VAR.key: var, ES.key: es}
    uses = var / 100.0, es / 10.0
    either, both = judge(AnyOf((CEILING, OTHER)), values), judge(AllOf((CEILING, OTHER)), values)
    assert either.use == pytest.approx(max(uses))
    assert both.use == pytest.approx(min(uses))
    assert either.deciding.use == either.use
    assert "decides among 2 conditions" in either.sentence


@given(st.floats(0.0, 1e9), st.floats(1e-3, 1e9), st.floats(0.01, 1.0))
def test_use_and_status_and_headroom_agree(value, hard, fraction):
    found = judge(Condition.with_fraction(VAR, hard, fraction), {VAR.key: value})
    if found.status is Status.BREACH:
        assert found.deciding.headroom < 0.0
        assert found.use > 1.0
    else:
        assert found.deciding.headroom >= -1e-11 * hard
        assert found.use <= 1.0 + 1e-11
    assert (found.status is Status.OK) == (value < fraction * hard * (1 - 1e-12))


def test_sentences():
    said = judge(CEILING, {VAR.key: 83.0}).sentence
    assert said == "Var 99 % 1 day is 83 EUR against a limit of 100 EUR: only 17 EUR are left."
    assert judge(CEILING, {VAR.key: 130.0}).sentence.endswith("100 EUR: 30 EUR beyond it.")
    nothing = judge(CEILING, {}).sentence
    assert nothing == "There is no value of var 99 % 1 day, so that the limit cannot be judged."


def test_many_days_are_judged_like_single_ones():
    terms = AnyOf((CEILING, AllOf((OTHER, Condition(VAR, 50.0, 40.0)))))
    rng = np.random.default_rng(0)
    var, es = rng.uniform(0, 150, 200), rng.uniform(0, 15, 200)
    var[::17], es[::11] = np.nan, np.nan
    days = judge_days(terms, {VAR.key: var, ES.key: es})
    single = [judge(terms, {VAR.key: v, ES.key: e}) for v, e in zip(var, es, strict=True)]
    assert days.status.tolist() == [found.status for found in single]
    assert days.use == pytest.approx([found.use for found in single], nan_ok=True)
    assert {Status(code) for code in days.status} == set(Status)


def test_judging_many_days_needs_values_of_every_metric_over_the_same_days():
    with pytest.raises(BadParameter, match="no values"):
        judge_days(AnyOf((CEILING, OTHER)), {VAR.key: [1.0]})
    with pytest.raises(LengthMismatch, match="same days"):
        judge_days(AnyOf((CEILING, OTHER)), {VAR.key: [1.0], ES.key: [1.0, 2.0]})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Condition(VAR, 100.0, 120.0), "lies above the hard one"),
        (lambda: Condition(VAR, 100.0, 80.0, comparison=Comparison.AT_LEAST), "lies below the hard one"),
        (lambda: Condition(VAR, -1.0, -2.0), "a floor under P&L is a limit on the loss"),
        (lambda: Condition(VAR, math.nan, 1.0), "must be a number of 0 or more"),
        (lambda: Condition.with_fraction(VAR, 1.0, 1.2), "between 0 and 1"),
        (lambda: Metric("var", level=99.0), "confidence level of var"),
        (lambda: Metric("var", horizon_days=0), "at least 1 day"),
        (lambda: Metric(""), "needs a measure"),
        (lambda: AnyOf(()), "'or' needs at least one condition"),
        (lambda: AllOf(()), "'and' needs at least one condition"),
        (
            lambda: Limit("L1", "x", "DESK", CEILING, date(2026, 5, 2), date(2026, 5, 2)),
            "Limit L1 would end on 2026-05-02",
        ),
        (lambda: terms_from_json({"measure": "var"}), "lacks hard, soft"),
        (
            lambda: terms_from_json({"measure": "var", "hard": 1, "soft": 1, "colour": 3}),
            "unknown fields colour",
        ),
        (lambda: terms_from_json({"measure": "var", "hard": "much", "soft": 1}), "cannot be read"),
        (lambda: terms_from_json({"measure": "var", "hard": 1, "soft": 1, "basis": "x"}), "cannot be read"),
        (lambda: terms_from_json({"all": {}}), "'all' of a limit must hold a list"),
        (lambda: terms_from_json({"any": [], "all": []}), "stand alone"),
    ],
)
def test_refusals_are_sentences(make, words):
    with pytest.raises(BadParameter, match=words):
        make()


def test_days_of_effect():
    limit = Limit("L1", "VaR", "DESK", CEILING, date(2026, 5, 4), date(2026, 6, 1))
    days = (date(2026, 5, 3), date(2026, 5, 4), date(2026, 5, 31), date(2026, 6, 1))
    assert [limit.is_effective(day) for day in days] == [False, True, True, False]
    assert Limit("L1", "VaR", "DESK", CEILING, date(2026, 5, 4)).is_effective(date(2099, 1, 1))


METRICS = st.builds(
    Metric,
    st.sampled_from(["var", "volatility"]),
    node=st.none() | st.just("DE_POWER"),
    level=st.none() | st.sampled_from([0.95, 0.99]),
    horizon_days=st.none() | st.integers(1, 20),
    method=st.none() | st.just("historical"),
    basis=st.sampled_from(Basis),
)
CONDITIONS = st.builds(
    Condition.with_fraction,
    METRICS,
    st.floats(0.0, 1e9),
    st.floats(0.5, 1.0),
    comparison=st.sampled_from(Comparison),
)
TREES = st.recursive(
    CONDITIONS,
    lambda inner: st.builds(
        lambda kind, parts: kind(tuple(parts)),
        st.sampled_from([AllOf, AnyOf]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@given(TREES)
def test_terms_survive_json(terms):
    assert terms_from_json(terms_to_json(terms)) == terms
    assert len(list(conditions(terms))) >= 1


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        (CEILING, [CEILING]),
        (AnyOf((CEILING, OTHER)), [CEILING, OTHER]),
        (AllOf((CEILING, OTHER)), []),
        (AllOf((AnyOf((CEILING, OTHER)),)), [CEILING, OTHER]),
        (AnyOf((AllOf((CEILING, OTHER)), OTHER)), [OTHER]),
    ],
)
def test_conditions_that_break_a_limit_by_themselves(terms, found):
    assert list(alone(terms)) == found
