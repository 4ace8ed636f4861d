"""The portfolio tree: made by administrators, never a circle, never something below a book with trades."""

from datetime import date

import pytest

from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.portfolio.terms import TradeVersion
from portal.services.portfolio import ledger
from portal.services.portfolio.portfolios import (
    create_counterparty,
    create_portfolio,
    list_portfolios,
    move_portfolio,
)
from tests.helpers import trades as desk


@pytest.fixture(autouse=True)
def market(database: str) -> None:
    """The tree DESK > GAS > GAS_EU, POWER > POWER_DE, OIL."""
    desk.add_desk()


def test_create_and_list() -> None:
    create_portfolio("LNG", "LNG cargoes", "GAS", SYSTEM)
    shown = [(node.code, node.depth, node.is_book) for node in list_portfolios(SYSTEM)]
    assert ("GAS", 1, False) in shown
    assert ("LNG", 2, True) in shown
    one = Actor(1, "t", "T", frozenset({Role.TRADER}), frozenset({"GAS_EU"}))
    assert [node.code for node in list_portfolios(one)] == ["GAS_EU"]


@pytest.mark.parametrize(("code", "parent"), [("GAS", "GAS"), ("GAS", "GAS_EU"), ("DESK", "GAS_EU")])
def test_no_circle(code: str, parent: str) -> None:
    with pytest.raises(Conflict, match=r"run in a circle\. Choose a portfolio outside"):
        move_portfolio(code, parent, SYSTEM)
    assert next(node for node in list_portfolios(SYSTEM) if node.code == "GAS_EU").depth == 2


def test_move() -> None:
    move_portfolio("GAS", "POWER", SYSTEM)
    assert next(node for node in list_portfolios(SYSTEM) if node.code == "GAS_EU").depth == 3
    move_portfolio("GAS", None, SYSTEM)
    assert next(node for node in list_portfolios(SYSTEM) if node.code == "GAS").depth == 0


def test_nothing_below_a_book_with_trades() -> None:
    with UnitOfWork(write=True) as work:
        ledger.record(
            work, [TradeVersion(terms=desk.terms(), effective_on=date(2026, 3, 2), recorded_by="mara")]
        )
    with pytest.raises(Conflict, match="GAS_EU is a book with trades"):
        create_portfolio("LNG", "", "GAS_EU", SYSTEM)
    with pytest.raises(Conflict, match="GAS_EU is a book with trades"):
        move_portfolio("OIL", "GAS_EU", SYSTEM)


def test_refusals() -> None:
    with pytest.raises(Conflict, match="portfolio GAS already"):
        create_portfolio("GAS", "", None, SYSTEM)
    with pytest.raises(DomainError, match="cannot be a code"):
        create_portfolio("gas eu", "", None, SYSTEM)
    with pytest.raises(NotFound, match="no portfolio NOPE"):
        move_portfolio("NOPE", None, SYSTEM)
    with pytest.raises(NotPermitted):
        create_portfolio("LNG", "", None, Actor(1, "t", "T", frozenset({Role.TRADER})))


def test_counterparties() -> None:
    assert create_counterparty("RHEIN", "Rhein Energie", "utility", "DE", SYSTEM) > 0
    with pytest.raises(Conflict, match="RHEIN already"):
        create_counterparty("RHEIN", "", "utility", "DE", SYSTEM)
    with pytest.raises(DomainError, match="no kind of counterparty"):
        create_counterparty("X1", "", "friend", "DE", SYSTEM)
    with pytest.raises(DomainError, match="no country"):
        create_counterparty("X1", "", "bank", "Germany", SYSTEM)
