"""The rows behind Forecast."""

from collections.abc import Callable, Mapping
from typing import Any

from callbacks.forecast.outlook.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.forecast import outlook as service
from portal.services.forecast import outlook_tables as tables
from portal.web.views import grid

GRIDS: tuple[tuple[Ids, str, Callable[[GridQuery, service.Outlook], Table]], ...] = (
    (Ids.FAN, "Forecast with its bands", tables.fan_table),
    (Ids.VALUES, "Forecast by step", tables.value_table),
    (Ids.PAST, "Earlier forecasts and what happened", tables.past_table),
    (Ids.RUNS, "Earlier forecasts", tables.run_table),
    (Ids.DRIVERS, "Drivers of the forecast", tables.driver_table),
)


def _register(name: Ids, title: str, make: Callable[[GridQuery, service.Outlook], Table]) -> None:
    @grid(name, title=title, permission=Permission.FORECAST_READ)
    def rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
        """Return the rows for the target and the range chosen."""
        found = service.outlook(
            str(filters.get("target", "")), clocks, actor, back=str(filters.get("back", "short"))
        )
        return make(query, found)


for _name, _title, _make in GRIDS:
    _register(_name, _title, _make)
