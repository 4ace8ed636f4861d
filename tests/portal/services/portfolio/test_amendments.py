"""Four eyes: who may propose, who may decide, and what a proposal can no longer do."""

from datetime import date, timedelta
from typing import Any

import pytest

from data.queries import proposals as queries
from data.queries import trade_versions
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.portfolio.terms import TradeVersion
from portal.services.portfolio import ledger
from portal.services.portfolio.amendments import (
    Request,
    approve,
    propose_amendment,
    propose_cancellation,
    reject,
    withdraw,
)
from tests.helpers import trades as desk
from tests.helpers.files import one, rows

DAY = date(2026, 3, 2)
EVERYWHERE = frozenset({"DESK", "GAS", "GAS_EU", "POWER", "POWER_DE", "OIL"})


def someone(name: str, role: Role, books: frozenset[str] = EVERYWHERE) -> Actor:
    return Actor(1, name, name.title(), frozenset({role}), books)


MARA = someone("mara", Role.TRADER)
OTTO = someone("otto", Role.OPERATIONS)
RITA = someone("rita", Role.RISK_OFFICER)


@pytest.fixture
def trade(database: str) -> int:
    """The number of a forward of TTF gas in GAS_EU."""
    desk.add_desk()
    desk.add_level("TTF", DAY, 30.0)
    with UnitOfWork(write=True) as work:
        version = TradeVersion(terms=desk.terms(), effective_on=DAY, recorded_by="mara")
        (stored,) = ledger.record(work, [version])
    return stored.trade_id or 0


def ask(trade: int, base: int = 1, **changes: Any) -> Request:
    return Request(
        trade, base, changes.get("effective_on", DAY), changes.get("reason", "Broker corrected the price")
    )


def newest(trade: int) -> TradeVersion:
    with UnitOfWork() as work:
        return trade_versions.newest(work.session, [trade])[trade]


def test_an_amendment_waits_and_then_becomes_a_version(trade: int) -> None:
    number = propose_amendment(ask(trade), {"price": "32.25", "quantity": "12"}, MARA)
    assert newest(trade).version == 1
    assert one("SELECT sum(volume) FROM portfolio_positions") == 10 * (31 + 31 + 30) * 24.0
    stored = approve(number, "seen the confirmation", RITA)
    assert (stored.version, stored.event, stored.terms.price, stored.terms.quantity) == (
        2,
        "amended",
        32.25,
        12.0,
    )
    assert (stored.recorded_by, stored.approved_by, stored.reason) == (
        "mara",
        "rita",
        "Broker corrected the price",
    )
    assert one("SELECT sum(volume) FROM portfolio_positions") == 12 * (31 + 31 + 30) * 24.0
    with UnitOfWork() as work:
        found = queries.proposal(work.session, number)
    assert found is not None
    assert (found.decision, found.decided_by, found.terms) == (
        "approved",
        "rita",
        {"price": 32.25, "quantity": 12.0},
    )


def test_a_cancellation(trade: int) -> None:
    number = propose_cancellation(ask(trade), OTTO)
    assert approve(number, "", RITA).event == "cancelled"
    assert (
        rows("SELECT month, sum(volume) FROM portfolio_positions GROUP BY 1 HAVING abs(sum(volume)) > 1e-9")
        == []
    )
    with pytest.raises(Conflict, match="was cancelled; nothing follows"):
        propose_amendment(ask(trade, 2), {"price": "30"}, MARA)


def test_never_the_proposer(trade: int) -> None:
    number = propose_amendment(ask(trade), {"price": "32"}, OTTO)
    for decide in (lambda: approve(number, "", OTTO), lambda: reject(number, "no", OTTO)):
        with pytest.raises(NotPermitted, match="a second person must decide"):
            decide()
    assert newest(trade).version == 1


def test_rights(trade: int) -> None:
    with pytest.raises(NotPermitted):
        propose_amendment(ask(trade), {"price": "32"}, RITA)
    number = propose_amendment(ask(trade), {"price": "32"}, MARA)
    with pytest.raises(NotPermitted):
        approve(number, "", someone("theo", Role.TRADER))
    with pytest.raises(NotPermitted):
        reject(number, "no", someone("eva", Role.EXECUTIVE))


def test_books_that_are_not_seen(trade: int) -> None:
    blind = someone("bea", Role.TRADER, frozenset({"OIL"}))
    with pytest.raises(NotFound, match="no trade"):
        propose_amendment(ask(trade), {"price": "32"}, blind)
    number = propose_amendment(ask(trade), {"price": "32"}, MARA)
    with pytest.raises(NotFound, match="no proposal"):
        approve(number, "", someone("ole", Role.OPERATIONS, frozenset({"OIL"})))
    with pytest.raises(NotFound, match="no proposal"):
        approve(999, "", RITA)


def test_move_into_a_book_that_is_not_seen(trade: int) -> None:
    half = frozenset({"GAS_EU"})
    with pytest.raises(DomainError, match="no book 'OIL' in which you may trade"):
        propose_amendment(ask(trade), {"book": "OIL"}, someone("mia", Role.TRADER, half))
    number = propose_amendment(ask(trade), {"book": "OIL"}, MARA)
    with pytest.raises(NotPermitted, match="a book that you do not see"):
        approve(number, "", someone("ole", Role.RISK_OFFICER, half))
    approve(number, "", RITA)
    assert rows("SELECT DISTINCT portfolio_id FROM portfolio_positions WHERE volume > 0 AND version = 2") == [
        (desk.ids("portfolios")["OIL"],)
    ]


