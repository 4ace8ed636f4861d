"""The rows behind the figures of Monitoring > Security: the page counts them, and so do the passports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from data.queries import audit as audit_queries
from data.queries import security as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.config import settings
from portal.core.metrics import Metric
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import security_metrics as metrics
from portal.domain.monitoring.sign_ins import KINDS
from portal.services.monitoring import secret_ages, vulnerabilities

DAY, WEEK, EVER = timedelta(days=1), timedelta(days=7), timedelta(days=3650)
_WHO = (Column("at", "When", "moment"), Column("who", "Who"), Column("where", "From"))
_ENTRY = (Column("seq", "Entry", "integer"), Column("at", "When", "moment"), Column("who", "Who"))


@dataclass(frozen=True, slots=True)
class Names:
    """How a reader sees people and addresses; ``refs`` are pseudonyms by user name."""

    plain: bool
    refs: Mapping[str, str]
    people: Mapping[str, str]

    def who(self, username: str | None) -> str:
        """Return a user name, or the pseudonym of one."""
        if not username:
            return "nobody"
        return username if self.plain else self.refs.get(username, "somebody")

    def behind(self, ref: str) -> str:
        """Return the user name behind a pseudonym, or the pseudonym."""
        return self.people.get(ref, ref) if self.plain else ref

    def where(self, address: str) -> str:
        """Return an address, or its first half."""
        if self.plain or not address:
            return address or "unknown"
        for mark in (".", ":"):
            parts = address.split(mark)
            if len(parts) >= 4:
                return mark.join([*parts[: len(parts) // 2], "x", "x"])
        return "an address"


def names_for(work: UnitOfWork, actor: Actor) -> Names:
    """Return how ``actor`` sees people."""
    plain = actor.can(Permission.USERS_MANAGE) or actor.can(Permission.PERSONAL_READ)
    people = audit_queries.people(work.session)
    return Names(plain, {name: ref for ref, name in people.items()}, people)


def failed(work: UnitOfWork, moment: datetime, names: Names) -> Table:
    """Return the tries of the last 24 hours."""
    found = queries.tries(work.session, since=moment - DAY, until=moment)
    rows = [
        (row.at, names.who(row.username), names.where(row.address), "no" if row.succeeded else "yes")
        for row in found
    ]
    return Table((*_WHO, Column("counts", "Failed")), rows)


def _noted(action: str, kind: str) -> Callable[[UnitOfWork, datetime, Names], Table]:
    def read(work: UnitOfWork, moment: datetime, names: Names) -> Table:
        found = queries.noted(
            work.session, actions=(action,), since=moment - DAY, until=moment, limit=100_000
        )
        rows = [
            (
                row.seq,
                row.at,
                names.behind(row.actor_ref),
                row.object_kind,
                names.behind(row.object_ref),
                "yes",
            )
            for row in found
        ]
        return Table(
            (*_ENTRY, Column("kind", kind), Column("ref", "Which"), Column("counts", "Counts")), rows
        )

    return read


def sessions(work: UnitOfWork, moment: datetime, names: Names) -> Table:
    """Return the open sessions."""
    idle = timedelta(minutes=settings().session_idle_minutes)
    found = queries.live_sessions(work.session, moment=moment, idle=idle)
    rows = [
        (row.handle, row.created_at, names.who(row.username), names.where(row.address), "yes")
        for row in found
    ]
    return Table((Column("handle", "Session"), *_WHO, Column("counts", "Open")), rows)


def unusual(work: UnitOfWork, moment: datetime, names: Names) -> Table:
    """Return what the rules pointed at in the last 7 days."""
    found = queries.events(work.session, kinds=("sign-in",), since=moment - WEEK, until=moment)
    rows = [
        (row.id, row.at, names.who(row.username), KINDS[row.facts["kind"]], row.severity, "yes")
        for row in found
    ]
    columns = (Column("rule", "Rule"), Column("severity", "Severity"), Column("counts", "Counts"))
    return Table((Column("id", "Event", "integer"), *_WHO[:2], *columns), rows)


def violations(work: UnitOfWork, moment: datetime, _names: Names) -> Table:
    """Return the kinds of violations that browsers told of in the last 7 days."""
    found = queries.events(work.session, kinds=("csp",), since=moment - WEEK, until=moment)
    rows = [(row.id, row.last_at, row.message, row.count, "yes") for row in found]
    columns = (Column("words", "What"), Column("times", "Times", "integer"), Column("counts", "Counts"))
    return Table((Column("id", "Event", "integer"), Column("at", "Last told", "moment"), *columns), rows)


def weak(_work: UnitOfWork, _moment: datetime, _names: Names) -> Table:
    """Return the packages that pip-audit looked at, once for each finding."""
    found = vulnerabilities.newest()
    rows = [
        *((one.package, one.version, one.id, one.fixed_in, "yes") for one in found.findings),
        *((package, version, "", "", "no") for package, version in found.clean),
    ]
    columns = (
        ("package", "Package"),
        ("version", "Installed"),
        ("id", "Vulnerability"),
        ("fixed_in", "Fixed in"),
    )
    return Table((*(Column(key, title) for key, title in columns), Column("counts", "Counts")), rows)


def verifications(work: UnitOfWork, moment: datetime, _names: Names) -> Table:
    """Return the verifications of the audit log, the newest first."""
    found = queries.noted(
        work.session, actions=("audit.verified",), since=moment - EVER, until=moment, limit=20
    )
    rows = [(row.seq, row.at, row.object_ref, "yes" if row.outcome == "done" else "no") for row in found]
    return Table(
        (Column("seq", "Entry", "integer"), Column("at", "Verified", "moment"), Column("ref", "Entries"),
         Column("whole", "Whole")), rows,
    )  # fmt: skip


def secrets(_work: UnitOfWork, _moment: datetime, _names: Names) -> Table:
    """Return the secrets whose age is known."""
    rows = [(one.name, one.kept_in, one.made_at) for one in secret_ages.secrets() if one.made_at is not None]
    return Table(
        (Column("name", "What it does"), Column("kept_in", "Where it is"), Column("at", "Made", "moment")),
        rows,
    )


ROWS: Mapping[Metric, Callable[[UnitOfWork, datetime, Names], Table]] = {
    metrics.FAILED: failed,
    metrics.LOCKED: _noted("login.blocked", "Account or address"),
    metrics.DENIED: _noted("access.denied", "Kind"),
    metrics.SESSIONS: sessions,
    metrics.UNUSUAL: unusual,
    metrics.VIOLATIONS: violations,
    metrics.VULNERABILITIES: weak,
    metrics.AUDIT_AGE: verifications,
    metrics.SECRET_AGE: secrets,
}
"""What each figure is counted from."""


def value_of(metric: Metric, rows: Sequence[Mapping[str, Any]], moment: datetime) -> float | None:
    """Return a figure from its rows, as they are in the database or in a receipt."""
    if metric is metrics.AUDIT_AGE:
        return metrics.age_hours([_at(row) for row in rows], [row["whole"] == "yes" for row in rows], moment)
    if metric is metrics.SECRET_AGE:
        return metrics.oldest_days([_at(row) for row in rows], moment)
    if metric is metrics.VULNERABILITIES and not rows:
        return None  # nothing was looked at, which is not the same as nothing was found
    return float(metrics.count([row["counts"] == "yes" for row in rows]))


def _at(row: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(row["at"]))
