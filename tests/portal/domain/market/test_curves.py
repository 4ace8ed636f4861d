"""Forward curves: status, filling, spreads, comparison by delivery month, and weighted averages."""

from datetime import date

import numpy as np
import pytest

from portal.domain.market.curve_periods import period_averages
from portal.domain.market.curves import (
    ForwardCurve,
    NodeStatus,
    calendar_spread_table,
    calendar_spreads,
    compare_curves,
    fill_missing,
    reference_day,
)
from portal.domain.market.errors import BadParameter, CurveError, LengthMismatch

DAY = date(2026, 1, 5)


def curve(first: str, prices: list[float], unit: str = "EUR/MWh", day: date = DAY) -> ForwardCurve:
    start = np.datetime64(first, "M")
    return ForwardCurve(day, np.arange(start, start + len(prices)), np.array(prices), unit)


def test_status_is_quoted_or_missing_unless_told():
    assert curve("2026-02", [1.0, np.nan]).status == (NodeStatus.QUOTED, NodeStatus.MISSING)


def test_unordered_months_and_uneven_arrays_are_refused():
    with pytest.raises(CurveError, match="2026-02 follows 2026-03"):
        ForwardCurve(DAY, np.array(["2026-03", "2026-02"], "M8[M]"), np.array([1.0, 2.0]), "EUR/MWh")
    with pytest.raises(LengthMismatch):
        ForwardCurve(DAY, np.array(["2026-03"], "M8[M]"), np.array([1.0, 2.0]), "EUR/MWh")
    with pytest.raises(CurveError, match="2 prices but 1 statuses"):
        ForwardCurve(
            DAY, np.array(["2026-03", "2026-04"], "M8[M]"), np.array([1.0, 2.0]), "EUR", (NodeStatus.QUOTED,)
        )


def test_holes_are_filled_in_a_straight_line_and_flagged():
    months = np.array(["2026-02", "2026-04", "2026-05"], "M8[M]")
    filled = fill_missing(ForwardCurve(DAY, months, np.array([10.0, 20.0, np.nan]), "EUR/MWh"))
    # mid-February to mid-March is 29.5 days, mid-March to mid-April 30.5
    assert filled.prices == pytest.approx([10.0, 10.0 + 10.0 * 29.5 / 60.0, 20.0])
    assert filled.status == (NodeStatus.QUOTED, NodeStatus.INTERPOLATED, NodeStatus.QUOTED)
    with pytest.raises(CurveError, match="has no price"):
        fill_missing(curve("2026-02", [np.nan]))


def test_matrix_is_near_less_far():
    matrix = calendar_spreads(curve("2026-02", [70.0, 69.0, 67.5]))
    assert matrix[0, 2] == 2.5
    assert np.isnan(matrix[np.tril_indices(3)]).all()
    assert matrix[0, 2] == matrix[0, 1] + matrix[1, 2]


def test_table_has_neighbours_and_usual_pairs():
    rows = calendar_spread_table(curve("2026-02", [70.0, 69.0, np.nan, 66.0]))
    assert [(row.near, row.far, row.value, row.flagged) for row in rows] == [
        ("2026-02", "2026-03", 1.0, False),
        ("2026-03", "2026-04", None, True),
        ("2026-04", "2026-05", None, True),
        ("2026-02", "2026-04", None, True),
    ]
    with pytest.raises(BadParameter, match="near month before a far one"):
        calendar_spread_table(curve("2026-02", [1.0, 2.0]), [(2, 1)])


def test_comparison_is_by_delivery_month_not_by_rank():
    seen = compare_curves(curve("2026-02", [11.0, -3.0, 7.0]), curve("2026-01", [9.0, 10.0, -2.0]))
    assert seen.months.astype(str).tolist() == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert seen.change == pytest.approx([np.nan, 1.0, -1.0, np.nan], nan_ok=True)
    assert seen.percent == pytest.approx([np.nan, 0.1, np.nan, np.nan], nan_ok=True)
    with pytest.raises(CurveError, match="convert one first"):
        compare_curves(curve("2026-02", [1.0]), curve("2026-02", [1.0], unit="USD/MWh"))


@pytest.mark.parametrize(
    ("ago", "expected"),
    [("day", "2026-03-30"), ("week", "2026-03-24"), ("month", "2026-02-27"), ("year", None)],
)
def test_reference_day_is_the_last_with_data(ago, expected):
    days = np.array(["2026-03-31", "2026-03-24", "2026-02-27", "2026-03-30", "2026-03-02"], "M8[D]")
    found = reference_day(days, date(2026, 3, 31), ago)
    assert (found.isoformat() if found else None) == expected


def test_reference_day_refuses_other_words():
    with pytest.raises(BadParameter, match="day, week, month or year"):
        reference_day(np.array([], "M8[D]"), DAY, "decade")


def test_quarter_is_weighted_by_its_days():
    quarter = period_averages(curve("2026-01", [10.0, 20.0, 30.0]), "quarter")
    assert quarter[0].value == pytest.approx((31 * 10 + 28 * 20 + 31 * 30) / 90)
    assert (quarter[0].label, quarter[0].weight, quarter[0].missing) == ("2026-Q1", 90.0, ())


def test_quarter_is_weighted_by_given_hours():
    hours = dict(
        zip(np.arange(np.datetime64("2026-01"), np.datetime64("2026-04")), [744.0, 672.0, 743.0], strict=True)
    )
    quarter = period_averages(curve("2026-01", [10.0, 20.0, 30.0]), "quarter", hours)
    assert quarter[0].value == pytest.approx((7440 + 13440 + 743 * 30) / 2159)
    with pytest.raises(BadParameter, match="no delivery weight for 2026-04"):
        period_averages(curve("2026-04", [1.0, 1.0, 1.0]), "quarter", hours)


def test_quarters_average_to_the_year():
    months = curve("2026-01", [float(20 + (m * 7) % 11) for m in range(12)])
    year = period_averages(months, "year")[0]
    quarters = period_averages(months, "quarter")
    weighted = sum(q.value * q.weight for q in quarters) / sum(q.weight for q in quarters)
    assert year.value == pytest.approx(weighted, rel=1e-14)
    assert year.label == "Cal-26"


def test_a_period_with_a_hole_has_no_value():
    seasons = period_averages(curve("2026-04", [1.0] * 5 + [np.nan] + [2.0] * 6), "season")
    assert [(s.label, s.value, s.missing) for s in seasons] == [
        ("Sum-26", None, ("2026-09",)),
        ("Win-26", 2.0, ()),
    ]
