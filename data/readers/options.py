"""What the user said about a file: each answer settles one question that the file leaves open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from zoneinfo import available_timezones

from portal.core.errors import DomainError

Kind = Literal["prices", "curves", "fx", "weather", "power"]
KINDS: tuple[Kind, ...] = ("prices", "curves", "fx", "weather", "power")
TRADES = "trades"
ALL_KINDS: tuple[str, ...] = (*KINDS, TRADES)
"""Kinds of series, and trades, which are read by :mod:`data.readers.trade_table`."""
DateOrder = Literal["dmy", "mdy", "ymd"]
DATE_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")


class BadOption(DomainError):  # noqa: N818  (the branch ends in Error)
    """An option has a value that means nothing; the command line answers with its usage status."""

    code = "bad-option"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Answers given with the file; None means that the file must say it itself.

    ``columns`` names a column for a role, as in ``{"price": "SpotPriceEUR"}``. ``roots`` names the calendar root of a
    curve, as in ``{"BRN": "LCO"}``. ``base`` is the base currency of an exchange-rate file that does not name it.
    ``intervals`` says that times are starts of intervals even where all of them are midnights, which are days
    otherwise.
    """

    instrument: str | None = None
    unit: str | None = None
    timezone: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    date_order: DateOrder | None = None
    sheet: str | None = None
    source: str | None = None
    base: str | None = None
    intervals: bool = False
    calendar: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    roots: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.timezone is not None and self.timezone not in available_timezones():
            raise BadOption(
                f"'{self.timezone}' is not a time zone. Use an IANA name such as Europe/Berlin or UTC.",
                timezone=self.timezone,
            )
        if self.decimal is not None and self.decimal not in (".", ","):
            raise BadOption(f"The decimal mark '{self.decimal}' must be '.' or ','.", decimal=self.decimal)
        if self.thousands is not None and self.thousands not in (".", ",", " ", "'"):
            raise BadOption(
                f"The thousands mark '{self.thousands}' must be '.', ',', a space or an apostrophe.",
                thousands=self.thousands,
            )
        if self.thousands is not None and self.thousands == self.decimal:
            raise BadOption("The decimal mark and the thousands mark cannot be the same character.")
        if self.date_order is not None and self.date_order not in DATE_ORDERS:
            raise BadOption(
                f"The date order '{self.date_order}' must be dmy, mdy or ymd.", date_order=self.date_order
            )
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise BadOption(f"The delimiter '{self.delimiter}' must be one character, or 'tab'.")

    def to_json(self) -> dict[str, Any]:
        """Return the answers that were given, for the record of the import."""
        given: dict[str, Any] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if value:
                given[name] = (
                    str(value)
                    if isinstance(value, Path)
                    else dict(value)
                    if isinstance(value, Mapping)
                    else value
                )
        return given
