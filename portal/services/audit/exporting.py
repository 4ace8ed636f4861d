"""The whole log as a file that verifies by itself: JSON lines, compressed, headed by a signed checkpoint.

The heading says how many entries follow, so that a file that lost its tail is told from a whole one.
"""

import gzip
import hashlib
import json
import os
import secrets
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from data.queries import audit as queries
from data.session import UnitOfWork
from portal.core import canonical, clock
from portal.core.actor import Actor
from portal.core.config import Settings
from portal.core.errors import Conflict, NotFound
from portal.core.permissions import Permission
from portal.domain.compliance.audit_chain import judge
from portal.services.audit import checkpoints, keys, log
from portal.services.audit.verification import EXPORT_SCHEMA

KEPT = 5
_EVERY = 5_000
Report = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was made."""

    name: str
    entries: int
    sha256: str


def folder(config: Settings) -> Path:
    """Return where exports lie."""
    return keys.folder(config) / "exports"


def export(actor: Actor, config: Settings, *, report: Report | None = None) -> Exported:
    """Write all entries of this moment to a file and return its name; older exports beyond a few are removed.

    Raises
    ------
    NotPermitted
        ``actor`` may not read the log.
    Conflict
        The log is not whole; what is broken is not handed out as if it were.
    """
    actor.require(Permission.AUDIT_READ)
    say = report or (lambda _share, _sentence: None)
    place = folder(config)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place / f".{secrets.token_hex(6)}.part"
    try:
        with UnitOfWork() as work:
            say(0.05, "Verifying the log")
            with closing(queries.stream(work.session)) as rows:
                found = judge(rows, checkpoints.trusted_heads(config))
            if not found.is_whole:
                raise Conflict(f"Nothing was exported, because the audit log is not whole. {found.sentence}")
            head = checkpoints.sign(config, entries=found.entries, digest=found.hash, root=found.root)
            _write(work, draft, head, found.entries, say)
        name = f"enerscope-audit-{clock.now():%Y%m%dT%H%M%SZ}-{found.entries}.jsonl.gz"
        digest = _sha256(draft)
        draft.replace(place / name)
    finally:
        draft.unlink(missing_ok=True)
    for old in sorted(place.glob("enerscope-audit-*.jsonl.gz"))[:-KEPT]:
        old.unlink(missing_ok=True)
    log.note_now(actor, "audit.exported", "audit-log", str(found.entries), {"sha256": digest})
    return Exported(name, found.entries, digest)


def _write(work: UnitOfWork, draft: Path, head: checkpoints.Checkpoint, entries: int, say: Report) -> None:
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(handle, "wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0) as file,
    ):
        file.write(canonical.encode({"schema": EXPORT_SCHEMA, "checkpoint": head.to_json()}) + b"\n")
        with closing(queries.stream(work.session)) as rows:
            for row in rows:
                if row.seq % _EVERY == 0:
                    say(0.3 + 0.65 * row.seq / entries, f"Entry {row.seq:,} of {entries:,}")
                line = {"seq": row.seq, "hash": bytes(row.hash).hex(), "entry": row.entry}
                file.write(json.dumps(line, ensure_ascii=False).encode("utf-8") + b"\n")


def names(config: Settings) -> list[str]:
    """Return the names of the exports that are kept, the newest first."""
    return sorted((path.name for path in folder(config).glob("enerscope-audit-*.jsonl.gz")), reverse=True)


def download(name: str, actor: Actor, config: Settings) -> bytes:
    """Return the content of an export, and note that it was taken.

    Raises
    ------
    NotPermitted, NotFound
        ``actor`` may not read the log, or there is no such file.
    """
    actor.require(Permission.AUDIT_READ)
    if name not in names(config):
        raise NotFound("There is no such export of the audit log any more. Make a new one.", file=name[:100])
    content = (folder(config) / name).read_bytes()
    log.note_now(actor, "export.made", "audit-log", name, {"sha256": hashlib.sha256(content).hexdigest()})
    return content


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
