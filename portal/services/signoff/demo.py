"""What the demo desk has signed: earlier days approved, the newest one under way, and two adjustments; all simulated.

Nobody of these people signed anything: notes and reasons say so, and the steps carry the moments at which a desk would
have taken them. The figures are those that were found under the clocks of each day.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from data.queries import portfolios as portfolio_queries
from data.queries import sign_offs as queries
from data.session import UnitOfWork
from data.writes import sign_offs as writes
from portal.core import clock
from portal.core.clock import Clocks
from portal.domain.portfolio import valuation_metrics
from portal.domain.signoff.frozen import digest_of, freeze
from portal.domain.signoff.steps import ORDER
from portal.services.signoff import adjustments
from portal.services.signoff.figures import DayFigures, figures_in
from portal.services.signoff.standing import days_until, is_due

PEOPLE = ("operations", "risk", "executive")
"""Who prepares, reviews and approves."""
NOTE = "Simulated step of the demo desk."
CLOSE = time(19, 30, tzinfo=UTC)
MORNING = (time(6, 40, tzinfo=UTC), time(7, 20, tzinfo=UTC), time(8, 5, tzinfo=UTC))
EARLIER = 3
"""Business days before the newest one that were signed."""
TODAY = {"GAS": 2, "POWER": 2, "OIL": 1}
"""How many steps have been taken on the newest day, by portfolio."""
WAITING_YESTERDAY = "POWER"


def seed(last: date) -> int:
    """Store the simulated sign-offs up to ``last`` and return how many steps there are; nothing is stored twice."""
    days = days_until(last, EARLIER + 1)
    made = 0
    with UnitOfWork(write=True) as work:
        writes.lock(work.session)
        nodes = portfolio_queries.tree(work.session)
        codes = [node.code for node in nodes]
        if queries.steps(work.session, portfolios=codes, first=days[-1], last=last, known_at=None):
            return 0
        _adjust(work, set(codes), days)
        for day in reversed(days):
            newest = day == days[0]
            clocks = Clocks(day, clock.now() if newest else datetime.combine(day, CLOSE), live=False)
            found = figures_in(work, clocks)
            for node in nodes:
                count = _count(node.code, day, days) if is_due(node) else 0
                made += _sign(work, node.code, clocks, found, count, newest=newest) if count else 0
    return made


def _count(code: str, day: date, days: tuple[date, ...]) -> int:
    """Return how many of the three steps are taken."""
    if day == days[0]:
        return TODAY.get(code, 0)
    return 2 if day == days[1] and code == WAITING_YESTERDAY else len(ORDER)


def _sign(
    work: UnitOfWork, portfolio: str, clocks: Clocks, found: DayFigures, count: int, *, newest: bool
) -> int:
    below = [node.code for node in portfolio_queries.subtree(portfolio_queries.tree(work.session), portfolio)]
    beside = adjustments.beside(adjustments.read_in(work, below, clocks.as_of, clocks))
    document = freeze(found.by_node[portfolio], beside, simulated=found.simulated)
    digest = digest_of(portfolio, clocks, document)
    for at in range(count):
        more: dict[str, Any] = {}
        if not newest:
            more["recorded_at"] = datetime.combine(_next(clocks.as_of), MORNING[at])
        writes.add_step(
            work.session, portfolio=portfolio, as_of=clocks.as_of, known_at=clocks.known_at, step=ORDER[at].value,
            digest=digest, figures=document, note=NOTE, by=PEOPLE[at], **more,
        )  # fmt: skip
    return count


def _next(day: date) -> date:
    """Return the weekday after a day."""
    return day + timedelta(days=3 if day.weekday() == 4 else 1)


def _adjust(work: UnitOfWork, codes: set[str], days: tuple[date, ...]) -> None:
    """Put an approved amount beside an earlier day, and one that waits beside the newest."""
    if "GAS_EU" in codes:
        at = datetime.combine(days[2], time(16, 45, tzinfo=UTC))
        made = writes.add_adjustment(
            work.session, portfolio="GAS_EU", as_of=days[2], metric=valuation_metrics.DTD.id,
            amount=Decimal("-125000.00"), currency=adjustments.CURRENCY, proposed_by="risk", recorded_at=at,
            reason="Simulated: the storage operator booked the fee of the month a day late.",
        )  # fmt: skip
        writes.add_decision(
            work.session, adjustment_id=made, decision="approved", note="Simulated: the invoice was seen.",
            decided_by="executive", recorded_at=at + timedelta(hours=1),
        )  # fmt: skip
    if "POWER_DE" in codes:
        writes.add_adjustment(
            work.session, portfolio="POWER_DE", as_of=days[0], metric=valuation_metrics.DTD.id,
            amount=Decimal("48500.00"), currency=adjustments.CURRENCY, proposed_by="trader",
            reason="Simulated: imbalance money that the grid operator has not confirmed yet.",
        )  # fmt: skip
