"""Headings: which row names the columns, and what each name means for the kind of data at hand."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.readers.moments import BAD, read_stamp
from data.readers.numerals import MISSING, NumberFormat, read_number
from data.readers.options import Kind
from data.readers.problems import Refused
from data.readers.source import HeadRow, cell_text

SEARCH_ROWS = 60
"""The heading must be among this many first rows."""

_UNIT = re.compile(r"\s*[(\[]\s*([^()\[\]]+?)\s*[)\]]\s*\Z")
_WORDS = re.compile(r"[^0-9a-z]+")

_TIME = (
    "date", "day", "trade_date", "tradedate", "trading_date", "trading_day", "price_date", "pricing_date", "value_date",
    "as_of", "asof", "as_of_date", "observation_date", "obs_date", "datum", "ts", "timestamp", "time_stamp", "datetime",
    "date_time", "time", "period", "time_period", "delivery_start", "delivery_time", "start", "start_time",
    "interval_start",
)  # fmt: skip
_MORE_TIME = ("delivery", "delivery_date", "delivery_day", "hour", "month", "week", "mtu")
_SERIES = (
    ("instrument", "instrument_code", "symbol", "ticker", "series_id", "curve", "curve_code"),
    ("series", "code", "product_code", "root"),
    ("zone", "bidding_zone", "price_area", "market", "hub", "product", "area", "name", "commodity"),
)
_DAYS = frozenset({"date", "day", "trade_date", "delivery_date", "delivery_day", "datum"})
_CLOCKS = frozenset({"time", "hour", "start_time", "clock", "hour_ending", "he"})
ZONES = frozenset({"zone", "bidding_zone", "price_area", "area"})
_PRICE = (
    (
        "price",
        "settle",
        "settlement",
        "settlement_price",
        "settle_price",
        "spot_price",
        "spot",
        "day_ahead_price",
    ),
    ("close", "close_price", "last", "last_price", "px", "px_last", "px_settle"),
    ("value", "obs_value", "observation", "values"),
)
_SHARED = {
    "unit": (("unit", "units", "uom", "price_unit"),),
    "currency": (("currency", "ccy", "cur"),),
    "source": (("source", "data_source", "provider"),),
    "tz": (("tz", "timezone", "time_zone"),),
}  # fmt: skip

Tiers = tuple[tuple[str, ...], ...]
ROLES: dict[Kind, dict[str, Tiers]] = {
    "prices": {
        "time": (_TIME, _MORE_TIME), "series": _SERIES, "price": _PRICE, "open": (("open", "open_price", "px_open"),),
        "high": (("high", "high_price", "px_high"),), "low": (("low", "low_price", "px_low"),),
        "volume": (("volume", "vol", "traded_volume", "px_volume"),),
        "tenor": (("tenor", "nearby", "contract_month", "delivery_month"),), **_SHARED,
    },
    "curves": {
        "time": (_TIME,), "series": _SERIES, "price": _PRICE,
        "tenor": (("tenor", "nearby", "position", "contract_number", "rank"),),
        "delivery": (("delivery", "delivery_month", "delivery_start", "delivery_date", "contract_month", "contract",
                      "maturity", "month"),),
        "status": (("status", "node_status"),), **_SHARED,
    },
    "fx": {
        "time": (_TIME,), "base": (("base", "base_currency", "currency_denom", "from"),),
        "quote": (("quote", "quote_currency", "counter_currency", "currency", "to"),),
        "pair": (("pair", "currency_pair"),),
        "price": (("rate", "fx_rate", "exchange_rate", "price", "close", "mid"), ("value", "obs_value")),
        "source": _SHARED["source"],
    },
    "weather": {
        "time": (_TIME, _MORE_TIME),
        "series": (("station", "station_id", "station_code"), ("zone", "area", "name", "site")),
        "variable": (("variable", "parameter", "element"),), "price": (("value", "obs_value"),),
        "unit": (("unit", "units", "uom"),), "source": _SHARED["source"], "tz": _SHARED["tz"],
    },
    "power": {
        "time": (_TIME, _MORE_TIME), "series": (("zone", "bidding_zone", "price_area"), ("area", "market", "name")),
        "load": (("load", "load_mw", "actual_load", "total_load"),), "wind": (("wind", "wind_mw"),),
        "solar": (("solar", "solar_mw", "pv"),), "load_fc": (("load_fc", "load_fc_mw", "load_forecast"),),
        "wind_fc": (("wind_fc", "wind_fc_mw", "wind_forecast"),),
        "solar_fc": (("solar_fc", "solar_fc_mw", "solar_forecast"),), "source": _SHARED["source"], "tz": _SHARED["tz"],
    },
}  # fmt: skip
"""For each kind, the roles of columns and the names that mean them, best first, in tiers of equal rank."""

_EVERY = {name for roles in ROLES.values() for tiers in roles.values() for tier in tiers for name in tier} | {
    "year",
    "date_utc",
    "hour_utc",
    "ts_utc",
    "ts_local",
}
_CURRENCY_TAIL = re.compile(
    r"_(eur|usd|gbp|dkk|nok|sek|chf|pln|czk|huf|jpy|cad|aud|nzd)(?:_(?:per_)?([a-z]+))?\Z"
)


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column's name taken apart: ``key`` to compare, ``label`` without unit, the ``unit`` in brackets, zone."""

    text: str
    label: str
    key: str
    unit: str | None
    utc: bool

    @staticmethod
    def of(cell: Any) -> "ColumnName":
        """Take a heading's cell apart."""
        text = cell_text(cell).strip().strip("\ufeff")
        match = _UNIT.search(text)
        unit = match.group(1).strip() if match else None
        label = text[: match.start()].strip() if match else text
        key = _key(label)
        utc = (unit or "").upper() in ("UTC", "GMT", "Z") or key.endswith(("_utc", "_gmt"))
        base = key.removesuffix("_utc").removesuffix("_gmt").removesuffix("_local") or key
        if (unit or "").upper() in ("UTC", "GMT", "Z"):
            unit = None
        return ColumnName(text, label, base, unit, utc)


