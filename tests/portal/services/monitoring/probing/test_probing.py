"""What the probes say of real parts: a database, Redis, folders, and targets that answer, refuse, hang and drip."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from data import engine
from portal.core import clock
from portal.core.config import Settings
from portal.domain.monitoring.health import State
from portal.services import runtime
from portal.services.monitoring.probing import database as databases
from portal.services.monitoring.probing import stores, targets
from tests.helpers.redis_server import RedisServer
from tests.helpers.targets import redirects, says
from tests.helpers.targets import targets as http_targets


@contextmanager
def target(answer: bytes, *, pause: float = 0.0, pieces: int = 1) -> Iterator[str]:
    """Yield the URL of a server that sends ``answer`` in pieces with pauses, or nothing when it is empty."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stopped = threading.Event()

        def serve() -> None:
            listener.settimeout(0.1)
            while not stopped.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                threading.Thread(target=speak, args=(connection,), daemon=True).start()

        def speak(connection: socket.socket) -> None:
            with connection:
                if not answer:
                    stopped.wait(60)
                for _ in range(pieces if answer else 0):
                    try:
                        connection.sendall(answer)
                    except OSError:
                        return
                    if stopped.wait(pause):
                        return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/metrics"
        finally:
            stopped.set()
            thread.join()


def judged(url: str) -> tuple[State, str]:
    reading = targets.look("gate", url)[0]
    assert reading.service == "target.gate"
    return reading.state, reading.reason


@pytest.fixture
def patient(monkeypatch):
    """Probes that wait long for what answers: a machine with much to do may hold it up for seconds."""
    monkeypatch.setattr(targets, "_PATIENCE", 60.0)
    monkeypatch.setattr(databases, "SECONDS", 60.0)
    monkeypatch.setattr(databases, "_SLOW_SECONDS", 60.0)


HEAD = b"HTTP/1.1 %s\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n"


def test_a_target_that_hangs_or_drips():
    with target(b"") as url:
        state, reason = judged(url)
        assert state is State.BAD
        assert reason.startswith("The target gate hangs: it did not answer within 2 seconds.")
    with target(HEAD % b"200 OK", pause=0.3, pieces=200) as url:
        began = time.monotonic()
        assert "hangs" in judged(url)[1]
        assert time.monotonic() - began < 30, "it would drip for a minute"


