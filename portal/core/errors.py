"""One root error; each branch knows its HTTP status and a stable code, each instance carries its subject.

Services and domain raise these; ``portal.web.errors`` alone renders them, so the message is what the user reads:
a full sentence that names the subject and says what to do.
"""

from http import HTTPStatus
from typing import Any, ClassVar


class EnerscopeError(Exception):
    """Root of every error that a user may read; ``subject`` holds what it is about."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    code: ClassVar[str] = "error"

    def __init__(self, message: str, **subject: Any) -> None:
        super().__init__(message)
        self.message = message
        self.subject = subject


class ConfigurationError(EnerscopeError):
    """A setting or the machine stops the program from starting."""

    code = "configuration"


class DomainError(EnerscopeError):
    """The request is well formed but its content cannot be computed."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "domain"


class NotSignedIn(EnerscopeError):
    """Nobody is signed in, or the session has ended."""

    status = HTTPStatus.UNAUTHORIZED
    code = "not-signed-in"


class NotPermitted(EnerscopeError):
    """The signed-in user lacks a permission."""

    status = HTTPStatus.FORBIDDEN
    code = "not-permitted"


class NotFound(EnerscopeError):
    """The thing asked for does not exist, or is not visible to the user."""

    status = HTTPStatus.NOT_FOUND
    code = "not-found"


class Conflict(EnerscopeError):
    """The change collides with what is already stored."""

    status = HTTPStatus.CONFLICT
    code = "conflict"


class StaleData(EnerscopeError):
    """The data behind the answer is older than its promise."""

    status = HTTPStatus.CONFLICT
    code = "stale-data"


class UpstreamError(EnerscopeError):
    """A service that the portal depends on failed (database, Redis, a feed)."""

    status = HTTPStatus.BAD_GATEWAY
    code = "upstream"
