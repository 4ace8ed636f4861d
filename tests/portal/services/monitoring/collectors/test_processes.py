"""Samples of processes, with real ones."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from portal.services.monitoring.collectors.processes import Known, Processes, this_one
from tests.helpers.waiting import until

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def busy():
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True)\nwhile True: pass"], stdout=subprocess.PIPE
    ) as child:
        try:
            # Until it says so, the process may not be Python yet and hold no memory.
            assert child.stdout.read(1)
            yield child
        finally:
            child.kill()


def began(pid: int) -> datetime:
    return datetime.fromtimestamp(psutil.Process(pid).create_time(), UTC)


def values(found) -> dict[tuple[str, str], float]:
    return {(one.service, one.metric): one.value for one in found}


def test_processes_of_a_service_are_added_up(busy):
    look = Processes()
    known = [
        this_one("web", began(psutil.Process().pid)),
        Known("worker", look.host, busy.pid, began(busy.pid)),
    ]
    first = values(look.collect(AT, [*known, Known("web", look.host, busy.pid, began(busy.pid))]))
    assert first["web", "process_count"] == 2
    assert first["worker", "process_count"] == 1
    assert (
        first["web", "process_resident_memory_bytes"] > first["worker", "process_resident_memory_bytes"] > 1e6
    )
    assert ("worker", "process_cpu_ratio") not in first
    spent = sum(psutil.Process(busy.pid).cpu_times()[:2])
    until(lambda: sum(psutil.Process(busy.pid).cpu_times()[:2]) > spent + 0.3, seconds=60)
    later = values(look.collect(AT + timedelta(seconds=1), known))
    assert later["worker", "process_cpu_ratio"] > 0.1


def test_who_is_gone_elsewhere_or_another_with_the_same_number_is_left_out(busy):
    look = Processes()
    born = began(busy.pid)
    assert look.collect(AT, [Known("worker", "elsewhere", busy.pid, born)]) == []
    assert look.collect(AT, [Known("worker", look.host, busy.pid, born - timedelta(hours=1))]) == []
    busy.kill()
    busy.wait()
    assert look.collect(AT, [Known("worker", look.host, busy.pid, born)]) == []
