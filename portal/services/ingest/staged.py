"""Uploaded files on their way in: kept for their owner only, gone when they are taken in or old."""

import re
import shutil
import time
from pathlib import Path
from uuid import uuid4

from portal.core.actor import Actor
from portal.core.config import settings
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission

KEPT_HOURS = 12
"""Hours after which a file that nobody took in is thrown away."""

_TOKEN = re.compile(r"[0-9a-f]{32}\Z")
_NAME = re.compile(r"[^\w.\- ()]+")


def stage(content: bytes, name: str, actor: Actor, permission: Permission = Permission.DATA_IMPORT) -> str:
    """Keep an uploaded file and return the token under which its owner finds it again; it takes ``permission``.

    Raises
    ------
    NotPermitted
        The actor may not import.
    DomainError
        The file is larger than the page takes.
    """
    actor.require(permission)
    limit = settings().upload_mb
    if len(content) > limit * 2**20:
        raise DomainError(
            f"{name} is larger than the {limit} MB that the page takes. Import it with `enerscope import`, "
            f"which has no limit.",
            name=name,
        )
    sweep()
    token = uuid4().hex
    folder = _folder(actor) / token
    folder.mkdir(mode=0o700)
    plain = _NAME.sub("_", Path(name).name).strip(". ")[-100:] or "upload"
    (folder / plain).write_bytes(content)
    return token


def staged_file(token: str, actor: Actor) -> Path:
    """Return the file that ``actor`` uploaded under ``token``.

    Raises
    ------
    NotFound
        There is none; it may be somebody else's, or thrown away by now.
    """
    if _TOKEN.match(token or ""):
        folder = _folder(actor) / token
        if folder.is_dir():
            return next(folder.iterdir())
    raise NotFound("The uploaded file is not here any more. Drop it on the page again.")


def discard(token: str, actor: Actor) -> None:
    """Throw an uploaded file away; nothing happens when it is gone already."""
    if _TOKEN.match(token or ""):
        shutil.rmtree(_folder(actor) / token, ignore_errors=True)


def sweep() -> None:
    """Throw away what nobody took in for KEPT_HOURS."""
    oldest = time.time() - KEPT_HOURS * 3600
    for folder in (settings().root / "uploads").glob("*/*"):
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def _folder(actor: Actor) -> Path:
    folder = settings().root / "uploads" / (str(actor.user_id) if actor.user_id is not None else "system")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.parent.chmod(0o700)
    return folder
