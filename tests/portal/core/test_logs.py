"""Log lines: whose request, as text or JSON, and never a secret."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from portal.core import logs, trail
from portal.core.blots import HIDDEN, Blotter
from portal.core.config import Settings

DATABASE = "postgresql://portal:Hunter2-and-more@db.example:5432/enerscope"
SECRETS = ("Hunter2-and-more", "metrics-token-0123456789", "the key of the cookies")
HIDDEN_IN = [
    f"cannot connect to {DATABASE}",
    "password 'Hunter2-and-more' was refused",
    "GET /metrics with metrics-token-0123456789",
    "signed by the key of the cookies",
]
SHAPES = [
    ("redis://:s3cretRedis@cache:6379/0 is away", "s3cretRedis"),
    ("Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop"),
    ('{"headers": {"Cookie": "enerscope_session=eyJhbGciOi"}}', "eyJhbGciOi"),
    ("password=opensesame&x=1", "opensesame"),
    ("csrf_token='IjM2ZmU'", "IjM2ZmU"),
    ("api_key: 0123456789", "0123456789"),
]


def config(**more: object) -> Settings:
    return Settings(
        database_url=SecretStr(DATABASE),
        metrics_token=SecretStr(SECRETS[1]),
        secret_key=SecretStr(SECRETS[2]),
        **more,
    )


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Where the lines go; the loggers are as they were afterwards."""
    root = logging.getLogger()
    kept, level, server = list(root.handlers), root.level, logging.getLogger("gunicorn.error")
    stream = io.StringIO()
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:] = kept
    root.setLevel(level)
    server.handlers.clear()


def test_a_json_line_has_request_user_and_what_was_given(written: io.StringIO) -> None:
    logs.set_up(config(log_format="json"), written)
    marks = trail.request_id.set("abcdef0123456789"), trail.user_id.set(7)
    try:
        logging.getLogger("enerscope.test").warning("late by %d min", 5, extra={"feed": "ecb"})
    finally:
        trail.user_id.reset(marks[1])
        trail.request_id.reset(marks[0])
    line = json.loads(written.getvalue())
    assert line.pop("at").endswith("+00:00")
    assert line.pop("process") > 0
    assert line == {
        "level": "warning", "logger": "enerscope.test", "message": "late by 5 min",
        "feed": "ecb", "request_id": "abcdef0123456789", "user_id": 7,
    }  # fmt: skip


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_secret_of_the_settings_is_written(written: io.StringIO, log_format: str) -> None:
    logs.set_up(config(log_format=log_format), written)
    log = logging.getLogger("enerscope.test")
    for words in HIDDEN_IN:
        log.error(words, extra={"url": DATABASE, "nested": {"values": [words], "token": 5}})
        try:
            raise RuntimeError(words)  # noqa: TRY301  (its traceback quotes what is to be hidden)
        except RuntimeError:
            log.exception("it failed")
    text = written.getvalue()
    assert not [secret for secret in SECRETS if secret in text]
    assert "RuntimeError" in text
    assert text.count("it failed") == len(HIDDEN_IN)
    if log_format == "json":
        lines = [json.loads(line) for line in text.splitlines()]
        assert all("Traceback" in line["error"] for line in lines if line["message"] == "it failed")
        assert lines[0]["nested"]["token"] == HIDDEN


@pytest.mark.parametrize(("words", "secret"), SHAPES)
def test_what_looks_like_a_secret_is_blotted(words: str, secret: str) -> None:
    found = Blotter(Settings())(words)
    assert secret not in found
    assert HIDDEN in found


@pytest.mark.parametrize(
    "words",
    ["The password is too short.", "token bucket: 5 of 10", "https://example.com/a:b@c", "secretary: Ann"],
)
def test_plain_sentences_stay(words: str) -> None:
    assert Blotter(Settings())(words).split(":")[0] == words.split(":", maxsplit=1)[0]


def test_text_is_one_line_and_quiet_by_default(written: io.StringIO) -> None:
    logs.set_up(config(), written)
    logs.set_up(config(), written)
    logging.getLogger("enerscope.test").info("nobody asked")
    logging.getLogger("enerscope.test").warning("the cache is away")
    assert written.getvalue().count("\n") == 1
    assert "Z WARNING enerscope.test: the cache is away" in written.getvalue()


def test_lines_of_the_server_are_json_too(written: io.StringIO) -> None:
    server = logging.getLogger("gunicorn.error")
    server.addHandler(logging.StreamHandler(written))
    logs.set_up(config(log_format="json"), written)
    server.error("worker timed out")
    assert json.loads(written.getvalue().splitlines()[0])["message"] == "worker timed out"


def test_a_request_id_forges_no_line() -> None:
    assert trail.usable_id("8f14e45f-ea1d") == "8f14e45f-ea1d"
    for bad in ("", "short", "x" * 65, "abcdefgh\nlevel=error", 'abcdefgh"', "abc defgh"):
        made = trail.usable_id(bad)
        assert made != bad
        assert len(made) == 16
