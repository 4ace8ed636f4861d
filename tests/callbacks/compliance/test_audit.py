"""Compliance > Audit: who sees what of the log, the search, one entry, figures with passports, files that verify."""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from callbacks.compliance import audit as page
from callbacks.compliance.audit import proof
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.config import settings
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.compliance import audit_metrics as metrics
from portal.services import evaluation, passports
from portal.services.audit import checkpoints, exporting, keys, note, verification
from portal.services.compliance import audit_files, audit_log
from tests.helpers.audit import ANNA, fill
from tests.helpers.layout import text_of

AUDITOR = Actor(2, "otto", "Otto", frozenset({Role.AUDITOR}))
TRADER = Actor(3, "tina", "Tina", frozenset({Role.TRADER}))


@pytest.fixture(scope="module")
def home(short_folder: Path) -> Iterator[Path]:
    patch = pytest.MonkeyPatch()
    patch.setenv("ENERSCOPE_HOME", str(short_folder / "audit-home"))
    settings.cache_clear()
    yield short_folder / "audit-home"
    patch.undo()
    settings.cache_clear()


@pytest.fixture(scope="module")
def noted(module_database: str, home: Path) -> None:
    """Six entries, two of them refusals, a checkpoint over them, and the entry that notes it."""
    fill(4)
    with UnitOfWork(write=True) as work:
        note(work, ANNA, "access.denied", "page", "/admin", {"needs": "users:manage"}, "refused")
        note(work, ANNA, "access.denied", "page", "/admin", {"needs": "users:manage"}, "refused")
    checkpoints.make(ANNA, settings())


def now() -> Clocks:
    moment = clock.now()
    return Clocks(moment.date(), moment, live=True)


def drawn(actor: Actor, **filters: Any) -> str:
    return text_of(page.draw(filters, now(), actor))


def test_names_are_shown_by_right(noted):
    assert "anna" in drawn(ANNA)
    assert "anna" not in drawn(AUDITOR)
    assert "p-" in drawn(AUDITOR)


def test_others_see_nothing(noted):
    for ask in (
        lambda: page.draw({}, now(), TRADER),
        lambda: page.load(GridQuery(), {}, now(), TRADER),
        lambda: audit_log.entry(1, TRADER),
        lambda: audit_files.take("public-key.pem", TRADER),
        lambda: exporting.export(TRADER, settings()),
    ):
        with pytest.raises(NotPermitted):
            ask()


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        pytest.param({"group": "access"}, 2, id="group"),
        pytest.param({"outcome": "refused"}, 2, id="outcome"),
        pytest.param({"who": "ANN"}, 7, id="who"),
        pytest.param({"who": "nobody"}, 0, id="stranger"),
        pytest.param({"group": "lim"}, 0, id="half-a-word"),
        pytest.param({"days": "1"}, 7, id="period"),
    ],
)
def test_search(noted, filters, count):
    assert page.load(GridQuery(), filters, now(), ANNA).total == count


def test_search_by_name_needs_the_right_to_names(noted):
    assert page.load(GridQuery(), {"who": "anna"}, now(), AUDITOR).total == 0


def test_text_and_order(noted):
    found = page.load(GridQuery(text="/admin", sort="seq"), {}, now(), ANNA)
    assert found.column("seq") == ["5", "6"]
    assert page.load(GridQuery(limit=2), {}, now(), ANNA).column("seq") == ["7", "6"]


def test_entry_says_that_it_follows_and_what_covers_it(noted):
    said = drawn(ANNA, entry="5")
    assert "follows from the entry before" in said
    assert "Covered by the one of" in said
    assert "Not yet: the next one covers it." in drawn(ANNA, entry="7")
    assert "is no number" in drawn(ANNA, entry="x")
    with pytest.raises(NotFound, match="no entry 99"):
        drawn(ANNA, entry="99")


@pytest.mark.parametrize(
    ("metric", "value"),
    [(metrics.ENTRIES, 7.0), (metrics.REFUSED, 2.0), (metrics.UNSIGNED, 1.0)],
    ids=lambda item: getattr(item, "id", ""),
)
def test_figures_are_what_their_passports_compute(noted, metric, value):
    found = audit_log.figures(now(), ANNA)
    params = {"moment": found.moment.isoformat()}
    passport = passports.open_passport(metric.id, params, now(), ANNA)
    assert passport.evaluation.value == value
    shown = {metrics.ENTRIES: found.entries, metrics.REFUSED: found.refused, metrics.UNSIGNED: found.unsigned}
    assert shown[metric] == value
    replay = evaluation.EVALUATORS[metric.id].replay
    assert replay is not None
    rows = [
        {name: cell.isoformat() if isinstance(cell, datetime) else cell for name, cell in row.items()}
        for row in passport.evaluation.inputs.records()
    ]
    assert replay(rows, params, now()).value == value


def test_proof_offers_checkpoint_and_key(noted):
    assert "Newest checkpoint (JSON)" in text_of(proof.draw_checkpoints({}, now(), AUDITOR))
    assert "owns the log" in text_of(proof.draw_checkpoints({}, now(), AUDITOR))


def test_files_that_are_taken_verify_without_a_database(noted, home, tmp_path):
    name = exporting.export(ANNA, settings()).name
    (table,) = [audit_log.checkpoints(now(), AUDITOR)]
    href = str(table.rows[0][table.index("href")])
    for asked, kept in ((name, "log.gz"), (href.rsplit("/", 1)[1], "cp.json"), ("public-key.pem", "key.pem")):
        (tmp_path / kept).write_bytes(audit_files.take(asked, AUDITOR).content)
    elsewhere = settings().model_copy(update={"home": tmp_path / "none"})
    found = verification.verify_file(
        tmp_path / "log.gz", elsewhere, files=[tmp_path / "cp.json"], public_key=tmp_path / "key.pem"
    )
    assert found.is_whole, found.sentences
    lines = gzip.decompress((tmp_path / "log.gz").read_bytes()).splitlines(keepends=True)
    (tmp_path / "cut.jsonl").write_bytes(b"".join(lines[:-1]))
    cut = verification.verify_file(tmp_path / "cut.jsonl", elsewhere, public_key=tmp_path / "key.pem")
    assert cut.flaw == "cut"
    assert json.loads(lines[0])["schema"] == verification.EXPORT_SCHEMA
    assert (keys.folder(settings()) / keys.PRIVATE).stat().st_mode & 0o077 == 0


def test_strange_names_of_files_are_refused(noted, home):
    for name in ("../secret_key", "checkpoint-999.json", "enerscope-audit-x.jsonl.gz", "checkpoint_key.pem"):
        with pytest.raises(NotFound):
            audit_files.take(name, ANNA)
