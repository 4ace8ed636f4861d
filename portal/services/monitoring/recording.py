"""The record of health: changes of state, and the alerts that follow from them.

The monitor calls :func:`record` after every look. What changes while the database is away is remembered with its moment
and stored when it is back, with an alert that says from when to when.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from data.queries import states as queries
from data.queries.services import watched_until
from data.queries.states import StateRow
from data.session import UnitOfWork
from data.writes import states as writes
from portal.core import clock
from portal.core.canonical import plain
from portal.core.errors import UpstreamError
from portal.core.permissions import Permission
from portal.domain.monitoring.health import Reading, State
from portal.domain.monitoring.root_cause import fold
from portal.services.monitoring import alerts, catalogue
from portal.services.monitoring.alerts import Severity
from portal.services.monitoring.catalogue import ServiceInfo
from portal.services.monitoring.standing import SILENT

log = logging.getLogger("enerscope.monitor")

RULE = "service.down"
LINK = "/monitoring/health"
HOLD = timedelta(seconds=8)  # two looks: what is over by the next one is in the record, and wakes nobody
SEVERITIES: Mapping[State, Severity] = {State.BAD: "critical", State.WARNING: "warning"}
WORDS = {State.BAD: "does not work", State.WARNING: "is in trouble"}
OTHERS = "feed."
"""Services whose alerts another rule raises."""
NOT_WATCHED = "It is not watched any more."
NOBODY_LOOKED = "Nobody looked: no monitor ran."
_MOST_PENDING = 5_000
CLOCK_INFO = ServiceInfo("clock", "host", "Clocks of this machine and the database", ("database",))


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which a service was not well; ``until`` is None while it lasts."""

    reading: Reading
    until: datetime | None = None


@dataclass(slots=True)
class Recorder:
    """What one monitor remembers between two looks."""

    noted: dict[str, State] = field(default_factory=dict)
    pending: list[Reading] = field(default_factory=list)
    spells: dict[str, Spell] = field(default_factory=dict)
    over: list[Spell] = field(default_factory=list)
    told: dict[str, Severity] | None = None
    began: datetime = field(default_factory=clock.now)

    def record(self, readings: Sequence[Reading]) -> None:
        """Store what changed since the last look, and raise and clear alerts.

        Raises
        ------
        UpstreamError
            The database does not answer; what changed is kept until it does.
        """
        self._notice(readings)
        wanted = self._wanted(readings)
        if not self.pending and not self.over and self.told is not None and wanted == self.told:
            return
        database = next((one for one in readings if one.service == "database"), None)
        if database is not None and database.state is State.BAD:
            raise UpstreamError(database.reason)  # known already; asking again would only wait
        with UnitOfWork(write=True) as work:
            writes.alone(work.session)
            before = queries.at_moment(work.session)
            self._store(work, readings, before)
            told = self._tell(work, wanted, before)
        self.pending, self.over, self.told = [], [], told

    def _notice(self, readings: Sequence[Reading]) -> None:
        """Remember changes, and the spells in which something is not well."""
        for one in readings:
            if self.noted.get(one.service) is not one.state:
                self.noted[one.service] = one.state
                self.pending = [*self.pending[-_MOST_PENDING:], one]
            spell = self.spells.get(one.service)
            if one.state in SEVERITIES:
                if spell is None or spell.reading.state is not one.state:
                    self.spells[one.service] = Spell(one)
            elif spell is not None and one.state is State.GOOD:
                self.over.append(Spell(spell.reading, one.at))
                del self.spells[one.service]

    def _wanted(self, readings: Sequence[Reading]) -> dict[str, Severity]:
        """Return which services need an open alert: not well by themselves for a while."""
        causes = {cause.reading.service for cause in fold(readings, _needs(_services(None)))}
        wanted: dict[str, Severity] = {}
        for one in readings:
            spell = self.spells.get(one.service)
            if spell is None or one.service.startswith(OTHERS):
                continue
            has_held = one.at - spell.reading.at >= HOLD
            known = (self.told or {}).get(one.service)
            if one.service in causes and has_held:
                wanted[one.service] = SEVERITIES[spell.reading.state]
            elif known is not None:
                wanted[one.service] = known
        return wanted

    def _store(self, work: UnitOfWork, readings: Sequence[Reading], before: Mapping[str, StateRow]) -> None:
        """Append what the record does not have; what is older than it, another monitor has stored already."""
        newest: dict[str, State] = {service: State(row.state) for service, row in before.items()}
        if self.told is None and self.pending:
            for unknown in _unwatched(work, before, self.began, self.pending[0].at):
                newest[unknown.service] = unknown.state
                _append(work, unknown)
        for one in self.pending:
            known = before.get(one.service)
            is_news = known is None or one.at > known.at
            if is_news and newest.get(one.service) is not one.state:
                newest[one.service] = one.state
                _append(work, one)
        for gone in _gone(before, readings):
            _append(work, Reading(gone, State.UNKNOWN, NOT_WATCHED, clock.now(), {"watched": False}))

    def _tell(
        self, work: UnitOfWork, wanted: Mapping[str, Severity], before: Mapping[str, StateRow]
    ) -> dict[str, Severity]:
        """Raise and clear alerts in the transaction that stores the changes; return what is open.

        ``before`` is the record without them. A spell whose end it has was told by the monitor that stored it.
        """
        services = _services(work)
        told = dict(self.told) if self.told is not None else _open(work)
        for spell in self.over:
            service = spell.reading.service
            lasted = spell.until is not None and spell.until - spell.reading.at >= HOLD
            if _has_end(before.get(service), spell):
                continue
            if lasted and service not in told and not service.startswith(OTHERS):
                _raise(work, spell, SEVERITIES[spell.reading.state], services)
                alerts.clear(work, RULE, service)
        for service, severity in wanted.items():
            if told.get(service) != severity:
                _raise(work, self.spells[service], severity, services)
        for service in set(told) - set(wanted):
            if service in self.spells:  # told by a monitor before this one, which has yet to see it last
                continue
            if self.noted.get(service) is not State.UNKNOWN:  # what cannot be looked at is not over
                alerts.clear(work, RULE, service)
                told.pop(service)
        return {**told, **wanted}


