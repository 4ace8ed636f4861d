"""Who may read /metrics and the details of /healthz/ready, and in which formats."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dash import Dash
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text
from pydantic import SecretStr

from portal.core import meters
from portal.core.config import Settings
from portal.core.permissions import Role
from portal.services.monitoring import readiness
from tests.helpers.small_app import small_app
from tests.helpers.visitor import Visitor, add_user
from tests.helpers.waiting import until

ROOT = Path(__file__).parents[3]
TOKEN = "a-token-of-the-scrapers"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
COUNTED = """
import sys
from pathlib import Path
from portal.core import meters
meters.start(Path(sys.argv[1]))
for seconds in (0.01, 0.02, 0.5):
    meters.REQUESTS.add("page", "ok")
    meters.REQUEST_SECONDS.took(seconds, "page", "ok")
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, module_database: str) -> Iterator[Dash]:
    home = tmp_path_factory.mktemp("exposed")
    add_user("ann", Role.TRADER)
    add_user("otto", Role.OPERATIONS)
    subprocess.run([sys.executable, "-c", COUNTED, str(home / meters.FOLDER)], cwd=ROOT, check=True)
    with small_app(home, config={"metrics_token": SecretStr(TOKEN)}) as made:
        yield made


def signed_in(app: Dash, name: str) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in(name)
    return visitor


def test_only_the_token_and_the_right_open_the_metrics(app: Dash) -> None:
    stranger = Visitor(app)
    assert stranger.get("/metrics").status_code == 401
    assert stranger.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert stranger.get("/metrics", headers={"Authorization": f"Basic {TOKEN}"}).status_code == 401
    assert stranger.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401
    assert stranger.get("/metrics", headers=BEARER).status_code == 200
    assert signed_in(app, "ann").get("/metrics").status_code == 403
    assert signed_in(app, "otto").get("/metrics").status_code == 200


def test_without_a_token_in_the_settings_none_opens(tmp_path: Path, module_database: str) -> None:
    with small_app(tmp_path) as bare:
        for given in ("Bearer ", "Bearer None", f"Bearer {TOKEN}"):
            assert Visitor(bare).get("/metrics", headers={"Authorization": given}).status_code == 401


def test_both_formats_say_the_same(app: Dash) -> None:
    stranger = Visitor(app)
    plain = stranger.get("/metrics", headers=BEARER)
    modern = stranger.get(
        "/metrics", headers=BEARER | {"Accept": "application/openmetrics-text;version=1.0.0"}
    )
    assert plain.content_type.startswith("text/plain")
    assert modern.content_type.startswith("application/openmetrics-text")
    found = [
        {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}
        for families in (read_text(plain.text), read_openmetrics(modern.text))
    ]
    assert found[0] == found[1]
    labels = (("kind", "page"), ("outcome", "ok"))
    assert found[0]["enerscope_requests_total", labels] == 3
    assert found[0]["enerscope_request_seconds_count", labels] == 3
    assert found[0]["enerscope_request_seconds_sum", labels] == pytest.approx(0.53)


def test_details_of_readiness_are_for_those_with_the_right(
    app: Dash, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "_LEAST_FREE_SHARE", 0.0)  # the disk of this machine may be full
    short = {"status": "ready"}
    assert Visitor(app).get("/healthz/ready").json == short
    assert signed_in(app, "ann").get("/healthz/ready").json == short
    for answer in (
        signed_in(app, "otto").get("/healthz/ready"),
        Visitor(app).get("/healthz/ready", headers=BEARER),
    ):
        assert answer.json is not None
        assert set(answer.json["checks"]) == {"database", "migrations", "cache", "worker", "disk"}
        assert all(check["good"] for check in answer.json["checks"].values()), answer.json


def test_a_full_disk_is_told_but_takes_no_portal_away(app: Dash, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_LEAST_FREE_SHARE", 1.1)
    monkeypatch.setattr(readiness, "_KEPT_SECONDS", 0.0)
    answer = Visitor(app).get("/healthz/ready", headers=BEARER)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["status"] == "ready"
    assert not answer.json["checks"]["disk"]["good"]
    assert "left" in answer.json["checks"]["disk"]["reason"]


def test_who_waits_while_the_database_hangs_shares_one_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = (
        readiness.Readiness((readiness.Check("database", well, "", 0.0, needed=True),))
        for well in (False, True)
    )
    looks: list[float] = []
    answers: list[readiness.Readiness] = []
    released = threading.Event()

    def hang(_config: Settings) -> readiness.Readiness:
        looks.append(time.monotonic())
        released.wait(60)
        return bad

    class Door:
        """A lock that knows who has come to it."""

        def __init__(self) -> None:
            self.came: list[int] = []
            self._lock = threading.Lock()

        def __enter__(self) -> None:
            self.came.append(threading.get_ident())
            self._lock.acquire()

        def __exit__(self, *_problem: object) -> None:
            self._lock.release()

    config, kept, door = Settings(home=tmp_path), readiness._Kept(), Door()
    kept._lock = door
    monkeypatch.setattr(readiness, "_look", hang)
    askers = [threading.Thread(target=lambda: answers.append(kept.get(config))) for _ in range(6)]
    for asker in askers:
        asker.start()
    until(lambda: len(door.came) == len(askers))  # all of them wait now
    released.set()
    for asker in askers:
        asker.join(60)
    assert (answers, len(looks)) == ([bad] * 6, 1)
    monkeypatch.setattr(readiness, "_look", lambda _config: good)
    assert kept.get(config) is good, "a recovery shows at once"
