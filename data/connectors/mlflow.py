"""An MLflow tracking server and model registry, over its documented REST API (version 2.0).

Source: MLflow documentation, "REST API": experiments, runs, registered models, model versions, aliases.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from portal.core.errors import UpstreamError

TIMEOUT_SECONDS = 10.0
AT_ONCE = 90  # parameters and metrics in one request; the server takes 100
LONGEST = 5000  # characters of a tag or parameter
EXISTS, MISSING = "RESOURCE_ALREADY_EXISTS", "RESOURCE_DOES_NOT_EXIST"


class MlflowRefusal(UpstreamError):  # noqa: N818  (says what happened, as in portal.core.errors)
    """The server answered with an error; ``subject`` holds its ``error_code``."""

    code = "mlflow"


class MlflowServer:
    """One server; every method is one or two calls of its API.

    Parameters
    ----------
    uri
        Address such as ``https://mlflow.example.org``; only http and https are spoken.
    token
        Sent as bearer token when given.
    """

    def __init__(self, uri: str, token: str | None = None) -> None:
        if not uri.startswith(("http://", "https://")):
            raise MlflowRefusal(f"MLFLOW_TRACKING_URI must begin with http:// or https://, not '{uri[:40]}'.")
        self._base = f"{uri.rstrip('/')}/api/2.0/mlflow"
        self._token = token

    def experiment(self, name: str) -> str:
        """Return the id of an experiment, which is made when there is none."""
        try:
            found = self._get("experiments/get-by-name", experiment_name=name)
            return str(found["experiment"]["experiment_id"])
        except MlflowRefusal as refusal:
            if refusal.subject.get("error_code") != MISSING:
                raise
        return str(self._post("experiments/create", name=name)["experiment_id"])

    def start_run(self, experiment_id: str, name: str, start: int, tags: Mapping[str, str]) -> str:
        """Begin a run at ``start`` (milliseconds) and return its id."""
        found = self._post(
            "runs/create", experiment_id=experiment_id, run_name=name, start_time=start, tags=_pairs(tags)
        )
        return str(found["run"]["info"]["run_id"])

    def log(self, run_id: str, params: Mapping[str, str], metrics: Mapping[str, float], moment: int) -> None:
        """Store parameters and metrics of a run at ``moment`` (milliseconds)."""
        values = [
            {"key": key, "value": value, "timestamp": moment, "step": 0} for key, value in metrics.items()
        ]
        terms = _pairs(params)
        for begin in range(0, max(len(values), len(terms), 1), AT_ONCE):
            part = slice(begin, begin + AT_ONCE)
            self._post("runs/log-batch", run_id=run_id, metrics=values[part], params=terms[part], tags=[])

    def end_run(self, run_id: str, end: int, *, failed: bool) -> None:
        """End a run at ``end`` (milliseconds)."""
        self._post("runs/update", run_id=run_id, status="FAILED" if failed else "FINISHED", end_time=end)

    def register(self, name: str) -> None:
        """Make a registered model unless there is one."""
        try:
            self._post("registered-models/create", name=name)
        except MlflowRefusal as refusal:
            if refusal.subject.get("error_code") != EXISTS:
                raise

    def add_version(self, name: str, source: str, run_id: str, tags: Mapping[str, str]) -> str:
        """Add a version to a registered model and return the number that the server gave it."""
        found = self._post(
            "model-versions/create", name=name, source=source, run_id=run_id, tags=_pairs(tags)
        )
        return str(found["model_version"]["version"])

    def versions(self, name: str) -> dict[str, dict[str, str]]:
        """Return the tags of each version of a registered model by its number."""
        quoted = name.replace("'", "")
        found = self._get("model-versions/search", filter=f"name='{quoted}'", max_results="1000")
        return {
            str(row["version"]): {tag["key"]: tag["value"] for tag in row.get("tags", [])}
            for row in found.get("model_versions", [])
        }

    def set_alias(self, name: str, alias: str, version: str) -> None:
        """Let an alias name one version."""
        self._post("registered-models/alias", name=name, alias=alias, version=version)

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        return self._call("POST", path, json.dumps(body).encode())

    def _get(self, path: str, **query: str) -> dict[str, Any]:
        return self._call("GET", f"{path}?{urlencode(query)}")

    def _call(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        request = Request(f"{self._base}/{path}", data=body, method=method)  # noqa: S310  (its scheme was checked)
        request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  (its scheme was checked)
                return dict(json.loads(answer.read() or b"{}"))
        except HTTPError as refusal:
            raise _refused(refusal) from None
        except (URLError, TimeoutError, OSError, ValueError) as problem:
            raise MlflowRefusal(f"The MLflow server does not answer: {problem}.") from None


def _refused(refusal: HTTPError) -> MlflowRefusal:
    try:
        said = dict(json.loads(refusal.read() or b"{}"))
    except ValueError:
        said = {}
    words = str(said.get("message", refusal.reason))[:200]
    return MlflowRefusal(
        f"The MLflow server refused ({refusal.code}): {words}", error_code=said.get("error_code", "")
    )


def _pairs(terms: Mapping[str, str]) -> Sequence[dict[str, str]]:
    return [{"key": key, "value": str(value)[:LONGEST]} for key, value in terms.items()]
