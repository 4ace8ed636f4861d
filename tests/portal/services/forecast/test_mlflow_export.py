"""Export to MLflow: the documented calls, in its words, to a server that writes them down; and none without one."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from portal.core import clock
from portal.core.clock import Clocks
from portal.core.config import settings
from portal.services import clocks as clock_service
from portal.services.forecast import mlflow_export, registry
from tests.helpers.forecasts import RISK, TRADER, add_trial, add_version

pytestmark = pytest.mark.usefixtures("database")
API = "/api/2.0/mlflow/"


class Server(ThreadingHTTPServer):
    """Answers as the documentation says, and keeps what it was asked."""

    calls: list[tuple[str, str, dict[str, Any]]]
    experiments: dict[str, str]
    versions: list[dict[str, Any]]
    token: str | None


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        parsed = urlparse(self.path)
        path = parsed.path.removeprefix(API)
        asked = {key: values[0] for key, values in parse_qs(parsed.query).items()}
        self._note("GET", path, asked)
        if path == "experiments/get-by-name":
            known = self.server.experiments.get(asked["experiment_name"])
            if known is None:
                return self._answer(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "none"})
            return self._answer(200, {"experiment": {"experiment_id": known}})
        return self._answer(200, {"model_versions": self.server.versions})

    def do_POST(self) -> None:
        path = self.path.removeprefix(API)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._note("POST", path, body)
        if path == "experiments/create":
            self.server.experiments[body["name"]] = "7"
            return self._answer(200, {"experiment_id": "7"})
        if path == "runs/create":
            return self._answer(200, {"run": {"info": {"run_id": "abc"}}})
        if path == "registered-models/create" and self.server.versions:
            return self._answer(400, {"error_code": "RESOURCE_ALREADY_EXISTS", "message": "known"})
        if path == "model-versions/create":
            number = str(len(self.server.versions) + 1)
            self.server.versions.append({"version": number, "tags": body["tags"]})
            return self._answer(200, {"model_version": {"version": number}})
        return self._answer(200, {})

    def _note(self, method: str, path: str, asked: dict[str, Any]) -> None:
        self.server.token = self.headers.get("Authorization")
        self.server.calls.append((method, path, asked))

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_given: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    found = Server(("127.0.0.1", 0), Handler)
    found.calls, found.experiments, found.versions, found.token = [], {}, [], None
    threading.Thread(target=found.serve_forever, daemon=True).start()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{found.server_port}/")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "a token")
    settings.cache_clear()
    yield found
    settings.cache_clear()
    found.shutdown()
    found.server_close()


def test_without_a_server_nothing_is_sent() -> None:
    assert settings().mlflow_tracking_uri == ""
    assert mlflow_export.export([add_trial()]) == ""


def test_a_trial_becomes_a_run_and_its_version_a_model_version(server: Server) -> None:
    version = registry.version(add_version(params={"days": 5}), TRADER)
    assert mlflow_export.export([version.experiment_id]) == ""
    paths = [path for _method, path, _asked in server.calls]
    assert paths == [
        "experiments/get-by-name", "experiments/create", "runs/create", "runs/log-batch", "runs/update",
        "registered-models/create", "model-versions/create",
    ]  # fmt: skip
    asked = {path: body for _method, path, body in server.calls}
    assert asked["experiments/create"] == {"name": "enerscope/settle.TTF"}
    assert asked["runs/create"]["experiment_id"] == "7"
    tags = {tag["key"]: tag["value"] for tag in asked["runs/create"]["tags"]}
    assert tags["mlflow.user"] == "trader"
    assert tags["enerscope.data_hash"] == "d" * 64
    batch = asked["runs/log-batch"]
    assert {"key": "days", "value": "5"} in batch["params"]
    metrics = {row["key"]: row["value"] for row in batch["metrics"]}
    assert metrics["mae"] == pytest.approx(1.0, abs=0.1)
    assert {"key", "value", "timestamp", "step"} == set(batch["metrics"][0])
    assert asked["runs/update"]["status"] == "FINISHED"
    assert asked["registered-models/create"] == {"name": "settle.TTF.theta"}
    assert asked["model-versions/create"]["run_id"] == "abc"
    assert server.token == "Bearer a token"


def test_a_failed_trial_is_a_failed_run_without_a_version(server: Server) -> None:
    assert mlflow_export.export([add_trial(status="failed")]) == ""
    asked = {path: body for _method, path, body in server.calls}
    assert asked["runs/update"]["status"] == "FAILED"
    assert "model-versions/create" not in asked


def test_the_champion_carries_the_alias(server: Server) -> None:
    version = add_version()
    view = registry.propose(version, TRADER)
    registry.approve(version, RISK)
    mlflow_export.export([view.experiment_id])
    assert mlflow_export.export_champions(Clocks(clock_service.latest_day(), clock.now())) == ""
    assert server.calls[-1] == (
        "POST", "registered-models/alias", {"name": "settle.TTF.theta", "alias": "champion", "version": "1"},
    )  # fmt: skip


def test_a_model_that_is_known_already_is_no_error(server: Server) -> None:
    for model in ("theta", "theta"):
        version = registry.version(add_version(model=model), TRADER)
        assert mlflow_export.export([version.experiment_id]) == ""
    assert [row["version"] for row in server.versions] == ["1", "2"]


@pytest.mark.parametrize("uri", ["http://127.0.0.1:9/", "ftp://example.org"])
def test_a_server_that_is_away_is_told_and_loses_nothing(monkeypatch: pytest.MonkeyPatch, uri: str) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    settings.cache_clear()
    try:
        assert "stored here, but not exported" in mlflow_export.export([add_trial()])
    finally:
        settings.cache_clear()
