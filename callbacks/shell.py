"""The frame's own reactions: all of them in the browser, except drawing it and counting alerts."""

from dash import ALL, ClientsideFunction, Input, Output, State, set_props
from dash.development.base_component import Component

from components import shell as frame
from components.alerts import link_words
from portal import VERSION
from portal.core import clock
from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.access import demo_is_loaded
from portal.services.monitoring import alerts
from portal.web.actor import current_actor, stands_on_memory
from portal.web.guard import guarded_callback, guarded_clientside
from portal.web.job_forms import FORMS
from portal.web.nav import menu


def layout() -> Component:
    """Return the frame for whoever is signed in."""
    actor = current_actor()
    if stands_on_memory():
        return _bare(actor)
    return frame.shell(
        menu=[(item.area, item.name, item.path) for item in menu(actor)],
        user=actor.name,
        roles=", ".join(sorted(role.label for role in actor.roles)),
        latest=clock_service.latest_day().isoformat(),
        demo=demo_is_loaded(),
        version=VERSION,
        jobs=list(FORMS),
        alerts=alerts.open_count(actor),
        exports=actor.can(Permission.EXPORT),
    )


def _bare(actor: Actor) -> Component:
    """Return the frame while the database is away: nothing but what can be read without it."""
    return frame.shell(
        menu=[(item.area, item.name, item.path) for item in menu(actor, without_database=True)],
        user=actor.name,
        roles="only Health, until the database is back",
        latest=clock.now().date().isoformat(),
        demo=False,
        version=VERSION,
    )


@guarded_callback(
    # No Output, which the frame would wait for: the number may come a moment after the page.
    Input("_pages_location", "pathname"),
    permission=Permission.SIGNED_IN,
    prevent_initial_call=True,
)
def count_alerts(_path: str | None) -> None:
    """Count the open alerts anew when somebody goes to another page."""
    set_props(frame.ALERTS, {"children": link_words(alerts.open_count(current_actor()))})


guarded_clientside(
    ClientsideFunction("enerscope", "clocks"),
    Output(frame.AS_OF, "value"),
    Output(frame.KNOWN_AT, "value"),
    Output(frame.LIVE, "className"),
    Input(frame.AS_OF, "value"),
    Input(frame.KNOWN_AT, "value"),
    Input(frame.LIVE, "n_clicks"),
    Input("_pages_location", "search"),
    State(frame.LATEST, "data"),
)

guarded_clientside(
    ClientsideFunction("enerscope", "menu"),
    Output({"type": "nav", "path": ALL}, "href"),
    Output({"type": "nav", "path": ALL}, "className"),
    Input("_pages_location", "pathname"),
    Input("_pages_location", "search"),
    State({"type": "nav", "path": ALL}, "id"),
)

guarded_clientside(
    ClientsideFunction("enerscope", "toasts"),
    Output("toast-region", "data-last"),
    Input(frame.TOASTS, "data"),
    prevent_initial_call=True,
)