def _key(label: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", label)
    return _WORDS.sub("_", spaced.lower()).strip("_")


def known_names(cells: Iterable[Any]) -> int:
    """Count the cells that name a column of any kind of file."""
    count = 0
    for cell in cells:
        if isinstance(cell, str) and cell and len(cell) < 60:
            name = ColumnName.of(cell)
            count += name.key in _EVERY or _CURRENCY_TAIL.sub("", name.key) in _EVERY
    return count


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a table: its line, its columns, the line of the units under it, and the lines passed over."""

    line: int
    names: tuple[ColumnName, ...]
    end: int  # the last line of the heading, with the units under it
    units: Mapping[int, str] = field(default_factory=dict)
    skipped: tuple[int, ...] = ()

    @property
    def texts(self) -> list[str]:
        """The names as written, for quarantined rows; nameless columns are numbered."""
        return [name.text or f"column {i + 1}" for i, name in enumerate(self.names)]

    def unit_of(self, place: int) -> str | None:
        """Return the unit that the heading gives for a column."""
        return self.names[place].unit or self.units.get(place)


def find_heading(rows: Sequence[HeadRow], kind: Kind, columns: Mapping[str, str], file_name: str) -> Heading:
    """Return the first row that names a column of days or times and is followed by one.

    Raises
    ------
    Refused
        There is none, or its names do not fit the columns below it.
    """
    if not rows:
        raise Refused("no-rows", f"{file_name} holds no rows.")
    wanted = {_key(name) for name in columns.values()}
    found: list[int] = []
    for place, row in enumerate(rows[:SEARCH_ROWS]):
        if _names_columns(row, tuple(ColumnName.of(cell) for cell in row.cells), kind, wanted):
            found.append(place)
            if any(_holds_day(candidate.cells) for candidate in rows[place + 1 : place + 30]):
                found = [place]
                break
    if found:
        place = found[0]
        return _checked(rows[place], rows[place + 1 :], [earlier.line for earlier in rows[:place]])
    if any(_holds_day(row.cells) for row in rows[:SEARCH_ROWS]):
        raise Refused(
            "no-heading",
            f"No row of {file_name} names its columns, so what they mean would be a guess. "
            "Put a heading above the rows, such as date,instrument,price,unit.",
            line=rows[0].line,
        )
    raise Refused(
        "no-dates",
        f"{file_name} has no column of days or times that the importer knows (such as 'date' or 'ts_utc'). "
        "Rename the column, or say --column time=NAME.",
        line=rows[0].line,
    )


def _names_columns(row: HeadRow, names: tuple[ColumnName, ...], kind: Kind, wanted: set[str]) -> bool:
    keys = {name.key for name in names}
    time_names = {name for tier in ROLES[kind]["time"] for name in tier} | {"year"} | wanted
    if len([name for name in names if name.text]) < 2:
        return False
    if any(read_stamp(cell, "dmy").kind != BAD for cell in row.cells):
        return False  # a line such as "Date,2024-01-31" above the table
    if keys & time_names:
        return True
    # A table written by pandas leaves the heading of its index empty.
    return not names[0].text and all(name.text for name in names[1:]) and not _numeric(row.cells[1:])


def _numeric(cells: Sequence[Any]) -> bool:
    return any(
        (number := read_number(cell, NumberFormat())) is not None and not math.isnan(number) for cell in cells
    )


def _holds_day(cells: Sequence[Any]) -> bool:
    return any(read_stamp(cell, order).kind != BAD for cell in cells for order in ("dmy", "mdy"))


def _checked(row: HeadRow, below: Sequence[HeadRow], skipped: list[int]) -> Heading:
    names = tuple(ColumnName.of(cell) for cell in row.cells)
    width = len(names)
    while (
        width > 1
        and not names[width - 1].text
        and all(len(r.cells) < width or _empty(r.cells[width - 1]) for r in below)
    ):
        width -= 1
    names = names[:width]
    wide = [len(r.cells) - _trailing(r.cells) for r in below if _holds_day(r.cells)]
    if wide and sorted(wide)[len(wide) // 2] > width:
        raise Refused(
            "short-heading",
            f"The heading on line {row.line} has {width} names, but the rows below it have {max(wide)} columns, "
            f"so values would "
            "get the wrong names. Ask the source for a complete heading.",
            line=row.line,
        )
    units = _units_row(names, below)
    return Heading(row.line, names, below[0].end if units else row.end, units, tuple(skipped))


def _empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _trailing(cells: Sequence[Any]) -> int:
    count = 0
    for cell in reversed(cells):
        if not _empty(cell):
            break
        count += 1
    return count


def _units_row(names: tuple[ColumnName, ...], below: Sequence[HeadRow]) -> dict[int, str]:
    """Return the units in the row right under the heading, if that is what it holds."""
    if not below or len(below[0].cells) < len(names) or _holds_day(below[0].cells):
        return {}
    cells = [cell_text(cell).strip().strip("()[]") for cell in below[0].cells[: len(names)]]
    units = {i: cell for i, cell in enumerate(cells) if cell and "/" in cell and cell.lower() not in MISSING}
    others = [cell for i, cell in enumerate(cells) if cell and i not in units]
    if not units or len(others) > 1 or _numeric(cells):
        return {}
    return units


@dataclass(frozen=True, slots=True)
class Roles:
    """Which column plays which role, and what was left over."""

    of: Mapping[str, int]
    unused: tuple[int, ...]
    zone_codes: bool = False  # the series are bidding zones

    def get(self, role: str) -> int | None:
        """Return the column of ``role``, or None."""
        return self.of.get(role)


def assign_roles(heading: Heading, kind: Kind, columns: Mapping[str, str]) -> Roles:
    """Give each role the column that is named for it.

    Raises
    ------
    Refused
        Two columns have the same name, or two could play one role equally well.
    """
    _no_twins(heading)
    found: dict[str, int] = {}
    for role, wanted in columns.items():
        found[_role_name(role, kind)] = _named_column(heading, wanted)
    found |= {} if "time" in found else _split_time(heading)
    taken = set(found.values())
    for role, tiers in ROLES[kind].items():
        if role in found:
            continue
        place = _best(heading, role, tiers, taken)
        if place is not None:
            found[role] = place
            taken.add(place)
    if "time" not in found and not heading.names[0].text and 0 not in taken:
        found["time"] = 0
    series = found.get("series")
    is_zone = series is not None and heading.names[series].key in ZONES
    unused = tuple(i for i in range(len(heading.names)) if i not in set(found.values()))
    return Roles(found, unused, is_zone)


def _role_name(role: str, kind: Kind) -> str:
    alias = {
        "date": "time",
        "instrument": "series",
        "zone": "series",
        "station": "series",
        "rate": "price",
        "value": "price",
    }
    name = alias.get(role, role)
    if name not in ROLES[kind]:
        raise Refused(
            "unknown-role",
            f"'{role}' is not a role of columns in {kind}. Known roles: {', '.join(ROLES[kind])}.",
        )
    return name


def _named_column(heading: Heading, wanted: str) -> int:
    places = [i for i, name in enumerate(heading.names) if name.text == wanted]
    places = places or [i for i, name in enumerate(heading.names) if _key(name.label) == _key(wanted)]
    if len(places) == 1:
        return places[0]
    known = ", ".join(f"'{name}'" for name in heading.texts)
    raise Refused(
        "no-such-column", f"There is no column '{wanted}' in the heading on line {heading.line}: it has {known}.",
        line=heading.line, column=wanted,
    )  # fmt: skip


def _split_time(heading: Heading) -> dict[str, int]:
    """Return the columns of a day and of the time within it, when the heading has one of each."""
    days = [i for i, name in enumerate(heading.names) if name.key in _DAYS]
    clocks = [i for i, name in enumerate(heading.names) if name.key in _CLOCKS and not name.utc]
    return {"time": days[0], "clock": clocks[0]} if len(days) == len(clocks) == 1 else {}


def _no_twins(heading: Heading) -> None:
    seen: dict[str, int] = {}
    for place, name in enumerate(heading.names):
        text = name.text.casefold()
        if text and text in seen:
            raise Refused(
                "twin-columns",
                f"The heading on line {heading.line} names '{name.text}' twice (columns {seen[text] + 1} and "
                f"{place + 1}), so it "
                "cannot be told which one is meant. Rename or remove one.",
                line=heading.line,
                column=name.text,
            )
        seen[text] = place


def _best(heading: Heading, role: str, tiers: Tiers, taken: set[int]) -> int | None:
    """Return the only column of the best tier that has one."""
    for tier in tiers:
        places = [i for i, name in enumerate(heading.names) if i not in taken and _means(name, role, tier)]
        if role == "time" and len(places) > 1:
            places = [i for i in places if heading.names[i].utc] or places
        if len(places) == 1:
            return places[0]
        if places:
            named = " and ".join(f"'{heading.names[i].text}'" for i in places)
            option = {"time": "time", "series": "instrument"}.get(role, role)
            raise Refused(
                "ambiguous-column",
                f"The columns {named} could each be the {option} column. Say which with --column {option}=NAME.",
                line=heading.line,
                column=heading.names[places[0]].text,
            )
    return None


def _means(name: ColumnName, role: str, tier: tuple[str, ...]) -> bool:
    if name.key in tier:
        return True
    return role == "price" and _CURRENCY_TAIL.sub("", name.key) in tier


def unit_in_name(name: ColumnName) -> str | None:
    """Return the unit at the end of a name such as ``price_eur_mwh``, or None."""
    match = _CURRENCY_TAIL.search(name.key)
    if match is None or match.group(2) is None:
        return None
    return f"{match.group(1).upper()}/{match.group(2)}"
