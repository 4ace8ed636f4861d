"""Positions by hour and day, and as delta-equivalents: the same totals, the same trades, both clocks."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from portal.core.table import GridQuery
from portal.services import evaluation
from portal.services.portfolio import position_cells as cells
from portal.services.portfolio import position_tables as tables
from portal.services.portfolio import positions
from portal.services.portfolio.position_ask import TOTAL, Ask
from tests.helpers import positions as book
from tests.helpers import trades as desk

EVERYTHING = GridQuery(limit=None)
MARCH = {"first": "2027-03", "last": "2027-03"}


@pytest.fixture(scope="module")
def numbers(module_database: str) -> dict[str, int]:
    """The desk of :func:`tests.helpers.positions.add_book`, with prices of every curve but NBP."""
    found = book.add_book()
    months = [date(2026, 11, 1), date(2026, 12, 1), *(date(2027, month, 1) for month in range(1, 7))]
    for code, price in {
        "TTF": 40.0,
        "POWER_DE": 90.0,
        "POWER_DE_PEAK": 110.0,
        "BRENT": 70.0,
        "EUA": 80.0,
    }.items():
        desk.add_level(code, book.DAY, price, months)
    return found


def figures(ask: Ask, clocks=book.NOW, actor=book.RISK) -> dict[tuple[str, str], float]:
    view = positions.pivot_view(ask, clocks, actor)
    table, found = view.table, view.table.measure(ask.measure)
    rows, columns = (*table.rows.keys, TOTAL), (*table.columns.keys, TOTAL)
    return {
        (r, c): float(found[i, j])
        for i, r in enumerate(rows)
        for j, c in enumerate(columns)
        if np.isfinite(found[i, j])
    }


def test_hours_of_march_with_its_short_day(numbers):
    ask = Ask(rows="book", tenor="hour", unit="GWh", **MARCH)
    view = positions.pivot_view(ask, book.NOW, book.RISK)
    assert (view.ask.rows, view.ask.columns, view.unit) == ("tenor", "book", "MWh")
    assert len(view.table.rows) == 31 * 24  # gas and power count their own hours of the day
    assert "An hour is in MWh" in view.told
    found = figures(ask)
    assert found["2027-03-01T07", "POWER_DE"] == 20.0
    assert found["2027-03-01T08", "POWER_DE"] == 25.0
    assert found["2027-03-01T08", "GAS_EU"] == 6.0
    assert ("2027-03-28T23", "POWER_DE") not in found
    power = replace(ask, commodity="power", rows="hub")
    assert len(positions.pivot_view(power, book.NOW, book.RISK).table.rows) == 743
    label = positions.pivot_view(power, book.NOW, book.RISK).table.rows.labels
    assert label[27 * 24 + 2] == "28 Mar 03:00"


@pytest.mark.parametrize("tenor", ["hour", "day"])
@pytest.mark.parametrize("rows", ["portfolio", "book", "commodity", "counterparty", "kind", "side"])
def test_hours_and_days_add_up_to_the_months(numbers, rows, tenor):
    months = figures(Ask(rows=rows, unit="MWh", **MARCH))
    found = figures(Ask(rows=rows, tenor=tenor, unit="MWh", **MARCH))
    across = {(key, TOTAL) if tenor == "day" else (TOTAL, key): key for key, _ in months}
    for cell, key in across.items():
        assert found[cell] == pytest.approx(months[key, TOTAL])


def test_the_hour_to_come_when_no_month_is_chosen(numbers):
    view = positions.pivot_view(Ask(tenor="day", unit="MWh", count="notional"), book.NOW, book.RISK)
    assert view.table.columns.keys[0] == "2026-11-01"
    assert len(view.table.columns) == 30
    assert view.told.startswith("Days are those of Nov-26")
    assert "obligations alone" in view.told
    longer = positions.pivot_view(
        Ask(tenor="day", first="2027-01", last="2028-12", unit="MWh"), book.NOW, book.RISK
    )
    assert len(longer.table.columns) == 31 + 28 + 31


@pytest.mark.parametrize("tenor", ["hour", "day"])
def test_the_trades_of_an_hour_and_a_day_add_up_to_it(numbers, tenor):
    view = positions.pivot_view(Ask(rows="hub", tenor=tenor, unit="MWh", **MARCH), book.NOW, book.RISK)
    found, ask = figures(view.ask), view.ask
    key = {"hour": "2027-03-30T10", "day": "2027-03-28"}[tenor]
    for hub in ("TTF", "POWER_DE", TOTAL):
        cell = (key, hub) if tenor == "hour" else (hub, key)
        behind = cells.cell_view(ask, *cell, EVERYTHING, book.NOW, book.RISK)
        assert sum(cells.cell_table(behind, book.NOW).column("volume")) == pytest.approx(found[cell])
        passport = evaluation.evaluate(
            "portfolio.position_net", {**ask.params(), "row": cell[0], "column": cell[1]}, book.NOW, book.RISK
        )
        assert passport.value == pytest.approx(found[cell])
    power = cells.cell_view(
        ask, *((key, "POWER_DE") if tenor == "hour" else ("POWER_DE", key)), EVERYTHING, book.NOW, book.RISK
    )
    assert {t.external_id for t in power.trades} == ({"DE-1", "DE-2"} if tenor == "hour" else {"DE-1"})


def test_the_overview_by_day_and_by_hour(numbers):
    day = positions.overview(Ask(tenor="day", unit="MWh", **MARCH), book.NOW, book.RISK)
    assert day.by_tenor.columns.keys[27] == "2027-03-28"
    gas = 10 * 24  # the gas day with 23 hours is that of the 27th
    assert day.by_tenor.long[-1, 27] == pytest.approx(20 * 23 + gas)
    assert day.long == pytest.approx(day.by_tenor.long[-1, -1])
    assert "2027-01" in positions.overview(Ask(tenor="day"), book.NOW, book.RISK).months  # of the heat map
    hour = positions.overview(Ask(tenor="hour", **MARCH), book.NOW, book.RISK)
    assert hour.unit == "MWh"
    table = tables.tenor_table(hour, EVERYTHING)
    assert len(table.rows) == 31 * 24
    row = next(row for row in table.rows if row[0] == "2027-03-01T08")
    params = table.extra["params"]["2027-03-01T08"]
    assert evaluation.evaluate("portfolio.position_long", params, book.NOW, book.RISK).value == pytest.approx(
        row[2]
    )


def test_deltas_count_options_at_their_delta(numbers):
    ask = Ask(rows="hub", unit="MWh", count="delta", first="2027-01", last="2027-01")
    view = positions.pivot_view(ask, book.NOW, book.RISK)
    assert view.unvalued >= 1  # NBP has no price
    found = figures(ask)
    assert ("NBP", "2027-01") not in found
    firm = figures(replace(ask, count="firm"))
    assert found["POWER_DE", "2027-01"] == pytest.approx(firm["POWER_DE", "2027-01"], rel=0.01)
    assert found[TOTAL, TOTAL] == pytest.approx(
        found["TTF", TOTAL] + found["POWER_DE", TOTAL] + found["BRENT", TOTAL]
    )
    behind = cells.cell_view(ask, "TTF", "2027-01", EVERYTHING, book.NOW, book.RISK)
    assert sum(cells.cell_table(behind, book.NOW).column("volume")) == pytest.approx(found["TTF", "2027-01"])
    passport = evaluation.evaluate(
        "portfolio.position_net", {**ask.params(), "row": "TTF", "column": "2027-01"}, book.NOW, book.RISK
    )
    assert passport.value == pytest.approx(found["TTF", "2027-01"])
    over = positions.overview(ask, book.NOW, book.RISK)
    assert over.long + over.short == pytest.approx(found[TOTAL, TOTAL])
    page = cells.cell_view(ask, TOTAL, TOTAL, GridQuery(sort="hub", limit=2, text="de"), book.NOW, book.RISK)
    assert [t.hub for t in page.trades] == sorted(t.hub for t in page.trades)
