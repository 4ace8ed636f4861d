"""The composition root: settings, database, Flask server, Dash, pages, guard.

``create_app`` builds the portal over a database that is connected already; ``server`` (for gunicorn), ``celery_app``
(for Celery) and ``app`` are made at first use, so that importing this module starts nothing.
"""

import importlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from dash import Dash
from flask import Flask

from portal.core import logs, meters
from portal.core.config import Settings, settings
from portal.services import jobs as job_service
from portal.services import runtime
from portal.services.monitoring import error_reports
from portal.web import (
    access,
    assets,
    audit_files,
    csp_reports,
    document,
    errors,
    exports,
    guard,
    headers,
    health,
    jobs,
    measuring,
    metrics,
    page_exports,
    pulse,
    tracing,
)

ROOT = Path(__file__).parent


@lru_cache(maxsize=1)
def create_app(config: Settings) -> Dash:
    """Return the portal; a process has one, since Dash keeps pages and callbacks in registries of the process."""
    server = Flask("enerscope", static_folder=None)
    access.install(server, config)
    workers = celery_of(config)
    app = document.Portal(
        __name__,
        server=server,
        use_pages=True,
        pages_folder="",
        files=ROOT / "assets",
        assets_path_ignore=["public"],
        suppress_callback_exceptions=True,
        title="Enerscope",
        update_title="",
        serve_locally=True,
        on_error=errors.on_callback_error,
        enable_mcp=False,
        background_callback_manager=jobs.manager(config, workers),
    )
    for name in ("callbacks", "pages"):
        importlib.import_module(name)
    app.layout = importlib.import_module("callbacks.shell").layout
    server.register_blueprint(exports.blueprint)
    server.register_blueprint(page_exports.blueprint)
    server.register_blueprint(audit_files.blueprint)
    server.register_blueprint(csp_reports.blueprint)
    health.install(server, config)
    metrics.install(server, config)
    errors.install(server)
    pulse.install(server)
    guard.lock(app)
    headers.install(app, config)
    assets.keep(server)
    assets.compress(server, config.root / "cache" / "assets")
    tracing.install(server, config)
    measuring.install(server)
    return app


@lru_cache(maxsize=1)
def celery_of(config: Settings) -> Any:
    """Return the Celery app of a portal with ``REDIS_URL`` and let it be told of new jobs; None without."""
    if config.redis_url is None:
        return None
    from portal.jobs import celery_app  # takes a while to import, and one machine does without

    made = celery_app.make(config)
    job_service.announce_with(celery_app.announcer(made))
    return made


def __getattr__(name: str) -> Any:
    """Make ``app``, ``server`` and ``celery_app`` at first use, over the database of the environment."""
    if name not in ("app", "server", "celery_app"):
        raise AttributeError(f"module 'app' has no attribute '{name}'")
    config = settings()
    logs.set_up(config)
    if name != "celery_app":
        meters.start(config.root / meters.FOLDER)  # ahead of the forks of gunicorn
    error_reports.start(config)
    runtime.open_database(config)
    made = create_app(config)
    if name == "celery_app":
        job_service.all_kinds()  # once, ahead of the forks that run jobs
    return {"app": made, "server": made.server, "celery_app": celery_of(config)}[name]
