"""What a web process tells of itself: that it lives, how much it answered, and how many answers were its own errors."""

from flask import Flask, Response, request

from portal.services.monitoring import beats, traffic


def install(server: Flask) -> None:
    """Count the requests of ``server``; the first one starts the signs of life, since forks come before it.

    Only a process of gunicorn is a web server; a program that asks the app itself, such as a test, gets no thread.
    """

    @server.before_request
    def begin() -> None:
        if "gunicorn" in request.environ.get("SERVER_SOFTWARE", ""):
            beats.begin("web", traffic.told)

    @server.after_request
    def count(response: Response) -> Response:
        traffic.TRAFFIC.note("requests")
        return response
