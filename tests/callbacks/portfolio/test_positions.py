"""The page of positions for every role, its cells, its grids, and what it says when there is nothing."""

from urllib.parse import parse_qs, urlsplit

import pytest

import callbacks.portfolio.positions as page
from callbacks.portfolio.positions import Ids
from portal.core.actor import Actor
from portal.core.errors import DomainError
from portal.core.permissions import Permission, Role, permissions_of
from portal.core.table import GridQuery
from portal.services.portfolio.position_ask import Ask
from portal.web.views import BODIES, GRIDS
from tests.helpers import positions as book
from tests.helpers.layout import components, text_of

PINNED = book.NOW.query()


@pytest.fixture(scope="module")
def numbers(module_database: str) -> dict[str, int]:
    """The desk of :func:`tests.helpers.positions.add_book`."""
    return book.add_book()


@pytest.fixture
def seen_by(monkeypatch):
    """Let an actor look at the page."""

    def look(actor: Actor, **query: str) -> page.View:
        monkeypatch.setattr(page, "current_actor", lambda: actor)
        return page.view({**PINNED, **query})

    return look


@pytest.mark.parametrize(
    "role", [role for role in Role if Permission.PORTFOLIO_READ in permissions_of({role})]
)
def test_page_opens_for_each_role_that_reads_portfolios(numbers, seen_by, role):
    state = seen_by(Actor(9, "any", "Any One", frozenset({role}), book.ALL))
    text = text_of(state.content)
    assert "Net position" in text
    assert "Books against their limits" in text
    assert "POWER_DE · power · Mar-27: over the limit" in text
    assert "Positions in carbon are not in these figures" in text
    graphs = [part.id["grid"] for part in components(state.content) if type(part).__name__ == "Graph"]
    assert graphs == [Ids.HEAT, Ids.TENOR]


def test_every_figure_opens_a_passport_and_its_trades(numbers, seen_by):
    state = seen_by(book.RISK, rows="book", unit="MWh")
    html = "".join(part.html for part in components(state.content) if type(part).__name__ == "Markup")
    assert html.count('class="es-drill"') == html.count('class="es-drill-link"') > 10
    assert html.count("data-passport") > html.count('class="es-drill"')
    links = [
        part.href for part in components(state.content) if "es-drill-link" in getattr(part, "className", "")
    ]
    asked = {key: values[0] for key, values in parse_qs(urlsplit(links[0]).query).items()}
    assert asked == {"rows": "book", "unit": "MWh", "row": "GAS_EU", "column": "2026-11", **PINNED}
    inside = seen_by(book.RISK, **asked)
    assert inside.title == "GAS_EU · Nov-26"
    assert "TTF-1" in text_of(inside.content)
    assert inside.back is not None
    assert set(parse_qs(urlsplit(inside.back.href).query)) == {"rows", "unit", *PINNED}


def test_trader_sees_his_books_alone(numbers, seen_by):
    state = seen_by(book.TRADER, portfolio="POWER", commodity="gold")
    assert (state.ask.portfolio, state.ask.commodity) == ("", "")
    text = text_of(state.content)
    assert "POWER_DE" not in text
    assert "GAS_EU · gas" in " ".join(str(trace["y"]) for trace in _heat(state)["data"])
    assert [code for code, _ in state.portfolios] == ["all", "GAS", "GAS_EU"]


def _heat(state: page.View) -> dict:
    name = {"type": "chart-graph", "grid": Ids.HEAT}
    return next(part.figure for part in components(state.content) if getattr(part, "id", None) == name)


def test_an_empty_cell_and_a_reader_without_books(numbers, seen_by):
    assert "None holds a volume" in text_of(seen_by(book.RISK, row="OIL", column="2028-01").content)
    lonely = Actor(8, "new", "New One", frozenset({Role.TRADER}))
    assert "None is assigned to you" in text_of(seen_by(lonely).content)


def test_an_empty_database_says_so(database, seen_by):
    text = text_of(seen_by(Actor(9, "any", "Any One", frozenset({Role.AUDITOR}))).content)
    assert "No portfolio" in text


def test_desk_without_trades(database, seen_by):
    from tests.helpers import trades

    trades.add_desk()
    text = text_of(seen_by(book.RISK).content)
    assert "No positions" in text
    assert "No trade delivers in these months" in text


def test_grids_answer_their_parameters_and_refuse_others(numbers):
    assert Ids.BODY in BODIES
    params = Ask(rows="hub").params()
    for name in (Ids.PIVOT, Ids.TENOR, Ids.HEAT, Ids.CELL):
        assert GRIDS[name].load(GridQuery(limit=None), params, book.NOW, book.RISK).rows, name
        with pytest.raises(DomainError, match="Choose one of"):
            GRIDS[name].load(GridQuery(), {**params, "rows": "'; DROP"}, book.NOW, book.RISK)
    sorted_rows = (
        GRIDS[Ids.PIVOT].load(GridQuery(sort="at:2027-01", descending=True), params, book.NOW, book.RISK).rows
    )
    assert sorted_rows[-1][1] == "Total"


def test_hours_days_and_deltas_are_shown(numbers, seen_by):
    hours = seen_by(book.RISK, tenor="hour", first="2027-03")
    assert "Hours are those of Mar-27" in text_of(hours.content)
    assert "Position by hour of delivery in MWh" in text_of(hours.content)
    days = seen_by(book.RISK, tenor="day", rows="hub")
    assert "Sun 01 Nov" in text_of(days.content)
    deltas = seen_by(book.RISK, count="delta")
    assert "Left out for want of a mark" in text_of(deltas.content)  # this desk has no prices
