"""Files of the audit log that people take with them: checkpoints, the public key, exports; each taking is noted."""

import re
from dataclasses import dataclass

from data.queries import audit as queries
from data.session import UnitOfWork
from portal.core import canonical
from portal.core.actor import Actor
from portal.core.config import settings
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.services import audit
from portal.services.audit import checkpoints, exporting, keys

CHECKPOINT, EXPORT = "compliance.checkpoint", "compliance.audit-export"
_CHECKPOINT_FILE = re.compile(r"checkpoint-(\d{1,15})\.json")
PUBLIC_KEY = "public-key.pem"


@dataclass(frozen=True, slots=True)
class AuditFile:
    """A file to send."""

    name: str
    media_type: str
    content: bytes


def exports(actor: Actor) -> list[str]:
    """Return the names of the exports that are kept."""
    actor.require(Permission.AUDIT_READ)
    return exporting.names(settings())


def take(name: str, actor: Actor) -> AuditFile:
    """Return the file called ``name``: a checkpoint, the public key, or an export.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read the log; or there is no such file.
    """
    actor.require(Permission.AUDIT_READ)
    if name == PUBLIC_KEY:
        content = keys.public_pem(keys.signing_key(settings()).public_key())
        return AuditFile("enerscope-audit-public-key.pem", "application/x-pem-file", content)
    found = _CHECKPOINT_FILE.fullmatch(name)
    if found is None:
        return AuditFile(name, "application/gzip", exporting.download(name, actor, settings()))
    with UnitOfWork() as work:
        row = queries.checkpoint(work.session, int(found[1]))
    if row is None:
        raise NotFound(f"There is no checkpoint {found[1]}. Choose one of the list.", checkpoint=found[1])
    one = checkpoints.Checkpoint(row.document, bytes(row.signature), row.key_id)
    audit.note_now(actor, "checkpoint.taken", "audit-log", str(row.entries))
    return AuditFile(f"enerscope-{name}", "application/json", canonical.encode(one.to_json()) + b"\n")
