"""Reads of discussions; each asks for the rights of the reader, so that nobody else learns that one exists."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date as day_type
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from data.models.forecast import ForecastRun
from data.models.packs import Thread, ThreadComment
from data.models.risk import RiskRun


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A discussion; ``params`` holds those of the metric (``of``) and what a reader must see (``needs``)."""

    id: int
    metric: str
    params: dict[str, Any]
    portfolio: str | None
    as_of: day_type
    known_at: datetime
    figure: str
    permission: str
    title: str
    opened_by: str
    resolved_by: str | None
    resolved_at: datetime | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class CommentRow:
    """What somebody said."""

    id: int
    thread_id: int
    body: str
    by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Reader:
    """Rights and portfolios of who reads; ``portfolios`` None sees all."""

    permissions: frozenset[str]
    portfolios: frozenset[str] | None


_THREAD = tuple(getattr(Thread, name) for name in ThreadRow.__dataclass_fields__)
_COMMENT = tuple(getattr(ThreadComment, name) for name in CommentRow.__dataclass_fields__)


def by_id(session: Session, thread_id: int, reader: Reader) -> ThreadRow | None:
    """Return one discussion that ``reader`` may read, or None."""
    row = session.execute(select(*_THREAD).where(Thread.id == thread_id, *_seen(reader))).one_or_none()
    return ThreadRow(*row) if row else None


def of_figure(
    session: Session,
    metric: str,
    params: Mapping[str, Any],
    reader: Reader,
    *,
    known_at: datetime | None,
    most: int,
    runs: Select[int] | None = None,
) -> list[ThreadRow]:
    """Return the discussions of a figure under whatever clocks, the newest first; with ``runs`` of those alone."""
    where = [Thread.metric == metric, Thread.params.contains({"of": dict(params)}), *_seen(reader)]
    if known_at is not None:
        where.append(Thread.recorded_at <= known_at)
    if runs is not None:
        where.append(Thread.params["of"]["run"].as_integer().in_(runs))
    statement = select(*_THREAD).where(*where).order_by(Thread.id.desc()).limit(most)
    return [ThreadRow(*row) for row in session.execute(statement)]


def risk_runs_like(run_id: int) -> Select[int]:
    """Return the numbers of the runs of risk by the method of a run: another method gives another figure."""
    one = aliased(RiskRun)
    return select(RiskRun.id).join(one, one.method == RiskRun.method).where(one.id == run_id)


def forecasts_like(run_id: int) -> Select[int]:
    """Return the numbers of the forecasts of the target of a forecast, made in its role."""
    one = aliased(ForecastRun)
    alike = (one.target == ForecastRun.target) & (one.role == ForecastRun.role)
    return select(ForecastRun.id).join(one, alike).where(one.id == run_id)


def listed(
    session: Session, reader: Reader, *, resolved: bool, username: str | None, most: int
) -> list[ThreadRow]:
    """Return open or resolved discussions, the newest first; of ``username`` those opened or taken part in."""
    where = [*_seen(reader), Thread.resolved_at.is_not(None) if resolved else Thread.resolved_at.is_(None)]
    if username is not None:
        spoke = exists().where(ThreadComment.thread_id == Thread.id, ThreadComment.by == username)
        where.append(or_(Thread.opened_by == username, spoke))
    statement = select(*_THREAD).where(*where).order_by(Thread.id.desc()).limit(most)
    return [ThreadRow(*row) for row in session.execute(statement)]


def comments(session: Session, ids: Collection[int]) -> dict[int, list[CommentRow]]:
    """Return what was said in discussions, oldest first; ask who may read them first."""
    statement = select(*_COMMENT).where(ThreadComment.thread_id.in_(sorted(ids))).order_by(ThreadComment.id)
    found: dict[int, list[CommentRow]] = {}
    for row in session.execute(statement):
        found.setdefault(row.thread_id, []).append(CommentRow(*row))
    return found


def _seen(reader: Reader) -> list[Any]:
    where: list[Any] = [Thread.permission.in_(sorted(reader.permissions))]
    if reader.portfolios is not None:
        where.append(Thread.params["needs"].contained_by(sorted(reader.portfolios)))
    return where