def test_a_target_that_answers_refuses_and_is_gone(patient):
    with target(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nup") as url:
        state, reason = judged(url)
        assert state is State.GOOD
        assert reason.startswith("It answers in ")
    with target(HEAD % b"503 Service Unavailable") as url:
        assert judged(url)[1].startswith(
            "The target gate answers with status 503. Nothing new is known of it."
        )
    assert judged(url)[1].startswith("The target gate cannot be reached (Connection refused).")
    with target(b"SSH-2.0-OpenSSH_9.2\r\n") as url:
        assert judged(url)[0] is State.BAD


def test_targets_of_the_settings_are_probed_and_their_secrets_are_not_told():
    found = list(
        targets.probes(Settings(targets="b=http://u:secret@h:1/m?token=x", prometheus_url="http://p:9090"))
    )
    assert [one.code for one in found] == ["target.b", "target.prometheus"]
    assert list(targets.probes(Settings(targets="nonsense"))) == []
    assert "secret" not in judged("http://u:secret@127.0.0.1:1/m?token=x")[1]


def test_targets_are_probed_as_they_are_scraped(patient, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with http_targets() as server:
        url = server.at("/metrics", says("up 1\n"))
        server.at("/api/v1/query", says("{}"))
        host = url.removeprefix("http://").removesuffix("/metrics")
        config = Settings(
            targets=f"gate=http://me:p%40ss@{host}/metrics,web={url},away={server.at('/away', redirects(url))}",
            prometheus_url=f"http://{host}/",
            metrics_token="abc",
        )
        found = {one.code: one.look()[0] for one in targets.probes(config)}
        sent = {path: headers.get("Authorization") for path, headers in server.seen if path != "/metrics"}
        asked = [headers.get("Authorization") for path, headers in server.seen if path == "/metrics"]
    assert {code: one.state for code, one in found.items()} == {
        "target.away": State.BAD, "target.gate": State.GOOD, "target.prometheus": State.GOOD, "target.web": State.GOOD,
    }  # fmt: skip
    assert found["target.away"].reason.startswith("The target away answers with status 302.")
    assert asked == ["Basic bWU6cEBzcw==", "Bearer abc"]
    assert sent == {"/away": None, "/api/v1/query?query=1": None}


def test_a_small_disk_that_is_nearly_full(tmp_path, monkeypatch):
    config = Settings(home=tmp_path, backup_folder=tmp_path / "backups" / "nightly")
    assert stores.look_at_disks(config).state in (State.GOOD, State.WARNING)
    usage = stores.shutil.disk_usage(tmp_path)._replace(total=8_000_000, free=200_000)
    monkeypatch.setattr(stores.shutil, "disk_usage", lambda _folder: usage)
    found = stores.look_at_disks(config)
    assert found.state is State.BAD
    assert found.reason.startswith(
        f"The disk of the data ({tmp_path}) is nearly full: 2.5% free, 0.2 of 8 MB."
    )
    assert found.facts["data_free_share"] == 0.025


def test_redis_answers_dies_and_is_back(tmp_path):
    with RedisServer() as server:
        config = Settings(home=tmp_path, redis_url=server.url)
        assert stores.look_at_cache(config).state is State.GOOD
        server.kill()
        found = stores.look_at_cache(config)
        assert (found.state, found.reason[:22]) == (State.BAD, "Redis does not answer:")
        server.start()
        assert stores.look_at_cache(config).state is State.GOOD
    runtime.cache.cache_clear()


def test_a_folder_as_cache_is_well(tmp_path):
    assert stores.look_at_cache(Settings(home=tmp_path, redis_url=None)).state is State.GOOD
    runtime.cache.cache_clear()


def test_the_database_answers_and_its_clock_agrees(database, patient):
    found, clocks = databases.look()
    assert (found.state, clocks.state) == (State.GOOD, State.GOOD)
    assert 0 < found.facts["answer_seconds"] < 60
    assert found.facts["connections"] >= 1
    rounded = 0.001
    assert abs(clocks.facts["skew_seconds"]) <= clocks.facts["uncertainty_seconds"] + rounded


def test_clocks_that_disagree_are_told_with_their_direction(database, patient, monkeypatch):
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(seconds=90))
    _, clocks = databases.look()
    assert clocks.state is State.BAD
    skew, uncertainty = clocks.facts["skew_seconds"], clocks.facts["uncertainty_seconds"]
    assert skew == pytest.approx(-90.0, abs=uncertainty + 0.001)  # both are rounded
    assert clocks.reason.startswith(
        f"The clock of the database is {-skew:.0f} seconds behind that of this machine:"
    )


def test_a_database_that_is_away_is_told_without_its_password(database):
    url = engine.engine().url.render_as_string(hide_password=False)
    engine.connect("postgresql://portal:secret@127.0.0.1:1/nowhere")
    try:
        found, clocks = databases.look()
    finally:
        engine.connect(url)
    assert (found.state, clocks.state) == (State.BAD, State.UNKNOWN)
    assert "refused" in found.reason
    assert "secret" not in found.reason


@pytest.mark.parametrize("server", ["hangs"])
def test_a_database_that_hangs_is_given_up(database, server):
    url = engine.engine().url.render_as_string(hide_password=False)
    with target(b"") as address:
        host = address.removeprefix("http://").removesuffix("/metrics")
        engine.connect(f"postgresql://portal@{host}/{server}")
        began = time.monotonic()
        try:
            found, _ = databases.look()
        finally:
            engine.connect(url)
    assert found.state is State.BAD
    assert time.monotonic() - began < 30, "it would hang for a minute"
