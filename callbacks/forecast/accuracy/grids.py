"""The rows behind Forecast > Accuracy."""

from collections.abc import Mapping
from typing import Any

from callbacks.forecast.accuracy.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.forecast import accuracy as service
from portal.services.forecast import accuracy_details as details
from portal.services.forecast import accuracy_tables as tables
from portal.services.forecast.accuracy import Accuracy, AccuracyAsk
from portal.web.views import grid


def _found(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Accuracy:
    found = service.accuracy(AccuracyAsk.of(filters), clocks, actor)
    if found is None:
        raise NotFound(
            "No model had been evaluated by then. Train models on Forecast > Models, or choose a later day."
        )
    return found


@grid(Ids.LEADERS, title="Leaderboard of forecasts", permission=Permission.FORECAST_READ)
def leader_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the models, best first."""
    return tables.leader_table(query, _found(filters, clocks, actor))


@grid(Ids.STEPS, title="Error by step", permission=Permission.FORECAST_READ)
def step_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the score by step."""
    return tables.profile_table(query, _found(filters, clocks, actor), "step")


@grid(Ids.HOURS, title="Error by hour", permission=Permission.FORECAST_READ)
def hour_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the score by local hour."""
    return tables.profile_table(query, _found(filters, clocks, actor), "hour")


@grid(Ids.MONTHS, title="Error by month", permission=Permission.FORECAST_READ)
def month_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the score by month."""
    return tables.profile_table(query, _found(filters, clocks, actor), "month")


@grid(Ids.REGIMES, title="Models by horizon and regime", permission=Permission.FORECAST_READ)
def regime_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return who leads where."""
    return tables.regime_table(query, _found(filters, clocks, actor))


@grid(Ids.VERSUS, title="Tests between models", permission=Permission.FORECAST_READ)
def versus_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the tests of the chosen model against the others."""
    return tables.versus_table(query, _found(filters, clocks, actor))


@grid(Ids.CALIBRATION, title="Calibration of quantiles", permission=Permission.FORECAST_READ)
def calibration_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the share below every quantile."""
    return details.calibration_table(query, _found(filters, clocks, actor))


@grid(Ids.PIT, title="Tenths of the forecast", permission=Permission.FORECAST_READ)
def pit_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the share in each tenth."""
    return details.pit_table(query, _found(filters, clocks, actor))


@grid(Ids.INTERVALS, title="Intervals", permission=Permission.FORECAST_READ)
def interval_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return coverage and width of the intervals."""
    return details.interval_table(query, _found(filters, clocks, actor))


@grid(Ids.VALUE, title="Value of forecasts", permission=Permission.FORECAST_READ)
def value_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the money of the decision on every model."""
    return details.value_table(query, _found(filters, clocks, actor))
