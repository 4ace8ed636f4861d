"""The button that has days of the backtest computed, for those who may run risk."""

from collections.abc import Mapping
from typing import Any

from dash.development.base_component import Component

from callbacks.risk.backtests.ids import Ids
from components.job import job_panel
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.services.risk.backtest_filling import days_to_fill
from portal.services.risk.backtests import BacktestAsk
from portal.web.job_forms import active_job, job_form

HINT = "Computes the days that the period lacks: the last year, or what From and To say"


@job_form(Ids.BODY, kind="risk.history")
def read(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Mapping[str, Any]:
    """Return the days that the period lacks as the parameters of the job."""
    first, last = days_to_fill(BacktestAsk.of(filters), clocks, actor)
    return {"first": first.isoformat(), "last": last.isoformat()}


def panel(actor: Actor) -> Component | None:
    """Return the button with what is under way; None for those who may not."""
    if not actor.can(Permission.RISK_RUN):
        return None
    return job_panel(Ids.BODY, label="Compute backtest days", shown=active_job(Ids.BODY, actor), hint=HINT)