def test_a_trade_that_changed_meanwhile(trade: int) -> None:
    number = propose_amendment(ask(trade), {"price": "32"}, MARA)
    with UnitOfWork(write=True) as work:
        last = trade_versions.newest(work.session, [trade])[trade]
        changed = TradeVersion(
            terms=last.terms,
            event="matured",
            version=2,
            effective_on=DAY,
            recorded_by="system",
            trade_id=trade,
        )
        ledger.record(work, [changed])
    with pytest.raises(Conflict, match="made against version 1, and the trade is at version 2"):
        approve(number, "", RITA)
    reject(number, "propose it again", RITA)
    with pytest.raises(Conflict, match="you saw version 1, and it is at version 2"):
        propose_amendment(ask(trade, 1), {"price": "32"}, MARA)
    assert propose_amendment(ask(trade, 2), {"price": "32"}, MARA) > number


def test_one_open_proposal_at_a_time(trade: int) -> None:
    number = propose_amendment(ask(trade), {"price": "32"}, MARA)
    with pytest.raises(Conflict, match="has an open proposal by mara"):
        propose_cancellation(ask(trade), OTTO)
    with pytest.raises(NotPermitted, match="Only mara can withdraw"):
        withdraw(number, OTTO)
    withdraw(number, MARA)
    assert propose_cancellation(ask(trade), OTTO) > number
    with pytest.raises(Conflict, match="withdrawn by mara before"):
        approve(number, "", RITA)


def test_decided_once(trade: int) -> None:
    number = propose_amendment(ask(trade), {"price": "32"}, MARA)
    with pytest.raises(DomainError, match="Say why it is rejected"):
        reject(number, " ", RITA)
    reject(number, "wrong confirmation", RITA)
    with pytest.raises(Conflict, match="rejected by rita before"):
        approve(number, "", RITA)
    assert newest(trade).version == 1


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"price": "31.5"}, "Nothing would change"),
        ({"price": "abc"}, "'abc' of 'price' is not a number"),
        ({"price": ""}, "needs its agreed price"),
        ({"price": "3200"}, "far from the market"),
        ({"quantity": "0"}, "not above zero"),
        ({"delivery_end": "2026-06-01"}, "not after its start"),
        ({"expiry": "soon"}, "is no day"),
        ({"curve": "TFF"}, "Did you mean TTF"),
        ({"counterparty": "NOBODY"}, "no counterparty"),
        ({"kind": "swap"}, "cannot change 'kind'"),
        ({"external_id": "X"}, "cannot change 'external_id'"),
        ({"version": "7"}, "is no column of a trade"),
        ({"product": "someday"}, "is not a delivery period"),
    ],
)
def test_amendments_that_are_refused(trade: int, texts: dict[str, str], says: str) -> None:
    with pytest.raises(DomainError, match=says):
        propose_amendment(ask(trade), texts, MARA)
    assert one("SELECT count(*) FROM trade_proposals") == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"reason": "  "}, "characters why"),
        ({"effective_on": DAY - timedelta(days=1)}, "took effect on 2026-03-02"),
        ({"effective_on": clock.now().date() + timedelta(days=2)}, "lies ahead of"),
    ],
)
def test_requests_that_are_refused(trade: int, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(DomainError, match=says):
        propose_amendment(ask(trade, **changes), {"price": "32"}, MARA)


def test_delivery_by_product(trade: int) -> None:
    approve(propose_amendment(ask(trade), {"product": "2026-Q4"}, MARA), "", RITA)
    terms = newest(trade).terms
    assert (terms.delivery_start, terms.delivery_end) == (date(2026, 10, 1), date(2027, 1, 1))


def test_two_people_decide_at_once(trade: int) -> None:
    from threading import Barrier, Thread

    number = propose_amendment(ask(trade), {"price": "32"}, MARA)
    barrier = Barrier(2)
    outcomes: list[int | str] = []

    def decide(name: str) -> None:
        barrier.wait()
        try:
            outcomes.append(approve(number, "", someone(name, Role.RISK_OFFICER)).version)
        except Conflict as problem:
            outcomes.append(problem.message)

    threads = [Thread(target=decide, args=(name,)) for name in ("rita", "ralf")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(outcome == 2 for outcome in outcomes) == 1
    assert newest(trade).version == 2


@pytest.mark.parametrize(
    "texts",
    [
        {"details": "[" * 15_000},
        {"details": '{"x": 1e999}'},
        {"details": "x" * 20_001},
        {"trader": "m" * 501},
        {"trader": "a\0b"},
        {"delivery_end": "9999-12-01"},
    ],
)
def test_what_no_form_sends_is_refused_with_a_sentence(trade: int, texts: dict[str, str]) -> None:
    with pytest.raises(DomainError):
        propose_amendment(ask(trade), texts, MARA)