def _append(work: UnitOfWork, one: Reading) -> None:
    writes.append(
        work.session, service=one.service, at=one.at, state=one.state.value, reason=one.reason,
        facts=plain(dict(one.facts)),
    )  # fmt: skip


def _has_end(known: StateRow | None, spell: Spell) -> bool:
    """Tell whether the record says that a service was well again after a spell began."""
    return known is not None and known.state == State.GOOD and known.at > spell.reading.at


def _unwatched(
    work: UnitOfWork, before: Mapping[str, StateRow], began: datetime, first: datetime
) -> Iterator[Reading]:
    """Return that nobody knows how services stood between the monitors before this one and its first look."""
    until = watched_until(work.session, begun_before=began)
    if until is None or first - until <= SILENT:
        return
    for service, row in before.items():
        has_gone_on = row.at >= until + SILENT  # with another monitor
        if row.state != State.UNKNOWN and not has_gone_on:
            yield Reading(service, State.UNKNOWN, NOBODY_LOOKED, max(row.at, until), {})


def _gone(before: Mapping[str, StateRow], readings: Iterable[Reading]) -> list[str]:
    """Return the services of the record that nobody looks at any more."""
    here = {one.service for one in readings}
    return [
        service for service, row in before.items() if service not in here and row.facts.get("watched", True)
    ]


def _raise(work: UnitOfWork, spell: Spell, severity: Severity, services: Mapping[str, ServiceInfo]) -> None:
    reading = spell.reading
    info = services.get(reading.service)
    title = info.title if info is not None else reading.service
    begin = f"Since {reading.at:%Y-%m-%d %H:%M:%S} UTC."
    if spell.until is not None:
        begin = f"From {reading.at:%Y-%m-%d %H:%M:%S} to {spell.until:%H:%M:%S} UTC; it is over."
    touched = catalogue.affected(reading.service, services)
    alerts.raise_alert(
        work, RULE, reading.service, severity, f"{title} {WORDS[reading.state]}", f"{reading.reason} {begin}", LINK,
        Permission.MONITORING_READ,
        {"service": reading.service, "state": reading.state.value, "since": reading.at.isoformat(),
         "group": f"service.{reading.service}"[: alerts.LONGEST], **touched.as_json()},
    )  # fmt: skip


def _open(work: UnitOfWork) -> dict[str, Severity]:
    """Return the open alerts of a monitor that ran before this one: service and severity."""
    return {row.subject: cast("Severity", row.severity) for row in alerts.open_of_rule(work, RULE)}


def _services(work: UnitOfWork | None) -> dict[str, ServiceInfo]:
    found = catalogue.own() if work is None else catalogue.all_services(work)
    return {CLOCK_INFO.code: CLOCK_INFO, **found}


def _needs(services: Mapping[str, ServiceInfo]) -> dict[str, tuple[str, ...]]:
    return {code: info.depends_on for code, info in services.items()}


_RECORDER = Recorder()


def has_begun() -> bool:
    """Tell whether this process has stored what it saw first."""
    return _RECORDER.told is not None


def record(readings: Sequence[Reading]) -> None:
    """Store what changed since the last look of this process; see :meth:`Recorder.record`."""
    _RECORDER.record(readings)
