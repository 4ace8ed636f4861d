"""How the figures of the portal's own answers are computed again: from the counts that were sampled."""

from collections.abc import Callable
from datetime import datetime

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Table
from portal.domain.monitoring import request_metrics as metrics
from portal.services.evaluation import evaluates
from portal.services.monitoring.requests import Rows, Window, buckets, errors, outcomes, percentile, rate

PARAMETERS = (
    Parameter("kind", "Kind of requests", default="all"),
    Parameter("minutes", "Length of the window in minutes", "integer", default="5"),
    Parameter("moment", "End of the window (UTC)", default="known at"),
)
NOTHING = "No request was sampled in this window."

Replay = Callable[[Rows, Params, Clocks], Outcome]


def _window(params: Params, clocks: Clocks) -> Window:
    asked = str(params["moment"])
    moment = clocks.known_at if asked == PARAMETERS[2].default else datetime.fromisoformat(asked)
    return Window(str(params["kind"]), int(str(params["minutes"])), moment)


def _outcome(value: float | None, unit: str, window: Window) -> Outcome:
    steps = (Step("Until", f"{window.moment:%Y-%m-%d %H:%M:%S} UTC"), Step("Minutes", float(window.minutes)))
    return Outcome(value, unit, steps, "" if value is not None else NOTHING)


def _percentile(share: float) -> Replay:
    def replay(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
        return _outcome(percentile(rows, share), "s", _window(params, clocks))

    return replay


def _rate(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    window = _window(params, clocks)
    return _outcome(rate(rows, window.minutes), "1/s", window)


def _errors(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    return _outcome(errors(rows), "fraction", _window(params, clocks))


def _register(metric_id: str, read: Callable[[UnitOfWork, Window], Table], replay: Replay) -> None:
    @evaluates(metric_id, permission=Permission.MONITORING_READ, parameters=PARAMETERS, replay=replay)
    def evaluate(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
        window = _window(params, clocks)
        table = read(work, window)
        found = replay(table.records(), params, clocks)
        subject = "All requests" if window.kind == "all" else f"Requests of kind {window.kind}"
        return Evaluation(subject, found.value, found.unit, table, found.steps, note=found.note)


for _metric, _share in metrics.SHARES:
    _register(_metric.id, buckets, _percentile(_share))
_register(metrics.THROUGHPUT.id, outcomes, _rate)
_register(metrics.ERROR_RATE.id, outcomes, _errors)
