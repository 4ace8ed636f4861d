"""The only clock of the program, and the pair of clocks that every query takes.

``as_of`` is the valuation day: the last day whose facts count. ``known_at`` is the moment up to which records count:
a correction recorded later is invisible. Together they reproduce any earlier screen exactly.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

from portal.core.errors import DomainError

_When = TypeVar("_When", bound=date)
EARLIEST, LATEST = (
    1900,
    2199,
)  # years; windows reach back from a day, and dates end at both sides of the calendar


def now() -> datetime:
    """Return the present moment, UTC; tests freeze this one function."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The pair of clocks of one view. ``live`` means that ``known_at`` was not pinned by the user."""

    as_of: date
    known_at: datetime
    live: bool = True

    def query(self) -> dict[str, str]:
        """Return the URL parameters that reproduce this pair; an unpinned ``known_at`` is left out."""
        pair = {"as_of": self.as_of.isoformat()}
        if not self.live:
            moment = self.known_at.astimezone(
                UTC
            )  # to the microsecond: a second holds rows before and after it
            pair["known_at"] = moment.replace(tzinfo=None).isoformat() + "Z"
        return pair

    def label(self) -> str:
        """Return the pair in words, for exports and passports."""
        return f"as of {self.as_of:%Y-%m-%d}, known at {self.known_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def parse_clocks(as_of: str | None, known_at: str | None, *, latest: date) -> Clocks:
    """Read the pair from URL text; ``latest`` is the newest day in the data and the default ``as_of``.

    Raises
    ------
    DomainError
        A text that is not an ISO date or moment.
    """
    try:
        day = _within(date.fromisoformat(str(as_of))) if as_of else latest
    except ValueError:
        raise DomainError(
            f"The valuation day '{as_of}' is not a date. Write it as YYYY-MM-DD, for example {latest:%Y-%m-%d}.",
            as_of=as_of,
        ) from None
    if not known_at:
        return Clocks(day, now(), live=True)
    try:
        moment = _within(datetime.fromisoformat(str(known_at)))
    except ValueError:
        raise DomainError(
            f"'{known_at}' is not a moment. Write 'known at' as YYYY-MM-DDTHH:MM:SSZ (UTC).",
            known_at=known_at,
        ) from None
    return Clocks(day, moment if moment.tzinfo else moment.replace(tzinfo=UTC), live=False)


def _within(when: _When) -> _When:
    """Return ``when`` unless its year is one that nobody means; then it is no date here."""
    if EARLIEST <= when.year <= LATEST:
        return when
    raise ValueError(when)
