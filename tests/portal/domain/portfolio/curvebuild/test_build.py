"""Curves from products: no arbitrage left, residuals are the repair, any delivery can be read."""

import numpy as np
import pytest

from portal.domain.market.curve_products import delivery_weights
from portal.domain.market.errors import BadParameter, CurveError, SeriesHasNaN
from portal.domain.portfolio.curvebuild.blocks import day_sizes
from portal.domain.portfolio.curvebuild.build import ProductQuote, build_curve

TTF = {
    "2026-12": 31.2, "2027-01": 31.9, "2027-02": 31.7, "2027-03": 30.8, "2027-Q1": 31.475, "2027-Q2": 28.1,
    "2027-Q3": 27.6, "2027-Q4": 30.2, "Win-26": 31.4, "Sum-27": 27.85, "Win-27": 30.6, "Cal-27": 29.6, "Cal-28": 27.2,
}  # fmt: skip


def quotes(given):
    return [ProductQuote(product, price) for product, price in given.items()]


def by_days(days):
    return np.ones(len(days))


def by_hours(days):
    return day_sizes(days, "power", "Europe/Berlin")


@pytest.mark.parametrize("weigh", [by_days, by_hours])
def test_every_quote_is_met_but_for_the_repair(weigh):
    curve = build_curve(quotes(TTF), weigh)
    assert dict(zip(curve.products, curve.quoted, strict=True)) == TTF
    for product, fitted in zip(curve.products, curve.fitted, strict=True):
        assert curve.price(product) == pytest.approx(fitted, abs=1e-8)
    np.testing.assert_allclose(curve.residual, curve.quoted - curve.fitted, atol=1e-9)
    assert 0.0 < np.abs(curve.residual).max() < 0.3
    again = build_curve(
        [ProductQuote(p, f) for p, f in zip(curve.products, curve.fitted, strict=True)], weigh
    )
    np.testing.assert_allclose(again.residual, 0.0, atol=1e-8)
    assert max(abs(gap.gap) for gap in again.gaps) < 1e-7


def test_gaps_are_those_of_the_quotes_before_any_repair():
    curve = build_curve(quotes(TTF), by_days)
    named = {curve.products[g.whole]: [curve.products[i] for i in g.parts] for g in curve.gaps}
    assert named["Cal-27"] == ["2027-Q1", "Sum-27", "2027-Q4"]  # fewer parts than four quarters
    expected = 31.475 - (31 * 31.9 + 28 * 31.7 + 31 * 30.8) / 90
    assert curve.gap[curve.products.index("2027-Q1")] == pytest.approx(expected)
    assert np.isnan(curve.gap[curve.products.index("2026-12")])


def test_months_are_weighted_as_the_rest_of_the_portal_weights_them():
    curve = build_curve(quotes(TTF), by_hours)
    weights = delivery_weights(curve.months, "power", "Europe/Berlin")
    q1 = np.isin(curve.months, np.array(["2027-01", "2027-02", "2027-03"], "M8[M]"))
    mean = np.average(curve.monthly[q1], weights=[weights[month] for month in curve.months[q1]])
    assert mean == pytest.approx(curve.fitted[curve.products.index("2027-Q1")], abs=1e-8)
    assert len(curve.months) == len(curve.monthly) == 27


def test_days_that_nobody_quotes_are_bridged_and_said():
    curve = build_curve(quotes({"2026-12": 30.0, "2027-02": 32.0}), by_days)
    assert curve.monthly_covered.tolist() == [True, False, True]
    assert 30.0 < curve.monthly[1] < 32.0


def test_quotes_without_overlap_have_no_residual_at_all():
    curve = build_curve(quotes({"2026-12": 30.0, "2027-01": 32.0, "2027-Q2": 25.0}), by_days)
    assert curve.residual.tolist() == [0.0, 0.0, 0.0]
    assert curve.gaps == ()


def test_a_trusted_quote_moves_less():
    given = quotes({"2026-01": 41.0, "2026-02": 40.2, "2026-03": 38.5, "2026-Q1": 40.4})
    equal = build_curve(given, by_days)
    firm = build_curve(given, by_days, confidence=[1.0, 1.0, 1.0, 100.0])
    whole = equal.products.index("2026-Q1")
    assert abs(firm.residual[whole]) < 0.05 * abs(equal.residual[whole])


def test_a_prior_gives_a_year_its_season():
    shape = {
        "weigh": by_days,
        "prior": lambda days: 4 * np.cos((days.astype("M8[M]").astype(int) % 12) * np.pi / 6),
    }
    curve = build_curve(quotes({"Cal-27": 30.0, "Cal-28": 30.0}), shape["weigh"], prior=shape["prior"])
    assert curve.monthly[0] - curve.monthly[6] == pytest.approx(8.0, abs=0.1)
    assert curve.residual.tolist() == [0.0, 0.0]


def test_what_lies_outside_has_no_price():
    curve = build_curve(quotes({"2026-12": 30.0}), by_days)
    assert curve.price("2027-Q1") is None
    assert curve.price("M1") is None
    assert set(curve.daily) == {30.0}


def test_quotes_that_make_no_curve_are_refused():
    with pytest.raises(BadParameter, match="at least one"):
        build_curve([], by_days)
    with pytest.raises(CurveError, match="2026-12 is quoted twice"):
        build_curve([ProductQuote("2026-12", 1.0), ProductQuote("2026-12", 2.0)], by_days)
    with pytest.raises(BadParameter, match="M1 is a rolling contract"):
        build_curve([ProductQuote("M1", 1.0)], by_days)
    with pytest.raises(SeriesHasNaN):
        build_curve([ProductQuote("2026-12", np.nan)], by_days)
