"""Monitoring > Backups: nothing yet, a good one with figures that open, one that failed, and who may look."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from callbacks.monitoring import backups as page
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.monitoring import backup_metrics as metrics
from portal.services import evaluation, passports
from portal.services.backup import manifest
from portal.services.backup.manifest import Manifest
from portal.services.monitoring import backup_tables
from tests.helpers.layout import text_of

OPS = Actor(1, "ops", "Ops", frozenset({Role.OPERATIONS}))
TRADER = Actor(2, "tom", "Tom", frozenset({Role.TRADER}))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(manifest, "folder_of", lambda _config=None: tmp_path)
    monkeypatch.setattr(backup_tables, "folder_of", lambda _config=None: tmp_path)
    return tmp_path


def keep(folder: Path, hours: float, problem: str = "") -> Manifest:
    made = clock.now() - timedelta(hours=hours)
    found = Manifest(
        name=f"enerscope-{made:%Y%m%dT%H%M%SZ}.dump", made_at=made, seconds=12.0, version="1", revision="0005",
        server_version="18.6", database_bytes=5_000_000, bytes=2_500_000, sha256="ab" * 32, encrypted_for="",
        rows={"settings": 3, "trades": 1_000}, audit_entries=7, audit_hash="cd" * 32, checked_at=made, problem=problem,
    )  # fmt: skip
    manifest.write(found, folder)
    return found


def now() -> Clocks:
    moment = clock.now()
    return Clocks(moment.date(), moment, live=True)


def test_nothing_yet(folder: Path) -> None:
    assert "No backup yet" in text_of(page.draw({}, now(), OPS))


def test_a_good_one_with_figures_that_open(database: str, folder: Path) -> None:
    keep(folder, 3.0)
    keep(folder, 40.0)
    said = text_of(page.draw({}, now(), OPS))
    assert "Older than a night" not in said
    table = page.load(GridQuery(sort="made_at"), {}, now(), OPS)
    assert [row["audit_entries"] for row in table.records()] == [7, 7]
    at = {"moment": clock.now().isoformat()}
    for metric, wanted in ((metrics.AGE, 3.0), (metrics.KEPT, 2.0), (metrics.SIZE, 5.0)):
        clocks = now()
        seen = passports.open_passport(metric.id, at, clocks, OPS).evaluation
        assert seen.value == pytest.approx(wanted, abs=0.01)
        replay: Any = evaluation.evaluator(metric.id).replay
        rows = [
            {key: str(cell) if isinstance(cell, datetime) else cell for key, cell in row.items()}
            for row in seen.inputs.records()
        ]
        assert replay(rows, evaluation.clean_params(metric.id, at), clocks).value == seen.value


def test_one_that_failed_is_said_first(folder: Path) -> None:
    keep(folder, 60.0)
    keep(folder, 1.0, "Table trades has 999 rows instead of 1000.")
    said = text_of(page.draw({}, now(), OPS))
    assert "Older than a night" in said
    assert "cannot be restored: Table trades has 999 rows" in said


def test_only_those_who_look_at_jobs(folder: Path) -> None:
    with pytest.raises(NotPermitted):
        page.draw({}, now(), TRADER)
