"""What is settled about a file before its rows are read: its columns, series, units, marks, date order, zone.

``plan`` settles it, ``value_columns`` and ``value_units`` help, and everything that reads rows asks it.
"""

from dataclasses import dataclass

from data.readers.heading import Heading, Roles
from data.readers.numerals import NumberFormat
from data.readers.options import DateOrder, Kind
from data.readers.problems import Problem

POWER_VALUES = ("load", "wind", "solar", "load_fc", "wind_fc", "solar_fc")
BAR_VALUES = ("price", "open", "high", "low", "volume")


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A column of numbers: ``role`` says what they are, ``series`` names their series in a wide table."""

    place: int
    role: str
    series: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How every row is read. ``values`` come first to last as in the arrays; ``wide`` means one series for each."""

    kind: Kind
    heading: Heading
    roles: Roles
    values: tuple[ValueColumn, ...]
    wide: bool
    series: str | None
    unit: str | None
    number: NumberFormat
    order: DateOrder | None
    as_days: bool
    zone: str | None
    matrix: bool = False
    midnights: bool = False  # the column holds times, all of them midnights
    notes: tuple[Problem, ...] = ()

    @property
    def names(self) -> list[str]:
        """Names of all columns as written."""
        return self.heading.texts

    def column(self, role: str) -> str:
        """Return the written name of the column that plays ``role``, or the role itself."""
        place = self.roles.get(role)
        return self.names[place] if place is not None else role
