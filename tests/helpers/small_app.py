"""A small portal of the tests' own: one page for each right, and callbacks of every kind behind the real guard."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dash
from dash import MATCH, Dash, DiskcacheManager, Input, Output, State, ctx, dcc, html
from diskcache import Cache
from flask import Flask

from portal.core.config import Settings
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.web import access, errors, guard, headers, health, metrics
from portal.web.actor import current_actor
from tests.helpers.visitor import private_dash

SECRET_PAGE = "nothing for strangers"


def config_in(folder: Path, **more: Any) -> Settings:
    return Settings(home=folder, secret_key="the secret of the tests", **more)


@contextmanager
def small_app(folder: Path, *, extra: Callable[[Dash], None] | None = None, **options: Any) -> Iterator[Dash]:
    """Yield a locked app; ``extra`` may add to it before the lock."""
    config = config_in(folder, **options.pop("config", {}))
    with private_dash():
        app = unlocked(folder, config, **options)
        register_pages()
        register_callbacks()
        if extra is not None:
            extra(app)
        guard.lock(app)
        headers.install(app, config)
        yield app


def unlocked(folder: Path, config: Settings, **options: Any) -> Dash:
    """Return an app with sessions and errors but nothing registered, not locked."""
    server = Flask("small", static_folder=None)
    access.install(server, config)
    manager = DiskcacheManager(Cache(str(folder / "jobs")))
    app = Dash(
        "small",
        server=server,
        use_pages=True,
        pages_folder="",
        assets_folder=str(folder / "assets"),
        suppress_callback_exceptions=True,
        background_callback_manager=manager,
        on_error=errors.on_callback_error,
        **{"enable_mcp": False, **options},
    )
    app.layout = lambda: html.Div(
        [html.P(f"frame of {current_actor().username}"), dcc.Store(id="shell-toasts"), dash.page_container]
    )
    health.install(server, config)
    metrics.install(server, config)
    errors.install(server)
    return app


def register_pages() -> None:
    def item(name: str = "none", **_query: str) -> html.Div:
        return html.Div(f"{SECRET_PAGE}: item {name}")

    def broken(**_query: str) -> html.Div:
        raise RuntimeError("the table secret_prices is missing")

    dash.register_page("page_read", path="/", layout=html.Div(SECRET_PAGE), permission=Permission.MARKET_READ)
    dash.register_page(
        "page_repair",
        path="/repair",
        layout=lambda **_: html.Div(SECRET_PAGE),
        permission=Permission.DATA_REPAIR,
    )
    dash.register_page(
        "page_item",
        path_template="/item/<name>",
        layout=item,
        permission=Permission.DATA_REPAIR,
        title=lambda name="": f"{SECRET_PAGE} {name}",
        description=lambda name="": f"{SECRET_PAGE} {name}",
        name="One item",
    )
    dash.register_page("page_broken", path="/broken", layout=broken, permission=Permission.MARKET_READ)


def register_callbacks() -> None:
    guard.guarded_callback(
        Output("read", "children"), Input("go", "n_clicks"), permission=Permission.MARKET_READ
    )(lambda _clicks: f"{SECRET_PAGE} for {current_actor().username}")

    @guard.guarded_callback(
        Output("repaired", "children"), Input("go", "n_clicks"), permission=Permission.DATA_REPAIR
    )
    def repair(_clicks: int) -> str:
        return SECRET_PAGE

    @guard.guarded_callback(
        Output({"part": MATCH}, "children"),
        Input({"button": MATCH}, "n_clicks"),
        State("go", "n_clicks"),
        permission=Permission.DATA_REPAIR,
    )
    def matched(_clicks: int, _state: int) -> str:
        return f"{SECRET_PAGE} {ctx.triggered_id}"

    @guard.guarded_callback(
        Output("clock", "children"),
        Input("timer", "n_intervals"),
        permission=Permission.SIGNED_IN,
        polling=True,
    )
    def tick(_ticks: int) -> str:
        return "tick"

    @guard.guarded_callback(
        Output("result", "children"),
        Input("start", "n_clicks"),
        permission=Permission.DATA_REPAIR,
        background=True,
        cancel=[Input("stop", "n_clicks")],
        prevent_initial_call=True,
    )
    def long_run(_clicks: int) -> str:
        return SECRET_PAGE

    @guard.guarded_callback(
        Output("failed", "children"), Input("fail", "n_clicks"), permission=Permission.MARKET_READ
    )
    def fail(kind: str) -> str:
        if kind == "known":
            raise DomainError("The spread BRENT - WTI has no common day. Choose another pair.")
        raise RuntimeError("the table secret_prices is missing")

    guard.guarded_clientside(
        "function (x) { return x; }", Output("mirror", "children"), Input("go", "n_clicks")
    )
