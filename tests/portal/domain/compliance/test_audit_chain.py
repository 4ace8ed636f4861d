"""The chain by itself: hand-computed hashes, the spelling of entries, and what each flaw is called."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from portal.domain.compliance.audit_chain import Flaw, Head, Row, judge
from portal.domain.compliance.audit_entry import BEFORE_FIRST, Draft, chained, entry_text

NOON = datetime(2026, 3, 2, 12, 0, 0, 5, UTC)


def log(size: int, *, step: timedelta = timedelta(seconds=1)) -> list[Row]:
    rows, before = [], BEFORE_FIRST
    for seq in range(1, size + 1):
        draft = Draft("anna", "a.b", "thing", str(seq), "done", {"n": seq})
        entry = entry_text(draft, seq=seq, at=NOON + step * seq, actor_ref="p-1", object_ref=str(seq))
        before = chained(before, entry)
        rows.append(Row(seq, before, entry))
    return rows


def head(rows: list[Row]) -> Head:
    found = judge(rows)
    return Head(found.entries, found.hash, found.root, "the checkpoint")


def test_hash_is_sha256_of_zero_byte_hash_before_and_entry():
    assert chained(BEFORE_FIRST, '{"a":"é"}') == sha256(b"\x00" + bytes(32) + '{"a":"é"}'.encode()).digest()


def test_entry_is_spelled_one_way():
    draft = Draft("anna", "x.y", "trade", "4711", "done", {"mwh": 1.5, "n": 2, "ok": True, "api_token": "x"})
    assert entry_text(draft, seq=7, at=NOON, actor_ref="p-1", object_ref="4711") == (
        '{"action":"x.y","actor":"p-1","at":"2026-03-02T12:00:00.000005Z",'
        '"detail":{"api_token":"not logged","mwh":"1.5","n":"2","ok":true},'
        '"kind":"trade","outcome":"done","ref":"4711","seq":"7"}'
    )


def test_lines_of_another_log_cannot_be_smuggled_into_an_entry():
    draft = Draft("anna", "x.y", "trade", 'a\n{"seq":"8"}\x1b[2J', "done")
    text = entry_text(draft, seq=7, at=NOON, actor_ref="p-1", object_ref=draft.object_ref)
    assert "\n" not in text
    assert "\x1b" not in text


def test_whole_and_empty_logs():
    assert judge([]).is_whole
    found = judge(log(5), [head(log(3)), head(log(5))])
    assert found.is_whole
    assert found.entries == 5


def test_moved_entry_is_told_from_a_missing_one():
    rows = log(6)
    missing = judge([*rows[:2], *rows[3:]])
    moved = judge([*rows[:2], rows[3], rows[2], *rows[4:]])
    assert (missing.flaw, missing.seq) == (Flaw.MISSING, 3)
    assert (moved.flaw, moved.seq) == (Flaw.REORDERED, 3)


def test_new_chain_is_blamed_on_the_stretch_after_the_last_agreeing_head():
    heads = [head(log(2)), head(log(4))]
    forged = log(2)
    for seq in (3, 4, 5):
        draft = Draft("anna", "a.c", "thing", str(seq), "done")
        entry = entry_text(
            draft, seq=seq, at=NOON + timedelta(seconds=seq), actor_ref="p-1", object_ref=str(seq)
        )
        forged.append(Row(seq, chained(forged[-1].hash, entry), entry))
    assert judge(forged).is_whole
    found = judge(forged, heads)
    assert (found.flaw, found.seq) == (Flaw.REWRITTEN, 3)


def test_clock_that_goes_back_is_remarked():
    found = judge(log(3, step=timedelta(seconds=-2)))
    assert found.is_whole
    assert "goes back" in found.remarks[0]
