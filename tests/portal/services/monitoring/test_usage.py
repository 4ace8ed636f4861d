"""Usage: people counted without names, a question asked rarely, and figures computed again from their rows."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotPermitted
from portal.core.permissions import Permission, Role
from portal.domain.monitoring import usage_metrics as metrics
from portal.services import evaluation, passports
from portal.services.access import users
from portal.services.monitoring import survey, usage

ADAM = Actor(1, "adam", "Adam", frozenset({Role.ADMINISTRATOR}))


def now() -> Clocks:
    moment = clock.now()
    return Clocks(moment.date(), moment, live=True)


def person(name: str) -> Actor:
    user_id = users.create_user(name, name.title(), "x", frozenset({Role.TRADER}), is_demo=True)
    return Actor(user_id, name, name.title(), frozenset({Role.TRADER}))


def session_of(actor: Actor, begun: float, used: float) -> None:
    """Give somebody a session that began and was used last so many days ago."""
    at = clock.now()
    values = {
        "token": f"{actor.username} {begun}", "user": actor.user_id, "begun": at - timedelta(days=begun),
        "used": at - timedelta(days=used), "ends": at + timedelta(days=1),
    }  # fmt: skip
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at, expires_at, address, agent) "
                "VALUES (:token, :user, :begun, :used, :ends, '', '')"
            ),
            values,
        )


@pytest.fixture
def people(database: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Actor]:
    """One who is here again, one of three days ago, one of two weeks ago, one of two months ago.

    The clock stands still, so that no midnight passes, at a moment by which everything that follows is known.
    """
    still = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: still)
    found = {name: person(name) for name in ("ann", "ben", "cem", "dan")}
    for name, begun, used in (("ann", 0, 0), ("ann", 2, 2), ("ben", 4, 3), ("cem", 14, 14), ("dan", 61, 60)):
        session_of(found[name], begun, used)
    return found


def test_people_are_counted_by_their_last_day(people):
    found = usage.figures(now(), ADAM)
    assert [found.values[one.id] for one in (metrics.DAY, metrics.WEEK, metrics.MONTH)] == [1.0, 2.0, 3.0]
    assert found.values[metrics.SESSIONS.id] == 4.0
    assert found.trading == {}, "who may not read portfolios sees no trading"
    counts = {row[0]: row[2] for row in found.by_day.rows}
    today = clock.now().date()
    assert [counts[today - timedelta(days=ago)] for ago in (0, 1, 2, 3, 4, 14)] == [1, 0, 1, 1, 1, 1]


def test_usage_is_for_those_who_read_monitoring(database):
    trader = Actor(2, "tom", "Tom", frozenset({Role.TRADER}))
    with pytest.raises(NotPermitted):
        usage.figures(now(), trader)


def test_no_row_behind_a_figure_says_who(people):
    for metric in (metrics.DAY, metrics.SESSIONS, metrics.SATISFACTION, metrics.ANSWERS):
        rows = passports.open_passport(metric.id, {}, now(), ADAM).evaluation.inputs.records()
        assert not any(name in str(rows) for name in people), metric.id


def test_the_question_is_asked_rarely(people):
    assert survey.ask(people["ben"], "/market/prices") is None, "it is the first session"
    number = survey.ask(people["ann"], "/market/prices")
    assert number is not None
    assert survey.ask(people["ann"], "/risk") is None, "asked, answered or not, it rests"
    with UnitOfWork(write=True) as work:
        work.session.execute(text("UPDATE survey_answers SET day = day - 30"))
    assert survey.ask(people["ann"], "/risk") is not None


def test_it_can_be_switched_off(people, monkeypatch):
    monkeypatch.setattr(survey, "settings", lambda: SimpleNamespace(survey=False))
    assert survey.ask(people["ann"], "/") is None


def test_an_answer_is_one_to_five_once_and_ones_own(people):
    number = survey.ask(people["ann"], "/")
    for score, comment in ((0, ""), (6, ""), (3, "x" * 501)):
        with pytest.raises(DomainError):
            survey.answer(number, people["ann"], score, comment)
    with pytest.raises(Conflict):
        survey.answer(number, people["ben"], 1, "")
    survey.answer(number, people["ann"], 4, "Quick.")
    with pytest.raises(Conflict, match="answered already"):
        survey.answer(number, people["ann"], 5, "")
    assert usage.figures(now(), ADAM).values[metrics.ANSWERS.id] == 1.0


def test_the_mean_is_shown_from_five_people_on(database):
    today = clock.now().date()
    with UnitOfWork(write=True) as work:
        for at, score in enumerate((5, 4, 4, 2)):
            work.session.execute(
                text(
                    "INSERT INTO survey_answers (username, day, score, comment, page) "
                    "VALUES (:name, :day, :score, '', '/')"
                ),
                {"name": f"p{at}", "day": today, "score": score},
            )
    assert usage.figures(now(), ADAM).values[metrics.SATISFACTION.id] is None
    hidden = passports.open_passport(metrics.SATISFACTION.id, {}, now(), ADAM).evaluation
    assert (hidden.value, hidden.inputs.rows) == (None, [])
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO survey_answers (username, day, score, comment, page) VALUES ('p4', :day, 5, '', '/'), "
                "('p4', :before, 1, '', '/'), ('p5', :day, 0, '', '/')"
            ),
            {"day": today, "before": today - timedelta(days=40)},
        )
    assert usage.figures(now(), ADAM).values[metrics.SATISFACTION.id] == 4.0, (
        "the newest of each, no unanswered ones"
    )


def test_every_figure_of_people_is_computed_again(people):
    found = usage.figures(now(), ADAM)
    for metric in (metrics.DAY, metrics.WEEK, metrics.MONTH, metrics.SESSIONS, metrics.ANSWERS):
        params = {"day": found.day.isoformat()}
        seen = passports.open_passport(metric.id, params, now(), ADAM).evaluation
        assert seen.value == found.values[metric.id], metric.id
        replay: Any = evaluation.evaluator(metric.id).replay
        rows = [{key: str(cell) for key, cell in row.items()} for row in seen.inputs.records()]
        assert replay(rows, params, now()).value == seen.value, metric.id


def test_trading_is_of_the_readers_books(demo_database):
    moment = datetime.now(UTC)
    with UnitOfWork() as work:
        books = frozenset(work.session.scalars(text("SELECT code FROM portfolios")))
        as_of = work.session.scalar(text("SELECT max(trade_date) FROM trades"))
    clocks = Clocks(as_of, moment)
    reader = Actor(3, "eva", "Eva", frozenset({Role.EXECUTIVE}), books)
    assert reader.can(Permission.PORTFOLIO_READ)
    found = usage.figures(clocks, reader)
    assert found.trading[metrics.ENERGY.id] > 0
    assert found.trading[metrics.MONEY.id] > 0
    for metric in usage.SUMS:
        seen = passports.open_passport(metric.id, {}, clocks, reader).evaluation
        assert seen.value == found.trading[metric.id]
        assert evaluation.evaluator(metric.id).replay(seen.inputs.records(), {}, clocks).value == seen.value
    nobody = Actor(4, "eve", "Eve", frozenset({Role.EXECUTIVE}))
    assert usage.figures(clocks, nobody).trading[metrics.ENERGY.id] == 0.0
