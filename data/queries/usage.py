"""Reads of how the portal is used: no row says who."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.access import UserSession
from data.models.operations import SurveyAnswer


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day(column: Any) -> Any:
    return cast(func.timezone("UTC", column), Date)


def last_days(session: Session, day: date, *, days: int) -> list[date]:
    """Return the last day of use, up to ``day``, of everybody who used the portal in the days up to it, sorted."""
    last = func.max(func.least(_day(UserSession.last_seen_at), day))
    statement = (
        select(last)
        .where(
            UserSession.created_at < _begin(day + timedelta(days=1)),
            UserSession.last_seen_at >= _begin(day - timedelta(days=days - 1)),
        )
        .group_by(UserSession.user_id)
        .order_by(last)
    )
    return list(session.scalars(statement))


def by_day(session: Session, day: date, *, days: int) -> list[tuple[date, int, int]]:
    """Return for each of the days up to ``day``: sessions opened, and people with a session open and used since."""
    first = day - timedelta(days=days - 1)
    all_days = select(cast(func.generate_series(first, day, timedelta(days=1)), Date).label("day")).subquery(
        "days"
    )
    opened = func.count().filter(_day(UserSession.created_at) == all_days.c.day)
    people = func.count(UserSession.user_id.distinct())
    spans = (_day(UserSession.created_at) <= all_days.c.day) & (
        _day(UserSession.last_seen_at) >= all_days.c.day
    )
    statement = (
        select(all_days.c.day, opened, people)
        .select_from(all_days.outerjoin(UserSession, spans))
        .group_by(all_days.c.day)
        .order_by(all_days.c.day)
    )
    return [(row[0], int(row[1]), int(row[2])) for row in session.execute(statement)]


def sessions_of(session: Session, user_id: int) -> int:
    """Return how many sessions somebody has had."""
    statement = select(func.count()).select_from(UserSession).where(UserSession.user_id == user_id)
    return int(session.scalar(statement) or 0)


def was_asked(session: Session, username: str, *, since: date) -> bool:
    """Tell whether the question was put to somebody on ``since`` or later, answered or not."""
    statement = select(SurveyAnswer.id).where(SurveyAnswer.username == username, SurveyAnswer.day >= since)
    return session.scalar(statement.limit(1)) is not None


def newest_scores(session: Session, day: date, *, days: int) -> list[tuple[date, int]]:
    """Return day and score of the newest answer of everybody who answered in the days up to ``day``, sorted."""
    newest = (
        select(SurveyAnswer.day, SurveyAnswer.score)
        .where(
            SurveyAnswer.score > 0,
            SurveyAnswer.day > day - timedelta(days=days),
            SurveyAnswer.day <= day,
        )
        .ext(distinct_on(SurveyAnswer.username))
        .order_by(SurveyAnswer.username, SurveyAnswer.day.desc(), SurveyAnswer.id.desc())
        .subquery()
    )
    rows = session.execute(select(newest.c.day, newest.c.score).order_by(newest.c.day, newest.c.score))
    return [(row[0], int(row[1])) for row in rows]
