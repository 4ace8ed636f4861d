"""Reads for the check of a pack's receipt: what the history of this portal holds under its digest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models.packs import Pack, PackFile


@dataclass(frozen=True, slots=True)
class KeptPack:
    """A pack of the history: who it was made for, with which rights and gaps, and the SHA-256 of its files."""

    id: int
    reader: str
    rights: dict[str, Any]
    gaps: dict[str, Any]
    made_by: str
    recorded_at: datetime
    files: dict[str, str]


def kept(session: Session, digest: str) -> list[KeptPack]:
    """Return the packs whose content has ``digest``, oldest first."""
    columns = (Pack.id, Pack.reader, Pack.rights, Pack.gaps, Pack.made_by, Pack.recorded_at)
    rows = session.execute(select(*columns).where(Pack.digest == digest).order_by(Pack.id)).all()
    files: dict[int, dict[str, str]] = {}
    where = PackFile.pack_id.in_([row.id for row in rows])
    for pack_id, code, sha256 in session.execute(
        select(PackFile.pack_id, PackFile.format, PackFile.sha256).where(where)
    ):
        files.setdefault(pack_id, {})[code] = sha256
    return [KeptPack(*row, files=files.get(row.id, {})) for row in rows]
