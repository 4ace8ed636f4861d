"""Discussions anchored to a figure: metric, parameters, portfolio and both clocks.

Whoever may read the figure may read and write: they hold the right of its metric and see every portfolio that it is
made of. To all others a discussion does not exist. What was said stays; a correction is another comment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.queries import threads as queries
from data.queries.threads import CommentRow, Reader, ThreadRow
from data.session import UnitOfWork
from data.writes import threads as writes
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.format import figure_text
from portal.core.metrics import METRICS
from portal.core.passport import MOMENTS, Passport
from portal.core.permissions import Permission
from portal.services import audit, evaluation, passports
from portal.services.discussion import mentions
from portal.services.portfolio.books import visible_nodes

LONGEST = 4000
MOST = 200
SHOWN = 5
FREE = frozenset(
    {Permission.MARKET_READ, Permission.FORECAST_READ, Permission.MONITORING_READ, Permission.SECURITY_READ}
)
"""Rights under which a figure is the same for all who hold them, whatever portfolios they see."""
_ALIKE = {
    Permission.RISK_READ: queries.risk_runs_like,
    Permission.FORECAST_READ: queries.forecasts_like,
}
"""The runs that give the same figure at another moment, by the right under which figures of runs are read."""


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A discussion with what was said, oldest first."""

    row: ThreadRow
    comments: tuple[CommentRow, ...]

    @property
    def is_resolved(self) -> bool:
        """Whether somebody has resolved it."""
        return self.row.resolved_at is not None

    @property
    def params(self) -> Mapping[str, Any]:
        """Parameters of the metric."""
        found: Mapping[str, Any] = self.row.params["of"]
        return found

    @property
    def clocks(self) -> Clocks:
        """The pair that it is anchored to."""
        return Clocks(self.row.as_of, self.row.known_at, live=False)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a comment: its discussion, who was told of it, and names that nobody was told under."""

    thread_id: int
    told: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()


def reader_of(actor: Actor) -> Reader:
    """Return the rights of ``actor``; the system sees all portfolios."""
    return Reader(
        frozenset(right.value for right in actor.permissions),
        None if actor.user_id is None else actor.portfolio_codes,
    )


def can_be_discussed(metric_id: str) -> bool:
    """Tell whether a figure is one for all who may read it, and not counted for each reader by their own rights."""
    return evaluation.evaluator(metric_id).permission is not Permission.SIGNED_IN


def of_passport(passport: Passport, actor: Actor) -> list[ThreadView]:
    """Return the discussions of a figure whose passport ``actor`` has opened: of these clocks and of others.

    The run or moment at which it was read is no part of which figure it is, but the method or target of the run is.
    """
    same = {name: value for name, value in passport.params.items() if name not in MOMENTS}
    run, alike = passport.params.get("run"), _ALIKE.get(evaluation.evaluator(passport.metric.id).permission)
    with UnitOfWork() as work:
        rows = queries.of_figure(
            work.session,
            passport.metric.id,
            same,
            reader_of(actor),
            known_at=None,
            most=SHOWN,
            runs=alike(int(run)) if alike is not None and run is not None else None,
        )
        return _views(work, rows)


def listed(actor: Actor, *, resolved: bool = False, mine: bool = False) -> list[ThreadView]:
    """Return the discussions that ``actor`` may read, the newest first; ``mine`` those they took part in."""
    actor.require(Permission.SIGNED_IN)
    with UnitOfWork() as work:
        rows = queries.listed(
            work.session,
            reader_of(actor),
            resolved=resolved,
            username=actor.username if mine else None,
            most=MOST,
        )
        return _views(work, rows)


def thread(thread_id: int, actor: Actor) -> ThreadView:
    """Return one discussion.

    Raises
    ------
    NotFound
        There is none of this number that the actor may read.
    """
    with UnitOfWork() as work:
        return _views(work, [_readable(work, thread_id, actor)])[0]


def begin(metric_id: str, params: Mapping[str, Any], clocks: Clocks, text: str, actor: Actor) -> Told:
    """Open a discussion of a figure with a first comment.

    Raises
    ------
    NotFound, NotPermitted
        The actor may not read the figure.
    DomainError
        There is nothing to discuss in common, or nothing was written.
    """
    said = read_text(text)
    if not can_be_discussed(metric_id):
        raise DomainError(
            "This figure is counted for each reader by their own rights, so others see another one. Discuss one of the "
            "figures behind it."
        )
    passport = passports.open_passport(metric_id, params, clocks, actor)
    permission = evaluation.evaluator(metric_id).permission
    found = passport.evaluation
    with UnitOfWork(write=True) as work:
        portfolio, needs = _portfolios(work, passport, permission, actor)
        made = writes.open_thread(
            work.session, metric=metric_id, params={"of": _plain(passport.params), "needs": needs},
            portfolio=portfolio, as_of=passport.clocks.as_of, known_at=passport.clocks.known_at,
            figure=figure_words(metric_id, found.value, found.unit), permission=permission.value,
            title=f"{passport.metric.title}: {found.subject}"[:200], opened_by=actor.username,
        )  # fmt: skip
        audit.note(work, actor, "discussion.opened", "discussion", str(made), {"metric": metric_id})
        return _add(work, made, said, actor)


def say(thread_id: int, text: str, actor: Actor) -> Told:
    """Add a comment; one that was resolved is open again.

    Raises
    ------
    NotFound
        There is none of this number that the actor may read.
    DomainError
        Nothing was written, or too much.
    """
    said = read_text(text)
    with UnitOfWork(write=True) as work:
        writes.lock(work.session, thread_id)
        row = _readable(work, thread_id, actor)
        if row.resolved_at is not None:
            writes.resolve(work.session, thread_id, None)
            audit.note(work, actor, "discussion.reopened", "discussion", str(thread_id))
        return _add(work, thread_id, said, actor)


def resolve(thread_id: int, actor: Actor) -> ThreadView:
    """Note that nothing is left to say.

    Raises
    ------
    NotFound
        There is none of this number that the actor may read.
    Conflict
        Somebody has resolved it already.
    """
    with UnitOfWork(write=True) as work:
        writes.lock(work.session, thread_id)
        row = _readable(work, thread_id, actor)
        if row.resolved_at is not None:
            raise Conflict(f"{row.resolved_by} has resolved it already.", discussion=thread_id)
        writes.resolve(work.session, thread_id, actor.username)
        audit.note(work, actor, "discussion.resolved", "discussion", str(thread_id))
        return _views(work, [_readable(work, thread_id, actor)])[0]


def figure_words(metric_id: str, value: float | None, unit: str) -> str:
    """Return a figure as people read it, with its unit."""
    if value is None or metric_id not in METRICS:
        return "no data"
    shown = unit.removeprefix("fraction").strip()
    return f"{figure_text(METRICS[metric_id], value, unit)} {shown}".strip()


def read_text(text: str) -> str:
    """Return what somebody wrote.

    Raises
    ------
    DomainError
        Nothing was written, or too much.
    """
    said = text.strip()
    if not said:
        raise DomainError("Write what you want to say.")
    if "\0" in said:
        raise DomainError("The text holds a character that cannot be kept. Type it anew.")
    if len(said) > LONGEST:
        raise DomainError(f"The text is longer than {LONGEST:,} characters. Shorten it.")
    return said


def _add(work: UnitOfWork, thread_id: int, said: str, actor: Actor) -> Told:
    number = writes.add_comment(work.session, thread_id=thread_id, body=said, by=actor.username)
    audit.note(work, actor, "discussion.comment", "discussion", str(thread_id), {"comment": number})
    told, untold = mentions.tell(
        work, said, actor, thread_id, number,
        lambda who: queries.by_id(work.session, thread_id, reader_of(who)) is not None,
    )  # fmt: skip
    return Told(thread_id, told, untold)


def _readable(work: UnitOfWork, thread_id: int, actor: Actor) -> ThreadRow:
    actor.require(Permission.SIGNED_IN)
    row = queries.by_id(work.session, thread_id, reader_of(actor))
    if row is None:
        raise NotFound(f"There is no discussion {thread_id} that you may read. Choose one from the list.")
    return row


def _views(work: UnitOfWork, rows: Sequence[ThreadRow]) -> list[ThreadView]:
    said = queries.comments(work.session, [row.id for row in rows])
    return [ThreadView(row, tuple(said.get(row.id, ()))) for row in rows]


def _portfolios(
    work: UnitOfWork, passport: Passport, permission: Permission, actor: Actor
) -> tuple[str | None, list[str]]:
    """Return the portfolio of a figure, and the portfolios that its readers must see.

    A figure that names no portfolio is made of all that the actor sees, so others must see as much.
    """
    if permission in FREE:
        return None, []
    nodes = visible_nodes(work, actor)
    codes = {node.code for node in nodes}
    named = str(passport.params.get("portfolio") or "")
    if named in codes:
        return named, [named]
    known = {node.id for node in nodes}
    roots = sorted(node.code for node in nodes if node.parent_id not in known)
    return (roots[0] if len(roots) == 1 else None), roots


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    return dict(params)
