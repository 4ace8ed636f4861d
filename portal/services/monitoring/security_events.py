"""What browsers, scanners and rules tell about security: stored once for each key, and counted when told again."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Literal
from urllib.parse import urlsplit

from data.queries import security as queries
from data.session import UnitOfWork
from data.writes import security as writes
from portal.core import clock

log = logging.getLogger("enerscope.security")

Kind = Literal["csp", "sign-in"]
Severity = Literal["info", "warning", "critical"]
MOST_AN_HOUR = 50
"""Different violations that are stored in an hour; anybody may send reports, and they must not fill the database."""
_LONGEST = 300
_HOUR = timedelta(hours=1)
_said_at: datetime | None = None  # when this process last logged that reports are dropped


def note(
    work: UnitOfWork, kind: Kind, key: str, message: str, *, severity: Severity,
    username: str | None = None, facts: Mapping[str, Any] | None = None,
) -> bool:  # fmt: skip
    """Store an event in the transaction of ``work``; return whether nobody had told of its ``key`` before."""
    return writes.note_event(
        work.session, now=clock.now(), key=_digest(kind, key), kind=kind, message=message[:1000], severity=severity,
        username=username, facts=dict(facts or {}),
    )  # fmt: skip


def note_once(
    work: UnitOfWork, kind: Kind, key: str, message: str, *, severity: Severity, at: datetime, username: str | None,
    facts: Mapping[str, Any],
) -> bool:  # fmt: skip
    """Store an event of the moment ``at``; one of a known ``key`` stays as it is. Return whether it is new."""
    return writes.add_event(
        work.session, at=at, key=_digest(kind, key), kind=kind, message=message[:1000], severity=severity,
        username=username, facts=dict(facts),
    )  # fmt: skip


def _digest(kind: Kind, key: str) -> str:
    return blake2b(f"{kind} {key}".encode(), digest_size=16).hexdigest()


def note_violation(report: Mapping[str, Any]) -> bool:
    """Store a violation of the content security policy that a browser reported; return whether it was kept.

    Query strings and fragments are cut off, since they may hold what somebody typed. Once :data:`MOST_AN_HOUR` new
    ones were stored within an hour, further new ones are dropped; known ones are always counted.
    """
    directive = _word(report.get("effective-directive") or report.get("violated-directive") or "")
    blocked = _place(report.get("blocked-uri"))
    page, source = _place(report.get("document-uri")), _place(report.get("source-file"))
    if not directive:
        return False
    key = f"{directive} {blocked} {urlsplit(page).path} {source}"
    message = f"'{directive}' kept {blocked or 'something inline'} from being used on {urlsplit(page).path or page}."
    now = clock.now()
    with UnitOfWork(write=True) as work:
        known = queries.has_event(work.session, key=_digest("csp", key))
        if not known and queries.count_recent(work.session, kind="csp", since=now - _HOUR) >= MOST_AN_HOUR:
            _say_dropped(now)
            return False
        facts = {"directive": directive, "blocked": blocked, "page": urlsplit(page).path, "source": source}
        note(work, "csp", key, message, severity="warning", facts=facts)
    return True


def _say_dropped(now: datetime) -> None:
    """Log that reports are dropped, once an hour: whoever floods the portal must not flood its log."""
    global _said_at
    if _said_at is None or not timedelta(0) <= now - _said_at < _HOUR:
        _said_at = now
        log.warning(
            "reports of policy violations are dropped: more than %s new ones in an hour", MOST_AN_HOUR
        )


def _word(value: object) -> str:
    found = str(value).split(" ", 1)[0][:60]
    return found if found.replace("-", "").isalpha() and found.isascii() else ""


def _place(value: object) -> str:
    """Return an address without its query and fragment, or a keyword such as ``inline``."""
    text = "".join(c for c in str(value or "") if c.isprintable())[:_LONGEST]
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.netloc else parts.path
