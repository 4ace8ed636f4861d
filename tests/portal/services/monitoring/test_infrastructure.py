"""Figures of machines, databases and queues: of a real collection, and the same in their passports."""

from datetime import timedelta

import pytest

from data.session import UnitOfWork
from data.writes import samples as writes
from portal.core import clock
from portal.core.clock import Clocks
from portal.core.config import Settings
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Role
from portal.services import evaluation, passports
from portal.services.monitoring import infrastructure
from portal.services.monitoring.collecting import Collection
from portal.services.monitoring.infrastructure import FIGURES, figures
from portal.services.monitoring.sink import Sink
from tests.helpers.job_kinds import somebody

OPERATIONS = somebody("ops", Role.OPERATIONS)
SERVICES = ("disk", "monitor", "database", "cache", "worker")


@pytest.fixture
def collected(module_database, redis_url, tmp_path_factory):
    now = clock.now()
    one = Collection(Settings(home=tmp_path_factory.mktemp("home"), redis_url=redis_url), Sink())
    for _ in range(2):
        one.take()
    return now


def test_every_figure_equals_its_passport_and_its_receipt(collected):
    moment = clock.now()
    clocks = Clocks(moment.date(), moment + timedelta(minutes=1), live=False)
    seen = set()
    for service in SERVICES:
        for shown in figures(service, OPERATIONS, moment=moment):
            found = passports.open_passport(shown.metric.id, shown.params, clocks, OPERATIONS).evaluation
            unit = "fraction" if shown.metric.percent else shown.unit
            assert (found.value, found.unit) == (shown.value, unit), shown.metric.id
            replay = evaluation.EVALUATORS[shown.metric.id].replay
            assert replay is not None
            params = evaluation.clean_params(shown.metric.id, shown.params)
            again = replay(found.inputs.records(), params, clocks)
            assert (again.value, again.unit, bool(again.note)) == (shown.value, unit, bool(shown.note))
            seen.add(shown.metric.id)
            if (
                shown.value is not None
                and shown.metric.percent
                and shown.metric.id != "monitoring.process_cpu"
            ):
                assert 0 <= shown.value <= 1
    assert seen == set(FIGURES)


def test_what_a_real_collection_knows(collected):
    known = {
        (service, shown.metric.id.removeprefix("monitoring.")): shown.value
        for service in SERVICES
        for shown in figures(service, OPERATIONS)
    }
    assert known["disk", "host_memory"] > 0
    assert known["disk", "host_disk_space"] > 0
    assert known["database", "database_connections"] >= 1
    assert known["database", "database_size"] > 1
    assert known["worker", "queue_length"] == 0
    assert known["cache", "redis_memory"] > 0
    assert known["monitor", "process_memory"] > 1
    assert known["database", "replication_lag"] is None  # there is no standby


def test_without_samples_a_figure_has_no_value_and_says_why(database):
    (shown,) = figures("disk", OPERATIONS, only=["monitoring.host_cpu"])
    assert shown.value is None
    assert "No sample" in shown.note


def test_samples_that_are_old_are_not_shown_as_those_of_now(database):
    now = clock.now()
    with UnitOfWork(write=True) as work:
        writes.append(work.session, [("disk", "host_cpu_ratio", "", now - timedelta(minutes=6), 0.5)])
    assert figures("disk", OPERATIONS, only=["monitoring.host_cpu"])[0].value is None
    (then,) = figures("disk", OPERATIONS, moment=now - timedelta(minutes=3), only=["monitoring.host_cpu"])
    assert then.value == 0.5


def test_only_who_reads_monitoring_sees_them(database):
    trader = somebody("tom", Role.TRADER)
    with pytest.raises(NotPermitted):
        figures("disk", trader)


def test_a_figure_of_another_service_is_refused(database):
    clocks = Clocks(clock.now().date(), clock.now(), live=False)
    with pytest.raises(NotFound, match="is no figure of 'cache'"):
        passports.open_passport("monitoring.host_cpu", {"service": "cache"}, clocks, OPERATIONS)


def test_every_figure_names_a_service_of_ours():
    assert {service for one in FIGURES.values() for service in one.services} <= {
        "web", "worker", "beat", "monitor", "database", "cache", "disk",
    }  # fmt: skip
    assert timedelta(seconds=2 * Settings().sample_seconds) < infrastructure.WINDOW
