"""An entry of the audit log: what is to be noted, its canonical text, and its hash after the entry before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from portal.core import canonical

BEFORE_FIRST = bytes(32)
"""What stands for the hash before entry 1."""
PERSON = "user"
"""Kind of an object that is a person: its reference is a user name, and the chain gets the pseudonym."""
_NEVER = ("password", "token", "secret")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be noted, before it has its place in the chain; ``actor`` is a user name."""

    actor: str
    action: str
    object_kind: str
    object_ref: str
    outcome: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    session: str = ""
    source: str = ""


def entry_text(draft: Draft, *, seq: int, at: datetime, actor_ref: str, object_ref: str) -> str:
    """Return the canonical text of an entry; ``actor_ref`` and ``object_ref`` hold pseudonyms, not names.

    Parameters
    ----------
    draft : Draft
        What happened.
    seq : int
        Its number, from 1, without gaps.
    at : datetime
        Its moment.
    actor_ref, object_ref : str
        Who, and to what.

    Returns
    -------
    str
        JSON with sorted keys and numbers as texts; values under keys that speak of passwords, tokens or secrets
        are left out.
    """
    entry: dict[str, Any] = {
        "action": draft.action,
        "actor": actor_ref,
        "at": canonical.moment(at),
        "detail": _texts(canonical.plain(dict(draft.detail))),
        "kind": draft.object_kind,
        "outcome": draft.outcome,
        "ref": object_ref,
        "seq": str(seq),
    }
    if draft.session:
        entry["session"] = draft.session
    if draft.source:
        entry["source"] = draft.source
    return canonical.encode(entry).decode("utf-8")


def chained(before: bytes, entry: str) -> bytes:
    """Return the hash of ``entry`` (its canonical text) after the entry with the hash ``before``."""
    return sha256(b"\x00" + before + entry.encode("utf-8")).digest()


def _texts(value: Any) -> Any:
    """Return ``value`` with numbers as texts, so that no reader can round them, and without what is never logged."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return {
            key: "not logged" if any(word in key.casefold() for word in _NEVER) else _texts(item)
            for key, item in value.items()
        }
    return [_texts(item) for item in value]
