"""The check of a pack against a database: the history's copy, and the same question asked again as its reader."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from data.queries import deliveries
from data.queries import pack_receipts as queries
from data.queries.pack_receipts import KeptPack
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.document import Document, Gap
from portal.core.errors import DomainError, EnerscopeError, UpstreamError
from portal.core.permissions import Role
from portal.services import runtime
from portal.services.monitoring.outbox import actor_of
from portal.services.packs import composing, sealing
from portal.services.receipts.packs.contents import differences
from portal.services.receipts.packs.finding import told
from portal.services.receipts.verdict import Status, Verdict

_READER = re.compile(r"(.*) \(([^()]+)\)\Z", re.DOTALL)
OUTDATED = "The database is older than this release and was not asked. Run `enerscope migrate` first."
ALONE = (
    "No database could be reached. A file and a receipt that were forged together, with new digests, are found only by "
    "making the pack anew from one."
)


def check(document: Document, content: bytes, verdict: Verdict) -> Verdict:
    """Return ``verdict`` with what the connected database says of the document and the file ``content``."""
    if not runtime.is_connected():
        return _say(verdict, ALONE)
    try:
        with UnitOfWork() as work:
            if runtime.needs_migration():
                return _say(
                    verdict,
                    OUTDATED,
                )
            kept = queries.kept(work.session, verdict.sha256)
        reader = _reader(document, kept)
        verdict = _say(verdict, _about_kept(kept, content))
        if reader is None:
            return _no_reader(verdict, document, kept)
        gaps = _known_gaps(document, kept)
        made = composing.compose(
            document.template,
            document.params,
            document.clocks,
            reader,
            due_at=document.due_at,
            known_gaps=gaps,
        )
    except UpstreamError:
        return _say(verdict, ALONE)
    except (EnerscopeError, DomainError) as problem:
        said = f"The pack cannot be made anew here: {problem.message} It may belong to another portal."
        return _say(verdict, said, status=Status.NOT_REPRODUCIBLE)
    return _compared(document, made, verdict, reader, kept)


def _say(verdict: Verdict, *sentences: str, **changes: Any) -> Verdict:
    return replace(verdict, sentences=(*verdict.sentences, *filter(None, sentences)), **changes)


def _username(document: Document) -> str:
    found = _READER.match(document.reader)
    return found[2] if found else document.reader


def _reader(document: Document, kept: Sequence[KeptPack]) -> Actor | None:
    """Return the reader with the rights that the history names, else with those of today; None when unknown."""
    username = _username(document)
    for pack in kept:
        if pack.reader == username and "roles" in pack.rights:
            return _as_then(username, pack.rights)
    with UnitOfWork() as work:
        person = deliveries.people(work.session, [username]).get(username)
    return None if person is None else actor_of(person)


def _as_then(username: str, rights: Mapping[str, Any]) -> Actor:
    known = {role.value for role in Role}
    roles = frozenset(Role(role) for role in rights["roles"] if role in known)
    user_id = rights.get("user_id")
    return Actor(
        int(user_id or 0),  # never the system, which sees every row
        username,
        str(rights.get("name") or username),
        roles,
        frozenset(rights.get("portfolios") or ()),
    )


def _known_gaps(document: Document, kept: Sequence[KeptPack]) -> tuple[Gap, ...]:
    """Return the gaps that were known before the pages were read; without the history, all that it names."""
    for pack in kept:
        if "known" in pack.gaps:
            return tuple(Gap(**gap) for gap in pack.gaps["known"])
    return document.gaps


def _about_kept(kept: Sequence[KeptPack], content: bytes) -> str:
    if not kept:
        return "The history of this portal has no pack with this digest (the export of a page is not kept there)."
    digest = sha256(content).hexdigest()
    for pack in kept:
        for code, stored in pack.files.items():
            if stored == digest:
                when = f"{pack.recorded_at:%Y-%m-%d %H:%M} UTC"
                made = f"pack {pack.id} as {code.upper()}, made {when} for {pack.reader}"
                return f"The history holds this very file: {made}."
    return f"The history has a pack with this digest, number {kept[0].id}, made for {kept[0].reader}."


def _no_reader(verdict: Verdict, document: Document, kept: Sequence[KeptPack]) -> Verdict:
    username = _username(document)
    said = f"Nobody here is called '{username}', so it could not be made anew under the rights of its reader."
    status = verdict.status if kept else Status.NOT_REPRODUCIBLE
    return _say(verdict, said, status=status, checked="database" if kept else verdict.checked)


def _compared(
    document: Document, made: Document, verdict: Verdict, reader: Actor, kept: Sequence[KeptPack]
) -> Verdict:
    found = differences(sealing.plain(document), sealing.plain(made))
    if not found:
        said = f"Made anew from the database, under its clocks and as {reader.username}, it says the same."
        return _say(verdict, said, checked="database")
    reasons = "" if kept else " The rights of its reader may have changed since."
    if document.version != made.version:
        reasons += f" Its template was of version {document.version} and is of version {made.version} now."
    said = f"Made anew from the database, under its clocks and as {reader.username}, it says something else.{reasons}"
    return _say(
        verdict,
        said,
        *told(found),
        status=Status.NOT_REPRODUCIBLE,
        checked="database",
        altered=tuple(dict.fromkeys(finding.where for finding in found)),
    )
