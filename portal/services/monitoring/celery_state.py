"""What Celery's workers say of themselves. Who can ask them is bound at the start: Celery itself stays out of here."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.core import clock
from portal.core.config import settings
from portal.domain.monitoring.samples import Measurement, samples_of
from portal.services.monitoring.agent import Task, register_task
from portal.services.monitoring.sink import SINK

SERVICE = "worker"


@dataclass(frozen=True, slots=True)
class CeleryWorker:
    """A worker that answered: its name, processes, tasks that run and that it holds, tasks since its start."""

    name: str
    processes: int
    active: int
    reserved: int
    done: int


Ask = Callable[[], list[CeleryWorker]]
_bound: list[Ask] = []


def bind(ask: Ask) -> None:
    """Say who asks the workers; without it there are none, as on one machine without Redis."""
    _bound[:] = [ask]


def measured(workers: list[CeleryWorker]) -> list[Measurement]:
    """Return the workers that answered and what they do, added up; tasks done are counted for each worker."""
    found: list[Measurement] = [
        ("celery_workers", {}, float(len(workers))),
        ("celery_processes", {}, float(sum(one.processes for one in workers))),
        ("celery_tasks", {"state": "active"}, float(sum(one.active for one in workers))),
        ("celery_tasks", {"state": "reserved"}, float(sum(one.reserved for one in workers))),
    ]
    return found + [("celery_tasks_done_total", {"worker": one.name}, float(one.done)) for one in workers]


def take() -> None:
    """Ask the workers once and store what they said.

    Raises
    ------
    UpstreamError
        Redis or the database does not answer.
    """
    if not _bound:
        return
    at = clock.now()
    SINK.put(samples_of(SERVICE, at, measured(_bound[0]())))
    SINK.store()


register_task(Task("celery", 2 * settings().sample_seconds, take))
