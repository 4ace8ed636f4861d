"""The rows behind Forecast > Models."""

from collections.abc import Mapping
from typing import Any

from callbacks.forecast.models.ids import EVERY, Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.forecast import experiments, registry
from portal.services.forecast import model_tables as tables
from portal.web.asked import whole
from portal.web.views import grid

MOST = 10**12


def target_of(filters: Mapping[str, Any]) -> str | None:
    """Return the target that is asked for, None for all."""
    asked = str(filters.get("target") or EVERY)
    return None if asked == EVERY else asked


@grid(Ids.VERSIONS, title="Model versions", permission=Permission.FORECAST_READ)
def version_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the versions of a target, or of all."""
    return tables.version_table(query, registry.versions(actor, target_of(filters), clocks=clocks), clocks)


@grid(Ids.TRIALS, title="Trials", permission=Permission.FORECAST_READ)
def trial_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the trials of a target, or of all."""
    return tables.trial_table(query, experiments.trials(actor, target_of(filters), clocks=clocks), clocks)


@grid(Ids.COMPARE, title="Two trials", permission=Permission.FORECAST_READ)
def compare_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:  # noqa: ARG001
    """Return every score of two trials."""
    first, second = (experiments.trial(_number(filters, name), actor) for name in ("first", "second"))
    return tables.compare_table(query, first, second)


@grid(Ids.STEPS, title="Error by step ahead", permission=Permission.FORECAST_READ)
def step_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:  # noqa: ARG001
    """Return the errors of one trial or two by step."""
    other = whole(filters, "second", 0, low=0, high=MOST)
    second = experiments.stored(other, actor) if other else None
    return tables.step_table(query, experiments.stored(_number(filters, "first"), actor), second)


def _number(filters: Mapping[str, Any], name: str) -> int:
    return whole(filters, name, 0, low=1, high=MOST)
