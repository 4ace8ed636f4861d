"""Receivers of messages, as the tests of Monitoring have them."""

from tests.portal.services.monitoring.conftest import delivery_settings, hook, mails

__all__ = ["delivery_settings", "hook", "mails"]
