"""Files that go with a message: named in the outbox, read under the rights of the receiver when it is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.actor import Actor
from portal.core.errors import DomainError

LARGEST_BYTES = 15 * 2**20
"""What mail servers commonly take, with room for its encoding; a larger file is named by its page."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to attach, and the page where it can be had."""

    name: str
    media_type: str
    content: bytes
    page: str


def _report(number: Any, actor: Actor) -> list[File]:
    from portal.services.compliance import reports

    found = reports.attachable(int(number), actor)
    return [File(found.name, found.media_type, found.content, f"/compliance/reports?report={int(number)}")]


def _pack(named: Any, actor: Actor) -> list[File]:
    """Return the files of ``{"id": 5, "formats": ["pdf"]}``."""
    from portal.services.packs import history

    number = int(named["id"])
    found = [history.attachable(number, str(code), actor) for code in named["formats"]]
    return [File(one.name, one.media_type, one.content, f"{history.PATH}?pack={number}") for one in found]


_READERS: dict[str, Callable[[Any, Actor], list[File]]] = {"pack": _pack, "report": _report}


def files_of(attachment: Mapping[str, Any], actor: Actor) -> list[File]:
    """Return the files that a message names, as ``actor`` may read them.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read one, or it is gone.
    DomainError
        The kind of attachment is unknown, or the file does not have the hash of its receipt.
    """
    unknown = sorted(attachment.keys() - _READERS.keys())
    if unknown:
        raise DomainError(
            f"Nothing can be attached by '{unknown[0]}'. Use one of: {', '.join(sorted(_READERS))}."
        )
    return [file for kind, named in sorted(attachment.items()) for file in _READERS[kind](named, actor)]
