"""Schedules of packs: which template is made when, for whom, in which formats, and where it is put.

A schedule is its versions: what somebody changes is appended, and the newest counts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from data.queries import deliveries
from data.queries import packs as queries
from data.queries.packs import ScheduleRow
from data.session import UnitOfWork
from data.writes import packs as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.config import settings
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.monitoring.cron import CronLine, read_cron
from portal.services import audit
from portal.services.monitoring import outbox
from portal.services.packs import calendars, folder, formats, templates
from portal.services.packs.rights import sees_all_of, unseen_portfolio

BEFORE, SAME = "before", "same"
DAYS = {BEFORE: "The working day before", SAME: "The day itself"}
"""Which day a pack is about, seen from the day on which it is due."""
LONGEST_TITLE, LONGEST_WAIT, MOST_READERS = 80, 720, 50
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
LEAST_APART = timedelta(minutes=30)
"""How often a schedule may be due: each of its readers gets a pack that takes half a minute to make."""
_LOOKS = 400  # days looked at until one of the calendar is found
_CHECKED = (
    60  # moments between which the least distance is looked for: of lines with several times, some days
)
_INSTANT, _DAY = timedelta(microseconds=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a schedule says; ``version`` 0 is one that nobody has stored."""

    code: str
    title: str
    template: str
    recipients: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    formats: tuple[str, ...] = ("pdf",)
    cron: str = "45 6 * * mon-fri"
    timezone: str = "Europe/Berlin"
    wait_minutes: int = 10
    calendar: str = calendars.DESK
    day: str = BEFORE
    folder: str = ""
    enabled: bool = True
    version: int = 0
    written_by: str = ""
    recorded_at: datetime | None = None

    @property
    def line(self) -> CronLine:
        """Its cron line in its time zone."""
        return CronLine(self.cron, self.timezone)

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first moment after another at which it is due, on a day of its calendar."""
        for _ in range(_LOOKS):
            found = self.line.next_after(moment)
            if found is None or calendars.is_open(self.calendar, self.local_day(found)):
                return found
            moment = self._midnight(self.local_day(found) + _DAY) - _INSTANT
        return None

    def latest(self, after: datetime, until: datetime) -> datetime | None:
        """Return the last moment of a span at which it was due, on a day of its calendar."""
        for _ in range(_LOOKS):
            found = self.line.latest(after, until)
            if found is None or calendars.is_open(self.calendar, self.local_day(found)):
                return found
            until = self._midnight(self.local_day(found)) - _INSTANT
        return None

    def _midnight(self, day: date) -> datetime:
        """Return the moment at which a day begins in its time zone."""
        return datetime.combine(day, time(), ZoneInfo(self.timezone)).astimezone(UTC)

    def local_day(self, moment: datetime) -> date:
        """Return the day on which a moment falls in its time zone."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()

    def words(self) -> str:
        """Return when it is due, in words."""
        days = "" if self.calendar == calendars.EVERY else f", {calendars.CALENDARS[self.calendar]}"
        wait = f"; waits up to {self.wait_minutes} min for the numbers" if self.wait_minutes else ""
        return f"{self.line.words()}{days}{wait}"


def terms_of(row: ScheduleRow) -> Terms:
    """Return a stored version as terms."""
    return Terms(
        row.code, row.title, row.template, tuple(row.recipients.get("users", ())), dict(row.params.get("of", {})),
        tuple(row.formats.get("of", ())), row.cron, row.timezone, row.wait_minutes, row.calendar,
        str(row.params.get("day", BEFORE)), row.folder, row.enabled, row.version, row.written_by, row.recorded_at,
    )  # fmt: skip


def stored(work: UnitOfWork) -> list[Terms]:
    """Return what counts of each schedule now, by code."""
    return [terms_of(row) for row in queries.schedules(work.session)]


def listed(actor: Actor) -> list[Terms]:
    """Return the schedules: all for those who look after them, else those that the actor gets packs of.

    Raises
    ------
    NotPermitted
        The actor may not have files.
    """
    actor.require(Permission.EXPORT)
    with UnitOfWork() as work:
        found = stored(work)
    if actor.can(Permission.PACK_SCHEDULE):
        return found
    return [one for one in found if actor.username in one.recipients]


