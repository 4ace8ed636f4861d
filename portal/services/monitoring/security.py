"""Monitoring > Security: what people tried, who is in, what was refused, what is weak; and the end of a session.

Who manages users or may see personal data reads names and addresses. Others, such as an auditor, read pseudonyms and
the first half of an address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.queries import security as queries
from data.session import UnitOfWork
from data.writes import security as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.config import settings
from portal.core.errors import NotFound
from portal.core.metrics import Metric, Shown
from portal.core.permissions import Permission
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.monitoring import security_metrics as metrics
from portal.domain.monitoring.sign_ins import KINDS, Unusual, sentence
from portal.services import audit
from portal.services.access import remembered
from portal.services.monitoring import secret_ages, vulnerabilities
from portal.services.monitoring.security_rows import ROWS, names_for, value_of

RIGHTS = queries.RIGHTS
SPANS = {days: timedelta(days=int(days)) for days in ("1", "7", "30")}
RESULT_LASTS = timedelta(
    days=7
)  # pip-audit is to run every night; what became known since is not in its result
UNUSUAL = (
    Column("at", "When", "moment"),
    Column("severity", "Severity", "badge"),
    Column("rule", "Rule"),
    Column("words", "What was seen", sortable=False),
    Column("who", "Who", room=LAPTOP),
    Column("address", "From", room=LAPTOP),
)
SESSIONS = (
    Column("handle", "Session"),
    Column("who", "Who"),
    Column("address", "From", room=PHONE),
    Column("browser", "Browser", room=LAPTOP),
    Column("created_at", "Began", "moment", room=PHONE),
    Column("last_seen_at", "Last used", "moment"),
    Column("expires_at", "Ends at the latest", "moment", room=LAPTOP),
)
NOTED = (
    Column("seq", "Entry", link="href"),
    Column("at", "When", "moment"),
    Column("who", "Who"),
    Column("action", "What"),
    Column("kind", "Kind", room=PHONE),
    Column("ref", "Which"),
    Column("href", "Address", hidden=True),
)
VULNERABILITIES = (
    Column("package", "Package"),
    Column("version", "Installed"),
    Column("id", "Vulnerability"),
    Column("fixed_in", "Fixed in"),
    Column("aliases", "Also known as", room=LAPTOP),
    Column("words", "What it is", sortable=False, room=PHONE),
)
VIOLATIONS = (
    Column("last_at", "Last told", "moment"),
    Column("at", "First told", "moment", room=LAPTOP),
    Column("count", "Times", "integer"),
    Column("directive", "Directive"),
    Column("blocked", "Kept out"),
    Column("page", "Page", room=PHONE),
    Column("source", "Asked for by", room=LAPTOP),
)
SECRETS = (
    Column("name", "What it does"),
    Column("kept_in", "Where it is"),
    Column("made_at", "Made", "moment"),
    Column("age", "Age", "integer", unit="days"),
    Column("days", "Renew after", "integer", unit="days", room=PHONE),
    Column("state", "State", "badge"),
    Column("renew", "How to renew it", sortable=False, room=LAPTOP),
)
HOURS = (
    Column("hour", "Hour (UTC)", "moment"),
    Column("good", "Succeeded", "integer"),
    Column("bad", "Failed", "integer"),
    Column("blocked", "Turned away", "integer"),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the tiles say at ``moment``, by metric; None where there is nothing to say.

    ``advice`` says why there is no result of pip-audit, "" where there is one: of ``result_at``, without the packages
    that it ``skipped``.
    """

    moment: datetime
    values: Mapping[Metric, float | None]
    audit_whole: bool | None
    advice: str
    result_at: datetime | None
    skipped: int

    @property
    def is_result_old(self) -> bool:
        """Whether so much time has passed since the result that what became known meanwhile may be missing."""
        return self.result_at is not None and self.moment - self.result_at > RESULT_LASTS

    def shown(self, metric: Metric) -> Shown:
        """Return a figure with the parameters of its passport."""
        return Shown(metric, self.values[metric], metric.unit, {"moment": self.moment.isoformat()})


def figures(clocks: Clocks, actor: Actor) -> Figures:
    """Return the figures of the page.

    Raises
    ------
    NotPermitted
        The actor may not look at security.
    """
    actor.require(Permission.SECURITY_READ)
    moment = clocks.known_at
    with UnitOfWork() as work:
        names = names_for(work, actor)
        tables = {metric: read(work, moment, names) for metric, read in ROWS.items()}
    found = vulnerabilities.newest()
    values: dict[Metric, float | None] = {
        metric: value_of(metric, table.records(), moment) for metric, table in tables.items()
    }
    checks = tables[metrics.AUDIT_AGE].column("whole")
    whole = bool(checks[0] == "yes") if checks else None
    return Figures(moment, values, whole, found.problem, found.made_at, found.skipped)


