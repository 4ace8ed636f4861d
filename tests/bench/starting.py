"""Starts: how long until a portal that has its database answers, against a process that only loads the pages."""

import os
import subprocess
import sys
import time

from tests.bench.report import Figure
from tests.bench.stage import ROOT, Stage
from tests.helpers.ports import free_port
from tests.helpers.program import Portal

ALL_PAGES = "import dash; app = dash.Dash(use_pages=True, pages_folder=''); import app, callbacks, pages"


def measure(stage: Stage, *, rounds: int) -> list[Figure]:
    """Return seconds and processor time of a start that is not the first; the best of ``rounds``."""
    home = stage.home / "start"
    _start(home)  # makes the database
    starts = [_start(home) for _ in range(rounds)]
    loads = [_load() for _ in range(rounds)]
    against = "a process that loads all pages"
    return [
        Figure(
            "start", "enerscope run, not for the first time", name, min(start[at] for start in starts), "s",
            baseline=min(load[at] for load in loads), against=against,
        )
        for at, name in enumerate(("until it answers", "processor time, stop included"))
    ]  # fmt: skip


def _start(home: os.PathLike[str]) -> tuple[float, float]:
    before, began = spent(), time.perf_counter()
    with Portal(home, free_port()) as portal:
        ready = time.perf_counter() - began
        portal.stop()
    return ready, spent() - before


def _load() -> tuple[float, float]:
    before, began = spent(), time.perf_counter()
    subprocess.run([sys.executable, "-c", ALL_PAGES], cwd=ROOT, check=True)
    return time.perf_counter() - began, spent() - before


def spent() -> float:
    """Return the processor time of all children that have ended."""
    used = os.times()
    return used.children_user + used.children_system