def one(code: str, actor: Actor) -> Terms:
    """Return a schedule that the actor sees, or raise :class:`NotFound`."""
    for found in listed(actor):
        if found.code == code:
            return found
    raise NotFound(f"There is no schedule '{code[:40]}'. Choose one of the list.", schedule=code[:40])


def versions(code: str, actor: Actor) -> list[Terms]:
    """Return the versions of a schedule, the newest first."""
    actor.require(Permission.PACK_SCHEDULE)
    with UnitOfWork() as work:
        return versions_in(work, code)


def versions_in(work: UnitOfWork, code: str) -> list[Terms]:
    """Return the versions of a schedule within a transaction, the newest first; the caller has checked the right."""
    return [terms_of(row) for row in queries.versions(work.session, code)]


def people(actor: Actor) -> list[tuple[str, str]]:
    """Return whom packs can be sent to: user name and name of those with an active account."""
    actor.require(Permission.PACK_SCHEDULE)
    with UnitOfWork() as work:
        return queries.names(work.session)


def write(terms: Terms, actor: Actor, *, now: datetime | None = None) -> int:
    """Store the next version of a schedule and return its number.

    Moments before it are not made up for, but a pack that waits for its numbers is made by what the new version says.

    Parameters
    ----------
    terms : Terms
        What it is to say; ``version`` is the one that was looked at.
    actor : Actor
        Must hold ``pack:schedule``.
    now : datetime, UTC, optional
        The moment from which on it has to be due again.

    Raises
    ------
    NotPermitted
        The actor may not look after schedules.
    DomainError
        Something cannot be read, or a recipient may not see the pack; the sentence says which.
    Conflict
        Somebody else has changed it since.
    """
    actor.require(Permission.PACK_SCHEDULE)
    clean = checked(terms, now or clock.now())
    with UnitOfWork(write=True) as work:
        writes.lock(work.session, f"schedule {clean.code}")
        _check_readers(work, clean, actor)
        newest = queries.versions(work.session, clean.code)
        if (newest[0].version if newest else 0) != terms.version:
            raise Conflict(
                f"Somebody else has just written the schedule '{clean.code}'. Look at it, then change it again."
            )
        version = put(work, clean, actor.username)
        detail = {
            "version": version, "template": clean.template, "cron": clean.cron, "timezone": clean.timezone,
            "formats": list(clean.formats), "recipients": len(clean.recipients), "enabled": clean.enabled,
        }  # fmt: skip
        audit.note(work, actor, "pack.scheduled", "pack-schedule", clean.code, detail)
    return version


def put(work: UnitOfWork, terms: Terms, by: str) -> int:
    """Append a version; the caller has checked it."""
    return writes.add_version(
        work.session, terms.code, title=terms.title, template=terms.template,
        params={"of": dict(terms.params), "day": terms.day}, formats={"of": list(terms.formats)}, cron=terms.cron,
        timezone=terms.timezone, wait_minutes=terms.wait_minutes, calendar=terms.calendar,
        recipients={"users": list(terms.recipients)}, folder=terms.folder, enabled=terms.enabled, written_by=by,
    )  # fmt: skip


