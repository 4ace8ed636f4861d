"""Breaches of limits: opened, worsened and eased by the program when limits are judged, moved on by people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from data.queries import limits as queries
from data.queries import portfolios as portfolio_queries
from data.queries.limits import EventRow
from data.queries.portfolios import Node
from data.session import UnitOfWork
from data.writes import limits as writes
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.market.holidays import desk_holidays
from portal.domain.risk.limits.breach import Breach, Event, State, Step, is_overdue, read
from portal.domain.risk.limits.limit import Tier
from portal.domain.risk.limits.watch import watch
from portal.domain.risk.limits.workflow import allowed_steps, move
from portal.services.portfolio.books import visible_nodes
from portal.services.risk.limit_people import OWNERS, people_in
from portal.services.risk.limit_values import Standing, judge_in
from portal.services.risk.limits import Version, in_force, versions_in

NOTE_LIMIT = 2000
DEADLINE_REACH = timedelta(days=60)  # calendar days within which every deadline falls
Report = Callable[[float, str], None]


@dataclass(frozen=True)
class BreachView:
    """A breach as somebody sees it; ``steps`` are those that they may take now."""

    id: int
    code: str
    node: Node
    rows: tuple[EventRow, ...]
    breach: Breach
    overdue: bool
    steps: tuple[Step, ...]

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to do."""
        return self.breach.state is State.CLOSED


def breaches(clocks: Clocks, actor: Actor) -> tuple[BreachView, ...]:
    """Return the breaches of the limits that ``actor`` may see, the newest first.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    """
    actor.require(Permission.RISK_READ)
    with UnitOfWork() as work:
        return breaches_in(work, clocks, actor)


def breaches_in(
    work: UnitOfWork, clocks: Clocks, actor: Actor, seen: Sequence[Version] | None = None
) -> tuple[BreachView, ...]:
    """Return the same within a transaction; ``seen`` are the versions when they are known already."""
    codes = {version.code for version in (versions_in(work, clocks, actor) if seen is None else seen)}
    nodes = {node.id: node for node in visible_nodes(work, actor)}
    found = queries.events(work.session, clocks=clocks, portfolios=list(nodes))
    views = [
        _view(key, rows, nodes[rows[0].portfolio_id], clocks, actor)
        for key, rows in found.items()
        if rows[0].limit_code in codes
    ]
    return tuple(sorted(views, key=lambda view: -view.id))


def _view(key: int, rows: Sequence[EventRow], node: Node, clocks: Clocks, actor: Actor) -> BreachView:
    breach = read(_event(row) for row in rows)
    steps = allowed_steps(breach, actor) if actor.user_id is not None else ()
    return BreachView(
        key, rows[0].limit_code, node, tuple(rows), breach, is_overdue(breach, clocks.known_at), steps
    )


def _event(row: EventRow) -> Event:
    by_program = row.event in (Step.OPENED, Step.WORSENED, Step.EASED)
    return Event(
        Step(row.event),
        row.written_by,
        row.recorded_at,
        Tier(row.tier) if by_program else None,
        row.used if by_program else None,
        row.owner,
        row.due,
        row.note,
    )


def take_step(
    breach_id: int, step: Step, actor: Actor, *, note: str = "", owner: str | None = None
) -> BreachView:
    """Take one step of a breach and return it as it stands then.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read risk, or does not see the breach.
    IllegalMove
        The step is not possible now, or not theirs; the sentence says why.
    DomainError
        The note is too long, or the new owner cannot own it.
    """
    actor.require(Permission.RISK_READ)
    if len(note) > NOTE_LIMIT:
        raise DomainError(f"The note is longer than {NOTE_LIMIT} characters. Shorten it.")
    with UnitOfWork(write=True) as work:
        writes.lock(work.session)
        view = _one(work, breach_id, actor)
        if step is Step.ASSIGNED and owner and owner not in people_in(work, view.node.code, OWNERS):
            raise DomainError(
                f"'{owner[:40]}' cannot own this breach: choose an active user who sees {view.node.code} and may "
                "comment on risk or approve limits.",
                owner=owner[:40],
            )
        at = clock.now()
        event = move(
            view.breach, step, actor, at=at, note=note, owner=owner or None, holidays=days_off(at.date())
        )
        last = view.rows[-1]
        _store(work, event, view.breach, last.as_of, view.id, last)
        return _one(work, breach_id, actor)


