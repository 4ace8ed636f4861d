"""What reaches Sentry: errors that were logged, with request and user by number, without secrets."""

import logging
from collections.abc import Iterator

import pytest
import sentry_sdk
from pydantic import SecretStr

from portal.core import trail
from portal.core.config import Settings
from portal.core.errors import ConfigurationError
from portal.services.monitoring import error_reports
from tests.helpers.collectors import Collector

SECRET = "the-password-of-the-database"
DATABASE = f"postgresql://portal:{SECRET}@db.example/enerscope"


@pytest.fixture
def sentry() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector
        sentry_sdk.get_client().close(timeout=2.0)
        sentry_sdk.get_global_scope().set_client(None)


def test_nothing_is_sent_without_an_address() -> None:
    assert error_reports.start(Settings(sentry_dsn=None)) is False


def test_an_address_that_is_none_is_named() -> None:
    with pytest.raises(ConfigurationError, match="SENTRY_DSN"):
        error_reports.start(Settings(sentry_dsn=SecretStr("not an address")))


def test_an_error_arrives_without_secrets(sentry: Collector) -> None:
    dsn = SecretStr(f"http://public@127.0.0.1:{sentry.port}/1")
    assert error_reports.start(Settings(sentry_dsn=dsn, database_url=SecretStr(DATABASE)))
    marks = trail.request_id.set("follow-me-0003"), trail.user_id.set(7)
    token = "eyJhbGciOi-of-a-session"
    try:
        raise RuntimeError(f"cannot connect to {DATABASE}, cookie={token}")  # noqa: TRY301
    except RuntimeError:
        logging.getLogger("enerscope.incidents").exception("incident 12ab34cd: %s", SECRET)
    finally:
        trail.user_id.reset(marks[1])
        trail.request_id.reset(marks[0])
    logging.getLogger("enerscope.incidents").warning("this is no error")
    sentry_sdk.flush(5.0)
    (event,) = sentry.wait_for(sentry.events)
    told = str(event)
    assert "incident 12ab34cd" in told
    assert "RuntimeError" in told
    assert SECRET not in told
    assert token not in told.replace('token = "eyJ', "")
    assert event["tags"]["request_id"] == "follow-me-0003"
    assert event["user"] == {"id": "7"}
    frames = [frame for one in event["exception"]["values"] for frame in one["stacktrace"]["frames"]]
    assert frames
    assert not [frame for frame in frames if "vars" in frame]
