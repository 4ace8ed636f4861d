"""Signed heads of the audit log: made, kept in the database and as files, read and checked.

A checkpoint says how many entries the log had, its last hash and its Merkle root, and is signed with a key that is not
in the database. Copies belong where the portal cannot change them: the folder ``checkpoints`` of the home is one, what
the auditor downloads another.
"""

import base64
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.queries import audit as queries
from data.session import UnitOfWork
from data.writes import audit as writes
from portal.core import canonical, clock
from portal.core.actor import Actor
from portal.core.config import Settings
from portal.core.errors import Conflict, DomainError
from portal.core.permissions import Permission
from portal.domain.compliance.audit_chain import Head, judge
from portal.services.audit import keys, log

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SCHEMA = "enerscope-checkpoint/1"
FOLDER = "checkpoints"
LARGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed head; ``document`` is the canonical JSON that was signed."""

    document: str
    signature: bytes
    key_id: str

    def to_json(self) -> dict[str, Any]:
        """Return it as it is written to files."""
        return {
            "schema": SCHEMA,
            "document": self.document,
            "signature": base64.b64encode(self.signature).decode("ascii"),
            "key_id": self.key_id,
        }

    def content(self) -> dict[str, Any]:
        """Return what the document says."""
        return dict(json.loads(self.document))

    def head(self) -> Head:
        """Return the end of the log that it states.

        Raises
        ------
        DomainError
            The document is none of ours.
        """
        try:
            told = self.content()
            at = datetime.fromisoformat(told["at"]).astimezone(UTC)
            digest, root = bytes.fromhex(told["hash"]), bytes.fromhex(told["root"])
            return Head(int(told["entries"]), digest, root, f"the checkpoint of {at:%Y-%m-%d %H:%M:%S} UTC")
        except (ValueError, KeyError, TypeError):
            raise DomainError("The checkpoint cannot be read: its document is damaged.") from None

    def is_signed_by(self, key: "Ed25519PublicKey") -> bool:
        """Tell whether the document is as ``key`` signed it."""
        from cryptography.exceptions import InvalidSignature

        try:
            key.verify(self.signature, self.document.encode("utf-8"))
        except InvalidSignature:
            return False
        return True


def sign(config: Settings, *, entries: int, digest: bytes, root: bytes) -> Checkpoint:
    """Return a signed checkpoint of a log with that end."""
    key = keys.signing_key(config)
    name = keys.key_id(key.public_key())
    document = canonical.encode(
        {
            "at": canonical.moment(clock.now()),
            "entries": str(entries),
            "hash": digest.hex(),
            "key": name,
            "log": "Enerscope audit log",
            "root": root.hex(),
            "version": "1",
        }
    ).decode("utf-8")
    return Checkpoint(document, key.sign(document.encode("utf-8")), name)


def make(actor: Actor, config: Settings) -> Checkpoint:
    """Verify the whole log, sign its end, and keep that in the database and as a file.

    Raises
    ------
    NotPermitted
        ``actor`` may not read the log.
    Conflict
        The log is not whole; what is broken is never signed.
    """
    actor.require(Permission.AUDIT_READ)
    known = trusted_heads(config)
    with UnitOfWork() as work, closing(queries.stream(work.session)) as rows:
        found = judge(rows, known)
    if not found.is_whole:
        raise Conflict(f"No checkpoint was signed, because the audit log is not whole. {found.sentence}")
    made = sign(config, entries=found.entries, digest=found.hash, root=found.root)
    with UnitOfWork(write=True) as work:
        writes.insert_checkpoint(
            work.session,
            day=clock.now().date(),
            entries=found.entries,
            document=made.document,
            signature=made.signature,
            key_id=made.key_id,
        )
        log.note(
            work, actor, "checkpoint.signed", "audit-log", str(found.entries),
            {"hash": found.hash.hex(), "key": made.key_id},
        )  # fmt: skip
    keep_file(made, config)
    return made


def keep_file(made: Checkpoint, config: Settings) -> Path:
    """Write a checkpoint beside the earlier ones, and return where."""
    told = made.content()
    stamp = "".join(letter for letter in str(told["at"])[:19] if letter.isdigit() or letter == "T")
    path = config.root / FOLDER / f"checkpoint-{stamp}Z-{told['entries']}.json"
    keys._publish(canonical.encode(made.to_json()) + b"\n", path, 0o444)  # noqa: SLF001  (the same care)
    return path


def read_file(path: Path) -> Checkpoint:
    """Return the checkpoint in a file.

    Raises
    ------
    DomainError
        It cannot be read as one.
    """
    try:
        with path.open("rb") as file:
            return from_json(canonical.decode(file.read(LARGEST)))
    except (OSError, ValueError) as problem:
        raise DomainError(f"'{path}' cannot be read as a checkpoint of the audit log: {problem}.") from None


def from_json(found: Any) -> Checkpoint:
    """Return the checkpoint in decoded JSON; a ValueError says why it is none."""
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise ValueError(f"it does not say '{SCHEMA}'")
    document, signature, name = (found.get(field) for field in ("document", "signature", "key_id"))
    if not (isinstance(document, str) and isinstance(signature, str) and isinstance(name, str)):
        raise ValueError("document, signature or key_id is missing")  # noqa: TRY004  (of the file, not of a type)
    return Checkpoint(document, base64.b64decode(signature, validate=True), name)


def stored() -> list[Checkpoint]:
    """Return the checkpoints in the database, newest first."""
    with UnitOfWork() as work:
        rows = queries.checkpoints(work.session)
    return [Checkpoint(row.document, bytes(row.signature), row.key_id) for row in rows]


def kept_files(config: Settings) -> list[Path]:
    """Return the files of checkpoints under the home, by name."""
    return sorted((config.root / FOLDER).glob("checkpoint-*.json"))


def trusted_heads(config: Settings) -> list[Head]:
    """Return the heads of all checkpoints of the database and of the home whose signatures are good.

    Raises
    ------
    Conflict
        One of them is not signed by the key of this home.
    """
    key = keys.public_key(config)
    if key is None:
        return []
    heads: dict[tuple[int, bytes], Head] = {}
    for found in [*(read_file(path) for path in kept_files(config)), *stored()]:
        head = checked(found, key)
        heads.setdefault((head.entries, head.hash), head)
    return list(heads.values())


def checked(found: Checkpoint, key: "Ed25519PublicKey") -> Head:
    """Return the head of a checkpoint whose signature is good.

    Raises
    ------
    Conflict
        It is not signed by ``key``.
    """
    if found.is_signed_by(key):
        return found.head()
    name = keys.key_id(key)
    why = (
        f"it was signed with the key {found.key_id}, not with {name}"
        if found.key_id != name
        else "it is not what the key signed: it was changed"
    )
    try:
        named = found.head().name
    except DomainError:
        named = "a checkpoint"
    raise Conflict(f"The signature of {named} is wrong: {why}.")
