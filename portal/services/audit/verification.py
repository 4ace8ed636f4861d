"""Checking a whole audit log, in the database or in an exported file, against checkpoints. Needs no portal."""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from data.queries import audit as queries
from data.session import UnitOfWork
from portal.core.config import Settings
from portal.core.errors import Conflict, DomainError
from portal.domain.compliance.audit_chain import Flaw, Head, Judgement, Row, judge
from portal.services.audit import checkpoints, keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

EXPORT_SCHEMA = "enerscope-audit-log/1"
Report = Callable[[float, str], None]
_EVERY = 10_000
_LONGEST_LINE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """The outcome of a verification, in sentences."""

    is_whole: bool
    entries: int
    hash: str
    root: str
    flaw: str | None
    first_bad_entry: int | None
    sentences: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it for ``--json``."""
        return {
            "whole": self.is_whole,
            "entries": self.entries,
            "hash": self.hash,
            "root": self.root,
            "flaw": self.flaw,
            "first_bad_entry": self.first_bad_entry,
            "sentences": list(self.sentences),
        }


def verify_database(
    config: Settings,
    *,
    files: Sequence[Path] = (),
    public_key: Path | None = None,
    report: Report | None = None,
) -> AuditVerdict:
    """Check the log in the connected database, against ``files`` and every checkpoint that it and the home hold."""
    try:
        key, remarks = _key(config, public_key, needed=bool(files))
        found = _heads(files, key)
        own = [
            *(checkpoints.read_file(path) for path in checkpoints.kept_files(config)),
            *checkpoints.stored(),
        ]
        if key is None and own:
            remarks.append(
                "The stored checkpoints were not checked: this home has no key. Give --public-key."
            )
        if key is not None:
            found += [checkpoints.checked(one, key) for one in own]
    except Conflict as problem:
        return _refused(Flaw.CHECKPOINT, problem.message)
    except DomainError as problem:
        return _refused(Flaw.UNREADABLE, problem.message)
    with UnitOfWork() as work, closing(queries.stream(work.session)) as rows:
        entries = queries.count(work.session) if report is not None else 0
        return _verdict(judge(_told(rows, entries, report), found), remarks, found)


def _told(rows: Iterable[Row], entries: int, report: Report | None) -> Iterable[Row]:
    """Yield ``rows``, and say once in a while how far the reading is."""
    if report is None:
        return rows
    return _telling(rows, entries, report)


def _telling(rows: Iterable[Row], entries: int, report: Report) -> Iterator[Row]:
    for row in rows:
        if row.seq % _EVERY == 0:
            report(0.05 + 0.9 * row.seq / max(entries, 1), f"Entry {row.seq:,} of {entries:,}")
        yield row


def verify_file(
    path: Path, config: Settings, *, files: Sequence[Path] = (), public_key: Path | None = None
) -> AuditVerdict:
    """Check an exported log (JSON lines, also compressed with gzip), against ``files`` and its own checkpoint."""
    try:
        key, remarks = _key(config, public_key, needed=bool(files))
        found = _heads(files, key)
        with _opened(path) as lines:
            first, rows = _read(lines, path.name)
            found += _head_of_export(first, key, remarks)
            return _verdict(judge(rows, found), remarks, found)
    except Conflict as problem:
        return _refused(Flaw.CHECKPOINT, problem.message)
    except DomainError as problem:
        return _refused(Flaw.UNREADABLE, problem.message)
    except (OSError, EOFError, ValueError) as problem:
        return _refused(Flaw.UNREADABLE, f"'{path}' cannot be read as an exported audit log: {problem}.")


def _key(config: Settings, path: Path | None, *, needed: bool) -> tuple["Ed25519PublicKey | None", list[str]]:
    key = keys.read_public_key(path) if path is not None else keys.public_key(config)
    if key is None and needed:
        raise DomainError(
            "A checkpoint is worth what its signature is: give the auditor's copy of the public key with --public-key."
        )
    return key, []


def _heads(files: Sequence[Path], key: "Ed25519PublicKey | None") -> list[Head]:
    return [checkpoints.checked(checkpoints.read_file(path), key) for path in files if key is not None]


def _opened(path: Path) -> IO[bytes]:
    file = path.open("rb")
    if file.read(2) != b"\x1f\x8b":
        file.seek(0)
        return file
    file.close()
    return gzip.open(path, "rb")  # type: ignore[return-value]  # reads as any binary file does


def _read(lines: IO[bytes], name: str) -> tuple[dict[str, Any], Iterator[Row]]:
    """Return the heading of an export, empty where there is none, and its rows."""
    first = lines.readline(_LONGEST_LINE)
    found = json.loads(first) if first.strip() else {}
    if isinstance(found, dict) and found.get("schema") == EXPORT_SCHEMA:
        return found, _rows(lines, b"", name)
    return {}, _rows(lines, first, name)


def _rows(lines: IO[bytes], first: bytes, name: str) -> Iterator[Row]:
    number = 0
    line = first or lines.readline(_LONGEST_LINE)
    while line:
        number += 1
        try:
            found = json.loads(line)
            yield Row(int(found["seq"]), bytes.fromhex(found["hash"]), str(found["entry"]))
        except (ValueError, KeyError, TypeError):
            raise DomainError(
                f"Entry {number} of '{name}' cannot be read: the line is damaged or cut off."
            ) from None
        line = lines.readline(_LONGEST_LINE)


def _head_of_export(first: dict[str, Any], key: "Ed25519PublicKey | None", remarks: list[str]) -> list[Head]:
    """Return the head in the heading of an export; unsigned, it still shows what was lost on the way."""
    if not first:
        return []
    found = checkpoints.from_json(first.get("checkpoint"))
    if key is not None and found.key_id == keys.key_id(key):
        return [checkpoints.checked(found, key)]
    remarks.append(
        "The signature in the file's heading was not checked, since its public key was not given: "
        "this shows damage, but not that somebody wrote the whole file anew."
    )
    return [found.head()]


def _verdict(found: Judgement, remarks: Sequence[str], heads: Sequence[Head]) -> AuditVerdict:
    said = [found.sentence, *found.remarks, *remarks]
    if found.is_whole and not any(head.entries for head in heads):
        said.append(
            "No checkpoint was compared: a tail that was cut, or a log that was written anew, would not be seen."
        )
    flaw = found.flaw.value if found.flaw else None
    return AuditVerdict(
        found.is_whole, found.entries, found.hash.hex(), found.root.hex(), flaw, found.seq, tuple(said)
    )


def _refused(flaw: Flaw, sentence: str) -> AuditVerdict:
    return AuditVerdict(False, 0, "", "", flaw.value, None, (sentence,))
