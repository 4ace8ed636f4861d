"""Results of deliveries by period: where factors belong, how moves are carried, and what stays out."""

from datetime import date

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter
from portal.domain.risk.at_risk import by_delivery, by_period_end, deliveries

AS_OF = date(2026, 11, 20)
TENOR = np.array([1, 2, 14, 0])


@pytest.mark.parametrize(
    ("bucket", "period", "place"),
    [
        ("month", ("2026-12", "2027-01", "2028-01"), [0, 1, 2, -1]),
        ("quarter", ("2026-Q4", "2027-Q1", "2028-Q1"), [0, 1, 2, -1]),
        ("year", ("2026", "2027", "2028"), [0, 1, 2, -1]),
    ],
)
def test_factors_belong_to_their_period(bucket, period, place):
    found = deliveries(AS_OF, TENOR, bucket)
    assert found.period == period
    assert found.place.tolist() == place
    assert found.end.tolist() == sorted(found.end.tolist())


def test_an_unknown_period_is_refused():
    with pytest.raises(BadParameter, match="week"):
        deliveries(AS_OF, TENOR, "week")


def test_moves_are_carried_until_delivery_by_hand():
    found = deliveries(AS_OF, np.array([1, 2, 0]), "month")
    moves = np.array([[1.0, 2.0, 0.5], [-1.0, 0.0, 0.1]])
    exposure = np.array([10.0, -3.0, 100.0])
    pnl = by_delivery(moves, exposure, found)
    until = np.sqrt(
        [np.busday_count("2026-11-20", "2026-12-15"), np.busday_count("2026-11-20", "2027-01-15")]
    )
    np.testing.assert_allclose(pnl, [[10 * until[0], -6 * until[1]], [-10 * until[0], 0.0]])
    np.testing.assert_allclose(by_delivery(moves, exposure, found, 4.0), pnl / 2)


def test_until_the_end_of_a_period_a_delivery_moves_no_longer_than_to_its_own_month():
    found = deliveries(AS_OF, np.array([1, 14, 0]), "year")
    moves, exposure = np.array([[1.0, 1.0, 1.0]]), np.array([1.0, 1.0, 1.0])
    also = np.array([False, False, True])
    pnl = by_period_end(moves, exposure, found, also)
    end, own = np.sqrt(found.end), np.sqrt(found.days[:2])
    np.testing.assert_allclose(pnl[0], [own[0] + end[0] + end[0], own[0] + min(own[1], end[1]) + end[1]])
    without = by_period_end(moves, exposure, found, np.zeros(3, dtype=bool))
    np.testing.assert_allclose(pnl - without, end[None, :])


def test_periods_add_up_whatever_their_length():
    rng = np.random.default_rng(1)
    tenor = np.arange(1, 37)
    moves, exposure = rng.normal(size=(50, 36)), rng.normal(size=36)
    sums = [
        by_delivery(moves, exposure, deliveries(AS_OF, tenor, b)).sum(axis=1)
        for b in ("month", "quarter", "year")
    ]
    np.testing.assert_allclose(sums[0], sums[1])
    np.testing.assert_allclose(sums[0], sums[2])
