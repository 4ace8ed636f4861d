"""Packs in a folder: written under one root alone, each file whole or not at all."""

import os
from pathlib import Path, PurePosixPath
from uuid import uuid4

from portal.core.config import Settings, settings
from portal.core.errors import ConfigurationError, DomainError, UpstreamError

LONGEST = 200
_SETTING = "ENERSCOPE_PACK_FOLDER"


def check(folder: str) -> str:
    """Return the name of a folder below the root, "" for none.

    Raises
    ------
    DomainError
        It leads out of the root, or is no name of a folder.
    """
    text = folder.strip()
    if not text:
        return ""
    parts = PurePosixPath(text).parts
    wrong = len(text) > LONGEST or "\\" in text or not text.isprintable() or ":" in text
    if wrong or text.startswith("/") or any(part == ".." or part.startswith(("~", ".")) for part in parts):
        raise DomainError(
            f"'{text[:60]}' is not a folder below that of packs. Write names with a slash between, such as "
            "morning/board.",
            folder=text[:60],
        )
    return str(PurePosixPath(text))


def place(folder: str, config: Settings | None = None) -> Path:
    """Return where files of ``folder`` go, with links followed.

    Raises
    ------
    ConfigurationError
        No root was set.
    DomainError
        The folder leads out of it.
    """
    root = (config or settings()).pack_folder
    if root is None:
        raise ConfigurationError(
            f"Packs go to no folder: the setting {_SETTING} is missing. Set it, or leave the folder empty.",
            variable=_SETTING,
        )
    base = root.expanduser().resolve()
    found = (base / check(folder)).resolve()
    if not found.is_relative_to(base):
        raise DomainError(
            f"The folder '{folder}' leads out of that of packs, by a link. Remove the link.", folder=folder
        )
    return found


def write(folder: str, name: str, content: bytes, config: Settings | None = None) -> Path:
    """Write one file and return where it is; who reads meanwhile sees the whole file or none.

    Raises
    ------
    ConfigurationError, DomainError
        As :func:`place`.
    UpstreamError
        The folder cannot be written; the sentence says which and why.
    """
    target = place(folder, config) / name
    part = target.parent / f".{name}.{uuid4().hex[:8]}.part"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
    except OSError as problem:
        _forget(part)
        raise UpstreamError(
            f"The folder '{folder}' of packs cannot be written: {problem.strerror or 'it is gone'}. Mend it, then run "
            "this job again: the pack is made and waits.",
            folder=folder,
        ) from problem
    return target


def _forget(part: Path) -> None:
    """Remove what was begun, where that is still possible."""
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return
