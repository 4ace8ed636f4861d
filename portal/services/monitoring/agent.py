"""The monitor's rounds: what is done every few seconds, each task by itself, so that none can hold up another.

A module registers what it wants (:func:`register_task`); the process ``enerscope monitor`` runs all of them
(:func:`work`). A task that still runs when its next turn comes skips it; one that fails is logged and runs again.
"""

import importlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from portal.core import clock
from portal.core.errors import EnerscopeError

log = logging.getLogger("enerscope.monitor")

MODULES: tuple[str, ...] = (
    "celery_state",
    "collecting",
    "feeds",
    "pack_rounds",
    "sample_upkeep",
    "scraping",
    "security_watch",
    "settling",
    "rule_rounds",
    "sending",
    "watch",
)
"""Modules that register tasks when they are imported, in ``portal.services.monitoring``."""
_THREADS = 12  # more than there are tasks that may wait for a database that is gone at once


@dataclass(frozen=True, slots=True)
class Task:
    """Something that the monitor does every ``seconds``; ``run`` must be safe beside the others in its own thread.

    ``stop`` is called when the monitor ends, before the database is left.
    """

    code: str
    seconds: float
    run: Callable[[], None]
    stop: Callable[[], None] | None = None


@dataclass(slots=True)
class Turn:
    """How a task went last: when it ended, how long it took, and what was wrong ("" for nothing)."""

    ended_at: datetime | None = None
    seconds: float = 0.0
    problem: str = ""


_TASKS: dict[str, Task] = {}
TASKS: Mapping[str, Task] = MappingProxyType(_TASKS)
_TURNS: dict[str, Turn] = {}
TURNS: Mapping[str, Turn] = MappingProxyType(_TURNS)


def register_task(task: Task) -> Task:
    """Make ``task`` known; a second one with its code raises ValueError."""
    if task.code in _TASKS:
        raise ValueError(f"The task '{task.code}' of the monitor is registered twice.")
    _TASKS[task.code] = task
    return task


def all_tasks() -> Mapping[str, Task]:
    """Return all tasks by their code, with every module imported."""
    for name in MODULES:
        importlib.import_module(f"portal.services.monitoring.{name}")
    return TASKS


def take_turn(task: Task) -> Turn:
    """Run ``task`` once and note how it went; nothing is raised."""
    turn = _TURNS.setdefault(task.code, Turn())
    began = time.monotonic()
    try:
        task.run()
        problem = ""
    except EnerscopeError as known:
        problem = known.message
    except Exception as unknown:  # a task that fails must not end the others
        log.exception("task %s failed", task.code)
        problem = type(unknown).__name__
    if problem and problem != turn.problem:
        log.warning("task %s: %s", task.code, problem)
    turn.problem, turn.ended_at, turn.seconds = problem, clock.now(), time.monotonic() - began
    return turn


def work(stopped: threading.Event) -> None:
    """Run all tasks at their times until ``stopped`` is set."""
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(_THREADS)},
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        timezone="UTC",
    )
    now = clock.now()
    for number, task in enumerate(all_tasks().values()):
        first = now + timedelta(seconds=0.1 * number)
        scheduler.add_job(
            take_turn, "interval", [task], seconds=task.seconds, id=task.code, next_run_time=first
        )
    scheduler.start()
    try:
        stopped.wait()
    finally:
        scheduler.shutdown(wait=False)
        for task in all_tasks().values():
            if task.stop is not None:
                task.stop()
