"""The audit pack: one archive with a PDF, a workbook and JSON, provable, and refused when the log is broken."""

import hashlib
import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core import clock
from portal.core.clock import Clocks
from portal.core.config import settings
from portal.core.errors import Conflict
from portal.services.audit import checkpoints, keys
from portal.services.compliance import audit_pack
from tests.helpers.audit import fill, tampering


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("ENERSCOPE_HOME", str(tmp_path))
    settings.cache_clear()
    yield
    settings.cache_clear()


def made() -> dict[str, bytes]:
    moment = clock.now()
    with UnitOfWork() as work:
        files = audit_pack.pack(
            work,
            Clocks(moment.date(), moment),
            moment.date() - timedelta(days=1),
            lambda _share, _words: None,
        )
    with zipfile.ZipFile(io.BytesIO(audit_pack.archive(files))) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def test_archive_holds_what_it_lists(database, home):
    fill(3)
    found = made()
    listed = dict(reversed(line.split("  ")) for line in found["SHA256SUMS"].decode().splitlines())
    assert set(listed) == set(found) - {"SHA256SUMS"}
    assert all(hashlib.sha256(found[name]).hexdigest() == digest for name, digest in listed.items())
    assert found["audit-pack.pdf"].startswith(b"%PDF")
    told = json.loads(found["audit-pack.json"])
    assert [row["what happened"] for row in told["sections"]["Decisions"]] == ["limit.approved"] * 3
    assert told["sections"]["Rules"]
    assert told["sections"]["Parameters"]
    book = openpyxl.load_workbook(io.BytesIO(found["audit-pack.xlsx"]), read_only=True)
    assert book.sheetnames[0] == "Proof"
    assert "anna" not in found["audit-pack.json"].decode()
    book.close()


def test_checkpoint_in_it_is_signed(database, home, tmp_path):
    fill(2)
    found = made()
    (tmp_path / "key.pem").write_bytes(found["public-key.pem"])
    one = checkpoints.from_json(json.loads(found["checkpoint.json"]))
    assert checkpoints.checked(one, keys.read_public_key(tmp_path / "key.pem")).entries == 2


def test_broken_log_refuses_the_pack(database, home):
    fill(3)
    with tampering() as connection:
        connection.execute(
            text("UPDATE audit_log SET entry = replace(entry, 'limit', 'timil') WHERE seq = 2")
        )
    with pytest.raises(Conflict, match=r"GL-AU-01.*Entry 2 was changed"):
        made()


def test_layout_is_offered():
    from portal.services.compliance import reports

    assert ("audit-pack", "Audit pack") in reports.kinds()
    assert reports.first_period("audit-pack", date(2026, 3, 5)) == (date(2026, 3, 1), date(2026, 4, 1))
