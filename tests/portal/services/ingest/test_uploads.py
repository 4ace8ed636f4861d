"""Uploaded files: seen before they are taken in, kept for their owner only, and not for long."""

import os
import time

import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.config import settings
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.services import ingest
from portal.services.ingest import ImportOptions, preview_file, staged


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Give the test a data folder of its own."""
    monkeypatch.setenv("ENERSCOPE_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


def actor(number, role=Role.OPERATIONS):
    return Actor(user_id=number, username=f"u{number}", name=f"U {number}", roles=frozenset({role}))


def test_only_the_owner_finds_a_file(home):
    token = ingest.stage(b"date,price\n", "../../etc/pass wd?.csv", actor(1))
    path = ingest.staged_file(token, actor(1))
    assert (path.name, path.read_bytes()) == ("pass wd_.csv", b"date,price\n")
    assert path.is_relative_to(home / "uploads")
    assert (home / "uploads").stat().st_mode & 0o777 == 0o700
    for stranger, wrong in ((actor(2), token), (actor(1), "../1"), (actor(1), "0" * 32), (actor(1), "")):
        with pytest.raises(NotFound, match="Drop it on the page again"):
            ingest.staged_file(wrong, stranger)
    ingest.discard(token, actor(2))
    assert path.exists()
    ingest.discard(token, actor(1))
    assert not path.exists()


def test_readers_may_not_upload():
    with pytest.raises(NotPermitted):
        ingest.stage(b"x", "x.csv", actor(1, Role.AUDITOR))


def test_large_files_are_sent_to_the_command_line(monkeypatch):
    monkeypatch.setenv("ENERSCOPE_UPLOAD_MB", "1")
    settings.cache_clear()
    with pytest.raises(DomainError, match="enerscope import"):
        ingest.stage(b"x" * (2**20 + 1), "x.csv", actor(1))


def test_forgotten_files_are_swept_away():
    old, new = (ingest.stage(b"x", "x.csv", actor(1)) for _ in range(2))
    folder = ingest.staged_file(old, actor(1)).parent
    past = time.time() - (staged.KEPT_HOURS + 1) * 3600
    os.utime(folder, (past, past))
    staged.sweep()
    assert not folder.exists()
    assert ingest.staged_file(new, actor(1)).exists()


def test_preview_tells_how_a_file_is_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Title\nDatum;BRENT (USD/bbl)\n31.01.2024;1.075,5\n01.02.2024;1.076,5\n")
    seen = preview_file("prices", path, ImportOptions(), actor=SYSTEM)
    facts = dict(seen.facts)
    assert (facts["Delimiter"], facts["Decimal mark"], facts["Date order"]) == (";", ",", "day, month, year")
    assert (facts["Heading"], facts["Unit"], facts["Days or times"]) == ("line 2", "USD/bbl", "days")
    assert seen.heading == ("Datum", "BRENT (USD/bbl)")
    assert seen.rows[0] == ("31.01.2024", "1.075,5")
    assert (seen.problem, [note.code for note in seen.notes]) == (None, ["preamble", "date-order"])


def test_preview_of_an_open_question_shows_the_rows_and_the_question(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("date,instrument,price,unit\n01/01/2024,X,1,USD/t\n02/01/2024,X,1,USD/t\n")
    seen = preview_file("prices", path, ImportOptions(), actor=SYSTEM)
    assert seen.problem is not None
    assert seen.problem.code == "ambiguous-date"
    assert "'02/01/2024'" in seen.problem.message  # an example whose two readings differ
    assert len(seen.rows) == 3
    answered = preview_file("prices", path, ImportOptions(date_order="dmy"), actor=SYSTEM)
    assert answered.problem is None
