"""How everything stands: live readings with since when, what each touches, and the record that the monitor keeps.

:func:`now` is for people and needs neither the database nor the monitor: readings are those of this process, and since
when is what the record says, or what this process has seen where there is none. :func:`record` is for the monitor: it
stores changes and raises and clears alerts. What happened while the database was away is stored when it is back.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from data.queries import states as queries
from data.queries.states import StateRow
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import EnerscopeError
from portal.core.permissions import Permission
from portal.domain.monitoring.health import Reading, State, worst
from portal.domain.monitoring.root_cause import Cause, fold
from portal.services.monitoring import catalogue, probes
from portal.services.monitoring.catalogue import Affected, ServiceInfo
from portal.services.monitoring.probes import Look
from portal.services.monitoring.recording import CLOCK_INFO, record

__all__ = ["HealthView", "Standing", "database_is_away", "forget", "now", "record", "view_of"]

DATABASE = "database"
_KEPT_FOR = timedelta(seconds=30)
OWN = {CLOCK_INFO.code: CLOCK_INFO}
"""What is looked at besides the services of the catalogue."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A service as people see it; ``since`` is at the latest, and ``is_recorded`` says that the record has it."""

    info: ServiceInfo
    reading: Reading
    since: datetime
    is_recorded: bool
    affected: Affected = field(default_factory=Affected)
    followers: tuple["Standing", ...] = ()


@dataclass(frozen=True, slots=True)
class HealthView:
    """Everything at ``at``: ``troubles`` stand by themselves, worst first; ``well`` is the rest.

    ``has_record`` is False while the database, and with it the record of changes, is away.
    """

    at: datetime
    state: State
    troubles: tuple[Standing, ...]
    well: tuple[Standing, ...]
    has_record: bool

    def all(self) -> list[Standing]:
        """Return every service, those that follow others included."""
        return [*self.troubles, *(one for trouble in self.troubles for one in trouble.followers), *self.well]

    def count(self, state: State) -> int:
        """Return how many services are in ``state``."""
        return sum(1 for one in self.all() if one.reading.state is state)


@dataclass(slots=True)
class _Memory:
    """What this process remembers: the record as it was read last, the catalogue, and the changes that it saw."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    rows: Mapping[str, StateRow] = field(default_factory=dict)
    services: Mapping[str, ServiceInfo] = field(default_factory=dict)
    services_at: datetime | None = None
    watched: frozenset[str] = frozenset()
    seen: dict[str, tuple[State, datetime]] = field(default_factory=dict)


_memory = _Memory()


def now(actor: Actor) -> HealthView:
    """Return how everything stands at this moment.

    Raises
    ------
    NotPermitted
        The actor may not look at Monitoring.
    """
    actor.require(Permission.MONITORING_READ)
    return view_of(probes.look())


def database_is_away() -> bool:
    """Tell whether the database does not answer, without waiting for it longer than a probe does."""
    found = probes.look().of(DATABASE)
    return found is not None and found.state is State.BAD


def view_of(look: Look) -> HealthView:
    """Return what ``look`` found, with since when, causes and what they touch."""
    database = look.of(DATABASE)
    has_record = database is None or database.state is not State.BAD
    has_record = has_record and _refresh(frozenset(one.service for one in look.readings))
    services = {**catalogue.own(), **OWN, **_memory.services}
    _note_changes(look)
    causes = fold(look.readings, {code: info.depends_on for code, info in services.items()})
    standings = [_standing(cause, services) for cause in causes]
    order = (State.BAD, State.WARNING, State.UNKNOWN)
    troubles = [one for state in order for one in standings if one.reading.state is state]
    well = [one for one in standings if one.reading.state is State.GOOD]
    state = worst(one.state for one in look.readings)
    return HealthView(look.at, state, tuple(troubles), tuple(well), has_record)


def _standing(cause: Cause, services: Mapping[str, ServiceInfo]) -> Standing:
    reading = cause.reading
    info = services.get(reading.service) or ServiceInfo(reading.service, "host", reading.service)
    since, is_recorded = _since(reading)
    touched = Affected() if reading.state is State.GOOD else catalogue.affected(reading.service, services)
    followers = tuple(_standing(Cause(one), services) for one in cause.followers)
    return Standing(info, reading, since, is_recorded, touched, followers)


def _since(reading: Reading) -> tuple[datetime, bool]:
    late = reading.facts.get("late_since")
    if late and reading.state is not State.GOOD:
        return datetime.fromisoformat(str(late)), True  # a feed is late from a moment, whoever looked
    row = _memory.rows.get(reading.service)
    seen = _memory.seen.get(reading.service)
    if row is not None and row.state == reading.state:
        return row.at, True
    return (seen[1] if seen is not None and seen[0] is reading.state else reading.at), False


def _note_changes(look: Look) -> None:
    """Remember since when this process itself has seen each state."""
    with _memory.lock:
        for one in look.readings:
            known = _memory.seen.get(one.service)
            if known is None or known[0] is not one.state:
                _memory.seen[one.service] = (one.state, one.at)


def _refresh(watched: frozenset[str]) -> bool:
    """Read the record, and the catalogue now and then or when something else is watched; False without a database."""
    moment = clock.now()
    is_old = _memory.services_at is None or moment - _memory.services_at > _KEPT_FOR
    stale = is_old or watched != _memory.watched
    try:
        with UnitOfWork() as work:
            rows = queries.at_moment(work.session)
            services = catalogue.all_services(work) if stale else _memory.services
    except EnerscopeError:
        return False
    with _memory.lock:
        _memory.rows, _memory.services, _memory.watched = rows, services, watched
        _memory.services_at = moment if stale else _memory.services_at
    return True


def forget() -> None:
    """Forget what this process remembers; for tests."""
    global _memory
    _memory = _Memory()
    probes.forget()
