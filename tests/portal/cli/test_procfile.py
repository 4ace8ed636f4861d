"""The web line of the Procfile: two preloaded workers of gunicorn count together, and a killed one loses nothing."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.helpers.ports import free_port
from tests.helpers.program import ROOT, environment
from tests.helpers.waiting import until

TOKEN = "a-token-of-the-scrapers"


def ask(address: str, path: str) -> tuple[int, str]:
    asked = urllib.request.Request(address + path, headers={"Authorization": f"Bearer {TOKEN}"})
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as problem:
        return problem.code, ""
    except OSError:
        return 0, ""


def wait_for(address: str) -> None:
    deadline = time.monotonic() + 240
    while ask(address, "/healthz/ready")[0] != 200:
        assert time.monotonic() < deadline, "gunicorn does not answer"
        time.sleep(0.1)


def pages(address: str) -> float:
    """Return how many pages were counted as good."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(ask(address, "/metrics")[1])
        for sample in family.samples
        if sample.name == "enerscope_requests_total" and sample.labels == {"kind": "page", "outcome": "ok"}
    )


@pytest.fixture(scope="module")
def served(module_database: str, short_folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    line = next(one for one in (ROOT / "Procfile").read_text("utf-8").splitlines() if one.startswith("web:"))
    port = free_port()
    more = {
        "DATABASE_URL": module_database,
        "ENERSCOPE_METRICS_TOKEN": TOKEN,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    process = subprocess.Popen(
        ["bash", "-c", f"exec {line.removeprefix('web:').strip()}"],
        cwd=ROOT, env=environment(short_folder / "procfile", **more),
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_two_workers_count_together_and_a_killed_one_loses_nothing(
    served: tuple[str, psutil.Process], short_folder: Path
) -> None:
    address, master = served
    workers = until(
        lambda: found if len(found := master.children()) > 1 else None
    )  # the first one answers alone
    assert len(workers) == 2
    before = pages(address)
    for _ in range(24):
        assert ask(address, "/login")[0] == 200
    assert pages(address) - before == 24
    folder = short_folder / "procfile" / "metrics"
    workers[0].kill()
    workers[0].wait(60)
    wait_for(address)
    assert pages(address) - before == 24
    assert not list(folder.glob(f"*_{workers[0].pid}.db"))
    assert ask(address, "/login")[0] == 200
    assert pages(address) - before == 25
