"""The volatility of one instrument: realised, EWMA and GARCH on one time axis, the cone, and the term structure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.queries import market as queries
from data.queries.market import Series
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.market.annualisation import observations_per_year
from portal.domain.market.errors import InsufficientHistory
from portal.domain.market.garch import GarchFit
from portal.domain.market.garch_forecast import VarianceTermStructure
from portal.domain.market.instruments import InstrumentRow
from portal.domain.market.returns import ReturnKind, compute_returns, recommended_kind
from portal.domain.market.series import require_length
from portal.domain.market.volatility import (
    VolatilityCone,
    ewma_seed,
    ewma_variance,
    rolling_volatility,
    volatility_cone,
)
from portal.services.market.fits import fitted

WARM_UP = timedelta(days=600)
"""Calendar days before the period: they fill the first windows, and the seed of the EWMA has died out (0.94^400)."""
PERIODS: Mapping[str, tuple[str, int | None]] = {
    "1y": ("1 Y", 366),
    "3y": ("3 Y", 1096),
    "5y": ("5 Y", 1827),
    "max": ("Max", None),
}
WINDOWS = (10, 20, 60, 120, 250)
HORIZONS = tuple(range(1, 253))
LISTED_HORIZONS = (1, 2, 3, 5, 10, 21, 42, 63, 126, 252)
LONG_GAP_DAYS = 10


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Garch:
    """A GARCH(1,1) of the returns of a period, annualised.

    ``path`` of shape (n,) is the volatility expected at each close for the next day; ``term`` the volatility of the
    h-day return by horizon. Both are decimal for relative returns, else in the unit of the price.
    """

    fit: GarchFit
    path: FloatArray1D
    structure: VarianceTermStructure
    next_day: float
    long_run: float | None
    term: FloatArray1D


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Study:
    """What is known about the volatility of one instrument over a period; arrays have shape (n,), one for each return.

    Volatilities are annualised with ``per_year`` observations; decimal when ``relative``, else in the price's unit.
    ``remarks`` are sentences for the reader; ``no_garch`` and ``no_cone`` say why there is none.
    """

    instrument: InstrumentRow
    kind: ReturnKind
    per_year: float
    window: int
    day: tuple[date, ...]
    settle: FloatArray1D
    returns: FloatArray1D
    realised: FloatArray1D
    ewma: FloatArray1D
    garch: Garch | None
    cone: VolatilityCone | None
    no_garch: str
    no_cone: str
    remarks: tuple[str, ...]

    @property
    def relative(self) -> bool:
        """Whether volatilities are decimal (True) or in the unit of the price (False)."""
        return self.kind is not ReturnKind.ABSOLUTE

    @property
    def unit(self) -> str:
        """The unit of a volatility as it is shown."""
        return "% a year" if self.relative else f"{self.instrument.unit} a year"

    @property
    def basis(self) -> str:
        """Kind of return and annualisation in words, said beside every volatility."""
        kind = {"log": "log returns", "simple": "simple returns", "absolute": "price changes"}[
            self.kind.value
        ]
        return f"{kind}, √{self.per_year:.0f}"


def study(
    code: str,
    clocks: Clocks,
    actor: Actor,
    *,
    period: str = "3y",
    window: int = 20,
    kind: str = "auto",
) -> Study:
    """Return the volatility study of instrument ``code``.

    ``period`` is a key of ``PERIODS``; ``kind`` is ``auto`` (by the sign of the prices), ``log`` or ``absolute``; log
    returns of prices that are not positive are not made: the study then uses price changes and says so.

    Raises
    ------
    NotFound
        There is no instrument ``code``.
    InsufficientHistory
        Fewer than three prices in the period.
    """
    row, series = prices_of(code, clocks, actor, first=first_day(clocks, period, WARM_UP))
    return build_study(row, series, clocks, period=period, window=window, kind=kind)


def build_study(
    row: InstrumentRow, series: Series, clocks: Clocks, *, period: str, window: int, kind: str = "auto"
) -> Study:
    """Return the study of prices that were read already; they begin ``WARM_UP`` before the period.

    Raises
    ------
    InsufficientHistory
        Fewer than two returns in the period.
    """
    start = first_day(clocks, period)
    chosen, remarks = _choose_kind(row, series, kind)
    steps = compute_returns(series.settle, chosen).values
    per_year = observations_per_year(series.day)
    realised = rolling_volatility(steps, window, periods_per_year=per_year)
    ewma = np.sqrt(ewma_variance(steps, initial_variance=ewma_seed(steps))[1:] * per_year)
    days = series.day[1:]
    at = next((i for i, day in enumerate(days) if start is None or day >= start), len(days))
    require_length(steps[at:], 2, f"The volatility of {row.name}")
    garch, no_garch = _garch(steps[at:], per_year)
    cone, no_cone = _cone(steps[at:], per_year)
    return Study(
        row, chosen, per_year, window, days[at:], series.settle[1:][at:], steps[at:], realised[at:], ewma[at:],
        garch, cone, no_garch, no_cone, (*remarks, *_gaps(row, days[at:])),
    )  # fmt: skip


def prices_of(code: str, clocks: Clocks, actor: Actor, *, first: date | None) -> tuple[InstrumentRow, Series]:
    """Return an instrument and its daily prices from ``first`` on.

    Raises
    ------
    NotFound
        There is no instrument ``code``.
    InsufficientHistory
        It has fewer than three prices there.
    """
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        found = queries.instruments(work.session, codes=[code])
        if not found:
            raise NotFound(f"There is no instrument '{code}'. Choose one from the list.", instrument=code)
        (row,) = found
        series = queries.daily_settles(work.session, clocks=clocks, instrument_ids=[row.id], first=first).get(
            row.id, Series((), np.empty(0))
        )
    if len(series.day) < 3:
        raise InsufficientHistory(
            f"{row.name} has {len(series.day)} prices in this period; choose a longer period or a later day.",
            have=len(series.day),
            need=3,
        )
    return row, series


def first_day(clocks: Clocks, period: str, before: timedelta = timedelta(0)) -> date | None:
    """Return the first day of ``period`` less ``before``; None asks for all there is."""
    if period not in PERIODS:
        raise DomainError(
            f"There is no period '{period}'. Choose one of {', '.join(PERIODS)}.", period=period
        )
    span = PERIODS[period][1]
    return None if span is None else clocks.as_of - timedelta(days=span) - before


def _choose_kind(row: InstrumentRow, series: Series, asked: str) -> tuple[ReturnKind, tuple[str, ...]]:
    """Return the kind of return and, where it is not what was asked, the sentence that says why."""
    safe = recommended_kind(series.settle)
    if asked == "absolute":
        return ReturnKind.ABSOLUTE, ()
    if safe is ReturnKind.LOG:
        return ReturnKind.LOG, ()
    return ReturnKind.ABSOLUTE, (_why_absolute(row, series),)


def _why_absolute(row: InstrumentRow, series: Series) -> str:
    """Say which price rules out logarithms; the newest one, since that is what the reader remembers."""
    at = int(np.flatnonzero(series.settle <= 0.0)[-1])
    count = int(np.sum(series.settle <= 0.0))
    price = f"{series.settle[at]:,.2f} {row.unit}".replace("-", "−")
    return (
        f"{row.name} was at or below zero on {count} of {len(series.day)} days (last on {series.day[at]:%Y-%m-%d}, at "
        f"{price}), where log returns do not exist. Volatility is therefore that of price changes, in {row.unit}."
    )


def _gaps(row: InstrumentRow, days: Sequence[date]) -> tuple[str, ...]:
    """Say so when a return spans more than ten calendar days, because it then counts as one day of risk."""
    spans = np.diff(np.array(days, dtype="datetime64[D]")).astype(np.int64)
    long = np.flatnonzero(spans > LONG_GAP_DAYS)
    if not long.size:
        return ()
    worst = int(long[np.argmax(spans[long])])
    count = "One return spans" if long.size == 1 else f"{long.size} returns span"
    longest = f"the longest {spans[worst]}, up to {days[worst + 1]:%Y-%m-%d}"
    sentence = (
        f"{count} more than {LONG_GAP_DAYS} days ({longest}) because prices of {row.name} are missing; each counts as "
        "one step. See Market > Data quality."
    )
    return (sentence,)


def _garch(returns: FloatArray1D, per_year: float) -> tuple[Garch | None, str]:
    """Fit the model, or say in a sentence why it cannot be fitted."""
    try:
        fit = fitted(returns)
    except DomainError as refusal:
        return None, str(refusal)
    ahead = np.append(fit.conditional_variance[1:], fit.variance_forecast[0])
    structure = fit.term_structure(HORIZONS)
    long_run = fit.long_run_variance
    return Garch(
        fit,
        np.sqrt(ahead * per_year),
        structure,
        float(np.sqrt(fit.variance_forecast[0] * per_year)),
        None if long_run is None else float(np.sqrt(long_run * per_year)),
        np.sqrt(structure.cumulative_variance / np.array(HORIZONS) * per_year),
    ), ""


def _cone(returns: FloatArray1D, per_year: float) -> tuple[VolatilityCone | None, str]:
    try:
        return volatility_cone(returns, periods_per_year=per_year), ""
    except DomainError as refusal:
        return None, str(refusal)
