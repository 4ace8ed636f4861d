"""What Redis says of itself, from a real server."""

import pytest
import redis

from data.connectors import redis_state
from data.connectors.redis_state import RedisState
from portal.core.errors import UpstreamError
from tests.helpers.ports import free_port
from tests.helpers.redis_server import RedisServer


@pytest.fixture(autouse=True)
def _busy_machine(monkeypatch):
    """A server that is held up for a moment is not taken for one that is gone."""
    monkeypatch.setattr(redis_state, "_SECONDS", 20.0)


def test_info_and_lengths_of_queues(redis_url):
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
        client.set("a", "b")
        client.get("a")
        client.rpush("celery", "one", "two")
        measured, queues = RedisState(redis_url).measure(("celery", "none"))
        client.flushdb()
    found = {name: value for name, _, value in measured}
    assert queues == [
        ("celery_queue_length", {"queue": "celery"}, 2.0),
        ("celery_queue_length", {"queue": "none"}, 0.0),
    ]
    assert found["redis_connected_clients"] >= 2
    assert found["redis_memory_used_bytes"] > 100_000
    assert found["redis_keys"] == 2
    assert found["redis_keyspace_hits_total"] >= 1
    assert found["redis_last_save_ok"] in (0.0, 1.0)


def test_a_server_that_is_gone_and_comes_back():
    with RedisServer() as server:
        state = RedisState(server.url)
        assert state.measure()[0]
        server.kill()
        with pytest.raises(UpstreamError, match="Redis does not answer"):
            state.measure()
        server.start()
        assert state.measure()[0]
        state.close()


def test_the_password_is_in_no_message():
    state = RedisState(f"redis://:opensesame@127.0.0.1:{free_port()}/0")
    with pytest.raises(UpstreamError) as refused:
        state.measure()
    assert "opensesame" not in refused.value.message