def hours(days: str, clocks: Clocks, actor: Actor) -> Table:
    """Return the tries to sign in by hour of the last ``days``, hours without any included."""
    actor.require(Permission.SECURITY_READ)
    until = clocks.known_at
    since = (until - SPANS[days]).replace(minute=0, second=0, microsecond=0)
    with UnitOfWork() as work:
        known = {row[0]: row[1:] for row in queries.hours(work.session, since=since, until=until)}
    count = int((until - since).total_seconds() // 3600) + 1
    every = [since + timedelta(hours=at) for at in range(count)]
    return Table(HOURS, [(hour, *known.get(hour, (0, 0, 0))) for hour in every])


def hours_table(query: GridQuery, days: str, clocks: Clocks, actor: Actor) -> Table:
    """Return the rows of :func:`hours`, as sorted and paged."""
    return sort_rows(hours(days, clocks, actor), query)


def unusual_table(query: GridQuery, days: str, clocks: Clocks, actor: Actor) -> Table:
    """Return what the rules pointed at, the newest first."""
    actor.require(Permission.SECURITY_READ)
    until = clocks.known_at
    with UnitOfWork() as work:
        names = names_for(work, actor)
        found = queries.events(work.session, kinds=("sign-in",), since=until - SPANS[days], until=until)
    rows = [
        (row.at, row.severity, KINDS[hit.kind], sentence(hit, names.who(hit.username), names.where(hit.address)),
         names.who(hit.username), names.where(hit.address) if hit.address else "several")
        for row in found
        for hit in [_unusual(row)]
    ]  # fmt: skip
    return sort_rows(Table(UNUSUAL, rows), query)


def _unusual(row: queries.EventRow) -> Unusual:
    facts = dict(row.facts)
    return Unusual(facts.pop("kind"), row.username or "", facts.pop("address"), row.at, facts)


def sessions_table(query: GridQuery, clocks: Clocks, actor: Actor) -> Table:
    """Return the open sessions, the one used last first."""
    actor.require(Permission.SECURITY_READ)
    with UnitOfWork() as work:
        names = names_for(work, actor)
        found = queries.live_sessions(
            work.session, moment=clocks.known_at, idle=timedelta(minutes=settings().session_idle_minutes)
        )
    rows = [
        (row.handle, names.who(row.username), names.where(row.address), row.agent or "unknown", row.created_at,
         row.last_seen_at, row.expires_at)
        for row in found
    ]  # fmt: skip
    return sort_rows(Table(SESSIONS, rows), query)


def end_session(handle: str, actor: Actor) -> str:
    """End a session at once and return whose it was.

    Raises
    ------
    NotPermitted
        The actor does not manage users.
    NotFound
        There is no such session, or it has ended already.
    """
    actor.require(Permission.USERS_MANAGE)
    asked = handle.strip().casefold()
    with UnitOfWork(write=True) as work:
        whole = len(asked) == queries.HANDLE
        owner = writes.end_session(work.session, handle=asked, now=clock.now()) if whole else None
        if owner is None:
            raise NotFound(
                f"There is no open session '{handle[:20]}'. It may have ended by itself.", session=asked
            )
        audit.note(work, actor, "session.revoked", "user", owner, {"session": asked})
    remembered.forget_handle(asked)
    return owner


def noted_table(query: GridQuery, actions: tuple[str, ...], days: str, clocks: Clocks, actor: Actor) -> Table:
    """Return entries of the audit log about sign-ins or rights; the address leads to who may read the log."""
    actor.require(Permission.SECURITY_READ)
    until = clocks.known_at
    with UnitOfWork() as work:
        names = names_for(work, actor)
        found = queries.noted(work.session, actions=actions, since=until - SPANS[days], until=until)
    linked = actor.can(Permission.AUDIT_READ)
    rows = [
        (str(row.seq), row.at, names.behind(row.actor_ref), row.action, row.object_kind, names.behind(row.object_ref),
         f"/compliance/audit?entry={row.seq}" if linked else "")
        for row in found
    ]  # fmt: skip
    return sort_rows(Table(NOTED, rows), query)


def vulnerabilities_table(query: GridQuery, actor: Actor) -> Table:
    """Return the findings of pip-audit."""
    actor.require(Permission.SECURITY_READ)
    rows = [
        (one.package, one.version, one.id, one.fixed_in or "no version yet", one.aliases, one.words)
        for one in vulnerabilities.newest().findings
    ]
    return sort_rows(Table(VULNERABILITIES, rows), query)


def violations_table(query: GridQuery, days: str, clocks: Clocks, actor: Actor) -> Table:
    """Return what browsers told about the content security policy."""
    actor.require(Permission.SECURITY_READ)
    until = clocks.known_at
    with UnitOfWork() as work:
        found = queries.events(work.session, kinds=("csp",), since=until - SPANS[days], until=until)
    told = "directive", "blocked", "page", "source"
    rows: list[tuple[Cell, ...]] = [
        (row.last_at, row.at, row.count, *(str(row.facts.get(name) or "") for name in told)) for row in found
    ]
    return sort_rows(Table(VIOLATIONS, rows), query)


def secrets_table(query: GridQuery, clocks: Clocks, actor: Actor) -> Table:
    """Return the portal's own secrets and how old they are, never what they are."""
    actor.require(Permission.SECURITY_READ)
    rows: list[tuple[Cell, ...]] = []
    for one in secret_ages.secrets():
        age = None if one.made_at is None else max((clocks.known_at - one.made_at).days, 0)
        state = "not known" if age is None else "old" if age > one.days else "current"
        rows.append((one.name, one.kept_in, one.made_at, age, one.days, state, one.renew))
    return sort_rows(Table(SECRETS, rows), query)
