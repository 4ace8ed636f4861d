"""Programs of the portal that also know the tests' kinds of jobs, and a real Celery worker."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.helpers.program import ROOT, environment

QUICK = {
    "ENERSCOPE_JOB_HEARTBEAT_SECONDS": "0.1",
    "ENERSCOPE_JOB_STALE_SECONDS": "4",
    "ENERSCOPE_JOB_GRACE_SECONDS": "0.5",
    "ENERSCOPE_JOB_POLL_SECONDS": "0.1",
}
"""Settings under which the dead are found in seconds."""


_SITE = """
import importlib.abc, sys

class Beside(importlib.abc.MetaPathFinder):
    # Registers the kinds of the tests after the portal's own, and their page before the portal's pages.
    def find_spec(self, name, path=None, target=None):
        if name == "portal.services.jobs.kinds":
            from tests.helpers import job_kinds
            job_kinds.register()
        if name == "pages":
            from tests.helpers import job_page
            job_page.register()
        return None

sys.meta_path.insert(0, Beside())
"""


def knowing_the_kinds(folder: Path) -> dict[str, str]:
    """Return settings of the environment with which every Python program knows ``job_kinds`` and ``job_page``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(_SITE, "utf-8")
    return {"PYTHONPATH": f"{folder}:{ROOT}"}


@contextmanager
def celery_worker(
    home: Path, *, database: str, redis: str, beat: bool = True, processes: int = 1, **settings: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a real worker (and beat, which sends for jobs that wait) once it is ready; ``processes`` run at a time."""
    log = home / "celery.log"
    home.mkdir(parents=True, exist_ok=True)
    more = QUICK | knowing_the_kinds(home / "site") | settings
    command = [sys.executable, "-m", "celery", "--app", "app:celery_app", "worker", "--loglevel", "INFO"]
    with log.open("ab") as said:
        process = subprocess.Popen(
            [
                *command,
                "--concurrency",
                str(processes),
                "--without-gossip",
                "--without-mingle",
                *(["--beat"] if beat else []),
            ],
            env=environment(home, DATABASE_URL=database, REDIS_URL=redis, **more),
            cwd=ROOT,
            stdout=said,
            stderr=said,
        )
    try:
        deadline = time.monotonic() + 240
        while " ready." not in log.read_text("utf-8"):
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.1)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
