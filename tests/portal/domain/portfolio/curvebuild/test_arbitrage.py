"""Gaps between overlapping products and their smallest repair."""

import numpy as np
import pytest

from portal.domain.market.delivery_periods import parse_period
from portal.domain.market.errors import BadParameter, SeriesHasNaN
from portal.domain.portfolio.curvebuild import arbitrage


def days(first, end):
    return float((end - first).days)


def products(*names):
    return [parse_period(name) for name in names]


def test_the_residual_carries_what_the_parts_leave():
    price = arbitrage.implied_residual(
        [10.0, 20.0, 5.0], [4.0, 3.0, 2.0], [[8.0, 12.0], [18.0, np.nan], [5.0, np.nan]],
        [[1.0, 1.0], [1.0, np.nan], [2.0, np.nan]],
    )  # fmt: skip
    np.testing.assert_allclose(price, [10.0, 21.0, np.nan])


def test_wholes_meet_their_fewest_parts_largest_gap_first():
    names = ("2026-01", "2026-02", "2026-03", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "Cal-26")
    gaps = arbitrage.overlap_gaps(products(*names), [40, 40, 40, 41, 41, 41, 41, 44], days)
    assert [(g.whole, g.parts) for g in gaps] == [(7, (3, 4, 5, 6)), (3, (0, 1, 2))]
    assert [g.gap for g in gaps] == pytest.approx([3.0, 1.0])
    assert (
        arbitrage.overlap_gaps(products(*names), [40, 40, 40, 41, 41, 41, 41, 44], days, tolerance=2)[0].whole
        == 7
    )


def test_products_that_do_not_tile_have_no_gap():
    assert arbitrage.overlap_gaps(products("2026-01", "2026-03", "2026-Q1"), [1, 2, 3], days) == ()


def test_the_same_product_twice_is_no_whole_but_is_repaired_to_the_mean():
    twice = products("2026-01", "2026-01")
    assert arbitrage.overlap_gaps(twice, [40, 42], days) == ()
    matrix = arbitrage.coverage_matrix(twice, days).matrix
    np.testing.assert_allclose(arbitrage.repair_quotes([40, 42], matrix), [41, 41])
    np.testing.assert_allclose(arbitrage.repair_quotes([40, 42], matrix, confidence=[3, 1]), [40.5, 40.5])


@pytest.mark.parametrize("seed", range(5))
def test_a_repair_closes_every_gap_and_nothing_smaller_does(seed):
    rng = np.random.default_rng(seed)
    names = ("2026-10", "2026-11", "2026-12", "2026-Q4", "2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4", "Cal-27",
             "Win-26", "Sum-27")  # fmt: skip
    periods, quotes = products(*names), rng.normal(40, 5, 11)
    cover = arbitrage.coverage_matrix(periods, days)
    repaired = arbitrage.repair_quotes(quotes, cover.matrix)
    assert max(abs(g.gap) for g in arbitrage.overlap_gaps(periods, repaired, days)) < 1e-10
    prices = np.linalg.lstsq(cover.matrix, repaired, rcond=None)[0]
    np.testing.assert_allclose(cover.matrix @ prices, repaired)
    other = cover.matrix @ (prices + rng.normal(size=len(prices)))  # any other quotes without arbitrage
    assert ((other - quotes) ** 2).sum() > ((repaired - quotes) ** 2).sum()
    np.testing.assert_allclose(arbitrage.repair_quotes(repaired, cover.matrix), repaired)


def test_quotes_without_overlap_are_left_alone():
    matrix = arbitrage.coverage_matrix(products("2026-01", "2026-02", "2026-Q2"), days).matrix
    np.testing.assert_allclose(arbitrage.repair_quotes([1.0, -2.0, 3.0], matrix), [1.0, -2.0, 3.0])


def test_impossible_inputs_are_refused():
    with pytest.raises(BadParameter, match="at least one quoted product"):
        arbitrage.coverage_matrix([], days)
    with pytest.raises(BadParameter, match="2026-01 delivers nothing"):
        arbitrage.coverage_matrix(products("2026-01"), lambda *_: 0.0)
    with pytest.raises(SeriesHasNaN):
        arbitrage.overlap_gaps(products("2026-01"), [np.nan], days)
    with pytest.raises(BadParameter, match="confidence of every quote"):
        arbitrage.repair_quotes([1.0], np.ones((1, 1)), confidence=[0.0])