def checked(terms: Terms, now: datetime) -> Terms:
    """Return terms as they are stored.

    Raises
    ------
    DomainError
        Something cannot be read; the sentence says what.
    """
    if not _CODE.fullmatch(terms.code):
        raise DomainError(
            f"'{terms.code[:40]}' is no short name of a schedule. Write 2 to 40 small letters, digits and hyphens, "
            "such as morning-board.",
            schedule=terms.code[:40],
        )
    title = " ".join(terms.title.split())
    if not title or len(title) > LONGEST_TITLE:
        raise DomainError(f"Give the schedule a title of up to {LONGEST_TITLE} characters.")
    templates.template(terms.template)
    line = read_cron(terms.cron, terms.timezone, now=now)
    _check_distance(line, terms.wait_minutes, now)
    unknown = sorted(set(terms.formats) - formats.FORMATS.keys())
    if unknown or not terms.formats:
        raise DomainError(f"Choose at least one format among {', '.join(formats.FORMATS)}.")
    if not 0 <= terms.wait_minutes <= LONGEST_WAIT:
        raise DomainError(f"It can wait for the numbers for 0 to {LONGEST_WAIT} minutes.")
    if terms.day not in DAYS:
        raise DomainError("Choose which day the pack is about.")
    if not 0 < len(set(terms.recipients)) <= MOST_READERS:
        raise DomainError(f"Choose 1 to {MOST_READERS} recipients.")
    calendars.check(terms.calendar)
    where = folder.check(terms.folder)
    if where:
        folder.place(where, settings())
    return Terms(
        terms.code, title, terms.template, tuple(sorted(set(terms.recipients))), dict(terms.params),
        tuple(code for code in formats.FORMATS if code in terms.formats), line.text, line.timezone,
        terms.wait_minutes, terms.calendar, terms.day, where, terms.enabled,
    )  # fmt: skip


def _check_distance(line: CronLine, wait_minutes: int, now: datetime) -> None:
    """Refuse a line that is due too often, or again while its pack still waits: one of the two would be lost."""
    apart, moment = timedelta.max, line.next_after(now)
    for _ in range(_CHECKED):
        after = line.next_after(moment) if moment is not None else None
        if moment is None or after is None:
            break
        apart, moment = min(apart, after - moment), after
    minutes = f"{apart / timedelta(minutes=1):,.0f} min"
    if apart < LEAST_APART:
        raise DomainError(
            f"'{line.text}' is due every {minutes}. A pack takes a while to make: choose moments that are at least "
            f"{LEAST_APART / timedelta(minutes=1):.0f} min apart.",
            cron=line.text,
        )
    if apart <= timedelta(minutes=wait_minutes):
        raise DomainError(
            f"'{line.text}' is due again after {minutes}, and its pack waits for the numbers for up to "
            f"{wait_minutes} min. Choose a shorter wait, or write a schedule for each moment.",
            cron=line.text,
        )


def _check_readers(work: UnitOfWork, terms: Terms, writer: Actor) -> None:
    """Refuse recipients without an account, or without the right to what is sent or to the portfolio it is about."""
    template = templates.template(terms.template)
    needs = (template.permission, Permission.EXPORT)
    found = deliveries.people(work.session, set(terms.recipients))
    for name in terms.recipients:
        if name not in found:
            raise DomainError(f"There is no active account '{name[:64]}'. Choose recipients of the list.")
        actor = outbox.actor_of(found[name])
        for need in needs:
            if not actor.can(need):
                raise DomainError(
                    f"{actor.name} may not see this pack: it needs the right '{need}'. Take {name} out of the "
                    "recipients, or ask an administrator for a role that has it.",
                    recipient=name,
                )
        unseen = unseen_portfolio(template, terms.params, actor)
        if unseen is not None:
            raise DomainError(
                f"{actor.name} may not see this pack: it is about the portfolio '{unseen[:64]}', which is not among "
                f"those that {name} may see. Take {name} out of the recipients, choose another portfolio, or ask an "
                f"administrator to let {name} see it.",
                recipient=name,
            )
        if terms.folder:
            _check_folder(name, actor, writer)


def _check_folder(name: str, reader: Actor, writer: Actor) -> None:
    """Refuse a folder for packs that hold what who writes the schedule may not see: whoever reads it would."""
    if sees_all_of(writer, reader.permissions, reader.portfolio_codes):
        return
    raise DomainError(
        f"The pack of {reader.name} holds more than you may see, so that you cannot choose a folder for it. Take "
        f"{name} out of the recipients, leave the folder empty, or have somebody who may see all of it write this.",
        recipient=name,
    )


def unserved(work: UnitOfWork, code: str, due: datetime, readers: Sequence[str]) -> list[str]:
    """Return the readers whose pack of a moment was not asked for yet."""
    done = queries.readers_served(work.session, code, due)
    return [name for name in readers if name not in done]
