"""The frame around all pages: menu, clocks, theme, account, banner, toasts."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html, page_container
from dash.development.base_component import Component

from components.alerts import PAGE as ALERTS_PAGE
from components.alerts import link_words
from components.attributes import attributes
from components.job import job_stores
from components.pin import pin_parts
from components.survey import survey_slot

AS_OF, KNOWN_AT, LIVE = "shell-as-of", "shell-known-at", "shell-live"
LATEST, TOASTS = "shell-latest", "shell-toasts"
ALERTS = "shell-alerts"
IMPORTED = "shell-imported"
"""What the background callback of Market > Import answers: an output in its page would veil the page while it runs."""
PASSPORT, PASSPORT_BODY, PASSPORT_ASK = "shell-passport", "shell-passport-body", "shell-passport-ask"


def nav_id(path: str) -> dict[str, str]:
    """Return the id of the menu link to ``path``; the browser adds the clocks to its address."""
    return {"type": "nav", "path": path}


def shell(
    *,
    menu: Sequence[tuple[str, str, str]],
    user: str,
    roles: str,
    latest: str,
    demo: bool,
    version: str,
    jobs: Sequence[str] = (),
    alerts: int = 0,
    exports: bool = False,
) -> html.Div:
    """Return the frame; ``menu`` holds (area, name, path), ``latest`` is the newest day in the data (ISO).

    ``jobs`` are the names of the forms that start jobs, ``alerts`` is the number of open alerts,
    ``exports`` shows the menu of files on each page.
    """
    return html.Div(
        [
            html.A("Skip to content", href="#content", className="es-skip"),
            dcc.Store(id=LATEST, data=latest),
            dcc.Store(id=TOASTS),
            dcc.Store(id=PASSPORT_ASK),
            *job_stores(jobs),
            dcc.Store(id=IMPORTED),
            _header(user, roles, latest, alerts),
            html.Div(
                "Demo desk: simulated data and public demo accounts. Do not use it for trading.",
                className="es-demo",
            )
            if demo
            else None,
            html.Nav(_menu(menu, version), className="es-nav", **attributes({"aria-label": "Pages"})),
            html.Main(
                dcc.Loading(
                    page_container,
                    delay_show=400,
                    overlay_style={"visibility": "visible", "opacity": 0.6},
                    type="circle",
                    color="var(--es-accent)",
                ),
                id="content",
                className="es-main",
                tabIndex=-1,
            ),
            html.Div(
                id="toast-region", className="es-toasts", role="status", **attributes({"aria-live": "polite"})
            ),
            dbc.Offcanvas(
                html.Div(id=PASSPORT_BODY),
                id=PASSPORT,
                title="Number passport",
                placement="end",
                is_open=False,
                className="es-passport",
            ),
            *pin_parts(),
            survey_slot(),
        ],
        className="es-shell es-may-export" if exports else "es-shell",
    )


def _header(user: str, roles: str, latest: str, alerts: int) -> html.Header:
    return html.Header(
        [
            html.Button(
                "Menu",
                type="button",
                className="es-menu-button es-link",
                **attributes({"data-menu": "toggle", "aria-label": "Menu"}),
            ),
            dcc.Link([html.Span(className="es-mark"), "Enerscope"], href="/", className="es-brand"),
            html.Div(
                [
                    html.Label(
                        [
                            html.Span("As of", className="es-label"),
                            dbc.Input(
                                id=AS_OF, type="date", value=latest, max=latest, size="sm", debounce=True
                            ),
                        ],
                        title="Valuation day: the last day whose facts count",
                    ),
                    html.Label(
                        [
                            html.Span("Known at (UTC)", className="es-label"),
                            dbc.Input(id=KNOWN_AT, type="datetime-local", value="", size="sm", debounce=True),
                        ],
                        title="Leave empty for everything recorded until now",
                    ),
                    html.Button(
                        "Live",
                        id=LIVE,
                        type="button",
                        className="es-live",
                        title="Back to the newest day, known now",
                    ),
                ],
                className="es-clocks",
                role="group",
                **attributes({"aria-label": "Clocks"}),
            ),
            html.Div(
                [
                    dcc.Link(
                        link_words(alerts),
                        id=ALERTS,
                        href=ALERTS_PAGE,
                        className="es-alerts-link",
                        title="Open alerts that you may see",
                    ),
                    html.Button(
                        "Theme",
                        type="button",
                        className="es-icon-button",
                        title="Light or dark",
                        **attributes(
                            {"data-theme-toggle": "1", "aria-label": "Switch between light and dark"}
                        ),
                    ),
                    html.Div(
                        [html.Div(user, className="es-user-name"), html.Div(roles, className="es-user-role")],
                        className="es-user",
                    ),
                    html.Button(
                        "Log out", type="button", className="es-link", **attributes({"data-logout": "1"})
                    ),
                ],
                className="es-account",
            ),
        ],
        className="es-header",
    )


def _menu(menu: Sequence[tuple[str, str, str]], version: str) -> list[Component]:
    out: list[Component] = []
    for area in dict.fromkeys(area for area, _, _ in menu):
        links = [
            dcc.Link(name, href=path, id=nav_id(path), className="es-nav-link")
            for of, name, path in menu
            if of == area
        ]
        out.append(html.Div([html.Div(area, className="es-nav-area"), *links]))
    out.append(html.Div(f"Enerscope {version}", className="es-version"))
    return out
