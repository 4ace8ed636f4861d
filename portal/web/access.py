"""The way in: one call that sets up sessions and the login page on a Flask server."""

from flask import Flask

from portal.core.config import Settings
from portal.web import login, session


def install(server: Flask, config: Settings) -> None:
    """Set up cookies, flask-login, CSRF and the routes ``/login`` and ``/logout``; call before Dash is made."""
    session.install(server, config)
    server.register_blueprint(login.blueprint)
