"""How a chosen set of instruments moves together: the matrix, how far to trust it, and correlation over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.queries import market as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import DateArray1D, FloatArray1D, FloatArray2D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.market import metrics
from portal.domain.market.correlation import (
    CONDITION_LIMIT,
    CorrelationResult,
    correlate,
    rolling_correlation,
    shrink_covariance,
)
from portal.domain.market.instruments import InstrumentRow
from portal.domain.market.joint_returns import JointReturns, correlation_interval, joint_returns, standardised
from portal.domain.market.returns import ReturnKind

PERIODS: Mapping[str, tuple[str, int]] = {
    "3m": ("3 M", 92),
    "6m": ("6 M", 183),
    "1y": ("1 Y", 366),
    "3y": ("3 Y", 1096),
    "5y": ("5 Y", 1827),
}
STEPS = (1, 2, 5)
WINDOWS = (20, 60, 120, 250)
MOST = 20
Prices = dict[str, tuple[Sequence[date] | DateArray1D, FloatArray1D]]


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Together:
    """The set and its matrix; ``shown`` of shape (k, k) is the sample matrix, or the shrunk one when that was asked.

    ``rolling`` holds, for each instrument but the first, its correlation with the first over the last ``window`` steps
    at each of ``days``. ``missing`` names instruments that have no price in the period.
    """

    instruments: tuple[InstrumentRow, ...]
    missing: tuple[InstrumentRow, ...]
    joint: JointReturns
    sample: CorrelationResult
    shown: FloatArray2D
    shrinkage: float | None
    condition: float
    step: int
    window: int
    days: DateArray1D
    rolling: Mapping[str, FloatArray1D]

    @property
    def warning(self) -> str:
        """What is wrong with the matrix in a sentence, empty when nothing is."""
        if self.shrinkage is None or not self.sample.warning:
            return self.sample.warning or ""
        after = (
            f"Shrinkage brought the condition number to {self.condition:,.0f}, which can be inverted."
            if self.condition <= CONDITION_LIMIT
            else f"Even shrunk the condition number is {self.condition:,.0f}; leave an instrument out."
        )
        return f"Before shrinkage: {self.sample.warning} {after}"

    def strongest(self) -> tuple[str, str, float] | None:
        """Return the pair with the largest correlation by size; None when no pair has one."""
        upper = np.abs(np.triu(self.shown, 1))
        if not np.isfinite(upper).any() or not upper.any():
            return None
        first, second = np.unravel_index(int(np.nanargmax(upper)), upper.shape)
        names = self.joint.names
        return names[int(first)], names[int(second)], float(self.shown[first, second])


def together(
    codes: Sequence[str],
    clocks: Clocks,
    actor: Actor,
    *,
    period: str = "1y",
    step: int = 1,
    window: int = 60,
    shrink: bool = False,
) -> Together:
    """Return how the instruments ``codes`` move together; ``rolling`` is against the first of them.

    Raises
    ------
    DomainError
        An unknown period, or more than twenty instruments.
    InsufficientHistory
        Fewer than two instruments with prices, or too few common days.
    """
    actor.require(Permission.MARKET_READ)
    first = first_day(clocks, period, step=step, window=window)
    found, missing, prices = _read(codes, clocks, first)
    return build_together(
        found, missing, prices, clocks, period=period, step=step, window=window, shrink=shrink
    )


def first_day(clocks: Clocks, period: str, *, step: int, window: int) -> date:
    """Return the first day to read: before the period, so that the first rolling windows are full."""
    return _start(clocks, period) - timedelta(days=window * step * 3 // 2 + 20)


def _start(clocks: Clocks, period: str) -> date:
    if period not in PERIODS:
        raise DomainError(
            f"There is no period '{period}'. Choose one of {', '.join(PERIODS)}.", period=period
        )
    return clocks.as_of - timedelta(days=PERIODS[period][1])


def build_together(
    found: tuple[InstrumentRow, ...],
    missing: tuple[InstrumentRow, ...],
    prices: Prices,
    clocks: Clocks,
    *,
    period: str,
    step: int,
    window: int,
    shrink: bool,
) -> Together:
    """Return how the instruments ``found`` move together in prices that were read from ``first_day`` on.

    Raises
    ------
    DomainError
        An unknown period, or more than twenty instruments.
    InsufficientHistory
        Fewer than two instruments with prices, or too few common days.
    """
    start, count = _start(clocks, period), len(found) + len(missing)
    if count > MOST:
        raise DomainError(f"A correlation matrix takes up to {MOST} instruments. Take some out.", count=count)
    joint = joint_returns(prices, step=step)
    at = int(np.searchsorted(joint.days, np.datetime64(start)))
    inside = JointReturns(joint.names, joint.kinds, joint.days[at:], joint.values[at:], len(joint.days) - at)
    sample = correlate(inside.values, inside.names)
    shrunk = shrink_covariance(standardised(inside.values)) if shrink else None
    shown = sample.matrix if shrunk is None else shrunk.correlation
    rolling = {
        name: rolling_correlation(joint.values[:, 0], joint.values[:, column], window)[at:]
        for column, name in enumerate(joint.names)
        if column
    }
    return Together(
        found, missing, inside, sample, shown, None if shrunk is None else shrunk.shrinkage,
        sample.condition_number if shrunk is None else float(np.linalg.cond(shown)), step, window, inside.days, rolling,
    )  # fmt: skip


def _read(
    codes: Sequence[str], clocks: Clocks, first: date
) -> tuple[tuple[InstrumentRow, ...], tuple[InstrumentRow, ...], Prices]:
    """Return the instruments with prices, those without, and the prices by code; the first code stays first."""
    with UnitOfWork() as work:
        rows = queries.instruments(work.session, codes=list(codes))
        series = queries.daily_settles(
            work.session, clocks=clocks, instrument_ids=[row.id for row in rows], first=first
        )
    rows.sort(key=lambda row: row.code != codes[0])  # stable: the others stay by commodity
    known = tuple(row for row in rows if row.id in series)
    prices: Prices = {row.code: (series[row.id].day, series[row.id].settle) for row in known}
    return known, tuple(row for row in rows if row.id not in series), prices


PAIR_COLUMNS = (
    Column("pair", "Pair", hidden=True),
    Column("first", "First"),
    Column("second", "Second"),
    Column("correlation", "Correlation", "number", decimals=3, metric=metrics.CORRELATION.id),
    Column(
        "low",
        "95 % from",
        "number",
        decimals=3,
        signed=True,
        help="Fisher's interval of the sample correlation",
    ),
    Column("high", "to", "number", decimals=3),
    Column("sample", "Sample", "number", decimals=3, help="Before shrinkage"),
    Column("n", "Common returns", "integer"),
    Column("kinds", "Returns", help="Absolute where an instrument's prices are not all positive"),
)


def pair_table(query: GridQuery, found: Together, params: Mapping[str, str | int]) -> Table:
    """Return every pair of the matrix, the closest first unless sorted otherwise."""
    names, rows = found.joint.names, []
    n, kinds = len(found.days), found.joint.kinds
    passports: dict[str, dict[str, str | int]] = {}
    for i, first in enumerate(names):
        for j in range(i + 1, len(names)):
            sample, shown = float(found.sample.matrix[i, j]), float(found.shown[i, j])
            if not np.isfinite(sample):
                continue
            low, high = correlation_interval(sample, n) or (None, None)
            key = f"{first} {names[j]}"
            kind = kinds[i].value if kinds[i] is kinds[j] else f"{kinds[i].value}, {kinds[j].value}"
            row: tuple[Cell, ...] = (key, first, names[j], shown, low, high, sample, n, kind)
            rows.append(row)
            passports[key] = {**params, "first": first, "second": names[j]}
    rows.sort(key=lambda row: -abs(float(row[3])))  # type: ignore[arg-type]  # column 3 is a number
    simulated = any(row.simulated for row in found.instruments)
    return sort_rows(Table(PAIR_COLUMNS, rows, simulated=simulated, extra={"params": passports}), query)


def rolling_table(query: GridQuery, found: Together) -> Table:
    """Return the correlation with the first instrument day by day, newest first unless sorted otherwise."""
    columns = (
        Column("day", "Day", "date"),
        *(Column(name, name, "number", decimals=3) for name in found.rolling),
    )
    cells = [[None if not np.isfinite(v) else v for v in path.tolist()] for path in found.rolling.values()]
    rows: list[tuple[Cell, ...]] = list(zip(found.days.astype(object).tolist(), *cells, strict=True))
    if query.sort is None:
        rows.reverse()
    return sort_rows(Table(columns, rows, simulated=any(row.simulated for row in found.instruments)), query)


def kinds_sentence(found: Together) -> str:
    """Say which returns the matrix was made of."""
    kinds = dict(zip(found.joint.names, found.joint.kinds, strict=True))
    absolute = [name for name, kind in kinds.items() if kind is ReturnKind.ABSOLUTE]
    over = "consecutive common days" if found.step == 1 else f"every {found.step} common days"
    if not absolute:
        return f"Log returns over {over}."
    if len(absolute) == len(kinds):
        return f"Price changes over {over}, because every series has prices at or below zero."
    return (
        f"Log returns over {over}; price changes for {', '.join(absolute)}, whose prices reach zero or below."
    )
