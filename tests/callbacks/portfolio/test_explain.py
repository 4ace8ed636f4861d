"""The body of Portfolio > P&L explain: from all books to a factor of one trade, refusals, grids, every role."""

from datetime import date
from urllib.parse import parse_qs, urlparse

import plotly.graph_objects as go
import pytest

from callbacks.portfolio import explain as page
from callbacks.portfolio.explain.ids import Ids
from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.permissions import Permission, Role, permissions_of
from portal.core.table import GridQuery
from portal.domain.portfolio.terms import TradeVersion
from portal.services.portfolio import ledger
from portal.web.views import GRIDS
from tests.helpers.layout import components, text_of
from tests.helpers.trades import add_desk, add_level, ids, terms

DAY, BEFORE = date(2026, 3, 10), date(2026, 3, 9)
JULY = {"delivery_start": date(2026, 7, 1), "delivery_end": date(2026, 8, 1), "quantity_unit": "MWh"}


@pytest.fixture(scope="module")
def desk(module_database):
    add_desk()
    books, curves = ids("portfolios"), ids("curves")
    for code, prices in (("TTF", (30.0, 33.0)), ("POWER_DE", (80.0, 78.0))):
        for day, price in zip((BEFORE, DAY), prices, strict=True):
            add_level(code, day, price)
    deals = (
        {"price": 31.0},
        {"price": 70.0, "curve_id": curves["POWER_DE"], "portfolio_id": books["POWER_DE"]},
        {"price": 31.0, "delivery_start": date(2029, 1, 1), "delivery_end": date(2029, 2, 1)},
    )
    versions = [
        TradeVersion(
            terms=terms(f"T{at}", **{"quantity": 100.0, **JULY, **deal}),
            effective_on=date(2026, 3, 2),
            recorded_by="m",
        )
        for at, deal in enumerate(deals)
    ]
    with UnitOfWork(write=True) as work:
        return [one.trade_id for one in ledger.record(work, versions)]


def clocks():
    return Clocks(DAY, now())


def drawn(actor=SYSTEM, **filters):
    return page.draw({"period": "dtd", **filters}, clocks(), actor)


def graphs(tree):
    return {part.id["grid"]: part.figure for part in components(tree) if type(part).__name__ == "Graph"}


def test_all_books_show_bridge_parts_methods_and_rows(desk):
    tree = drawn()
    said = text_of(tree)
    for part in (
        "P&L by cause",
        "P&L by portfolio",
        "Three methods side by side",
        "Price by curve and month",
        "By trade",
        "Unexplained by sensitivities",
        "within the threshold of 10%",
        "From the close of 2026-03-09 to the close of 2026-03-10",
        "1 trade has no value at one of the ends",
        "3,100 EUR notional of 1 without a value",
    ):
        assert part in said, part
    for figure in graphs(tree).values():
        assert go.Figure(figure).layout.yaxis.title.text == "EUR"


def test_the_path_leads_down_and_back(desk):
    tree = drawn(portfolio="GAS_EU", trade=str(desk[0]), factor="price")
    links = {text_of(part): part.href for part in components(tree) if type(part).__name__ == "Link"}
    assert {"All books", "DESK", "GAS", "GAS_EU", f"Trade {desk[0]}", "Terms and history"} <= set(links)
    back = parse_qs(urlparse(links["GAS"]).query)
    assert back == {"period": ["dtd"], "portfolio": ["GAS"], "as_of": ["2026-03-10"]}
    assert parse_qs(urlparse(links["Terms and history"]).query)["id"] == [str(desk[0])]
    assert "Price by curve and month" in text_of(tree)
    bars = graphs(tree)[Ids.PARTS]["data"][0]
    assert bars["x"] == ["TTF 2026-07", "Total"]


def test_bars_lead_to_what_they_show(desk):
    figure = graphs(drawn())[Ids.PARTS]
    to = [one[2] for one in figure["data"][0]["customdata"]]
    assert [parse_qs(urlparse(one).query)["portfolio"][0] for one in to if one] == ["GAS", "OIL", "POWER"]


def test_a_factor_lists_its_trades(desk):
    said = text_of(drawn(factor="price:TTF:2026-07"))
    assert "By trade: TTF 2026-07" in said
    assert text_of(drawn(factor="nonsense")).count("By trade: ") == 0


@pytest.mark.parametrize("name", [one for one in Ids if one is not Ids.BODY])
@pytest.mark.parametrize("more", [{}, {"portfolio": "GAS_EU"}, {"factor": "price"}])
def test_every_grid_answers(desk, name, more):
    params = {"since": "2026-03-09", "period": "dtd", "portfolio": "", "trade": 0, "factor": "", **more}
    assert GRIDS[name].load(GridQuery(limit=None), params, clocks(), SYSTEM).rows


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({"period": "since"}, "Choose the day"),
        ({"period": "since", "since": "2026-03-10"}, "is not before the valuation day"),
        ({"period": "since", "since": "yesterday"}, "must be a day"),
        ({"portfolio": "ATLANTIS"}, "no portfolio 'ATLANTIS'"),
        ({"trade": "99999"}, "Trade 99999 is not in your books"),
        ({"trade": "-1"}, "must be a whole number"),
    ],
)
def test_refusals_are_sentences_in_the_page(desk, filters, sentence):
    assert sentence in text_of(drawn(**filters))


def test_a_long_period_says_that_it_is_one_step(desk):
    said = text_of(drawn(period="ytd"))
    assert "Explained as one step of 69 days" in said


def test_only_trades_without_a_value(desk):
    said = text_of(drawn(trade=str(desk[2])))
    assert "No trade has a value at both ends" in said
    assert "Without a value" in said


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_it_or_is_refused(desk, role):
    actor = Actor(3, "x", "X", frozenset({role}), frozenset(ids("portfolios")))
    if Permission.PORTFOLIO_READ in permissions_of(frozenset({role})):
        assert "P&L by cause" in text_of(drawn(actor))
    else:
        assert "needs the right 'portfolio:read'" in text_of(_refused(actor))


def _refused(actor):
    from portal.core.errors import NotPermitted

    with pytest.raises(NotPermitted) as refusal:
        drawn(actor)
    return refusal.value.message


def test_an_empty_database_says_what_to_do(database):
    assert "Enter or import trades" in text_of(drawn())
