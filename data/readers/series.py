"""The series of a file: what each row belongs to, its unit and its source, counted from 0 in order of appearance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.readers.layout import Plan
from data.readers.problems import Refused
from data.readers.spelling import same_unit, spell_code, spell_unit

Key = tuple[str, ...]
"""A code; base and quote currency; station and variable; or a bidding zone."""

NO_ZONE = "UTC"
"""Zone of delivery days of which nothing says another one."""
_WEATHER_UNITS = frozenset(
    [
        "c",
        "k",
        "f",
        "ms",
        "kmh",
        "kn",
        "mm",
        "cm",
        "m",
        "pct",
        "percent",
        "octas",
        "hpa",
        "pa",
        "deg",
        "wm2",
        "cm2",
        "m2",
        "min",
        "h",
        "w",
        "mj",
    ]
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database knows of a series already."""

    unit: str
    timezone: str
    granularity: str


class SeriesBook:
    """Series by key, with the unit and source that the file gives each."""

    def __init__(self, plan: Plan, stored: Mapping[str, Stored], base: str | None, source: str) -> None:
        self.plan = plan
        self.stored = stored
        self.base = base.upper() if base else None
        self.keys: list[Key] = []
        self.lines: list[int] = []
        self.units: dict[int, tuple[str, int]] = {}
        self.sources: dict[int, str] = {}
        self.zones: dict[int, str] = {}
        self.mixed: dict[int, str] = {}  # series -> sentence about its two units
        self.default_source = source
        self.source_names: list[str] = [source]
        self.memory: dict[Any, int] = {}  # name as written -> number, -1 when it is none
        self.refusals: dict[Any, tuple[str, str]] = {}
        self.judged: dict[tuple[Any, ...], tuple[tuple[str, str] | None, int]] = {}
        self._places: dict[Key, int] = {}
        self._wide: dict[tuple[int, str], int] = {}

    def number(self, key: Key, line: int) -> int:
        """Return the number of the series ``key``, first seen on ``line``."""
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self.keys)
            self.keys.append(key)
            self.lines.append(line)
        return place

    def code_key(self, text: str) -> Key:
        """Return the key of a series named ``text`` by a cell, a heading or an option.

        Raises
        ------
        Refused
            The text cannot be a code.
        """
        kind = self.plan.kind
        if kind == "weather":
            return (text.strip()[:64],)
        if kind == "power":
            return (spell_code(text),)
        code = spell_code(text)
        if kind == "prices" and self.plan.roles.zone_codes and not code.startswith("POWER_"):
            code = f"POWER_{code}"
        return (code,)

    def wide_numbers(self, place: int, stations: NDArray[Any] | None, count: int) -> NDArray[np.int32]:
        """Return the series of ``count`` cells in the value column ``place`` of a wide table, by station if any."""
        if stations is None:
            return np.full(count, self._wide_number(place, ""), np.int32)
        found, where = np.unique(stations.astype(str), return_inverse=True)
        numbers = np.array([self._wide_number(place, station) for station in found.tolist()], np.int32)
        return numbers[where] if len(found) else np.zeros(0, np.int32)

    def _wide_number(self, place: int, station: str) -> int:
        if (place, station) not in self._wide:
            self._wide[place, station] = self.number(self._wide_key(place, station), self.plan.heading.line)
        return self._wide[place, station]

    def _wide_key(self, place: int, station: str) -> Key:
        value = self.plan.values[place]
        label = value.series or ""
        if self.plan.kind == "prices":
            return self.code_key(self.plan.series or label)
        if self.plan.kind == "weather":
            return (station[:64], variable_name(label, value.unit, label))
        return (self.base or "", label.strip().upper())

    def source_number(self, text: str) -> int:
        """Return the number of a source named in the file."""
        name = text.strip()[:64] or self.default_source
        if name not in self.source_names:
            self.source_names.append(name)
        return self.source_names.index(name)

    def note_unit(self, series: int, unit: str, line: int) -> str | None:
        """Take in the unit of a row; return what is wrong when the stored series has another one.

        A new series with two units is remembered in ``mixed``: nobody can say which of its rows are right.
        """
        known = self.stored.get(self.keys[series][0])
        if known is not None:
            if same_unit(unit, known.unit):
                return None
            return (
                f"{self.keys[series][0]} is stored in {known.unit}, but the row says {unit}. Prices are never "
                f"converted silently: "
                f"convert them, or import them under another name."
            )
        first = self.units.setdefault(series, (unit, line))
        if not same_unit(first[0], unit):
            self.mixed.setdefault(
                series,
                f"{self.keys[series][0]} has two units: {first[0]} on line {first[1]} and {unit} on line "
                f"{line}, so all of its rows "
                "are set aside. Split the file by unit, or correct the unit.",
            )
        return None


def compose_unit(text: str, currency: str, plan: Plan) -> str | None:
    """Return the unit of a row from its unit cell, its currency cell and what heading or option say; None without any.

    Raises
    ------
    Refused
        The rows give a currency only, without saying per what.
    """
    fixed = plan.unit or next(
        (value.unit for value in plan.values if value.unit and value.role == "price"), None
    )
    if not text and currency:
        if "/" in currency:
            text = currency
        elif fixed:
            text = fixed
        else:
            raise Refused(
                "no-unit",
                f"Column '{plan.column('currency')}' says {currency}, but not {currency} per what. Say --unit, "
                f"for example "
                f"--unit {currency}/MWh.",
                column=plan.column("currency"),
            )
    elif text and currency and "/" not in text and "/" not in currency and not same_unit(text, currency):
        text = f"{currency}/{text}"
    text = text or fixed or ""
    return spell_unit(text) if text else None


def variable_name(label: str, unit: str | None, column: str) -> str:
    """Return the stored name of a weather variable, which ends in its unit, such as ``tavg_c``.

    Raises
    ------
    Refused
        Neither the name nor the heading says the unit.
    """
    name = spell_code(label).lower()
    if name.split("_")[-1] in _WEATHER_UNITS:
        return name
    suffix = {
        "°c": "c",
        "c": "c",
        "m/s": "ms",
        "mm": "mm",
        "%": "pct",
        "hpa": "hpa",
        "w/m2": "wm2",
        "w/m²": "wm2",
        "km/h": "kmh",
        "k": "k",
        "°f": "f",
        "octas": "octas",
    }.get((unit or "").lower())
    if suffix is None:
        raise Refused(
            "no-unit",
            f"Nothing says the unit of the weather column '{column}'. Name it with its unit, as in 'temp_c', "
            f"'wind_ms' or "
            "'temp (°C)'.",
            column=column,
        )
    return f"{name}_{suffix}"
