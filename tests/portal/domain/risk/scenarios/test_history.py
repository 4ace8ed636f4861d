"""Moves of factors: one delivery across a roll, spans over gaps, days dropped, means over what two days share."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.market.errors import InsufficientHistory
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet, Shock
from portal.domain.risk.scenarios.history import SeriesRows, factor_history
from tests.portal.domain.risk.scenarios.scenario_cases import price_factors, series


def rows(*cells):
    """Levels from (day, month or tenor, value)."""
    day, column, value = zip(*cells, strict=True)
    months = [int(np.datetime64(c, "M").astype(np.int64)) if isinstance(c, str) else c for c in column]
    return SeriesRows(np.array(day, "M8[D]"), np.array(months), np.array(value, float))


def single(kind, *, currency="USD", curve=-1):
    return FactorSet(
        date(2026, 11, 20), np.array([kind], np.int8), np.array([curve]), np.array([0]), (currency,), ("X",), ("",),
        np.ones(1), (Shock.RELATIVE,), np.zeros(1),
    )  # fmt: skip


def test_a_roll_is_no_move():
    # Contango: at the turn of the month the factor +1 changes from the March to the April contract, which rose by 1.
    found = factor_history(
        price_factors([1], 2),
        {
            (FactorKind.PRICE, 1): rows(
                ("2026-02-27", "2026-03", 20.0), ("2026-02-27", "2026-04", 30.0), ("2026-02-27", "2026-05", 40.0),
                ("2026-03-02", "2026-04", 31.0), ("2026-03-02", "2026-05", 42.0),
            )
        },
    )  # fmt: skip
    assert found.day.tolist() == [date(2026, 3, 2)]
    np.testing.assert_array_equal(found.before, [[30.0, 40.0]])
    np.testing.assert_array_equal(found.after, [[31.0, 42.0]])
    assert found.span.tolist() == [[1, 1]]


def test_a_skipped_day_is_missing_and_the_next_move_keeps_its_span():
    one, two = (
        series(values, first="2026-03-02", column=675) for values in ([1, 2, 3, 4.0], [5, np.nan, 7, 8.0])
    )
    factors = price_factors([1, 2], 1)
    lacking_half = factor_history(factors, {(FactorKind.PRICE, 1): one, (FactorKind.PRICE, 2): two})
    assert lacking_half.dropped.tolist() == [date(2026, 3, 3)]  # half of the factors lack the day
    assert lacking_half.span.tolist() == [[1, 1], [1, 1]]
    np.testing.assert_array_equal(lacking_half.before[0], [1.0, 5.0])
    many = price_factors([1, 2, 3, 4, 5], 1)
    found = factor_history(
        many, {(FactorKind.PRICE, curve): two if curve == 5 else one for curve in range(1, 6)}
    )
    assert not len(found.dropped)  # a fifth may lack it
    assert found.span[:, 4].tolist() == [0, 2, 1]
    np.testing.assert_array_equal(found.before[:, 4], [np.nan, 5.0, 7.0])
    assert found.missing.sum() == 1


def test_a_long_silence_starts_anew():
    quiet = [1.0, *[np.nan] * 5, 2.0, 3.0]
    factors = price_factors([1, 2, 3, 4, 5], 1)
    full = series(np.arange(1.0, 9.0), first="2026-03-02", column=675)
    rest = series(quiet, first="2026-03-02", column=675)
    found = factor_history(
        factors, {(FactorKind.PRICE, curve): rest if curve == 5 else full for curve in range(1, 6)}
    )
    assert found.span[:, 4].tolist() == [0, 0, 0, 0, 0, 0, 1]


def test_weekends_make_no_days():
    found = factor_history(
        price_factors([1], 1),
        {
            (FactorKind.PRICE, 1): rows(
                ("2026-03-06", "2026-04", 1.0), ("2026-03-07", "2026-04", 9.0), ("2026-03-09", "2026-04", 2.0)
            )
        },
    )
    assert found.day.tolist() == [date(2026, 3, 9)]
    np.testing.assert_array_equal(found.before, [[1.0]])


def test_a_volatility_moves_by_the_months_that_both_days_have():
    found = factor_history(
        single(FactorKind.VOL, curve=1),
        {
            (FactorKind.VOL, 1): rows(
                ("2026-02-27", "2026-03", 0.9), ("2026-02-27", "2026-04", 0.4), ("2026-02-27", "2026-05", 0.2),
                ("2026-03-02", "2026-04", 0.5), ("2026-03-02", "2026-05", 0.3), ("2026-03-02", "2026-06", 0.1),
            )
        },
    )  # fmt: skip
    np.testing.assert_allclose((found.before, found.after), [[[0.3]], [[0.4]]])


def test_exchange_and_zero_rates_have_levels():
    found = factor_history(single(FactorKind.FX), {(FactorKind.FX, "USD"): series([0.9, 0.8])})
    np.testing.assert_array_equal((found.before, found.after), [[[0.9]], [[0.8]]])
    rates = rows(
        ("2026-01-05", 6, 0.02), ("2026-01-05", 12, 0.04), ("2026-01-06", 6, 0.03), ("2026-01-06", 12, 0.07)
    )
    found = factor_history(single(FactorKind.RATE), {(FactorKind.RATE, "USD"): rates})
    np.testing.assert_allclose((found.before, found.after), [[[0.03]], [[0.05]]])


def test_factors_without_any_series_have_no_history():
    found = factor_history(price_factors([1], 2), {})
    assert len(found) == 0
    with pytest.raises(InsufficientHistory, match="window of 20 days is asked for"):
        found.last(20)


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), gaps=st.floats(0.0, 0.15))
def test_price_moves_are_those_of_a_plain_loop(seed, gaps):
    rng = np.random.default_rng(seed)
    factors = price_factors([1, 2, 3], 3)
    days = np.busday_offset("2026-01-20", np.arange(30))
    months = np.arange("2026-01", "2026-08", dtype="datetime64[M]").astype(np.int64)
    prices = {
        (curve, day, month): rng.normal(50.0, 5.0)
        for curve in (1, 2, 3) for day in days for month in months if rng.random() > gaps
    }  # fmt: skip
    found = factor_history(
        factors,
        {
            (FactorKind.PRICE, curve): rows(
                *[(d, int(m), p) for (c, d, m), p in prices.items() if c == curve]
            )
            for curve in (1, 2, 3)
        },
    )

    def month_of(day, tenor):
        return int(day.astype("datetime64[M]").astype(np.int64)) + tenor

    factor = list(zip(factors.curve.tolist(), factors.tenor.tolist(), strict=True))
    kept = [
        day
        for day in days
        if sum((c, day, month_of(day, t)) not in prices for c, t in factor) <= 0.2 * len(factor)
    ]
    assert found.day.tolist() == [day.item() for day in kept[1:]]
    for row, day in enumerate(kept[1:]):
        for column, (curve, tenor) in enumerate(factor):
            key = month_of(day, tenor)
            past = [at for at in range(row + 1) if (curve, kept[at], key) in prices]
            moved = bool(past) and (curve, day, key) in prices and row + 1 - past[-1] <= 5
            assert found.span[row, column] == (row + 1 - past[-1] if moved else 0)
            assert np.isnan(found.before[row, column]) == (not moved)
            if moved:
                assert found.before[row, column] == prices[curve, kept[past[-1]], key]
                assert found.after[row, column] == prices[curve, day, key]


def test_values_that_are_no_numbers_count_as_missing():
    found = factor_history(
        price_factors([1], 1),
        {
            (FactorKind.PRICE, 1): rows(
                *[(f"2026-03-0{d}", "2026-04", v) for d, v in ((2, 1.0), (3, np.inf), (4, 3.0))]
            )
        },
    )
    assert found.dropped.tolist() == [date(2026, 3, 3)]
    np.testing.assert_array_equal(found.after, [[3.0]])
