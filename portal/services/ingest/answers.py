"""What the user says with a file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from data.readers.options import DateOrder, ReadOptions

_NAMED_DELIMITERS = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "bar": "|",
    "space": " ",
}
_NAMED_MARKS = {"point": ".", "dot": ".", "comma": ",", "space": " ", "apostrophe": "'"}


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """Answers to what a file may leave open; None and empty mean that the file must say it itself.

    ``keep_good`` stores the good rows of a file that has bad ones; without it such a file is refused. ``dry_run``
    reads and
    judges, and stores nothing at all.
    """

    instrument: str | None = None
    unit: str | None = None
    timezone: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    date_order: str | None = None
    sheet: str | None = None
    source: str | None = None
    base: str | None = None
    intervals: bool = False
    calendar: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    roots: Mapping[str, str] = field(default_factory=dict)
    keep_good: bool = False
    dry_run: bool = False

    def reading(self) -> ReadOptions:
        """Return the part that the readers take.

        Raises
        ------
        DomainError
            An answer means nothing, such as a time zone that does not exist.
        """
        given: dict[str, Any] = {
            name: value or None
            for name, value in asdict(self).items()
            if name not in ("keep_good", "dry_run")
        }
        given["columns"], given["roots"] = dict(self.columns), dict(self.roots)
        delimiter = (self.delimiter or "").lower() if len(self.delimiter or "") > 1 else self.delimiter
        given["delimiter"] = _NAMED_DELIMITERS.get(delimiter or "", delimiter) or None
        for name in ("decimal", "thousands"):
            given[name] = _NAMED_MARKS.get((given[name] or "").lower(), given[name])
        given["date_order"] = cast("DateOrder | None", (self.date_order or "").lower() or None)
        return ReadOptions(**given)
