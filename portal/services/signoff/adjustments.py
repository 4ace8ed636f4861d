"""Adjustments: proposed by one person with a reason, approved by another, and always shown beside the figures."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from data.queries import portfolios as portfolio_queries
from data.queries import sign_offs as queries
from data.queries.sign_offs import AdjustmentRow, DecisionRow
from data.session import UnitOfWork
from data.writes import sign_offs as writes
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Permission
from portal.domain.portfolio import valuation_metrics
from portal.domain.signoff.adjusting import Decision, check_decision, read_adjustment, total_approved
from portal.domain.signoff.frozen import Beside
from portal.services import audit
from portal.services import clocks as clock_service
from portal.services.portfolio.books import visible_nodes

CURRENCY = "EUR"
LARGEST = Decimal("1e15")
LONGEST = 1000
_AMOUNT = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d{1,2})?")
METRICS = {
    metric.id: metric.title
    for metric in (
        valuation_metrics.DTD,
        valuation_metrics.VALUE,
        valuation_metrics.UNREALISED,
        valuation_metrics.REALISED,
        valuation_metrics.MTD,
        valuation_metrics.YTD,
    )
}
"""Figures that somebody may put an amount beside, by id."""
WINDOW = 40
"""Days back from the valuation day whose adjustments are listed."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An adjustment with what was said of it; ``options`` are the decisions open to the reader."""

    row: AdjustmentRow
    decisions: tuple[DecisionRow, ...]
    state: str
    options: tuple[Decision, ...] = ()

    @property
    def metric_title(self) -> str:
        """The figure that it stands beside."""
        return METRICS.get(self.row.metric, self.row.metric)


@dataclass(frozen=True, slots=True)
class Total:
    """What was approved beside one figure, all together; ``metric`` is its id and ``title`` its name."""

    metric: str
    title: str
    amount: Decimal


def listed(clocks: Clocks, actor: Actor, *, portfolio: str | None = None, first: date) -> list[Adjustment]:
    """Return the adjustments from ``first`` to the valuation day, newest first, of a portfolio and all below it.

    Raises
    ------
    NotPermitted, NotFound
        As for :func:`adjustments_in`.
    """
    with UnitOfWork() as work:
        return adjustments_in(work, clocks, actor, portfolio=portfolio, first=first)


def adjustments_in(
    work: UnitOfWork, clocks: Clocks, actor: Actor, *, portfolio: str | None, first: date
) -> list[Adjustment]:
    """Return the adjustments from ``first`` to the valuation day, newest first, of a portfolio and all below it.

    Raises
    ------
    NotPermitted
        The actor may not read portfolios.
    NotFound
        There is no such portfolio among those that they may see.
    """
    actor.require(Permission.PORTFOLIO_READ)
    codes = codes_in(work, actor, portfolio)
    return read_in(work, codes, first, clocks, actor)


def codes_in(work: UnitOfWork, actor: Actor, portfolio: str | None) -> list[str]:
    """Return the codes of a portfolio and all below it, or of all that ``actor`` may see."""
    nodes = visible_nodes(work, actor)
    if portfolio is None:
        return [node.code for node in nodes]
    found = portfolio_queries.subtree(nodes, portfolio)
    if not found:
        raise NotFound(
            f"There is no portfolio '{portfolio[:40]}' that you may see. Choose one from the list."
        )
    return [node.code for node in found]


def read_in(
    work: UnitOfWork, codes: Collection[str], first: date, clocks: Clocks, actor: Actor | None = None
) -> list[Adjustment]:
    """Return the adjustments of portfolios, whoever may see them."""
    known_at = None if clocks.live else clocks.known_at
    rows = queries.adjustments(
        work.session, portfolios=codes, first=first, last=clocks.as_of, known_at=known_at
    )
    said = queries.decisions(work.session, [row.id for row in rows], known_at=known_at)
    return [_view(row, said.get(row.id, []), actor if clocks.live else None) for row in rows]


def beside(found: Sequence[Adjustment]) -> list[Beside]:
    """Return the approved ones as a sign-off keeps them, by number."""
    rows = sorted((one.row for one in found if one.state == Decision.APPROVED), key=lambda row: row.id)
    return [Beside(row.id, row.metric, f"{row.amount:.2f}", row.currency) for row in rows]


def totals(found: Sequence[Beside]) -> list[Total]:
    """Return one total for each figure that something approved stands beside, in the order of the choices."""
    amounts: dict[str, list[Decimal]] = {}
    for one in found:
        amounts.setdefault(one.metric, []).append(Decimal(one.amount))
    known = [metric for metric in METRICS if metric in amounts]
    return [
        Total(metric, METRICS[metric], total_approved((one, Decision.APPROVED) for one in amounts[metric]))
        for metric in known
    ]


