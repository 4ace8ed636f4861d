"""Pivots add up whichever way they are grouped, and limits are held against the right side of zero."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.portfolio.position_limits import Headroom, headroom, limit_use
from portal.domain.portfolio.position_periods import (
    TENORS,
    axis_of_periods,
    months_of_key,
    period_key,
    period_starts,
)
from portal.domain.portfolio.positions import (
    Measure,
    axis_of_codes,
    axis_of_one,
    axis_of_tree,
    measured,
    pivot,
)

TREE = (
    (1, None, "DESK", "Desk"),
    (2, 1, "GAS", "Gas"),
    (3, 2, "GAS_EU", "Gas Europe"),
    (4, 2, "GAS_US", "Gas America"),
    (5, 1, "POWER", "Power"),
)
CURVES = {7: ("TTF", "TTF"), 8: ("NBP", "NBP"), 9: ("DE", "Germany")}
MONTHLY = ("month", "quarter", "season", "year")


@st.composite
def ledgers(draw):
    """Entries as arrays: book, curve, month, volume, is_short; some take back what others hold."""
    n = draw(st.integers(0, 40))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    side = rng.choice([-1, 1], n)
    volume = side * rng.integers(1, 10_000, n) / 8.0  # eighths add up exactly
    back = rng.random(n) < 0.2
    return (
        rng.choice([3, 4, 5], n),
        rng.choice([7, 8, 9], n),
        np.datetime64("2026-11", "M") + rng.integers(0, 30, n),
        np.where(back, -volume, volume),
        side < 0,
    )


@given(ledgers(), st.sampled_from(MONTHLY))
def test_totals_do_not_depend_on_the_grouping(ledger, tenor):
    book, curve, month, volume, short = ledger
    axes = [
        axis_of_tree(book, TREE),
        axis_of_codes(curve, CURVES),
        axis_of_periods(month, tenor),
        axis_of_one(len(volume)),
    ]
    for rows in axes:
        for columns in axes:
            found = pivot(rows, columns, volume, short)
            assert found.long[-1, -1] == volume[~short].sum()
            assert found.short[-1, -1] == volume[short].sum()
            alone = pivot(rows, axis_of_one(len(volume)), volume, short)
            assert np.array_equal(found.long[:, -1], alone.long[:, 0])
            assert np.array_equal(found.short[:, -1], alone.short[:, 0])


@given(ledgers())
def test_months_roll_up_to_quarters_and_years_without_loss(ledger):
    book, _, month, volume, short = ledger
    rows = axis_of_tree(book, TREE)
    tables = {tenor: pivot(rows, axis_of_periods(month, tenor), volume, short) for tenor in MONTHLY}
    for tenor in ("quarter", "season", "year"):
        whole, months = tables[tenor], tables["month"]
        for at, key in enumerate(whole.columns.keys):
            first, last = months_of_key(key)
            inside = [
                i for i, k in enumerate(months.columns.keys) if f"{first:%Y-%m}" <= k <= f"{last:%Y-%m}"
            ]
            assert np.array_equal(whole.long[:, at], months.long[:, inside].sum(axis=1))
            assert np.array_equal(whole.short[:, at], months.short[:, inside].sum(axis=1))
        assert np.array_equal(whole.long[:, -1], months.long[:, -1])


@given(ledgers())
def test_a_node_is_the_sum_of_its_books_and_leaves_equal_the_flat_table(ledger):
    book, curve, _, volume, short = ledger
    columns = axis_of_codes(curve, CURVES)
    tree = pivot(axis_of_tree(book, TREE), columns, volume, short)
    flat = pivot(axis_of_codes(book, {node[0]: (node[2], node[3]) for node in TREE}), columns, volume, short)
    line = dict(zip(tree.rows.keys, tree.long, strict=False))
    for key, values in zip(flat.rows.keys, flat.long, strict=False):
        assert np.array_equal(line[key], values)
    if "GAS" in line:
        below = [line[key] for key in ("GAS_EU", "GAS_US") if key in line]
        assert np.array_equal(line["GAS"], np.sum(below, axis=0))


def test_a_small_pivot_by_hand():
    found = pivot(
        axis_of_tree(np.array([3, 3, 4, 5]), TREE),
        axis_of_periods(np.array(["2027-01", "2027-03", "2027-04", "2027-04"], "M8[M]"), "quarter"),
        np.array([10.0, -4.0, 5.0, -1.0]),
        np.array([False, True, False, True]),
    )
    assert found.rows.keys == ("DESK", "GAS", "GAS_EU", "GAS_US", "POWER")
    assert found.rows.depth == (0, 1, 2, 2, 1)
    assert found.columns.keys == ("2027-Q1", "2027-Q2")
    assert found.measure(Measure.NET)[0].tolist() == [6.0, 4.0, 10.0]
    assert found.measure(Measure.GROSS)[0].tolist() == [14.0, 6.0, 20.0]
    assert found.measure(Measure.SHORT)[2].tolist()[0] == -4.0
    assert np.isnan(found.measure(Measure.NET)[2, 1])  # Gas Europe holds nothing in the second quarter
    assert found.measure(Measure.LONG)[-1].tolist() == [10.0, 5.0, 15.0]


def test_a_tree_seen_from_one_of_its_nodes_starts_at_that_node():
    axis = axis_of_tree(np.array([3]), TREE[1:4])
    assert (axis.keys, axis.depth) == (("GAS", "GAS_EU"), (0, 1))


def test_an_empty_ledger_is_an_empty_table():
    none = np.zeros(0, dtype=np.int64)
    found = pivot(
        axis_of_tree(none, TREE),
        axis_of_periods(none.astype("M8[M]"), "month"),
        np.zeros(0),
        np.zeros(0, np.bool_),
    )
    assert found.long.shape == (1, 1)
    assert np.isnan(found.measure("net")).all()


@pytest.mark.parametrize(
    ("month", "keys"),
    [
        ("2026-11", ("2026-11", "2026-Q4", "Win-26", "Cal-26")),
        ("2027-03", ("2027-03", "2027-Q1", "Win-26", "Cal-27")),
        ("2027-04", ("2027-04", "2027-Q2", "Sum-27", "Cal-27")),
        ("1969-12", ("1969-12", "1969-Q4", "Win-69", "Cal-69")),
    ],
)
def test_periods_have_their_market_names(month, keys):
    starts = [period_starts(np.array([month], "M8[M]"), tenor)[0] for tenor in MONTHLY]
    assert tuple(period_key(int(s), t) for s, t in zip(starts, MONTHLY, strict=True)) == keys


def test_periods_are_read_back():
    assert [str(day) for day in months_of_key("Win-26")] == ["2026-10-01", "2027-03-01"]
    assert [str(day) for day in months_of_key("2027-02-14")] == ["2027-02-01", "2027-02-01"]
    for text in ("M1", "soon", "2027-13"):
        with pytest.raises(BadParameter):
            months_of_key(text)
    assert list(TENORS) == ["hour", "day", *MONTHLY]


def test_what_does_not_belong_together_is_refused():
    with pytest.raises(LengthMismatch, match="same entries"):
        pivot(axis_of_one(2), axis_of_one(3), np.zeros(3), np.zeros(3, np.bool_))
    with pytest.raises(BadParameter, match="Choose net, long, short or gross"):
        measured(np.zeros(1), np.zeros(1), "mean")
    with pytest.raises(BadParameter, match="not in the tree"):
        axis_of_tree(np.array([99]), TREE)
    with pytest.raises(BadParameter, match="unknown"):
        axis_of_codes(np.array([99]), CURVES)
    with pytest.raises(BadParameter, match="Choose one of month"):
        period_starts(np.array(["2027-01"], "M8[M]"), "day")


def test_headroom_is_calm_amber_over_or_without_a_limit():
    net = np.array([0.0, 59.0, -60.0, 100.0, -100.1, 5.0, 0.0, np.nan])
    limit = np.array([100.0, 100.0, 100.0, 100.0, 100.0, np.nan, 0.0, 100.0])
    use = limit_use(net, limit)
    assert use[[2, 6]].tolist() == [0.6, 0.0]
    assert headroom(use).tolist() == [
        Headroom.CALM,
        Headroom.CALM,
        Headroom.AMBER,
        Headroom.AMBER,
        Headroom.OVER,
        Headroom.NO_LIMIT,
        Headroom.CALM,
        Headroom.NO_LIMIT,
    ]
    assert np.isinf(limit_use(np.array([1.0]), np.array([0.0]))[0])
