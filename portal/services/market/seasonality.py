"""The season of one instrument: its months against the trend, its years over each other, its parts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import isfinite

import numpy as np

from data.queries.market import Series
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.precision import price_decimals
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.market import season_metrics as metrics
from portal.domain.market.decomposition import DecompositionKind
from portal.domain.market.instruments import InstrumentRow
from portal.domain.market.returns import ReturnKind, recommended_kind
from portal.domain.market.season_profile import Method, SeasonProfile, season_profile
from portal.domain.market.seasonality import YearOverlay, year_overlay
from portal.services.market.volatility import prices_of

YEARS: Mapping[str, tuple[str, int | None]] = {
    "3": ("3 Y", 3),
    "5": ("5 Y", 5),
    "10": ("10 Y", 10),
    "max": ("Max", None),
}
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Season:
    """What is known of an instrument's season; ``no_profile`` says why there is no profile, ``remark`` what to know."""

    instrument: InstrumentRow
    first: date
    last: date
    overlay: YearOverlay
    profile: SeasonProfile | None
    no_profile: str
    remark: str

    @property
    def relative(self) -> bool:
        """Whether effects are factors of the trend."""
        return self.profile is not None and self.profile.kind is DecompositionKind.MULTIPLICATIVE

    @property
    def unit(self) -> str:
        """The unit of an effect as it is shown."""
        return "% of trend" if self.relative else self.instrument.unit

    def effect(self, month: int) -> float | None:
        """Return the effect of ``month`` (0 is January): a fraction of the trend, or in the unit of the price."""
        if self.profile is None:
            return None
        return float(self.profile.figure[month]) - (1.0 if self.relative else 0.0)


def season(
    code: str, clocks: Clocks, actor: Actor, *, years: str = "10", method: str = "classical"
) -> Season:
    """Return the season of instrument ``code`` over the last ``years`` (a key of ``YEARS``).

    Raises
    ------
    NotFound
        There is no instrument ``code``.
    DomainError
        The period or the method is unknown, or there are too few prices.
    """
    row, series = prices_of(code, clocks, actor, first=first_day(clocks, years))
    return build_season(row, series, method=method)


def first_day(clocks: Clocks, years: str) -> date | None:
    """Return the first day of the period: so many whole years before the first of the running month."""
    if years not in YEARS:
        raise DomainError(f"There is no period '{years}'. Choose one of {', '.join(YEARS)}.", period=years)
    count = YEARS[years][1]
    if count is None:
        return None
    return (clocks.as_of.replace(day=1) - timedelta(days=365 * count)).replace(day=1)


def build_season(row: InstrumentRow, series: Series, *, method: str) -> Season:
    """Return the season of prices that were read already."""
    if method not in list(Method):
        raise DomainError(f"There is no method '{method}'. Choose one of {', '.join(Method)}.", method=method)
    days = np.array(series.day, dtype="datetime64[D]")
    kind = DecompositionKind.MULTIPLICATIVE
    remark = ""
    if recommended_kind(series.settle) is ReturnKind.ABSOLUTE:
        kind = DecompositionKind.ADDITIVE
        remark = f"{row.name} has prices at or below zero, so effects are differences in {row.unit}, not percentages."
    profile, refusal = None, ""
    try:
        profile = season_profile(days, series.settle, kind, method)
    except DomainError as problem:
        refusal = problem.message
    return Season(
        row, series.day[0], series.day[-1], year_overlay(days, series.settle), profile, refusal, remark
    )


MONTH_COLUMNS = (
    Column("month", "Month"),
    Column("effect", "Usual effect", "percent", decimals=1, signed=True, metric=metrics.MONTH.id),
    Column("low", "Smallest", "percent", decimals=1, signed=True),
    Column("high", "Largest", "percent", decimals=1, signed=True),
    Column("years", "Years", "integer"),
)
PART_COLUMNS = (
    Column("month", "Month", "date"),
    Column("mean", "Mean price", "number"),
    Column("trend", "Trend", "number"),
    Column("season", "Season", "percent", decimals=1, signed=True),
    Column("remainder", "Remainder", "percent", decimals=1, signed=True),
)


def month_table(query: GridQuery, found: Season, params: Mapping[str, str]) -> Table:
    """Return the profile, one row for each calendar month, with the effect of every year."""
    profile, off = found.profile, 1.0 if found.relative else 0.0
    years = [] if profile is None else profile.years.tolist()
    columns = (
        *MONTH_COLUMNS,
        *(Column(f"y{year}", str(year), "percent", decimals=1, signed=True) for year in years),
    )
    rows: list[tuple[Cell, ...]] = []
    for at, name in enumerate(MONTH_NAMES if profile is not None else ()):
        values = [profile.low[at], profile.high[at]] if profile is not None else []
        each = profile.effects[:, at] if profile is not None else np.empty(0)
        rows.append(
            (
                name, found.effect(at), *(_cell(v - off) for v in values),
                int(profile.count[at]) if profile is not None else 0, *(_cell(v - off) for v in each),
            )
        )  # fmt: skip
    passports = {name: {**params, "month": str(at + 1)} for at, name in enumerate(MONTH_NAMES)}
    return _table(columns, rows, found, query, passports)


def overlay_table(query: GridQuery, found: Season) -> Table:
    """Return the years side by side, one row for each day of the year that any of them has."""
    years, table = found.overlay.years.tolist(), found.overlay.values
    unit = found.instrument.unit
    columns = (
        Column("day", "Day of the year"),
        *(Column(str(y), str(y), "number", unit=unit, decimals=price_decimals(unit)) for y in years),
    )
    leap = np.datetime64("2000-01-01") + np.arange(366)
    known = np.isfinite(table).any(axis=0)
    rows: list[tuple[Cell, ...]] = [
        (f"{day:%m-%d}", *(_cell(value) for value in column))
        for day, column in zip(leap[known].astype(object).tolist(), table[:, known].T.tolist(), strict=True)
    ]
    return sort_rows(Table(columns, rows, simulated=found.instrument.simulated), query)


def part_table(query: GridQuery, found: Season) -> Table:
    """Return trend, season and remainder month by month, the newest first unless sorted otherwise."""
    profile, off = found.profile, 1.0 if found.relative else 0.0
    rows: list[tuple[Cell, ...]] = []
    if profile is not None:
        parts = profile.parts
        months = profile.months.astype("datetime64[D]").astype(object).tolist()
        numbers = (profile.means, parts.trend, parts.seasonal - off, parts.remainder - off)
        rows = list(zip(months, *([_cell(v) for v in array.tolist()] for array in numbers), strict=True))
    if query.sort is None:
        rows.reverse()
    return _table(PART_COLUMNS, rows, found, query, {})


def _cell(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def _table(
    columns: tuple[Column, ...],
    rows: list[tuple[Cell, ...]],
    found: Season,
    query: GridQuery,
    passports: Mapping[str, Mapping[str, str]],
) -> Table:
    unit = found.instrument.unit
    decimals = price_decimals(unit)
    if not found.relative:
        absolute = {metrics.MONTH.id: metrics.MONTH_ABSOLUTE.id}
        columns = tuple(
            replace(c, kind="number", unit=unit, decimals=decimals, metric=absolute.get(c.metric or ""))
            if c.kind == "percent"
            else c
            for c in columns
        )
    columns = tuple(
        replace(c, unit=unit, decimals=decimals) if c.key in ("mean", "trend") else c for c in columns
    )
    table = Table(columns, rows, simulated=found.instrument.simulated, extra={"params": dict(passports)})
    return sort_rows(table, query)