def days_off(day: date) -> frozenset[date]:
    """Return the holidays of the desk that a deadline from ``day`` on may meet."""
    return desk_holidays(day, day + DEADLINE_REACH)


def _one(work: UnitOfWork, breach_id: int, actor: Actor) -> BreachView:
    clocks = _forever()
    found = next((view for view in breaches_in(work, clocks, actor) if view.id == breach_id), None)
    if found is None:
        raise NotFound(f"There is no breach {breach_id} that you may see.", breach=breach_id)
    return found


def _forever() -> Clocks:
    """Clocks under which every step counts, also one recorded this instant."""
    return Clocks(date(2199, 12, 31), clock.now() + timedelta(hours=1))


def _store(
    work: UnitOfWork, event: Event, before: Breach | None, as_of: date, breach: int | None, like: EventRow | None,
    **more: int | str | None,
) -> int:  # fmt: skip
    """Store an event; what it does not say stays as it was before."""
    base: Mapping[str, object] = (
        {name: getattr(like, name) for name in ("limit_code", "limit_id", "portfolio_id", "run_id")}
        if like
        else {}
    )
    tier = event.tier or (before.tier if before else Tier.HARD)
    used = event.used if event.used is not None else (before.used if before else 0.0)
    return writes.add_event(
        work.session,
        **{
            **base, **more, "breach": breach, "as_of": as_of, "event": event.step.value, "tier": tier.value,
            "used": used, "owner": event.owner, "due": event.due, "note": event.note, "written_by": event.by,
            "recorded_at": event.at,
        },
    )  # fmt: skip


def check_limits(clocks: Clocks, report: Report | None = None) -> int:
    """Judge all limits in force on the day and open, worsen or ease their breaches; return the number of steps.

    Asked again about the same figures it does nothing. A day before the newest run is history and moves nothing.
    """
    if report is not None:
        report(0.99, "Holding the figures against the limits")
    with UnitOfWork(write=True) as work:
        writes.lock(work.session)
        now = clock.now()
        known = Clocks(clocks.as_of, now + timedelta(hours=1))
        newest = queries.newest_day(work.session, known_at=known.known_at)
        if newest is not None and clocks.as_of < newest:
            return 0
        held = in_force(versions_in(work, known, SYSTEM))
        latest = _latest(work)
        steps = 0
        for version, standing in zip(held, judge_in(work, known, [v.limit for v in held]), strict=True):
            steps += _watch(work, version, standing, latest.pop(version.code, None), clocks.as_of)
        return steps + sum(_lapsed(work, view, clocks.as_of) for view in latest.values())


def _latest(work: UnitOfWork) -> dict[str, BreachView]:
    nodes = {node.id: node for node in portfolio_queries.tree(work.session)}
    clocks = _forever()
    found = queries.events(work.session, clocks=clocks, portfolios=list(nodes))
    views = [_view(key, rows, nodes[rows[0].portfolio_id], clocks, SYSTEM) for key, rows in found.items()]
    return {view.code: view for view in sorted(views, key=lambda view: view.id)}


def _watch(
    work: UnitOfWork, version: Version, standing: Standing, view: BreachView | None, as_of: date
) -> int:
    if view is not None and as_of < view.rows[-1].as_of:
        return 0
    before = view.breach if view is not None else None
    at = clock.now()
    event = watch(before, standing.judgement, at=at, holidays=days_off(at.date()))
    if event is None:
        return 0
    opens = view is None or event.step is Step.OPENED
    _store(
        work, event, before, as_of, None if opens else view.id if view else None, None,
        limit_code=version.code, limit_id=version.row.id, portfolio_id=version.row.portfolio_id,
        run_id=standing.reading.run_id,
    )  # fmt: skip
    return 1


def _lapsed(work: UnitOfWork, view: BreachView, as_of: date) -> int:
    """Say of an open breach that its limit does not hold any more, so that it can be closed."""
    if view.is_closed or view.breach.is_over or as_of < view.rows[-1].as_of:
        return 0
    event = move(view.breach, Step.EASED, SYSTEM, at=clock.now(), note="The limit is not in force any more.")
    _store(work, event, view.breach, as_of, view.id, view.rows[-1])
    return 1
