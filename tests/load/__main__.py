"""``python -m tests.load``: load a portal for two minutes, and print as JSON what Locust and what ``/metrics`` say."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from portal.core.arrays import FloatArray1D
from portal.domain.monitoring.requests import quantile
from tests.bench.stage import Stage
from tests.helpers.ports import free_port
from tests.helpers.program import ROOT, Portal

TOKEN = "token-of-the-load-test"
SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


def main(arguments: list[str] | None = None) -> None:
    """Run the load against a portal that runs, or one of its own with the demo desk."""
    asked = _parser().parse_args(arguments)
    if asked.address:
        print(
            json.dumps(load(asked.address, asked.token, users=asked.users, seconds=asked.seconds), indent=2)
        )
        return
    with Stage(None) as stage:
        settings = {"DATABASE_URL": stage.demo(), "ENERSCOPE_METRICS_TOKEN": TOKEN, "ENERSCOPE_MONITOR": "on"}
        with Portal(stage.home / "home", free_port(), ENERSCOPE_SESSIONS_PER_USER="20", **settings) as portal:
            found = load(portal.address, TOKEN, users=asked.users, seconds=asked.seconds)
    print(json.dumps(found, indent=2))


def load(address: str, token: str, *, users: int, seconds: float) -> dict[str, Any]:
    """Return what both sides say about ``users`` sessions over ``seconds``."""
    with tempfile.TemporaryDirectory(prefix="ens-") as folder:
        result = Path(folder) / "result.json"
        told = {
            "LOAD_USERS": str(users), "LOAD_SECONDS": str(seconds), "LOAD_TOKEN": token, "LOAD_RESULT": str(result),
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "locust", "-f", str(ROOT / "tests/load/sessions.py"), "--headless", "--only-summary",
             "--users", str(users), "--spawn-rate", "5", "--run-time", f"{int(seconds) + 900}s", "--host", address],
            env=os.environ | told, cwd=ROOT, capture_output=True, text=True, timeout=seconds + 1200, check=False,
        )  # fmt: skip
        if not result.exists():
            raise SystemExit(f"Locust did not come to an end:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return compare(json.loads(result.read_text("utf-8")), users)


def compare(found: dict[str, Any], users: int) -> dict[str, Any]:
    """Return the figures of both sides over the window, and how far apart they are."""
    times = np.array([seconds for _, seconds, _ in found["requests"]])
    failed = sum(1 for *_, is_failed in found["requests"] if is_failed)
    tool = {
        "requests": len(times),
        "errors": failed / max(1, len(times)),
        **{name: _quantile(times, share) for name, share in SHARES.items()},
    }
    ours = of_metrics(found["before"], found["after"])
    apart = {name: ours[name] / tool[name] - 1.0 for name in SHARES}
    return {
        "sessions": users,
        "seconds": round(found["seconds"], 1),
        "requests_per_second": round(len(times) / found["seconds"], 2),
        "locust": _rounded(tool),
        "metrics": _rounded(ours),
        "apart": _rounded(apart),
    }


def _quantile(times: FloatArray1D, share: float) -> float:
    """Return the time of the request that the buckets of the other side look for, and no mean of two requests."""
    return float(np.quantile(times, share, method="inverted_cdf"))


def of_metrics(before: str, after: str) -> dict[str, float]:
    """Return requests, share of errors and percentiles that ``/metrics`` counted between two scrapes."""
    old, new = _read(before), _read(after)
    counted: dict[str, float] = defaultdict(float)
    buckets: dict[float, float] = defaultdict(float)
    for (name, outcome, le), value in new.items():
        gained = value - old.get((name, outcome, le), 0.0)
        if name == "enerscope_requests_total":
            counted[outcome] += gained
        elif name == "enerscope_request_seconds_bucket":
            buckets[float(le)] += gained
    bounds = np.array(sorted(buckets))
    counts = np.array([buckets[bound] for bound in bounds])
    total = sum(counted.values())
    return {
        "requests": total,
        "errors": (total - counted["ok"]) / max(1.0, total),
        **{name: quantile(bounds, counts, share) or 0.0 for name, share in SHARES.items()},
    }


def _read(text: str) -> dict[tuple[str, str, str], float]:
    found: dict[tuple[str, str, str], float] = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name, sample.labels.get("outcome", ""), sample.labels.get("le", "")] += sample.value
    return found


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--users", type=int, default=50, help="sessions at once")
    parser.add_argument("--seconds", type=float, default=120.0, help="length of the window")
    parser.add_argument("--address", help="a portal with the demo desk that runs already")
    parser.add_argument("--token", default=TOKEN, help="its ENERSCOPE_METRICS_TOKEN")
    return parser


if __name__ == "__main__":
    main()
