"""The part of a page that starts a job and follows it: button, bar, words, stop, and what became of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import states
from portal.core.job import JobView

TICK_MILLISECONDS = 1000
CENTRE = "/monitoring/jobs"


def job_part(part: str, name: str) -> dict[str, str]:
    """Return the id of one part of the panel of body ``name``."""
    return {"type": f"job-{part}", "body": name}


def job_panel(
    name: str, *, label: str, shown: JobView | None, may_start: bool = True, hint: str = ""
) -> html.Div:
    """Return the panel that starts the job of body ``name``; ``shown`` is the job that is under way, if any.

    A page that wants to do more than draw its body again when the job is done listens to ``job_part("done", name)``,
    whose data is the id of the job.
    """
    is_active = shown is not None and not shown.is_over
    return html.Div(
        [
            html.Div(
                [
                    html.Button(
                        label, id=job_part("run", name), type="button", disabled=is_active or not may_start,
                        className="btn btn-sm btn-primary", title=hint or None,
                    ),
                    html.Div(
                        [
                            dbc.Progress(
                                id=job_part("bar", name), value=percent(shown), max=100, className="es-job-bar"
                            ),
                            html.Span(
                                words(shown), id=job_part("words", name), className="es-job-words", role="status"
                            ),
                            html.Button(
                                "Stop", id=job_part("stop", name), type="button",
                                disabled=not (shown and shown.may_cancel),
                                className="btn btn-sm btn-outline-secondary",
                            ),
                        ],
                        id=job_part("line", name), className="es-job-line", hidden=not is_active,
                    ),
                ],
                className="es-job-row",
            ),
            html.Div(outcome(shown), id=job_part("note", name)),
            dcc.Store(id=job_part("id", name), data=shown.id if shown else None),
            dcc.Store(id=job_part("done", name)),
            dcc.Interval(id=job_part("tick", name), interval=TICK_MILLISECONDS, disabled=not is_active),
        ],
        className="es-job",
    )  # fmt: skip


def job_stores(names: Sequence[str]) -> list[Component]:
    """Return what the background callback of each form listens to and answers: in the frame, beside all pages.

    In a page its answer would veil the page while it runs; and what it listens to would, put in anew with the page that
    somebody comes back to, call it once more, for which Dash ends the process of the first.
    """
    return [dcc.Store(id=job_part(part, name)) for name in names for part in ("page", "ran")]


def percent(job: JobView | None) -> int:
    """Return the progress of a job for its bar, 0 to 100."""
    return 0 if job is None else round(100 * job.progress)


def words(job: JobView | None) -> str:
    """Return what is happening to a job that is under way, and how long it will still take."""
    if job is None or job.is_over:
        return ""
    if job.state == "queued":
        return "Starting" if job.queue == "page" else "Waiting for a worker"
    if job.stopping:
        return "Stopping"
    told = job.message or "Running"
    if job.attempt > 1:
        told += f" (attempt {job.attempt} of {job.most_attempts})"
    return told if job.remaining_seconds is None else f"{told} · {time_left(job.remaining_seconds)}"


def time_left(seconds: float) -> str:
    """Return how long a run will still take, as people say it."""
    if seconds < 1:
        return "any moment now"
    if seconds < 90:
        return f"about {seconds:.0f} s left"
    return f"about {seconds / 60:.0f} min left"


def outcome(job: JobView | None, clocks: Mapping[str, str] | None = None) -> list[Any]:
    """Return the card of what became of a job, with its link under ``clocks``; nothing while it is under way."""
    if job is None or not job.is_over:
        return []
    more = job_link(job.id, clocks)
    if job.state == "done":
        shared = "" if len(job.askers) < 2 else f", shared by {', '.join(job.askers)}"
        return [html.P(["Done", shared, ". ", more], className="es-note", role="status")]
    if job.state == "cancelled":
        return [html.P([job.error or "It was cancelled.", " ", more], className="es-note", role="status")]
    title = "The run failed" if job.state == "failed" else "The run was lost"
    card = states.error(job.error, title=title)
    card.children.append(html.P(more))
    return [card]


def job_link(job_id: int, clocks: Mapping[str, str] | None = None) -> Component:
    """Return the link to a job in the job centre, which keeps the ``clocks`` of the page that it stands on."""
    return dcc.Link(f"Job {job_id}", href=f"{CENTRE}?{urlencode({'job': job_id, **(clocks or {})})}")
