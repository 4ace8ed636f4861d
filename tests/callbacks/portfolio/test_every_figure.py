"""Every figure on the portfolio pages has a passport: each tile, and each number of each table, or a reason why not."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from sqlalchemy import text

import callbacks.portfolio
from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.metrics import METRICS
from portal.core.permissions import Role
from portal.core.table import Column, GridQuery, Table
from portal.services import evaluation, passports
from portal.services.portfolio import amendments, closing
from portal.web.views import BODIES, GRIDS
from tests.helpers.layout import components, text_of
from tests.helpers.risk import add_valued_run
from tests.helpers.trades import ids
from tests.helpers.valued_desk import BEFORE, DAY, add_valued_desk

for _module in iter_modules(callbacks.portfolio.__path__):  # what they define is registered by their import
    import_module(f"callbacks.portfolio.{_module.name}")

EVERY = GridQuery(limit=None)
CLOCKS = Clocks(DAY, datetime(2099, 1, 1, tzinfo=UTC), live=False)
DEALS = """
buy 7 MW TTF Q4-26 @ 30
sell 5 MW POWER_DE offpeak Oct-26 swap
buy 100 MWh TTF Oct-26 put strike 62 premium 1.9 expiry 2026-09-25
buy nothing
"""
WHAT_IF = {"deals": DEALS, "book": "GAS_EU"}
EXPLAIN: tuple[dict[str, Any], ...] = (
    {"period": "dtd"},
    {"period": "dtd", "portfolio": "GAS_EU", "factor": "price"},
    {"period": "mtd", "portfolio": "POWER_DE", "factor": "price:POWER_DE:2026-08"},
    {"period": "ytd", "portfolio": "GAS_EU"},
    {"period": "dtd", "portfolio": "GAS_EU", "trade": "STORAGE"},
)
VALUATION: tuple[dict[str, Any], ...] = (
    {},
    {"portfolio": "POWER", "split": "kind"},
    {"portfolio": "GAS_EU"},
)
POSITIONS: tuple[dict[str, Any], ...] = (
    {},
    {"rows": "hub", "columns": "counterparty", "unit": "native"},
    {"count": "delta", "rows": "kind"},
    {"tenor": "day", "rows": "tenor", "columns": "side", "first": "2026-08", "last": "2026-08"},
)
TRADES = (
    "FORWARD",
    "DELIVERING",
    "OFFPEAK",
    "FUTURE",
    "OPTION",
    "POWEROPTION",
    "SPREAD",
    "STORAGE",
    "SWING",
    "STALE",
)
LEGS = tuple({"id": name} for name in TRADES)
CELLS: tuple[dict[str, Any], ...] = (
    {"row": "*", "column": "*"},
    {"rows": "hub", "columns": "tenor", "unit": "native", "row": "POWER_DE", "column": "*"},
)
ASKED: dict[str, tuple[dict[str, Any], ...]] = {
    "portfolio-approvals": ({},),
    "portfolio-explain": EXPLAIN,
    "portfolio-position": POSITIONS,
    "portfolio-position-cell": CELLS,
    "portfolio-trade": LEGS,
    "portfolio-trades": ({}, {"node": "GAS", "status": "live"}),
    "portfolio-valuation": VALUATION,
    "portfolio-what-if": (WHAT_IF,),
}
"""What each page is asked, by the beginning of the names of its parts; the longest that fits counts."""

ALLOWED = {
    ("portfolio-trades-rows", "version"): "which version it is: a name, not a measure",
    ("portfolio-position-cell", "version"): "which version it is: a name, not a measure",
    ("portfolio-what-if-deals", "number"): "the place of a line in the text",
    ("portfolio-trade-history", "version"): "which version it is: a name, not a measure",
}
"""Columns of numbers without a metric, each with the reason."""

FACTS = {"Version": "a name, not a measure", "External id": "a name, not a measure"}
"""Terms of a trade that read like numbers and are none."""


@pytest.fixture(scope="module")
def desk(module_database: str) -> dict[str, int]:
    """Trades of every kind, stored closes, a limit and a proposal that waits; numbers by external id."""
    numbers = add_valued_desk()
    closing.close_days(BEFORE, DAY, SYSTEM)
    add_valued_run(CLOCKS, 120)
    with UnitOfWork(write=True) as work:
        for book, commodity in (("GAS_EU", "gas"), ("POWER_DE", "power")):
            work.session.execute(
                text("INSERT INTO position_limits VALUES (:book, :commodity, '2026-01-01', 300, 'risk')"),
                {"book": ids("portfolios")[book], "commodity": commodity},
            )
    otto = Actor(1, "otto", "Otto", frozenset({Role.OPERATIONS}), frozenset(ids("portfolios")))
    request = amendments.Request(numbers["FORWARD"], 1, date(2026, 7, 15), "Typing error")
    amendments.propose_amendment(request, {"quantity": "20"}, otto)
    return numbers


def asked_of(name: str) -> tuple[dict[str, Any], ...]:
    """What a part of a page is asked."""
    pages = [page for page in ASKED if name.startswith(page)]
    assert pages, f"Say in ASKED what '{name}' is asked, so that its figures are looked at."
    return ASKED[max(pages, key=len)]


def known(asked: dict[str, Any], numbers: dict[str, int]) -> dict[str, Any]:
    """The same with the numbers of trades for their names."""
    return {
        key: numbers.get(value, value) if key in ("id", "trade") else value for key, value in asked.items()
    }


def names(registered: Any) -> list[str]:
    return sorted(str(name) for name in registered if name.startswith("portfolio-"))


def is_number(column: Column, cells: list[Any]) -> bool:
    """Whether a column shows numbers."""
    written = any(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in cells)
    return not column.hidden and (column.kind in ("number", "integer", "percent") or written)


def tables(name: str, numbers: dict[str, int]) -> Iterator[Table]:
    for asked in asked_of(name):
        filters = known(asked, numbers)
        if name.startswith("portfolio-explain"):
            filters = {"since": BEFORE.isoformat(), **filters, "period": "since"}
        yield GRIDS[name].load(EVERY, filters, CLOCKS, SYSTEM)


@pytest.mark.parametrize("name", names(GRIDS))
def test_every_number_of_a_table_names_its_metric(desk, name):
    rows = 0
    for table in tables(name, desk):
        rows += len(table.rows)
        for column in table.columns:
            if is_number(column, table.column(column.key)) and (name, column.key) not in ALLOWED:
                assert column.metric in METRICS, f"'{column.title}' of {name} has no passport"
    assert rows, f"{name} shows nothing for what it is asked, so nothing was checked"


def test_every_exception_is_one():
    for name, key in ALLOWED:
        assert name in GRIDS, (name, key)


@pytest.mark.parametrize("name", names(GRIDS))
def test_the_passports_of_a_table_say_the_same(desk, name):
    """The first rows and the last two, which are often sums: value, replay and unit of every figure in them."""
    for table in tables(name, desk):
        chosen = [*table.rows[:4], *table.rows[-2:]]
        for row in dict.fromkeys(chosen):
            for at, column in enumerate(table.columns):
                if column.metric is None or column.hidden or row[at] is None:
                    continue
                assert row[0] in table.extra["params"], (name, row[0])
                given = {**table.extra["params"][row[0]], **dict(column.params)}
                said = (name, row[0], column.key)
                found = passports.open_passport(column.metric, given, CLOCKS, SYSTEM)
                assert found.evaluation.value == pytest.approx(row[at], rel=1e-9, abs=1e-6), said
                replay = evaluation.evaluator(column.metric).replay
                assert replay is not None, said
                again = replay(found.evaluation.inputs.records(), found.params, found.clocks)
                assert again.value == pytest.approx(row[at], rel=1e-9, abs=1e-6), said
                assert again.unit == found.evaluation.unit, said
                if column.unit_from is not None:
                    assert found.evaluation.unit == row[table.index(column.unit_from)], said


def has_class(part: Any, name: str) -> bool:
    return name in (getattr(part, "className", None) or "").split()


def opens(part: Any) -> bool:
    """Whether a part holds a figure that opens its passport, or says that there is none."""
    return any(
        has_class(inner, "es-num") or has_class(inner, "es-empty-number") for inner in components(part)
    )


def check_tree(tree: Any) -> int:
    """Look at all tiles, tables and terms of a body; return how many figures were seen."""
    titles = {column_title(name, key) for name, key in ALLOWED}
    seen = 0
    for part in components(tree):
        kind = type(part).__name__
        if has_class(part, "es-kpi-value"):
            assert opens(part), text_of(part)
            seen += 1
        elif kind == "Table" and has_class(part, "es-table"):
            heads = [text_of(cell) for cell in components(part) if type(cell).__name__ == "Th"]
            for row in [inner for inner in components(part) if type(inner).__name__ == "Tr"][1:]:
                cells = [cell for cell in components(row) if type(cell).__name__ == "Td"]
                for head, cell in zip(heads, cells, strict=True):
                    if has_class(cell, "es-right") and text_of(cell) not in ("–", "") and head not in titles:
                        assert opens(cell), (head, text_of(cell))
                        seen += 1
        elif kind == "P" or has_class(part, "es-notice"):
            assert opens(part) or not re.search(r"\d EUR", text_of(part)), text_of(part)
        elif has_class(part, "es-trade-facts"):
            seen += check_facts(part)
    return seen


def column_title(name: str, key: str) -> str:
    return {"number": "#", "version": "Version"}.get(key, key)


def check_facts(part: Any) -> int:
    seen = 0
    labels = [text_of(inner) for inner in components(part) if type(inner).__name__ == "Dt"]
    values = [inner for inner in components(part) if type(inner).__name__ == "Dd"]
    for label, value in zip(labels, values, strict=True):
        if re.match(r"-?[\d.,]+( |$)", text_of(value)) and label not in FACTS:
            assert opens(value), (label, text_of(value))
            seen += 1
    return seen


@pytest.mark.parametrize("name", names(BODIES))
def test_every_tile_and_every_table_of_a_page_opens_passports(desk, name):
    seen = 0
    for asked in asked_of(name):
        seen += check_tree(BODIES[name].draw(known(asked, desk), CLOCKS, SYSTEM))
    assert seen or name == "portfolio-approvals"


@pytest.mark.parametrize("asked", CELLS)
def test_every_figure_of_a_cell_of_positions_opens_its_passport(desk, monkeypatch, asked):
    page = import_module("callbacks.portfolio.positions")
    monkeypatch.setattr(page, "current_actor", lambda: SYSTEM)
    assert check_tree(page.view({**CLOCKS.query(), **asked}).content) >= 7


def test_the_terms_of_a_trade_open_their_versions(desk):
    page = BODIES["portfolio-trade"]
    tree = page.draw({"id": desk["STORAGE"]}, CLOCKS, SYSTEM)
    buttons = [getattr(part, "data-passport", "") for part in components(tree) if has_class(part, "es-num")]
    assert any('"details.capacity"' in button for button in buttons)
    capacity = {"trade": desk["STORAGE"], "term": "details.capacity"}
    assert (
        passports.open_passport("portfolio.trade_term", capacity, CLOCKS, SYSTEM).evaluation.value == 1000.0
    )
    early = replace(CLOCKS, as_of=date(2026, 3, 1))
    waiting = [
        part
        for part in components(page.draw({"id": desk["STORAGE"]}, early, SYSTEM))
        if has_class(part, "es-num")
    ]
    assert not waiting
