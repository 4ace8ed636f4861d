"""A book read as arrays holds what the versions say, under both clocks and of the portfolios asked for alone."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from sqlalchemy import text

from data.queries.portfolios import Node, subtree, tree, visible_books
from data.queries.trades import load_book
from data.session import UnitOfWork
from portal.core.clock import Clocks, now
from portal.domain.portfolio.book import DTYPES
from portal.domain.portfolio.terms import TradeVersion, book_of
from portal.services.portfolio import ledger
from tests.helpers.trades import add_desk, ids, terms

STORAGE = {"capacity": 100.0, "injection_rate": 20.0, "withdrawal_rate": 30.0}


@pytest.fixture
def desk(database):
    add_desk()


def record(*versions):
    with UnitOfWork(write=True) as work:
        return ledger.record(work, versions)


def new(**changes):
    return TradeVersion(terms=terms(**changes), effective_on=date(2026, 3, 2), recorded_by="mara")


def read(as_of=date(2026, 6, 1), known_at=None, portfolios=None):
    with UnitOfWork() as work:
        books = ids("portfolios").values() if portfolios is None else portfolios
        return load_book(work.session, clocks=Clocks(as_of, known_at or now()), portfolios=list(books))


def test_a_book_read_equals_the_versions_stored(desk):
    curves = ids("curves")
    stored = record(
        new(external_id="A"),
        new(
            external_id="B", kind="option", price=None, strike=30.0, premium=1.5, is_call=False,
            vol_model="shifted", shift=5.0, expiry=date(2026, 6, 26), quantity_unit="MWh", quantity=1000.0, side=-1,
        ),
        new(
            external_id="C", kind="spread_option", price=None, strike=2.0, premium=1.0, is_call=True,
            vol_model="black76", curve2_id=curves["NBP"], ratio1=1.0, ratio2=0.4, expiry=date(2026, 6, 26), pay_days=20,
        ),
        new(external_id="D", kind="storage", price=None, premium=2.0, details=STORAGE, quantity_unit="MWh"),
    )  # fmt: skip
    found, expected = read(), book_of(stored)
    for name in DTYPES:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), name)
    assert dict(found.details) == {stored[3].trade_id: STORAGE}


def test_both_clocks_and_the_portfolio_of_the_newest_version_count(desk):
    books = ids("portfolios")
    first = datetime(2026, 3, 2, 18, tzinfo=UTC)
    (one,) = record(
        TradeVersion(terms=terms(), effective_on=date(2026, 3, 2), recorded_by="m", recorded_at=first)
    )
    moved = TradeVersion(
        terms=terms(portfolio_id=books["POWER_DE"]), event="amended", version=2, effective_on=date(2026, 4, 1),
        recorded_by="m", trade_id=one.trade_id, recorded_at=datetime(2026, 4, 2, tzinfo=UTC),
    )  # fmt: skip
    record(moved)
    assert read(date(2026, 4, 1)).portfolio.tolist() == [books["POWER_DE"]]
    assert read(date(2026, 3, 31)).portfolio.tolist() == [books["GAS_EU"]]
    assert read(date(2026, 4, 1), datetime(2026, 4, 1, 23, tzinfo=UTC)).portfolio.tolist() == [
        books["GAS_EU"]
    ]
    assert len(read(date(2026, 3, 1))) == 0
    assert len(read(date(2026, 4, 1), portfolios=[books["GAS_EU"]])) == 0
    assert len(read(portfolios=[])) == 0


def test_the_tree_has_parents_first_and_books_at_its_ends(desk):
    with UnitOfWork() as work:
        nodes = tree(work.session)
        books = visible_books(work.session, frozenset({"GAS", "GAS_EU"}))
    assert [(node.code, node.depth, node.is_book) for node in nodes] == [
        ("DESK", 0, False), ("GAS", 1, False), ("GAS_EU", 2, True), ("OIL", 1, True), ("POWER", 1, False),
        ("POWER_DE", 2, True),
    ]  # fmt: skip
    assert [node.code for node in subtree(nodes, "GAS")] == ["GAS", "GAS_EU"]
    assert subtree(nodes, "NO") == []
    seen = [node for node in nodes if node.code in ("GAS", "GAS_EU", "POWER_DE")]
    assert [node.code for node in subtree(seen, "GAS")] == [
        "GAS",
        "GAS_EU",
    ]  # POWER, between them, is not seen
    assert list(books.values()) == ["GAS_EU"]


def test_a_circle_of_parents_is_still_shown(desk):
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "UPDATE portfolios SET parent_id = (SELECT id FROM portfolios WHERE code='GAS_EU') WHERE code='GAS'"
            )
        )
        nodes = {node.code: node for node in tree(work.session)}
    assert set(nodes) == {"DESK", "GAS", "GAS_EU", "OIL", "POWER", "POWER_DE"}
    assert isinstance(nodes["GAS"], Node)
    assert nodes["GAS"].parent_id is None
