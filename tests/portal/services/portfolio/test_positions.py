"""Positions out of a real ledger: known volumes, both clocks, rights, the trades of every cell, limits, passports."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import numpy as np
import pytest

from portal.core.actor import SYSTEM
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.table import GridQuery
from portal.services import evaluation, passports, receipts
from portal.services.portfolio import position_cells as cells
from portal.services.portfolio import position_tables as tables
from portal.services.portfolio import positions
from portal.services.portfolio.position_ask import DIMENSIONS, TOTAL, Ask, lenient, read
from tests.helpers import positions as book

EVERYTHING = GridQuery(limit=None)
HOURS = {"2026-11": 720, "2026-12": 744, "2027-01": 744, "2027-02": 672, "2027-03": 743}
THERM = 1e5 * 1055.05585262 / 3.6e9  # MWh in a therm
BBL = 5.8 * 1055.05585262 / 3600  # MWh in a barrel


@pytest.fixture(scope="module")
def numbers(module_database: str) -> dict[str, int]:
    """The desk of :func:`tests.helpers.positions.add_book`."""
    return book.add_book()


def figures(ask: Ask, clocks=book.NOW, actor=book.RISK) -> dict[tuple[str, str], float]:
    view = positions.pivot_view(ask, clocks, actor)
    table = view.table
    found = table.measure(ask.measure)
    rows, columns = (*table.rows.keys, TOTAL), (*table.columns.keys, TOTAL)
    return {
        (r, c): float(found[i, j])
        for i, r in enumerate(rows)
        for j, c in enumerate(columns)
        if np.isfinite(found[i, j])
    }


def test_the_tree_by_month(numbers):
    found = figures(Ask(unit="MWh"))
    assert found["GAS_EU", "2026-12"] == pytest.approx(10 * HOURS["2026-12"])
    january = 6 * HOURS["2027-01"] + 1e5 * THERM
    assert found["GAS_EU", "2027-01"] == pytest.approx(january)
    assert found["GAS", "2027-01"] == found["GAS_EU", "2027-01"]
    assert found["DESK", "2027-01"] == pytest.approx(january + 20 * HOURS["2027-01"] - 1000 * BBL)
    peak = 5 * 12 * 23  # working days of March 2027
    assert found["POWER_DE", "2027-03"] == pytest.approx(20 * HOURS["2027-03"] + peak)
    assert ("GAS_EU", "2026-10") not in found  # delivered
    assert found[TOTAL, TOTAL] == pytest.approx(found["DESK", TOTAL])


def test_units_are_scales_of_one_another(numbers):
    total = {unit: figures(Ask(unit=unit))[TOTAL, TOTAL] for unit in ("MWh", "GWh", "TWh", "boe")}
    assert total["GWh"] == pytest.approx(total["MWh"] / 1e3)
    assert total["TWh"] == pytest.approx(total["MWh"] / 1e6)
    assert total["boe"] == pytest.approx(total["MWh"] / BBL)


def test_months_from_all_and_between(numbers):
    assert figures(Ask(unit="MWh", first="all"))["GAS_EU", "2026-10"] == pytest.approx(10 * 745)
    found = figures(Ask(unit="MWh", first="2027-01", last="2027-02"))
    assert {column for _, column in found} == {"2027-01", "2027-02", TOTAL}


def test_tonnes_of_carbon_are_never_energy(numbers):
    assert figures(Ask(rows="hub", unit="t")) == pytest.approx(
        {("EUA", "2026-12"): 500.0, ("EUA", TOTAL): 500.0, (TOTAL, "2026-12"): 500.0, (TOTAL, TOTAL): 500.0}
    )
    assert ("EUA", TOTAL) not in figures(Ask(rows="hub"))
    assert positions.overview(Ask(), book.NOW, book.RISK).left_out == ("carbon",)


def test_native_units_are_added_only_where_they_are_one(numbers):
    view = positions.pivot_view(Ask(rows="hub", unit="native"), book.NOW, book.RISK)
    units = dict(zip(view.table.rows.keys, view.row_units or (), strict=True))
    assert units == {
        "BRENT": "bbl", "EUA": "t", "NBP": "therm", "TTF": "MWh", "POWER_DE": "MWh", "POWER_DE_PEAK": "MWh"
    }  # fmt: skip
    table = tables.pivot_table(view, EVERYTHING, book.NOW)
    assert TOTAL not in table.column("key")
    mixed = positions.pivot_view(Ask(rows="book", unit="native"), book.NOW, book.RISK)
    assert mixed.notice.startswith("Volumes in ")
    assert not mixed.table.rows.keys
    power = positions.pivot_view(Ask(commodity="power", unit="native"), book.NOW, book.RISK)
    assert (power.unit, power.row_units) == ("MWh", None)


def test_measures_and_rights(numbers):
    asked = Ask(rows="hub", unit="MWh", first="2027-01", last="2027-01")
    january = HOURS["2027-01"]
    for measure, mw in {"net": 6.0, "long": 10.0, "short": -4.0, "gross": 14.0}.items():
        assert figures(replace(asked, measure=measure))["TTF", "2027-01"] == pytest.approx(mw * january)
    notional = figures(replace(asked, count="notional"))
    assert notional["TTF", "2027-01"] == pytest.approx(9.0 * january)


@pytest.mark.parametrize("unit", ["GWh", "t", "native"])
@pytest.mark.parametrize("count", ["firm", "notional"])
@pytest.mark.parametrize("rows", ["portfolio", "hub", "side", "kind"])
def test_the_page_shows_the_same_pivot_as_its_export(numbers, rows, unit, count):
    ask = Ask(rows=rows, unit=unit, count=count, first="2026-12", last="2027-02")
    page, _ = positions.page_view(ask, book.NOW, book.RISK)
    alone = positions.pivot_view(ask, book.NOW, book.RISK)
    assert (page.table.rows.keys, page.table.columns.keys) == (
        alone.table.rows.keys,
        alone.table.columns.keys,
    )
    assert np.allclose(page.table.long, alone.table.long)
    assert np.allclose(page.table.short, alone.table.short)
    assert (page.unit, page.row_units, page.notice) == (alone.unit, alone.row_units, alone.notice)


def test_an_earlier_day_shows_what_stood_then(numbers):
    asked = Ask(rows="hub", unit="MWh")
    assert figures(asked, book.BEFORE)["TTF", "2027-01"] == pytest.approx((10 - 6 - 50) * HOURS["2027-01"])
    known = replace(book.NOW, known_at=book.DEALT - timedelta(seconds=1))
    assert figures(asked, known) == {}


def test_a_reader_sees_his_books_alone(numbers):
    assert {row for row, _ in figures(Ask(), actor=book.TRADER)} == {"GAS", "GAS_EU", TOTAL}
    assert figures(Ask(unit="MWh"), actor=book.TRADER)[TOTAL, "2026-12"] == pytest.approx(
        10 * HOURS["2026-12"]
    )
    for code in ("POWER", "NOPE"):
        with pytest.raises(NotFound, match="that you may see"):
            positions.pivot_view(Ask(portfolio=code), book.NOW, book.TRADER)
        with pytest.raises(NotFound, match="that you may see"):
            cells.cell_view(Ask(), code, TOTAL, EVERYTHING, book.NOW, book.TRADER)
    hidden = cells.cell_view(Ask(rows="hub"), "BRENT", TOTAL, EVERYTHING, book.NOW, book.TRADER)
    assert (hidden.count, hidden.trades) == (0, ())
    with pytest.raises(NotPermitted):
        positions.pivot_view(Ask(), book.NOW, book.NOBODY)
    assert figures(Ask(), actor=SYSTEM) == figures(Ask())


@pytest.mark.parametrize(("rows", "columns"), permutations(DIMENSIONS, 2))
def test_totals_do_not_depend_on_the_dimensions(numbers, rows, columns):
    found = figures(Ask(rows=rows, columns=columns, unit="MWh", count="notional"))
    assert found[TOTAL, TOTAL] == pytest.approx(figures(Ask(unit="MWh", count="notional"))[TOTAL, TOTAL])


@pytest.mark.parametrize("tenor", ["month", "quarter", "season", "year"])
@pytest.mark.parametrize("rows", ["portfolio", "hub", "counterparty", "kind", "side", "commodity"])
def test_the_trades_of_every_cell_add_up_to_it(numbers, rows, tenor):
    asked = Ask(rows=rows, tenor=tenor, unit="MWh", count="notional")
    for (row, column), value in figures(asked).items():
        view = cells.cell_view(asked, row, column, EVERYTHING, book.NOW, book.RISK)
        volumes = cells.cell_table(view, book.NOW).column("volume")
        assert sum(volumes) == pytest.approx(value, abs=1e-6), (row, column)
        assert (view.long or 0) + (view.short or 0) == pytest.approx(value, abs=1e-6)


def test_a_cell_has_pages_an_order_and_a_filter(numbers):
    whole = cells.cell_view(Ask(), TOTAL, TOTAL, EVERYTHING, book.NOW, book.RISK)
    assert [t.external_id for t in whole.trades][:2] == ["DE-1", "TTF-1"]
    page = cells.cell_view(Ask(), TOTAL, TOTAL, GridQuery(offset=1, limit=1), book.NOW, book.RISK)
    assert ([t.external_id for t in page.trades], page.count) == (["TTF-1"], whole.count)
    assert page.long == pytest.approx(whole.long)
    by_book = GridQuery(sort="book", descending=True, limit=None)
    found = cells.cell_view(Ask(), TOTAL, TOTAL, by_book, book.NOW, book.RISK)
    assert [t.book for t in found.trades] == sorted((t.book for t in whole.trades), reverse=True)
    texts = cells.cell_view(Ask(), TOTAL, TOTAL, GridQuery(text="nbp"), book.NOW, book.RISK)
    assert [t.external_id for t in texts.trades] == ["NBP-1"]
    with pytest.raises(DomainError, match="cannot be sorted by 'terms'"):
        cells.cell_view(Ask(), TOTAL, TOTAL, GridQuery(sort="terms"), book.NOW, book.RISK)


def test_rows_of_a_cell_lead_to_their_trades(numbers):
    view = cells.cell_view(Ask(), "OIL", TOTAL, EVERYTHING, book.NOW, book.RISK)
    (address,) = cells.cell_table(view, book.NOW).column("address")
    assert address.startswith(f"/portfolio/trade?id={numbers['OIL-1']}&as_of=2026-11-20&known_at=")


def test_limits_are_held_against_net_volumes(numbers):
    found = positions.overview(Ask(), book.NOW, book.RISK)
    rows = {(row.book, row.commodity): row for row in found.heat}
    at = found.months.index("2027-01")
    assert rows["POWER_DE", "power"].use[at] == pytest.approx(20 * 744 / 14_000)
    assert rows["GAS_EU", "gas"].use[at] == pytest.approx((6 * 744 + 1e5 * THERM) / 10_000)
    assert np.isnan(rows["OIL", "crude"].use).all()
    assert rows["GAS_EU", "carbon"].net[found.months.index("2026-12")] == 500.0
    row, month, use = found.worst
    assert (row.book, month) == ("POWER_DE", "2027-03")
    assert use == pytest.approx((20 * 743 + 5 * 276) / 14_000)
    states = {(r[1], r[2], r[3]): r[8] for r in tables.heat_table(found, EVERYTHING).rows}
    assert states["POWER_DE", "power", "2027-01"] == "over limit"
    assert states["GAS_EU", "gas", "2026-12"] == "near limit"
    assert states["OIL", "crude", "2027-01"] == "no limit"
    before = positions.overview(Ask(), replace(book.NOW, known_at=book.DEALT - timedelta(1)), book.RISK)
    assert before.worst is None


def test_the_overview_counts_trades_that_hold_something(numbers):
    found = positions.overview(Ask(), book.NOW, book.RISK)
    assert found.trades == 6  # neither the cancelled one nor the option, and carbon is no energy
    assert positions.overview(Ask(count="notional"), book.NOW, book.RISK).trades == 7
    assert positions.overview(Ask(unit="t"), book.NOW, book.RISK).trades == 1
    assert found.long + found.short == pytest.approx(figures(Ask())[TOTAL, TOTAL])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rows": "desk"}, "Choose one of portfolio, book"),
        ({"unit": "kWh"}, "unit 'kWh'"),
        ({"rows": "hub", "columns": "hub"}, "two different dimensions"),
        ({"first": "2027-05", "last": "2027-01"}, "last month after the first"),
        ({"first": "soon"}, "is no"),
        ({"last": "2027-Q1"}, "is no month"),
        ({"measure": "mean"}, "net, long, short, gross"),
        ({"commodity": "gold"}, "There is no commodity 'gold'"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_sentence(numbers, given, sentence):
    with pytest.raises((DomainError, NotFound), match=sentence):
        positions.pivot_view(read(given), book.NOW, book.RISK)


def test_a_mistyped_link_still_opens():
    assert lenient({"rows": "desk", "unit": "MWh", "first": "soon", "tenor": "year"}) == Ask(
        unit="MWh", tenor="year"
    )


@pytest.mark.parametrize(
    ("dimension", "key"),
    [
        ("hub", "GOLD"),
        ("counterparty", "ACME"),
        ("kind", "bond"),
        ("side", "flat"),
        ("book", "X"),
        ("tenor", "M1"),
    ],
)
def test_a_cell_that_is_not_there_is_refused(numbers, dimension, key):
    other = "commodity" if dimension != "commodity" else "hub"
    with pytest.raises((NotFound, DomainError)):
        cells.cell_view(Ask(rows=dimension, columns=other), key, TOTAL, EVERYTHING, book.NOW, book.RISK)


@pytest.mark.parametrize("measure", ["net", "long", "short", "gross"])
def test_passports_equal_every_figure_of_the_pivot(numbers, measure):
    ask = Ask(rows="book", measure=measure, unit="MWh")
    table = tables.pivot_table(positions.pivot_view(ask, book.NOW, book.RISK), EVERYTHING, book.NOW)
    seen = 0
    for row in table.rows:
        for at, column in enumerate(table.columns):
            if column.metric and row[at] is not None:
                params = {**table.extra["params"][row[0]], **dict(column.params)}
                found = passports.open_passport(column.metric, params, book.NOW, book.RISK).evaluation
                assert found.value == pytest.approx(row[at], abs=1e-6)
                assert found.unit == "MWh"
                seen += 1
    assert seen > 10


def test_passports_of_limits_counts_and_single_trades(numbers):
    found = positions.overview(Ask(), book.NOW, book.RISK)
    table = tables.heat_table(found, EVERYTHING)
    for row in table.rows:
        params = table.extra["params"][row[0]]
        use = evaluation.evaluate("portfolio.limit_use", params, book.NOW, book.RISK)
        assert use.value == (None if row[7] is None else pytest.approx(row[7]))
        limit = evaluation.evaluate("portfolio.position_limit", params, book.NOW, book.RISK)
        assert (limit.value, limit.unit) == (row[5], row[6] if row[5] is not None else "")
    params = {**tables.tile_ask(found).params(), "row": TOTAL, "column": TOTAL}
    assert evaluation.evaluate("portfolio.position_trades", params, book.NOW, book.RISK).value == found.trades
    view = cells.cell_view(Ask(), "GAS_EU", "2027-01", EVERYTHING, book.NOW, book.RISK)
    rows = cells.cell_table(view, book.NOW)
    for row in rows.rows:
        one = evaluation.evaluate("portfolio.position_net", rows.extra["params"][row[0]], book.NOW, book.RISK)
        assert one.value == pytest.approx(row[rows.index("volume")])


def test_a_receipt_of_a_position_is_recomputed_from_its_rows(numbers):
    params = {**Ask(unit="MWh").params(), "row": "GAS_EU", "column": "2027-01"}
    passport = passports.open_passport("portfolio.position_net", params, book.NOW, book.RISK)
    issued = receipts.issue(passport, book.RISK)
    assert json.loads(issued.content)
    records = passport.evaluation.inputs.records()
    again = evaluation.EVALUATORS["portfolio.position_net"].replay(records, params, book.NOW)
    assert again.value == pytest.approx(passport.evaluation.value)


def test_an_empty_desk_is_empty_and_not_a_fault(database):
    assert figures(Ask()) == {}
    found = positions.overview(Ask(), book.NOW, book.RISK)
    assert (found.trades, found.heat, found.worst) == (0, (), None)
    assert cells.cell_view(Ask(), TOTAL, TOTAL, EVERYTHING, book.NOW, book.RISK).count == 0
