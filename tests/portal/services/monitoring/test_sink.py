"""Samples wait while the database is away, and none is stored twice or lost."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data.engine import connect
from data.session import UnitOfWork
from portal.core.errors import UpstreamError
from portal.domain.monitoring.samples import Sample
from portal.services.monitoring.sink import Sink
from tests.helpers.ports import free_port

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def some(count: int, *, begin: int = 0) -> list[Sample]:
    return [
        Sample("disk", "host_load", "", AT + timedelta(seconds=n), float(n))
        for n in range(begin, begin + count)
    ]


def stored() -> list[float]:
    with UnitOfWork() as work:
        return list(work.session.scalars(text("SELECT value FROM service_samples ORDER BY at")))


def test_an_outage_leaves_no_hole(database):
    sink = Sink()
    sink.put(some(3))
    assert sink.store() == 3
    connect(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    for begin in (3, 6):
        sink.put(some(3, begin=begin))
        with pytest.raises(UpstreamError):
            sink.store()
    assert len(sink) == 6
    connect(database)
    assert sink.store() == 6
    assert stored() == [float(n) for n in range(9)]
    assert sink.store() == 0


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param("a=\0", id="nul"),
        pytest.param("a=\ud800", id="no-text"),
        pytest.param("a=" + random.Random(1).randbytes(4000).hex(), id="too-long-for-an-index"),
    ],
)
def test_what_the_database_refuses_takes_no_other_service_along(database, caplog, labels):
    sink = Sink()
    sink.put([*some(2), Sample("target.odd", "up", labels, AT, 1.0), *some(1, begin=2)])
    assert sink.store() == 3
    assert stored() == [0.0, 1.0, 2.0]
    assert len(sink) == 0
    assert "1 samples of target.odd cannot be stored" in caplog.text


def test_the_oldest_go_when_too_many_wait():
    sink = Sink(most=4)
    sink.put(some(6))
    assert [one.value for one in sink._take()] == [2.0, 3.0, 4.0, 5.0]


def test_what_comes_back_does_not_push_out_what_is_newer():
    sink = Sink(most=4)
    sink.put(some(4))
    batch = sink._take()
    sink.put(some(2, begin=4))
    sink._give_back(batch)
    assert [one.value for one in sink._take()] == [2.0, 3.0, 4.0, 5.0]


def test_no_number_is_no_sample():
    sink = Sink()
    sink.put([Sample("disk", "host_load", "", AT, float("nan"))])
    assert len(sink) == 0
