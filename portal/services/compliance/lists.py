"""Import of sanctions lists: a file is stored whole or refused, and everybody is screened again."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time

from data.queries import screening as queries
from data.queries.screening import ListRow
from data.session import UnitOfWork
from data.writes import parties as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict
from portal.core.permissions import Permission
from portal.domain.compliance.errors import BadListError
from portal.domain.compliance.screening_lists import Entry, ListFile, read_list
from portal.domain.compliance.screening_lists.base import LISTS
from portal.services import audit
from portal.services.compliance import screening
from portal.services.compliance.screening import Screened

Report = Callable[[float, str], None]
_LONG_AGO = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    list_id: int
    code: str
    listed_at: datetime
    entries: int
    screened: Screened


@dataclass(frozen=True, slots=True)
class ListView:
    """The newest edition of a list; ``age_hours`` since it was imported, ``is_old`` when the rule flags that."""

    row: ListRow
    age_hours: float
    is_old: bool


def import_list(
    content: bytes, file_name: str, actor: Actor, *, code: str = "", listed_on: date | None = None,
    report: Report | None = None,
) -> Imported:  # fmt: skip
    """Store an edition of a list and screen everybody against it, in one transaction.

    Parameters
    ----------
    content, file_name : bytes, str
        The file, in one of the formats of :mod:`portal.domain.compliance.screening_lists`.
    actor : Actor
        Who imports it.
    code : str
        Which list it is; "" when the file tells it.
    listed_on : date, optional
        Day of the edition, when the file does not tell it.
    report : callable, optional
        Hears the share done and a sentence.

    Raises
    ------
    NotPermitted, BadListError, Conflict
        Who asks may not decide in compliance; the file cannot be read, is of another list, or has no date; it was
        imported before, or is older than the edition that is there.
    """
    actor.require(Permission.COMPLIANCE_DECIDE)
    tell = report or _silent
    tell(0.05, f"Reading {file_name}")
    found = read_list(content, file_name)
    which, moment = _code(found, code), _moment(found, listed_on)
    digest = hashlib.sha256(content).hexdigest()
    with UnitOfWork(write=True) as work:
        writes.lock_lists(work.session)
        _check_new(work, which, moment, digest, file_name)
        tell(0.3, f"Storing {len(found.entries):,} names")
        at = clock.now()
        list_id = store(work, found.entries, which, moment, file_name, digest, actor.username, at)
        audit.note(
            work, actor, "screening_list.imported", "screening_list", str(list_id),
            {"code": which, "entries": len(found.entries), "sha256": digest},
        )  # fmt: skip
        tell(0.6, "Screening all counterparties again")
        done = screening.screen(work, at=at, actor=actor)
    return Imported(list_id, which, moment, len(found.entries), done)


def store(
    work: UnitOfWork, entries: tuple[Entry, ...], code: str, listed_at: datetime, file_name: str, sha256: str,
    by: str, at: datetime, *, simulated: bool = False,
) -> int:  # fmt: skip
    """Store an edition and return its id."""
    rows = [{**asdict(entry), "aliases": {"names": list(entry.aliases)}} for entry in entries]
    return writes.add_list(
        work.session, rows, code=code, title=LISTS[code], listed_at=listed_at, file_name=file_name, sha256=sha256,
        entries=len(rows), simulated=simulated, imported_by=by, recorded_at=at,
    )  # fmt: skip


def newest(clocks: Clocks, actor: Actor) -> tuple[ListView, ...]:
    """Return the newest edition of every list with its age.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    from portal.services.compliance import parameters

    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        rows = queries.newest_lists(work.session, known_at=clocks.known_at)
        oldest = float(
            parameters.in_force(work, clocks).in_force("GL-SN-06.max_age_hours", clocks.as_of).value
        )
    moment = min(clocks.known_at, clock.now())
    ages = [(moment - row.recorded_at).total_seconds() / 3600 for row in rows]
    return tuple(ListView(row, age, age > oldest) for row, age in zip(rows, ages, strict=True))


def _code(found: ListFile, asked: str) -> str:
    if asked and asked not in LISTS:
        raise BadListError(f"'{asked}' is none of the lists {', '.join(LISTS)}.")
    if found.code and asked and found.code != asked:
        raise BadListError(f"The file is of the list {found.code}, not of {asked}. Choose the right list.")
    which = found.code or asked
    if which not in LISTS:
        raise BadListError(f"The file does not tell which list it is. Choose one of {', '.join(LISTS)}.")
    return which


def _moment(found: ListFile, listed_on: date | None) -> datetime:
    moment = found.listed_at or (datetime.combine(listed_on, time(), UTC) if listed_on else None)
    if moment is None:
        raise BadListError("The file does not tell its date. Enter the day of the edition.")
    if moment.date() > clock.now().date() or moment.date() < _LONG_AGO:
        raise BadListError(f"The edition is of {moment:%Y-%m-%d}, which cannot be. Correct the day.")
    return moment


def _check_new(work: UnitOfWork, code: str, moment: datetime, digest: str, file_name: str) -> None:
    same = queries.list_of_file(work.session, digest)
    if same is not None:
        raise Conflict(
            f"{file_name} was imported before: it is the edition of {same.code} of {same.listed_at:%Y-%m-%d}. "
            "Nothing was changed."
        )
    for row in queries.newest_lists(work.session, known_at=clock.now()):
        if row.code == code and moment < row.listed_at:
            raise Conflict(
                f"The edition of {code} of {moment:%Y-%m-%d} is older than that of {row.listed_at:%Y-%m-%d} which "
                "is there. Nothing was changed."
            )


def _silent(_share: float, _sentence: str) -> None:
    """Tell nobody."""
