"""Errors to Sentry, when its address is set: what is logged as an error, without secrets, names or values."""

import logging
from typing import Any

from portal import VERSION
from portal.core import trail
from portal.core.blots import Blotter
from portal.core.config import Settings
from portal.core.errors import ConfigurationError

_FLUSH_SECONDS = 2.0


def start(config: Settings) -> bool:
    """Send errors from now on and return whether that is wanted; nothing is imported without ``SENTRY_DSN``.

    It may be called before a fork: the thread that sends is made by the process that has something to send.

    Raises
    ------
    ConfigurationError
        The address cannot be read.
    """
    if config.sentry_dsn is None or not config.sentry_dsn.get_secret_value():
        return False
    import sentry_sdk
    from sentry_sdk.integrations.logging import LoggingIntegration
    from sentry_sdk.utils import BadDsn

    try:
        sentry_sdk.init(
            dsn=config.sentry_dsn.get_secret_value(),
            release=f"enerscope@{VERSION}",
            before_send=_cleaner(config),
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            auto_session_tracking=False,
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[LoggingIntegration(level=None, event_level=logging.ERROR)],
            shutdown_timeout=_FLUSH_SECONDS,
        )
    except BadDsn:
        raise ConfigurationError(
            "SENTRY_DSN is not the address of a Sentry project. Copy it from the project's settings, or remove it."
        ) from None
    return True


def _cleaner(config: Settings) -> Any:
    blot = Blotter(config)

    def clean(event: dict[str, Any], _hint: Any) -> dict[str, Any]:
        """Blot out secrets, and say which request and user it was, by number."""
        cleaned: dict[str, Any] = blot.tree(event)
        if trail.request_id.get():
            cleaned.setdefault("tags", {})["request_id"] = trail.request_id.get()
        if trail.user_id.get() is not None:
            cleaned["user"] = {"id": str(trail.user_id.get())}
        return cleaned

    return clean
