"""Every way to falsify the log is seen, with the database, and offline with an export, a checkpoint and a key."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.core.config import Settings
from portal.core.errors import Conflict
from portal.services.audit import checkpoints, keys, verification
from tests.helpers.audit import ANNA, chain_anew, fill, rows, tampering

FLIP = 'UPDATE audit_log SET entry = replace(entry, \'"ref":"7"\', \'"ref":"8"\') WHERE seq = 7'


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def log(database, config):
    """A log of 12 entries and a 13th that notes the checkpoint of the 12."""
    fill(12)
    return checkpoints.make(ANNA, config)


def change(*statements: str) -> None:
    with tampering() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_whole_log(log, config):
    found = verification.verify_database(config)
    assert found.is_whole, found.sentences
    assert found.entries == 13
    assert "agrees with the checkpoint" in found.sentences[0]


def test_flipped_byte_names_the_entry(log, config):
    change(FLIP)
    found = verification.verify_database(config)
    assert (found.flaw, found.first_bad_entry) == ("changed", 7)
    assert found.sentences[0].startswith("Entry 7 was changed")


def test_changed_column_names_the_entry(log, config):
    change("UPDATE audit_log SET outcome = 'refused' WHERE seq = 5")
    found = verification.verify_database(config)
    assert (found.flaw, found.first_bad_entry) == ("changed", 5)


def test_changed_hash_names_the_entry(log, config):
    change("UPDATE audit_log SET hash = decode(repeat('00', 32), 'hex') WHERE seq = 9")
    assert verification.verify_database(config).first_bad_entry == 9


def test_missing_rows_are_named(log, config):
    change("DELETE FROM audit_log WHERE seq IN (4, 5)")
    found = verification.verify_database(config)
    assert (found.flaw, found.first_bad_entry) == ("missing", 4)
    assert "Entries 4 to 5 are missing" in found.sentences[0]


def test_missing_row_that_was_renumbered_over(log, config):
    change("DELETE FROM audit_log WHERE seq = 4", "UPDATE audit_log SET seq = -seq WHERE seq > 4")
    change("UPDATE audit_log SET seq = -seq - 1 WHERE seq < 0")
    with tampering() as connection:
        chain_anew(connection)
    found = verification.verify_database(config)
    assert (found.flaw, found.first_bad_entry) == ("reordered", 4)


def test_swapped_rows_are_named(log, config):
    change(
        "UPDATE audit_log SET seq = -6 WHERE seq = 6",
        "UPDATE audit_log SET seq = 6 WHERE seq = 7",
        "UPDATE audit_log SET seq = 7 WHERE seq = -6",
    )
    found = verification.verify_database(config)
    assert (found.flaw, found.first_bad_entry) == ("reordered", 6)


def test_cut_tail_is_seen_by_the_checkpoint(log, config):
    change("DELETE FROM audit_log WHERE seq > 10")
    found = verification.verify_database(config)
    assert (found.flaw, found.first_bad_entry) == ("cut", 11)
    assert "counts 12 entries" in found.sentences[0]


def test_cut_tail_is_seen_by_the_file_when_the_checkpoint_is_gone_too(log, config):
    change("DELETE FROM audit_log WHERE seq > 10", "DELETE FROM audit_checkpoints")
    assert verification.verify_database(config).flaw == "cut"


def test_new_chain_is_seen_by_the_checkpoint(log, config):
    change(FLIP, "UPDATE audit_log SET object_ref = '8' WHERE seq = 7")
    with tampering() as connection:
        chain_anew(connection)
    found = verification.verify_database(config)
    assert found.flaw == "rewritten"
    assert "new chain" in found.sentences[0]


def test_forged_checkpoint_is_refused(log, config, tmp_path):
    other = Settings(home=tmp_path / "forger")
    path = checkpoints.keep_file(checkpoints.make(ANNA, other), other)
    public = keys.folder(config) / keys.PUBLIC
    found = verification.verify_database(config, files=[path], public_key=public)
    assert found.flaw == "checkpoint"
    assert "signed with the key" in found.sentences[0]


def test_changed_checkpoint_is_refused(log, config, tmp_path):
    path = tmp_path / "checkpoint.json"
    document = log.document.replace('"entries":"12"', '"entries":"10"')
    path.write_text(json.dumps(replace(log, document=document).to_json()))
    assert verification.verify_database(config, files=[path]).flaw == "checkpoint"


def test_broken_log_gets_no_checkpoint(log, config):
    change(FLIP)
    with pytest.raises(Conflict, match="Entry 7 was changed"):
        checkpoints.make(ANNA, config)


def exported(path: Path) -> Path:
    lines = [json.dumps({"seq": row.seq, "hash": row.hash.hex(), "entry": row.entry}) for row in rows()]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def offline(path: Path, config: Settings) -> verification.AuditVerdict:
    """Verify as an auditor does: another home, the file, the checkpoint and the public key."""
    (kept,) = checkpoints.kept_files(config)
    return verification.verify_file(
        path,
        Settings(home=config.home / "elsewhere"),
        files=[kept],
        public_key=keys.folder(config) / keys.PUBLIC,
    )


def test_export_verifies_offline_also_compressed(log, config, tmp_path):
    path = exported(tmp_path / "log.jsonl")
    assert offline(path, config).is_whole
    packed = tmp_path / "log.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert offline(packed, config).entries == 13


@pytest.mark.parametrize(
    ("spoil", "flaw", "entry"),
    [
        pytest.param(
            lambda t: [*t[:6], t[6].replace("7003.5", "7004.5"), *t[7:]], "changed", 7, id="byte-flipped"
        ),
        pytest.param(lambda t: [*t[:3], *t[4:]], "missing", 4, id="row-dropped"),
        pytest.param(lambda t: t[:9], "cut", 10, id="tail-cut"),
        pytest.param(lambda t: [*t[:3], t[4], t[3], *t[5:]], "reordered", 4, id="lines-swapped"),
        pytest.param(lambda t: [*t[:3], t[2], *t[3:]], "reordered", 3, id="line-repeated"),
        pytest.param(lambda t: [*t[:5], t[5][:40], *t[6:]], "unreadable", None, id="line-damaged"),
        pytest.param(lambda _lines: [], "cut", 1, id="emptied"),
    ],
)
def test_spoiled_export_is_seen_offline(log, config, tmp_path, spoil, flaw, entry):
    path = exported(tmp_path / "log.jsonl")
    lines = path.read_text("utf-8").splitlines()
    path.write_text("".join(line + "\n" for line in spoil(lines)), "utf-8")
    found = offline(path, config)
    assert (found.flaw, found.first_bad_entry) == (flaw, entry), found.sentences


def test_every_flipped_bit_of_an_export_is_seen(log, config, tmp_path):
    content = exported(tmp_path / "log.jsonl").read_bytes()
    spoiled = tmp_path / "spoiled.jsonl"
    begin = content.index(b"\n") * 3
    for place in range(begin, begin + 400):
        changed = bytearray(content)
        changed[place] ^= 0x01
        spoiled.write_bytes(bytes(changed))
        if [json.loads(line) for line in content.splitlines()] == _read(bytes(changed)):
            continue  # a letter of JSON's own that changes nothing
        assert not offline(spoiled, config).is_whole, place


def _read(content: bytes) -> object:
    try:
        return [json.loads(line) for line in content.splitlines()]
    except ValueError:
        return None


def test_checkpoint_without_a_key_is_no_proof(log, config, tmp_path):
    path = exported(tmp_path / "log.jsonl")
    (kept,) = checkpoints.kept_files(config)
    found = verification.verify_file(path, Settings(home=tmp_path / "other"), files=[kept])
    assert not found.is_whole
    assert "--public-key" in found.sentences[0]


def test_key_is_private_and_stays(config):
    first = keys.signing_key(config)
    kept = keys.folder(config) / keys.PRIVATE
    assert kept.stat().st_mode & 0o777 == 0o600
    assert keys.key_id(keys.signing_key(config).public_key()) == keys.key_id(first.public_key())
