"""Redraw a page's body when one of its inputs changes, and keep the address bar in step."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Input, Output, State, ctx
from dash.development.base_component import Component

from components.page import PAGE_CLOCKS
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback, guarded_clientside
from portal.web.views import find_body


@guarded_callback(
    Output({"type": "body", "body": MATCH}, "children"),
    Input({"type": "filter", "body": MATCH, "name": ALL}, "value"),
    State({"type": "filter", "body": MATCH, "name": ALL}, "id"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.SIGNED_IN,  # the body's own permission is checked by find_body
    prevent_initial_call=True,
)
def redraw(
    values: Sequence[Any], ids: Sequence[Mapping[str, str]], pair: Mapping[str, str]
) -> list[Component]:
    """Return the body for the inputs as they stand now."""
    actor = current_actor()
    body = find_body(ctx.outputs_list["id"]["body"], actor)
    filters = read_filters({item["name"]: value for item, value in zip(ids, values, strict=True)})
    return body.draw(filters, clock_service.resolve(read_filters(pair or {})), actor)


guarded_clientside(
    ClientsideFunction("enerscope", "keepAddress"),
    Output({"type": "body", "body": MATCH}, "data-address"),
    Input({"type": "filter", "body": MATCH, "name": ALL}, "value"),
    State({"type": "filter", "body": MATCH, "name": ALL}, "id"),
    prevent_initial_call=True,
)
