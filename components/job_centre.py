"""The parts of the job centre: a card for each job under way, and one job with its log."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import states
from components.attributes import attributes
from components.job import CENTRE, percent, words
from components.number import shown
from components.states import badge
from portal.core import format as text
from portal.core.job import JobView
from portal.core.metrics import Shown

TONES = {
    "queued": "neutral", "running": "info", "done": "good", "failed": "bad", "cancelled": "neutral", "lost": "bad",
}  # fmt: skip


def act_id(act: str, job_id: int) -> dict[str, Any]:
    """Return the id of a button that does ``act`` (``stop`` or ``again``) to a job."""
    return {"type": f"job-centre-{act}", "job": job_id}


def active_card(job: JobView) -> html.Div:
    """Return the card of a job that waits or runs: bar, words, who waits for it, stop."""
    return html.Div(
        [
            html.Div(
                [dcc.Link(f"Job {job.id}", href=f"{CENTRE}?job={job.id}"), html.Span(job.title), _who(job)],
                className="es-job-head",
            ),
            html.Div(
                [
                    dbc.Progress(value=percent(job), max=100, className="es-job-bar"),
                    html.Span(words(job), className="es-job-words"),
                    _stop(job),
                ],
                className="es-job-line",
            ),
        ],
        className="es-job-card",
    )


def _who(job: JobView) -> html.Span:
    return html.Span(f"asked by {', '.join(job.askers) or job.requested_by}", className="es-note")


def _stop(job: JobView) -> Component | None:
    if not job.may_cancel:
        return None
    return html.Button(
        "Stop", id=act_id("stop", job.id), type="button", disabled=job.stopping,
        className="btn btn-sm btn-outline-secondary", **attributes({"aria-label": f"Stop job {job.id}"}),
    )  # fmt: skip


def job_detail(
    job: JobView, log: Sequence[tuple[datetime, str, str]], *, took: Shown, usual: Shown, back: str
) -> html.Section:
    """Return one job: what it is, what became of it, what can be done, and its log."""
    again = html.Button(
        "Run again", id=act_id("again", job.id), type="button", className="btn btn-sm btn-outline-secondary"
    )
    result = (
        dcc.Link("Open the result", href=job.link, className="btn btn-sm btn-primary") if job.link else None
    )
    return html.Section(
        [
            html.Div(
                [
                    html.H2([f"Job {job.id}: {job.title} ", badge(job.state, TONES[job.state])]),
                    dcc.Link("Close", href=back, className="es-link"),
                ],
                className="es-job-title",
            ),
            _happened(job),
            html.Div([result, again if job.may_rerun else None], className="es-repair-buttons"),
            html.Dl(
                [
                    part
                    for label, value in _facts(job, took, usual)
                    for part in (html.Dt(label), html.Dd(value))
                ],
                className="es-facts",
            ),
            html.H3("Log"),
            html.Ol([_line(*line) for line in log], className="es-job-log"),
        ],
        className="es-section es-full es-job-detail",
    )


def _happened(job: JobView) -> Component | None:
    if not job.is_over:
        return active_card(job)
    if job.state in ("failed", "lost"):
        return states.error(
            job.error, title="The run failed" if job.state == "failed" else "The run was lost"
        )
    return states.notice(job.error) if job.error else None


def _facts(job: JobView, took: Shown, usual: Shown) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [
        ("Asked by", ", ".join(job.askers) or job.requested_by),
        ("Asked at", _moment(job.requested_at)),
        ("Began", _moment(job.started_at)),
        ("Ended", _moment(job.finished_at)),
        ("Run time", [shown(took), f" {took.unit}"] if took.value is not None else "not known yet"),
        ("Usually takes", [shown(usual), f" {usual.unit}"] if usual.value is not None else "not known yet"),
        ("Attempt", f"{job.attempt} of {job.most_attempts}"),
        ("Worker", job.worker or "none yet"),
        ("Parameters", html.Code(_params(job.params))),
    ]
    if job.rerun_of is not None:
        found.append(("Repeats", dcc.Link(f"Job {job.rerun_of}", href=f"{CENTRE}?job={job.rerun_of}")))
    return found


def _params(params: Mapping[str, Any]) -> str:
    return json.dumps(dict(params), ensure_ascii=False, sort_keys=True)


def _moment(value: datetime | None) -> str:
    return "not yet" if value is None else text.moment(value)


def _line(at: datetime, level: str, message: str) -> html.Li:
    return html.Li(
        [html.Time(f"{at:%Y-%m-%d %H:%M:%S}"), badge(level, {"warning": "warn", "error": "bad"}.get(level, "neutral")),
         html.Span(message)],
    )  # fmt: skip
