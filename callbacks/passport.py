"""The passport panel: opens at once in the browser, is filled by the server under the reader's rights."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output
from dash.development.base_component import Component

from callbacks import discussion
from components import states
from components.passport import ROWS_GRID, ROWS_SHOWN, passport_panel
from components.shell import PASSPORT, PASSPORT_ASK, PASSPORT_BODY
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, EnerscopeError
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services import clocks as clock_service
from portal.services import passports
from portal.web.actor import current_actor
from portal.web.guard import guarded_callback, guarded_clientside
from portal.web.views import grid

guarded_clientside(
    ClientsideFunction("enerscope", "openPassport"),
    Output(PASSPORT, "is_open"),
    Input(PASSPORT_ASK, "data"),
    prevent_initial_call=True,
)


@guarded_callback(
    Output(PASSPORT_BODY, "children"),
    Input(PASSPORT_ASK, "data"),
    permission=Permission.SIGNED_IN,  # the metric's own permission is checked by open_passport
    prevent_initial_call=True,
    running=[(Output(PASSPORT_BODY, "className"), "es-passport-reading", "")],
)
def fill(asked: Any) -> list[Component]:
    """Return the passport of the figure that was clicked, or a sentence on why there is none."""
    return draw(asked, current_actor())


def draw(asked: Any, actor: Actor) -> list[Component]:
    """Return the panel's content for what the browser asks: metric, parameters and clocks."""
    try:
        metric_id, params, pair = _read(asked)
        passport = passports.open_passport(metric_id, params, clock_service.resolve(pair), actor)
    except EnerscopeError as problem:
        return [states.error(problem.message, title="No passport")]
    rows = passports.arranged(GridQuery(limit=ROWS_SHOWN), passport.evaluation.inputs)
    talk, said = discussion.for_panel(passport, actor)
    return passport_panel(passport, rows, may_export=actor.can(Permission.EXPORT), discussion=talk, said=said)


def _read(asked: Any) -> tuple[str, Mapping[str, Any], Mapping[str, Any]]:
    if not isinstance(asked, Mapping) or not isinstance(asked.get("params"), Mapping):
        raise DomainError("The figure does not say which metric it is. Reload the page and open it again.")
    clocks = asked.get("clocks")
    return str(asked.get("metric")), asked["params"], clocks if isinstance(clocks, Mapping) else {}


@grid(
    ROWS_GRID,
    title="Rows behind a figure",
    permission=Permission.SIGNED_IN,  # the metric's own permission is checked by rows_behind
)
def load_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the rows behind a figure in the order asked for."""
    metric_id, params, _ = _read(filters)
    return passports.rows_behind(query, metric_id, params, clocks, actor)
