"""A receipt is valid as issued, and whatever is changed in it is found and named."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from data import engine
from data.queries import market as queries
from data.session import UnitOfWork
from portal.core import canonical, clock
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.services import passports, receipts
from portal.services.receipts import Status
from portal.services.receipts.document import sealed
from tests.helpers.databases import clone, connected, drop
from tests.helpers.imports import add_batch, add_hours, add_prices
from tests.helpers.market import add_instrument, evening

DAYS = [date(2024, 3, 4) + timedelta(days=n) for n in range(60)]
NOW = evening(DAYS[-1]) + timedelta(hours=2)
TESS = Actor(7, "tess", "Tess Trader", frozenset({Role.TRADER}))
CLOCKS = Clocks(DAYS[-1], NOW)
CLAIMS = [
    ("market.last", {"instrument": "BRENT"}),
    ("market.last", {"instrument": "POWER"}),
    ("market.last", {"instrument": "EMPTY"}),
    ("market.change", {"instrument": "BRENT"}),
    ("market.change_pct", {"instrument": "BRENT"}),
    ("market.realised_vol", {"instrument": "BRENT"}),
    ("market.realised_vol_abs", {"instrument": "SWING"}),
    ("market.move", {"instrument": "SWING"}),
    ("market.spread", {"formula": "BRENT - 0.5*BRENT"}),
]


@pytest.fixture(scope="module")
def desk(module_database: str) -> int:
    """Prices of one positive, one swinging, one hourly and one empty series; returns the id of BRENT."""
    brent = add_instrument("BRENT", [(day, 80 + (n * 7 % 11) / 3) for n, day in enumerate(DAYS)])
    add_instrument("SWING", [(day, 9.0 * (-1) ** n + n / 7) for n, day in enumerate(DAYS)], unit="EUR/MWh")
    add_instrument("EMPTY", [])
    add_hours(add_instrument("POWER", []), DAYS[-1], [0.1 * n for n in range(24)], NOW, add_batch(NOW))
    return brent


def issued(metric_id: str = "market.change", **params: Any) -> receipts.Receipt:
    return receipts.issue(
        passports.open_passport(metric_id, params or {"instrument": "BRENT"}, CLOCKS, TESS), TESS
    )


@pytest.fixture
def file(desk: int, tmp_path: Path) -> Path:
    """A receipt of the change of BRENT, as downloaded."""
    receipt = issued()
    path = tmp_path / receipt.file_name
    path.write_bytes(receipt.content)
    return path


@contextmanager
def offline() -> Iterator[None]:
    """No database, for as long as the block lasts."""
    url = engine.engine().url.render_as_string(hide_password=False).replace("+psycopg", "")
    engine.disconnect()
    try:
        yield
    finally:
        engine.connect(url)


def change(path: Path, edit: Callable[[dict[str, Any]], Any], *, reseal: bool = False) -> None:
    """Edit the receipt in ``path``; ``reseal`` writes new digests, as a forger would."""
    document = json.loads(path.read_text())
    edit(document)
    if reseal:
        document = sealed({k: v for k, v in document.items() if k not in ("digests", "sha256")})
    path.write_bytes(canonical.encode(document))


@pytest.mark.parametrize(("metric_id", "params"), CLAIMS)
def test_valid_as_issued_against_the_database(desk, tmp_path, metric_id, params):
    receipt = issued(metric_id, **params)
    path = tmp_path / receipt.file_name
    path.write_bytes(receipt.content)
    verdict = receipts.verify(path)
    assert (verdict.status, verdict.exit_status, verdict.checked) == (Status.VALID, 0, "database"), verdict
    assert verdict.sha256 == receipt.sha256
    assert "for these clocks and gives" in verdict.sentences[-1]


@pytest.mark.parametrize(("metric_id", "params"), CLAIMS)
def test_valid_as_issued_without_a_database(desk, tmp_path, metric_id, params):
    path = tmp_path / "receipt.json"
    path.write_bytes(issued(metric_id, **params).content)
    with offline():
        verdict = receipts.verify(path)
    assert verdict.status is Status.VALID, verdict
    assert "No database could be reached" in verdict.sentences[-1]
    assert verdict.checked == "file"


def test_content_is_canonical_and_complete(file):
    content = file.read_bytes()
    document = json.loads(content)
    assert content == canonical.encode(document) + b"\n"
    assert document["clocks"] == {"as_of": "2024-05-02", "known_at": "2024-05-02T20:30:00.000000Z"}
    assert document["actor"] == {"name": "Tess Trader", "username": "tess"}
    assert document["metric"]["symbols"] == "P(t) - P(t-1)"
    assert document["rows"]["count"] == 2
    assert document["sha256"][:12] in file.name


def test_reformatting_changes_nothing(file):
    file.write_text(json.dumps(json.loads(file.read_text()), indent=4, ensure_ascii=True))
    assert receipts.verify(file).status is Status.VALID


EDITS: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("value", lambda d: d.update(value=d["value"] + 1e-9)),
    ("value", lambda d: d.update(value=None)),
    ("rows", lambda d: d["rows"]["list"][0].__setitem__(4, 81.0)),
    ("rows", lambda d: d["rows"]["list"].reverse()),
    ("rows", lambda d: d["rows"].update(count=3)),
    ("rows", lambda d: d["rows"].update(list=None)),
    ("params", lambda d: d["params"].update(instrument="WTI")),
    ("clocks", lambda d: d["clocks"].update(as_of="2024-05-01")),
    ("clocks", lambda d: d["clocks"].update(known_at="yesterday")),
    ("metric", lambda d: d["metric"].update(formula="Whatever suits.")),
    ("actor", lambda d: d["actor"].update(username="mallory")),
    ("issued_at", lambda d: d.update(issued_at="2020-01-01T00:00:00.000000Z")),
    ("unit", lambda d: d.update(unit="EUR/bbl")),
    ("steps", lambda d: d["steps"].clear()),
    ("simulated", lambda d: d.update(simulated=True)),
    ("note", lambda d: d.update(note="x")),
    ("sha256", lambda d: d.update(sha256="0" * 64)),
    ("value", lambda d: d["digests"].update(value="0" * 64)),
    ("value", lambda d: d["digests"].pop("value")),
    ("comment", lambda d: d.update(comment="added")),
]


@pytest.mark.parametrize(("field", "edit"), EDITS, ids=[f"{n}-{name}" for n, (name, _) in enumerate(EDITS)])
def test_an_edited_field_is_named(file, field, edit):
    change(file, edit)
    verdict = receipts.verify(file)
    assert (verdict.status, verdict.exit_status) == (Status.ALTERED, 1), verdict
    assert verdict.altered == (field,)
    assert any(field in sentence.replace("SHA-256", "sha256") for sentence in verdict.sentences)


def test_only_the_edited_field_is_named(file):
    change(file, lambda d: d.update(value=12.5))
    verdict = receipts.verify(file)
    assert verdict.altered == ("value",)
    assert any("Computed from the rows in the file the value is" in said for said in verdict.sentences)


def test_new_digests_do_not_hide_a_value_that_does_not_follow_from_its_rows(file):
    change(file, lambda d: d.update(value=12.5), reseal=True)
    with offline():
        verdict = receipts.verify(file)
    assert verdict.status is Status.ALTERED
    assert "does not follow from the rows in the file" in verdict.sentences[-1]


def test_new_digests_with_wrong_row_digest_are_found(file):
    change(file, lambda d: d["rows"].update(sha256="0" * 64), reseal=True)
    assert receipts.verify(file).altered == ("rows",)


def _forge(document: dict[str, Any]) -> None:
    rows = document["rows"]
    rows["list"][-1][4] += 5.0
    rows["sha256"] = canonical.digest([rows["columns"], rows["list"]])
    document["value"] = rows["list"][1][4] - rows["list"][0][4]


def test_a_forgery_that_agrees_with_itself_is_found_by_the_database_alone(file):
    change(file, _forge, reseal=True)
    with offline():
        alone = receipts.verify(file)
    assert alone.status is Status.VALID
    assert alone.checked == "file"
    verdict = receipts.verify(file)
    assert (verdict.status, verdict.exit_status) == (Status.NOT_REPRODUCIBLE, 1)
    said = " ".join(verdict.sentences)
    assert "Only in the receipt: 1 row; only in the database: 1 row." in said
    assert "instrument BRENT, day 2024-05-02" in said


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: d["params"].update(instrument="NONE"),
        lambda d: d["clocks"].update(known_at="2024-04-01T00:00:00Z", as_of="2024-04-01"),
        lambda d: d["metric"].update(id="market.none"),
        lambda d: d["clocks"].update(as_of=7),
        lambda d: d["params"].clear(),
    ],
)
def test_resealed_lies_about_what_was_asked_are_not_reproducible(file, edit):
    change(file, edit, reseal=True)
    assert receipts.verify(file).status in (Status.NOT_REPRODUCIBLE, Status.ALTERED)


def test_a_flipped_bit_anywhere_is_found(file):
    content = file.read_bytes()
    original = json.loads(content)
    missed = []
    with offline():
        for at in range(len(content) - 1):
            flipped = bytearray(content)
            flipped[at] ^= 1 << (at % 7)
            file.write_bytes(flipped)
            if receipts.verify(file).status is Status.VALID and json.loads(flipped) != original:
                missed.append(at)
    assert missed == []


@pytest.mark.parametrize("keep", [0, 1, 10, 0.5, 0.99, -2])
def test_a_cut_file_is_unreadable(file, keep):
    content = file.read_bytes()
    file.write_bytes(content[: keep if isinstance(keep, int) else int(len(content) * keep)])
    verdict = receipts.verify(file)
    assert (verdict.status, verdict.exit_status) == (Status.UNREADABLE, 1)
    assert "not a whole JSON file" in verdict.sentences[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"hello", "not a whole JSON file"),
        (b"\x89PNG\r\n\x1a\n", "not a whole JSON file"),
        (b"[1, 2]", "not a receipt"),
        (b"null", "not a receipt"),
        (b"{}", "not a receipt"),
        (b'{"schema":"enerscope.receipt","schema":"enerscope.receipt"}', "given twice"),
        (b'{"schema":"enerscope.receipt","version":2}', "of version 2, and this release reads version 1"),
        (b'{"schema":"enerscope.receipt","version":true}', "of version True"),
        (b'{"schema":"enerscope.receipt","version":1}', "the field 'metric' is missing"),
        (b'["\\ud800"]', "not a whole JSON file"),
    ],
)
def test_what_is_no_receipt_is_said(tmp_path, content, words):
    path = tmp_path / "file.json"
    path.write_bytes(content)
    verdict = receipts.verify(path)
    assert (verdict.status, verdict.exit_status) == (Status.UNREADABLE, 1)
    assert words in verdict.sentences[0]


@pytest.mark.parametrize("field", ["value", "rows", "digests", "metric", "actor", "simulated"])
def test_a_field_of_another_kind_is_unreadable(file, field):
    change(file, lambda d: d.update({field: "x"}))
    assert receipts.verify(file).status is Status.UNREADABLE


def test_missing_file_and_folder_are_said(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        assert "cannot be read" in receipts.verify(path).sentences[0]


def test_another_schema_version_says_which_release_to_use(file):
    change(file, lambda d: d.update(version=2), reseal=True)
    assert "Check it with the release that issued it" in receipts.verify(file).sentences[0]


def test_many_rows_are_held_as_a_digest_and_checked_by_the_database(desk, tmp_path):
    rows = [(date(2022, 1, 1) + timedelta(days=n), 50.0 + n % 9) for n in range(850)]
    add_instrument("LONG", rows)
    receipt = issued("market.realised_vol", instrument="LONG", window=300)
    document = json.loads(receipt.content)
    assert document["rows"]["count"] > 200
    assert document["rows"]["list"] is None
    path = tmp_path / "long.json"
    path.write_bytes(receipt.content)
    with offline():
        alone = receipts.verify(path)
    assert (alone.status, alone.checked) == (Status.VALID, "")
    assert "only a database can compute it again" in " ".join(alone.sentences)
    assert receipts.verify(path).checked == "database"
    change(path, lambda d: d.update(value=0.1), reseal=True)
    assert receipts.verify(path).status is Status.NOT_REPRODUCIBLE


def test_later_corrections_leave_a_receipt_valid(desk, tmp_path):
    receipt = issued()
    path = tmp_path / "receipt.json"
    path.write_bytes(receipt.content)
    late = clock.now()
    add_prices(desk, {DAYS[-1]: 1.0}, late, add_batch(late, file_name="correction.csv"))
    assert (
        passports.open_passport(
            "market.last", {"instrument": "BRENT"}, Clocks(DAYS[-1], late), SYSTEM
        ).evaluation.value
        == 1.0
    )
    verdict = receipts.verify(path)
    assert verdict.status is Status.VALID, verdict


def test_an_import_that_was_under_way_is_offered_as_the_reason(desk, tmp_path):
    started = clock.now()
    path = tmp_path / "receipt.json"
    opened = passports.open_passport(
        "market.last", {"instrument": "EMPTY"}, Clocks(DAYS[-1], clock.now()), TESS
    )
    path.write_bytes(receipts.issue(opened, TESS).content)
    with UnitOfWork() as work:
        (empty,) = queries.instruments(work.session, codes=["EMPTY"])
    add_prices(empty.id, {DAYS[-1]: 3.5}, started, add_batch(started, file_name="slow.csv"))
    verdict = receipts.verify(path)
    assert verdict.status is Status.NOT_REPRODUCIBLE
    assert "file slow.csv. An import that was still being stored" in verdict.sentences[-1]


def test_another_portals_receipt_is_not_reproducible(file, postgres_url, template_url):
    url = clone(postgres_url, template_url)
    with connected(url):
        verdict = receipts.verify(file)
    drop(postgres_url, url)
    assert verdict.status is Status.NOT_REPRODUCIBLE
    assert "may belong to another portal" in verdict.sentences[-1]


def test_a_database_without_tables_is_not_asked(file, postgres_url):
    with connected(postgres_url):
        verdict = receipts.verify(file)
    assert verdict.status is Status.VALID
    assert "enerscope migrate" in verdict.sentences[-1]


def test_verdict_for_programs(file):
    found = receipts.verify(file).to_json()
    assert json.loads(json.dumps(found))["status"] == "valid"
    assert found["exit_status"] == 0


def test_a_fresh_process_knows_all_metrics(file):
    """A command imports the check alone, not the pages that happen to import the areas."""
    code = "import sys; from portal.services import receipts; print(receipts.verify(sys.argv[1]).to_json())"
    root = Path(__file__).parents[4]
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], cwd=root, capture_output=True, text=True, check=True
    )
    assert "'checked': 'file'" in done.stdout
    assert "'exit_status': 0" in done.stdout