def adjustment(adjustment_id: int, actor: Actor) -> Adjustment:
    """Return one adjustment as it stands.

    Raises
    ------
    NotFound
        There is none of this number that the actor may see.
    """
    with UnitOfWork() as work:
        return adjustment_in(work, adjustment_id, actor)


def adjustment_in(
    work: UnitOfWork, adjustment_id: int, actor: Actor, *, known_at: datetime | None = None
) -> Adjustment:
    """Return the same within a transaction; with ``known_at`` as it stood then."""
    actor.require(Permission.PORTFOLIO_READ)
    row = queries.adjustment_by_id(work.session, adjustment_id)
    if row is None or row.portfolio not in codes_in(work, actor, None):
        raise NotFound(f"There is no adjustment {adjustment_id} that you may see. Choose one from the list.")
    said = queries.decisions(work.session, [row.id], known_at=known_at)
    return _view(row, said.get(row.id, []), actor)


def _view(row: AdjustmentRow, said: Sequence[DecisionRow], actor: Actor | None) -> Adjustment:
    state = read_adjustment([one.decision for one in said])
    options = () if actor is None else tuple(one for one in Decision if _may(row, state, one, actor))
    return Adjustment(row, tuple(said), state, options)


def _may(row: AdjustmentRow, state: str, decision: Decision, actor: Actor) -> bool:
    try:
        check_decision(state, row.proposed_by, decision, "a reason", actor)
    except (Conflict, DomainError, NotPermitted):
        return False
    return True


def propose(portfolio: str, day: date, metric: str, amount: str, reason: str, actor: Actor) -> int:
    """Store an adjustment as proposed and return its number.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not propose, or does not see the portfolio.
    DomainError
        The amount, figure, day or reason cannot be taken; the sentence says what to change.
    """
    actor.require(Permission.ADJUST_PROPOSE)
    actor.require(Permission.PORTFOLIO_READ)
    if metric not in METRICS:
        raise DomainError("Choose the figure that the amount belongs beside.")
    if day > clock_service.latest_day():
        raise DomainError(f"There is nothing to adjust on {day:%Y-%m-%d}: no data has come in for it yet.")
    said = reason.strip()
    if not said or len(said) > LONGEST:
        raise DomainError(f"Say in 1 to {LONGEST} characters why; the second person decides by it.")
    money = read_amount(amount)
    with UnitOfWork(write=True) as work:
        codes_in(work, actor, portfolio)
        made = writes.add_adjustment(
            work.session, portfolio=portfolio, as_of=day, metric=metric, amount=money, currency=CURRENCY,
            reason=said, proposed_by=actor.username,
        )  # fmt: skip
        detail = {
            "portfolio": portfolio,
            "as_of": day.isoformat(),
            "metric": metric,
            "amount": f"{money:.2f}",
        }
        audit.note(work, actor, "adjustment.proposed", "adjustment", str(made), detail)
    return made


def read_amount(text: str) -> Decimal:
    """Return an amount as people write it, to the cent.

    Raises
    ------
    DomainError
        It is no amount, or zero; also where a comma could stand for the decimal point.
    """
    plain = "".join(text.split()).replace("−", "-")
    if not _AMOUNT.fullmatch(plain):
        raise DomainError(
            f"'{text[:40]}' cannot be read as an amount. Write it such as -125,000.00 or -125000.00: a point and at "
            "most two digits for the cents, commas only between thousands."
        )
    amount = Decimal(plain.replace(",", ""))
    if not amount or abs(amount) >= LARGEST:
        raise DomainError("The amount must be a number other than zero, below 10^15.")
    return round(amount, 2)


def decide(adjustment_id: int, decision: Decision, note: str, actor: Actor) -> Adjustment:
    """Store what ``actor`` says of an adjustment, and return it as it stands then.

    Raises
    ------
    NotFound
        They do not see it.
    NotPermitted
        They lack the right, or proposed it themselves.
    Conflict
        It was decided before.
    DomainError
        A rejection does not say why.
    """
    said = note.strip()[:LONGEST]
    with UnitOfWork(write=True) as work:
        writes.lock(work.session)
        found = adjustment_in(work, adjustment_id, actor)
        check_decision(found.state, found.row.proposed_by, decision, said, actor)
        writes.add_decision(
            work.session, adjustment_id=adjustment_id, decision=decision.value, note=said,
            decided_by=actor.username,
        )  # fmt: skip
        audit.note(work, actor, f"adjustment.{decision.value}", "adjustment", str(adjustment_id))
        return adjustment_in(work, adjustment_id, actor)
