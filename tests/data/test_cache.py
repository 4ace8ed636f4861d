"""Both stores keep, forget and expire alike; a Redis that is gone costs time only."""

import pickle
import time
from pathlib import Path

import pytest
import redis

from data import cache as module
from data.cache import Cache
from portal.core.errors import ConfigurationError
from tests.helpers.redis_server import RedisServer
from tests.helpers.waiting import until


@pytest.fixture(autouse=True)
def _busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is held up for a moment is not taken for one that is gone."""
    monkeypatch.setattr(module, "_REDIS_SECONDS", 20.0)
    monkeypatch.setattr(module, "_REST_SECONDS", 60.0)


@pytest.fixture(params=["redis", "disk"])
def cache(request, tmp_path: Path) -> Cache:
    return Cache(
        request.getfixturevalue("redis_url") if request.param == "redis" else None, tmp_path / "cache"
    )


@pytest.mark.parametrize("value", [{"a": [1, 2.5, None, "ü€"]}, [], "text", 0, False, None, [[-37.63]]])
def test_returns_what_was_set(cache: Cache, value):
    cache.set("k", value, ttl=60)
    assert cache.get("k", "missing") == value


def test_missing_key_and_delete(cache: Cache):
    assert cache.get("nothing") is None
    assert cache.get("nothing", "default") == "default"
    cache.set("gone", 1, ttl=60)
    cache.delete("gone")
    cache.delete("gone")
    assert cache.get("gone") is None


def test_value_ends_after_its_time(cache: Cache):
    cache.set("short", 1, ttl=600)
    assert cache.get("short") == 1
    cache.set("short", 2, ttl=0.15)
    assert until(lambda: cache.get("short", "gone") == "gone")


def test_values_that_json_cannot_hold_are_refused(cache: Cache):
    with pytest.raises(TypeError):
        cache.set("k", object(), ttl=1)


def test_healthy(cache: Cache):
    assert cache.healthy()


def test_disk_folder_is_private(tmp_path: Path):
    Cache(None, tmp_path / "cache").set("k", 1, ttl=60)
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700


def test_a_pickle_in_redis_is_never_opened(redis_url: str, tmp_path: Path):
    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("the pickle was opened",))

    with redis.Redis.from_url(redis_url) as client:
        client.set("enerscope:bomb", pickle.dumps(Bomb()))
    assert Cache(redis_url, tmp_path).get("bomb", "default") == "default"


def test_redis_killed_and_back(tmp_path: Path, caplog):
    with RedisServer() as server:
        cache = Cache(server.url, tmp_path)
        cache.set("k", 1, ttl=60)
        server.kill()
        started = time.perf_counter()
        assert cache.get("k", "computed anew") == "computed anew"
        cache.set("k", 2, ttl=60)
        cache.delete("k")
        assert not cache.healthy()
        assert time.perf_counter() - started < 30
        assert len([record for record in caplog.records if "Redis does not answer" in record.message]) == 1
        server.start()
        assert cache.healthy()
        cache.set("k", 3, ttl=60)
        assert cache.get("k") == 3


def test_address_that_is_no_redis(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="REDIS_URL"):
        Cache("http://localhost", tmp_path)


def test_wrong_password_reads_through(tmp_path: Path):
    with RedisServer() as server:
        with redis.Redis.from_url(server.url) as client:
            client.config_set("requirepass", "right")
        cache = Cache(server.url.replace("//", "//:wrong@"), tmp_path)
        assert cache.get("k", "default") == "default"
        assert not cache.healthy()
