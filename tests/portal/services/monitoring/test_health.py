"""How everything stands, for people: since when, what it touches, and without a database."""

from datetime import timedelta

import pytest

from data import engine
from data.session import UnitOfWork
from data.writes import states as writes
from portal.core import clock
from portal.core.errors import NotPermitted
from portal.core.permissions import Role
from portal.domain.monitoring.health import Reading, State
from portal.services.monitoring import health
from portal.services.monitoring.probes import Look
from portal.services.monitoring.probing import database as databases
from portal.services.monitoring.probing import feeds, processes, stores
from tests.helpers.job_kinds import somebody

OPS, TRADER = somebody("ops", Role.OPERATIONS), somebody("tom", Role.TRADER)


@pytest.fixture(autouse=True)
def _anew(database):
    health.forget()
    yield
    health.forget()


def look(**states: State) -> Look:
    at = clock.now()
    return Look(at, tuple(Reading(name, state, f"{name} is {state}.", at) for name, state in states.items()))


def test_since_when_is_what_the_record_says():
    begin = clock.now() - timedelta(minutes=5)
    with UnitOfWork(write=True) as work:
        for service, state in (("cache", "bad"), ("disk", "good")):
            writes.append(work.session, service=service, at=begin, state=state, reason="", facts={})
    seen = health.view_of(look(cache=State.BAD, disk=State.WARNING, database=State.GOOD))
    cache, disk = seen.troubles
    assert (cache.info.code, cache.since, cache.is_recorded) == ("cache", begin, True)
    assert not disk.is_recorded
    assert disk.since == seen.at
    assert seen.has_record
    again = health.view_of(look(cache=State.BAD, disk=State.WARNING, database=State.GOOD))
    assert again.troubles[1].since == seen.at


def test_a_trouble_says_what_it_touches_and_what_follows():
    seen = health.view_of(look(web=State.GOOD, worker=State.UNKNOWN, database=State.BAD, clock=State.UNKNOWN))
    assert [one.info.code for one in seen.troubles] == ["database"]
    database = seen.troubles[0]
    assert database.info.title == "Database"
    assert database.affected.pages == ("*",)
    assert "risk.run" in database.affected.jobs
    assert [one.info.code for one in database.followers] == ["worker", "clock"]
    assert (seen.state, seen.count(State.BAD), seen.count(State.UNKNOWN)) == (State.BAD, 1, 2)
    assert not seen.has_record


def test_the_worst_comes_first():
    seen = health.view_of(look(a=State.UNKNOWN, b=State.WARNING, c=State.GOOD, d=State.BAD))
    assert [one.info.code for one in seen.troubles] == ["d", "b", "a"]
    assert [one.info.code for one in seen.well] == ["c"]


def test_without_a_database_it_is_told_by_what_this_process_sees(monkeypatch):
    for module in (databases, processes, feeds):
        monkeypatch.setattr(module, "SECONDS", 60.0)
    for name in ("CACHE_SECONDS", "DISK_SECONDS"):
        monkeypatch.setattr(stores, name, 60.0)
    usage = stores.shutil.disk_usage("/")._replace(total=10**12, free=5 * 10**11)
    monkeypatch.setattr(stores.shutil, "disk_usage", lambda _folder: usage)
    assert health.now(OPS).has_record
    url = engine.engine().url.render_as_string(hide_password=False)
    engine.connect("postgresql://portal@127.0.0.1:1/nowhere")
    try:
        health.probes.forget()
        seen = health.now(OPS)
    finally:
        engine.connect(url)
    assert health.database_is_away()
    assert not seen.has_record
    assert seen.troubles[0].info.code == "database"
    assert seen.troubles[0].reading.reason.startswith("The database 127.0.0.1/nowhere does not answer: ")
    assert {"clock", "web"} <= {one.info.code for one in seen.troubles[0].followers}
    assert {"disk", "cache"} <= {one.info.code for one in seen.well}


def test_it_is_for_those_who_may_see_monitoring():
    with pytest.raises(NotPermitted):
        health.now(TRADER)
