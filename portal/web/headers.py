"""Security headers on every answer, the content security policy among them.

Scripts run from this origin only, plus the few inline ones whose hashes Dash and the page shell give; styles may be
inline because Dash's renderer, plotly and AG Grid inject style tags.
"""

import base64
import hashlib
import re

from dash import Dash
from flask import Flask, Response, request

from portal.core.config import Settings
from portal.web import csp_reports

PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
        "xr-spatial-tracking",
    )
)
STATIC = ("/_dash-component-suites/", "/assets/")
NAME = "Enerscope"
YEAR_SECONDS = 365 * 24 * 3600


def content_security_policy(app: Dash) -> str:
    """Return the policy for ``app``; call when all its callbacks exist, since their inline scripts are hashed."""
    hashes = dict.fromkeys([*app.csp_hashes(), *_inline_hashes(app.index_string)])
    return "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src 'self'", *hashes]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            f"report-uri {csp_reports.PATH}",
        ]
    )


def _inline_hashes(page: str) -> list[str]:
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.+?)</script>", page, flags=re.DOTALL)
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts
    ]


def install(app: Dash, config: Settings) -> None:
    """Put the headers on every answer of ``app``; call after :func:`portal.web.guard.lock`."""
    fixed = {
        "Content-Security-Policy": content_security_policy(app),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if config.cookie_secure:
        fixed["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}; includeSubDomains"
    server: Flask = app.server

    @server.after_request
    def harden(response: Response) -> Response:
        response.headers.update(fixed)
        if "gunicorn" not in request.environ.get("SERVER_SOFTWARE", ""):
            response.headers["Server"] = NAME  # gunicorn adds a header of its own: see portal.cli.server
        for name in ("X-Powered-By", "Server-Timing"):
            response.headers.pop(name, None)
        if not request.path.startswith(STATIC) or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        return response
