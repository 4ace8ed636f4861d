"""The run dialog: what to train, on how many origins, which parameters to try; the button, its progress and stop."""

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from callbacks.forecast.models.ids import Ids
from components import controls
from components.job import job_panel
from components.page import body_id
from components.states import notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import EnerscopeError
from portal.core.permissions import Permission
from portal.services.forecast import run_plan
from portal.services.forecast import targets as target_service
from portal.web.asked import whole
from portal.web.job_forms import active_job, job_form
from portal.web.views import body

ORIGINS = 14
MOST_ORIGINS = 400


def train_section(clocks: Clocks, actor: Actor, query: Mapping[str, str]) -> Component | None:
    """Return the dialog for those who may run forecasts, in a view of the present."""
    if not actor.can(Permission.FORECAST_RUN) or not clocks.live:
        return None
    targets = [(target.code, target.title) for target in target_service.targets(actor)]
    known = dict(targets)
    asked = [code for code in query.get("train", query.get("target", "")).split(",") if code in known]
    chosen = asked or [code for code in ("power.DE_LU",) if code in known]
    models = run_plan.choices()
    first = [code for code in query.get("models", "").split(",") if code in dict(models)] or ["theta"]
    filters = {"train": chosen, "models": first, "origins": ORIGINS, "grid": ""}
    job = active_job(Ids.TRAIN, actor)
    fields = [
        controls.multi_select(Ids.TRAIN, "train", "Targets", targets, chosen),
        controls.multi_select(Ids.TRAIN, "models", "Models", models, first),
        controls.count(Ids.TRAIN, "origins", "Origins", ORIGINS, low=2, high=MOST_ORIGINS),
        controls.text(
            Ids.TRAIN, "grid", "Parameters to try", "", wide=True,
            placeholder=f"such as {run_plan.EXAMPLE}",
        ),
    ]  # fmt: skip
    return html.Section(
        html.Details(
            [
                html.Summary("Train models"),
                html.Div(fields, className="es-model-fields"),
                html.Div(plan_lines(filters, clocks, actor), id=body_id(Ids.TRAIN), className="es-train-plan"),
                job_panel(
                    Ids.TRAIN, label="Train", shown=job,
                    hint="Every combination is a trial; finished ones become candidates",
                ),
            ],
            className="es-change-form", open=job is not None or "train" in query,
        ),
        className="es-section es-full es-train",
    )  # fmt: skip


@body(Ids.TRAIN, permission=Permission.FORECAST_RUN)
def plan_lines(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:  # noqa: ARG001
    """Say what the run would make, before it is started."""
    try:
        ask = read(filters)
        plan = run_plan.plan(ask["targets"], ask["models"], ask["grid"], ask["origins"])
    except EnerscopeError as refusal:
        return [notice(refusal.message, kind="warn")]
    return [html.P(plan.sentence, className="es-note")]


def read(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the inputs of the dialog say, as parameters of the job.

    Raises
    ------
    DomainError
        An input cannot be read.
    """
    return {
        "targets": _codes(filters.get("train")),
        "models": _codes(filters.get("models")),
        "grid": run_plan.read_grid(str(filters.get("grid") or "")),
        "origins": whole(filters, "origins", ORIGINS, low=2, high=MOST_ORIGINS),
    }


def _codes(given: Any) -> list[str]:
    parts = given if isinstance(given, list) else str(given or "").split(",")
    return [str(part).strip() for part in parts if str(part).strip()]


@job_form(Ids.TRAIN, kind="forecast.train")
def ask(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Mapping[str, Any]:
    """Return the parameters of the training."""
    del actor
    asked = read(filters)
    run_plan.plan(
        asked["targets"], asked["models"], asked["grid"], asked["origins"]
    )  # refuses what makes no sense
    return {**asked, "as_of": clocks.as_of.isoformat()}
