"""What a page may start as a job: the inputs of a body, read as the parameters of a kind.

A callbacks module registers a function under the name of its body. Generic callbacks (``callbacks/jobs.py``) start the
job, follow it and stop it; a name that nobody registered is refused. The background callback that carries the job out
is registered once for each form, since Dash takes no patterns for its progress.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dash import Input, Output, no_update

from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.config import settings
from portal.core.errors import NotFound
from portal.core.job import JobView
from portal.core.permissions import Permission
from portal.services import jobs as job_service
from portal.services import runtime
from portal.web import jobs
from portal.web.actor import actor_or_none
from portal.web.guard import guarded_callback

Filters = Mapping[str, Any]
FormFunction = Callable[[Filters, Clocks, Actor], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class JobForm:
    """A registered form: ``read`` returns the parameters of a job of ``kind``, whose right the kind itself names."""

    name: str
    kind: str
    read: FormFunction


FORMS: dict[str, JobForm] = {}


def job_form(name: str, *, kind: str) -> Callable[[FormFunction], FormFunction]:
    """Register the decorated function: inputs of body ``name``, clocks and actor -> parameters of a ``kind``."""

    def register(read: FormFunction) -> FormFunction:
        if name in FORMS:
            raise ValueError(f"The job form '{name}' is registered twice.")
        FORMS[name] = JobForm(name, kind, read)
        guarded_callback(
            Output(_part("ran", name), "data"),
            Input(_part("page", name), "data"),
            permission=Permission.SIGNED_IN,  # of the job itself: whoever asked for it
            background=True,
            prevent_initial_call=True,
            progress=[Output(_part("bar", name), "value"), Output(_part("words", name), "children")],
        )(carry_out)
        return read

    return register


def carry_out(set_progress: Callable[[tuple[int, str]], None], job_id: int | None) -> Any:
    """Run the job in this process, and return its id alone: what it found is read under the reader's own rights."""
    if not isinstance(job_id, int):
        return no_update
    with runtime.borrowed_database(settings()):
        actor = actor_or_none()
        if actor is None:
            job_service.log.warning(
                "Job %d waits for another worker: this one finds nobody signed in on the page that asked. If that is "
                "so for every page, give the portal and its workers the same SECRET_KEY.", job_id,
            )  # fmt: skip
        elif job_service.job(job_id, actor).queue == "page":
            job_service.run(job_id, jobs.teller(set_progress), door="page", own_process=True)
    return job_id


def _part(part: str, name: str) -> dict[str, str]:
    return {"type": f"job-{part}", "body": name}  # as components.job.job_part, which stands a floor above


def find_form(name: str) -> JobForm:
    """Return the form ``name``; an unknown name is :class:`NotFound`."""
    if name not in FORMS:
        raise NotFound(f"There is nothing to start under '{name}'. Reload the page.", form=name)
    return FORMS[name]


def active_job(name: str, actor: Actor) -> JobView | None:
    """Return the job of form ``name`` that the actor waits for, so that a page that is opened again shows it."""
    jobs.warm_up()
    found = job_service.active_jobs(find_form(name).kind, actor)
    return found[0] if found else None


def ask(name: str, filters: Filters, clocks: Clocks, actor: Actor) -> JobView:
    """Ask for the job of form ``name``.

    The page runs it itself, unless a job of that kind that it runs for the same user is under way: Dash ends the
    process of the first when a second one begins, so the second goes to a worker.
    """
    form = find_form(name)
    under_way = [one for one in job_service.active_jobs(form.kind, actor) if one.queue == "page"]
    queue: job_service.Queue = "worker" if under_way else "page"
    job_id = job_service.submit(form.kind, form.read(filters, clocks, actor), actor, queue=queue)
    return job_service.job(job_id, actor)
