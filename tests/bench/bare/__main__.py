"""Serve the bare pages: DATABASE_URL and PORT come from the environment."""

import os
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from portal.core.config import Settings
from tests.bench.bare.frames import read
from tests.bench.bare.pages import PAGES


def make_server(url: str) -> Flask:
    """Return the Flask server with all bare pages."""
    market = read(url)
    server = Flask("bare")
    server.add_url_rule("/ready", view_func=lambda: "ready", endpoint="ready")
    for page in PAGES:
        page(server, market)
    return server


class Bare(BaseApplication):
    """gunicorn with the settings that the portal runs with."""

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"127.0.0.1:{os.environ['PORT']}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": Settings().threads,
            "preload_app": True,
            "keepalive": 15,
            "timeout": 120,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return make_server(os.environ["DATABASE_URL"])


if __name__ == "__main__":
    Bare().run()
