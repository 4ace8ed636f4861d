"""Orders of the demo desk with planted patterns, a month of surveillance, and past cases that were decided."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.domain.compliance.case_workflow import Outcome, Step
from portal.services.compliance import cases, surveillance

TRADING_DAYS = 30
SEED = 20_261
_AGE = timedelta(days=14)  # hits that are older have been decided
_OFFICER = Actor(-1, "compliance", "Demo compliance officer", frozenset({Role.COMPLIANCE_OFFICER}))
_HEAD = Actor(-2, "compliance_head", "Demo head of compliance", frozenset({Role.COMPLIANCE_HEAD}))
_WORDS = {
    Outcome.CONFIRMED: "The trader could not give a reason for the orders; reported to the head of the desk.",
    Outcome.FALSE_POSITIVE: "Two desks acted on their own hedges; notes of both were read and they agree.",
}


def load(last: date, say: Callable[[str], None]) -> None:
    """Store a month of orders, let the detectors look at it, and decide what is old."""
    from data.demo import order_patterns, orders
    from data.writes import demo_orders  # with the generator, which nobody else needs

    say("Placing and cancelling orders for a month")
    codes = [line.contract for line in orders.LINES]
    with UnitOfWork(write=True) as work:
        demo_orders.remove(work.session)
        prices = demo_orders.settles(work.session, codes, last, TRADING_DAYS)
        days = sorted({day for _, day in prices})
        found = orders.books(days, demo_orders.curves(work.session, codes), prices, SEED)
        books = {(book.line.contract, book.day, book.tag): book for book in found}
        inside = order_patterns.plant(books, days)
        demo_orders.store(work.session, (row for book in books.values() for row in book.rows), inside)
    if not days:
        return
    say("Looking for patterns in a month of orders")
    span = (last - days[0]).days + 1
    surveillance.run(Clocks(last, clock.now()), days=span, kind="nightly")
    _decide(last)


def _decide(last: date) -> None:
    """Propose and approve outcomes of old hits, so that precision has something to stand on."""
    old = datetime.combine(last, time(), UTC) - _AGE
    hits = surveillance.hits(Clocks(last, clock.now()), _OFFICER, days=90)
    for number, hit in enumerate(reversed(hits)):
        if hit.started_at >= old or hit.case_id is None or hit.case_state != "open":
            continue
        outcome = Outcome.FALSE_POSITIVE if number % 4 == 1 else Outcome.CONFIRMED
        body = {"outcome": outcome.value, "reason": _WORDS[outcome]}
        cases.take_step(hit.case_id, Step.PROPOSED, _OFFICER, body)
        cases.take_step(hit.case_id, Step.APPROVED, _HEAD, {"reason": "Agreed."})
