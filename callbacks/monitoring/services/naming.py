"""Monitoring > Services: the form with which people name a service."""

from enum import StrEnum
from typing import Any

from dash import ALL, Input, Output, State, no_update
from dash.development.base_component import Component

from components.service_form import field_id, service_form
from components.states import notice
from portal.core.actor import Actor
from portal.core.errors import EnerscopeError
from portal.core.permissions import Permission
from portal.services.jobs import all_kinds
from portal.services.monitoring import named, standing
from portal.services.monitoring.named import Draft
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback


class Ids(StrEnum):
    """The button of the form and where its answer is said."""

    SAVE = "monitoring-services-save"
    SAID = "monitoring-services-said"


def form(actor: Actor) -> list[Component]:
    """Return the form; nothing for those who may not name services."""
    if not named.may_name(actor):
        return []
    services = sorted(
        ((code, one.info.title) for code, one in standing.overview(actor).services.items()),
        key=lambda pair: pair[1],
    )
    kinds = sorted(((code, kind.title) for code, kind in all_kinds().items()), key=lambda pair: pair[1])
    return [service_form(Ids.SAVE, Ids.SAID, kinds=list(named.KINDS.items()), services=services, jobs=kinds)]


@guarded_callback(
    Output(Ids.SAID, "children"),
    Input(Ids.SAVE, "n_clicks"),
    State(field_id(ALL), "value"),
    State(field_id(ALL), "id"),
    permission=Permission.MONITORING_READ,  # naming itself is checked by the service
    prevent_initial_call=True,
)
def save(clicks: int | None, values: list[Any], ids: list[dict[str, str]]) -> Any:
    """Store what was said, and say so; the page draws it with the next look."""
    if not clicks:
        return no_update
    given = read_filters({item["name"]: value for item, value in zip(ids, values, strict=True)})
    try:
        code = named.name_service(draft_of(given), current_actor())
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn")
    return notice(f"It is stored as '{code}' and shown here within some seconds.")


def draft_of(given: dict[str, Any]) -> Draft:
    """Return the fields of the form as the service takes them."""

    def words(name: str) -> str:
        return " ".join(str(given.get(name) or "").split())

    def several(name: str) -> tuple[str, ...]:
        return tuple(str(item) for item in given.get(name) or ())

    return Draft(
        words("code"), words("kind"), words("title"), several("needs"), named.split(words("pages")),
        several("jobs"), words("owner"), words("address"),
    )  # fmt: skip
