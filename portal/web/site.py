"""The address of this portal as its reader's browser knows it, for links that are sent to others."""

from flask import has_request_context, request


def whole_address(path: str) -> str:
    """Return ``path`` with scheme and host in front; outside of a request as it is."""
    return request.host_url.rstrip("/") + path if has_request_context() else path
