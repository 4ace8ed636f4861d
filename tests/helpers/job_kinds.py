"""Kinds of jobs that exist in tests only: small, slow, deaf and broken ones."""

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from portal.core.actor import Actor
from portal.core.errors import DomainError, UpstreamError
from portal.core.permissions import Permission, Role
from portal.services import jobs

DATA = {"version": "1"}
"""What the data of the kind ``test-sum`` is; a test changes it as new data would."""


LONGEST_WAIT = 300.0  # seconds


class Steps(BaseModel):
    """How many steps of how many seconds to take, and which way to end ("told": when there is the file ``note``)."""

    steps: int = Field(3, ge=1)
    seconds: float = 0.0
    end: str = "well"
    note: str = ""


def take_steps(params: Steps, context: jobs.JobContext) -> Mapping[str, Any]:
    """Take the steps, reporting each."""
    for step in range(params.steps):
        context.report(step / params.steps, f"step {step + 1} of {params.steps}")
        if params.end == "deaf":
            _ignore(params.seconds)
        else:
            time.sleep(params.seconds)
    if params.end == "told":
        _wait_for(Path(params.note), context)
    if params.end == "refused":
        raise DomainError("The book ATLANTIS has no positions. Choose another.")
    if params.end == "broken":
        raise RuntimeError("the table secret_prices is missing")
    if params.end == "away" and context.attempt == 1:
        raise UpstreamError("The feed does not answer.")
    if params.end == "killed once" and context.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if params.end == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    context.log("info", f"{params.steps} steps were taken")
    return {"steps": params.steps, "link": f"/?steps={params.steps}", "attempt": context.attempt}


def _wait_for(file: Path, context: jobs.JobContext) -> None:
    """Go on when somebody has made the file, so that a test need not look in time."""
    until = time.monotonic() + LONGEST_WAIT
    while not file.exists() and time.monotonic() < until:
        context.report(context.share, context.message)
        time.sleep(0.05)


def _ignore(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.01)


def _version(_work: object, _params: Steps) -> str:
    return DATA["version"]


def register() -> None:
    """Register the kinds, once in a process."""
    if "test-steps" in jobs.KINDS:
        return
    jobs.register_kind(
        jobs.JobKind(
            "test-steps",
            "Steps of a test",
            Steps,
            take_steps,
            Permission.RISK_RUN,
            2.0,
            retry_after_seconds=0,
        )
    )
    jobs.register_kind(
        jobs.JobKind(
            "test-sum", "Sum of a test", Steps, take_steps, Permission.RISK_RUN, 2.0, data_version=_version
        )
    )


def somebody(name: str, *roles: Role) -> Actor:
    """Return an actor of the tests."""
    return Actor(None, name, name.title(), frozenset(roles or (Role.RISK_OFFICER,)))


YEARLY = jobs.Schedule("test.yearly", "Steps of a year", "test-steps", "0 0 1 1 *", params={"steps": 2})


def register_yearly() -> None:
    """Declare a schedule of the tests, in a program that is theirs alone."""
    register()
    jobs.register_schedule(YEARLY)
