"""Services that people name: what the portal stands on and cannot find by itself, or more about what it knows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from data.queries import services as queries
from data.session import UnitOfWork
from data.writes import services as writes
from portal.core.actor import Actor
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Permission
from portal.services import audit
from portal.services.jobs import all_kinds
from portal.services.monitoring import catalogue

KINDS = {
    "target": "Something else",
    "host": "Machine",
    "database": "Database",
    "cache": "Cache",
    "web": "Web server",
    "worker": "Worker",
}
"""Kinds that people may choose; feeds and the scheduler are the portal's."""
LONGEST = 64  # characters of a code
LONGEST_TEXT = 200
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]*")
_PAGE = re.compile(r"\*|/[a-z0-9/_-]*(\*)?")


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody says about a service; ``pages`` and ``jobs`` stop or grow old when it fails by itself."""

    code: str
    kind: str
    title: str
    needs: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    owner: str = ""
    address: str = ""


def may_name(actor: Actor) -> bool:
    """Tell whether ``actor`` may name services: whoever answers incidents or writes rules of alerts."""
    return actor.can(Permission.INCIDENT_ANSWER) or actor.can(Permission.ALERT_RULE_WRITE)


def _require(actor: Actor) -> None:
    if not may_name(actor):
        raise NotPermitted(
            f"{actor.name} may not name services: it needs the right '{Permission.INCIDENT_ANSWER}' or "
            f"'{Permission.ALERT_RULE_WRITE}'. Ask an administrator for a role that has one of them.",
            permission=Permission.INCIDENT_ANSWER.value,
            username=actor.username,
        )


def name_service(draft: Draft, actor: Actor) -> str:
    """Store what ``actor`` says about a service, in the place of what was said before; return its code.

    Raises
    ------
    NotPermitted
        The actor may not name services.
    DomainError
        Something cannot be stored; the sentence says what and how to write it.
    """
    _require(actor)
    with UnitOfWork(write=True) as work:
        known = catalogue.all_services(work)
        _check(draft, known)
        is_new = draft.code not in known
        writes.put(
            work.session,
            {
                "code": draft.code,
                "kind": draft.kind,
                "title": draft.title,
                "address": draft.address,
                "depends_on": {"services": list(draft.needs)},
                "feeds": {"pages": list(draft.pages), "jobs": list(draft.jobs)},
                "owner": draft.owner,
                "enabled": True,
                "changed_by": actor.username,
            },
        )
        detail = {
            "kind": draft.kind,
            "needs": list(draft.needs),
            "pages": list(draft.pages),
            "jobs": list(draft.jobs),
        }
        audit.note(
            work, actor, "service.named" if is_new else "service.changed", "service", draft.code, detail
        )
    return draft.code


def forget_service(code: str, actor: Actor) -> None:
    """Take back what people said about a service; one that the portal knows by itself stays watched.

    Raises
    ------
    NotPermitted
        The actor may not name services.
    NotFound
        Nobody said anything about it.
    """
    _require(actor)
    with UnitOfWork(write=True) as work:
        if not writes.remove(work.session, code):
            raise NotFound(
                f"Nobody has named a service '{code[:LONGEST]}'. Reload the page.", service=code[:LONGEST]
            )
        audit.note(work, actor, "service.forgotten", "service", code)


def is_named(code: str) -> bool:
    """Tell whether people said something about a service."""
    with UnitOfWork() as work:
        return queries.by_code(work.session, code) is not None


def _check(draft: Draft, known: dict[str, catalogue.ServiceInfo]) -> None:
    if len(draft.code) > LONGEST or not _CODE.fullmatch(draft.code):
        raise _wrong(
            "code",
            f"The code may have small letters, digits, dots, dashes and underlines, up to {LONGEST} of them.",
        )
    if draft.kind not in KINDS and (draft.code not in known or known[draft.code].kind != draft.kind):
        raise _wrong("kind", "Choose one of the kinds of the list.")
    if not draft.title.strip() or max(map(len, (draft.title, draft.owner, draft.address))) > LONGEST_TEXT:
        raise _wrong("title", f"Write a title; no text may have more than {LONGEST_TEXT} characters.")
    _check_address(draft.address)
    for need in draft.needs:
        if need == draft.code or need not in known:
            raise _wrong(
                "needs", f"'{need[:LONGEST]}' is no other service that is watched. Choose from the list."
            )
    circle = next((need for need in draft.needs if draft.code in _all_needs(need, known)), None)
    if circle is not None:
        raise _wrong(
            "needs",
            f"{known[circle].title} needs {draft.title} already; it cannot be the other way round too.",
        )
    for page in draft.pages:
        if not _PAGE.fullmatch(page):
            raise _wrong(
                "pages", f"'{page[:40]}' is no address of a page. Write such as /risk/limits, /risk/* or *."
            )
    for kind in draft.jobs:
        if kind not in all_kinds():
            raise _wrong("jobs", f"'{kind[:LONGEST]}' is no kind of job. Choose from the list.")


def _check_address(address: str) -> None:
    if not address:
        return
    parts = urlsplit(address)
    if not parts.scheme or not parts.hostname:
        raise _wrong("address", "Write the address with its scheme, such as https://gateway.example/metrics.")
    if parts.username or parts.password or parts.query:
        raise _wrong(
            "address", "Leave out user, password and query: the address is shown to everybody who may look."
        )


def _all_needs(code: str, known: dict[str, catalogue.ServiceInfo]) -> set[str]:
    found, left = set(), [code]
    while left:
        one = left.pop()
        if one in known and one not in found:
            found.add(one)
            left += known[one].depends_on
    return found


def _wrong(field: str, sentence: str) -> DomainError:
    return DomainError(f"The service was not stored. {sentence}", field=field)


def split(text: str) -> tuple[str, ...]:
    """Return what stands between commas or spaces, each once."""
    return tuple(dict.fromkeys(re.split(r"[,\s]+", text.strip()))) if text.strip() else ()


def titles(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return kinds of jobs with their titles, in the order of the titles."""
    kinds = all_kinds()
    return sorted(((code, kinds[code].title) for code in codes if code in kinds), key=lambda pair: pair[1])
