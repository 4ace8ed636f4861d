"""Forward curves from factor paths: every delivery month of every trading day at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.demo.calendar import Contracts, Days, listed
from data.demo.catalogue import CURVES, FACTORS, CurveSpec
from data.demo.factors import Floats, Paths

TENORS = 36
LAST_FREE_DAYS = 90  # before the end no landmark pulls, so that the last quarter is not a forced move
THERM_MWH = 0.0293071
KAPPA = {factor.code: factor.kappa for factor in FACTORS}

QUOTED, INTERPOLATED, ROLLED, PROXIED = range(4)
STATUS = ("quoted", "interpolated", "rolled", "proxied")


@dataclass(slots=True)
class CurveHistory:
    """A whole curve history; ``delivery``, ``value`` and ``status`` have shape (days, tenors).

    ``published``, of shape (days,), is False on the days that never came.
    """

    code: str
    delivery: NDArray[np.datetime64]
    value: Floats
    status: NDArray[np.int8]
    published: NDArray[np.bool_]

    @property
    def front(self) -> Floats:
        """The price of the first contract on each day, shape (days,)."""
        first: Floats = self.value[:, 0]
        return first


def months_of(delivery: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the calendar month, 1 to 12, of delivery months."""
    number: NDArray[np.int64] = delivery.astype("datetime64[M]").astype(np.int64) % 12 + 1
    return number


def log_price(spec: CurveSpec, contracts: Contracts, paths: Paths) -> Floats:
    """Return the logarithm of the model price of ``contracts``, shape (days, tenors)."""
    years = contracts.years
    total = spec.level + np.array(spec.season)[months_of(contracts.delivery) - 1] + spec.carry * years
    if spec.winter is not None:
        wave = np.cos(2.0 * np.pi * (months_of(contracts.delivery) - 1) / 12.0)
        total += wave * np.exp(-KAPPA[spec.winter] * years) * paths.column(spec.winter)[:, None]
    for code, beta in spec.loads.items():
        total += beta * np.exp(-KAPPA[code] * years) * paths.column(code)[:, None]
    return total


def _nodes(spec: CurveSpec, days: Days) -> tuple[Days, Floats]:
    """Return days and log prices that the front of ``spec`` must meet: its landmarks, and both ends of ``days``."""
    known = np.array([day for day, _ in spec.landmarks], dtype="datetime64[D]")
    level = np.log([price for _, price in spec.landmarks])
    begin = np.interp(days[0].astype(np.int64), known.astype(np.int64), level)
    inside = (known > days[0]) & (known < days[-1] - LAST_FREE_DAYS)
    end = np.log(spec.end if spec.end is not None else spec.landmarks[-1][1])
    return (
        np.concatenate([days[:1], known[inside], days[-1:]]),
        np.concatenate([[begin], level[inside], [end]]),
    )


def meet_landmarks(days: Days, paths: Paths) -> None:
    """Move the bridging factors, in straight lines between landmarks, so that the front contracts meet them.

    A straight line is how a Brownian path is conditioned on its end, so the daily shocks stay as they were drawn.
    """
    for spec in CURVES:
        if spec.bridge is None:
            continue
        contracts = listed(spec.rule, days, 1)
        model = log_price(spec, contracts, paths)[:, 0]
        node_days, levels = _nodes(spec, days)
        at = np.searchsorted(days, node_days)
        decay = spec.loads[spec.bridge] * np.exp(-KAPPA[spec.bridge] * contracts.years[:, 0])
        gap = (levels - model[at]) / decay[at]
        paths.column(spec.bridge)[:] += np.interp(np.arange(len(days)), at, gap)


def interpolate_far(history: CurveHistory, season: tuple[float, ...], quoted: int) -> None:
    """Beyond ``quoted`` tenors keep the first month of each quarter and read the others off the line between them.

    The line runs in logs after the seasonal shape is taken out, so that a winter month stays a winter month.
    """
    tenors = history.value.shape[1]
    if quoted >= tenors:
        return
    month = months_of(history.delivery)
    shape = np.array(season)[month - 1]
    flat = np.log(history.value) - shape
    column = np.broadcast_to(np.arange(tenors), flat.shape)
    into = (month - 1) % 3
    left = np.clip(column - into, quoted - 1, tenors - 1)
    right = np.clip(column - into + 3, quoted - 1, tenors - 1)
    span = np.maximum(right - left, 1)
    weight = (column - left) / span
    rows = np.arange(len(flat))[:, None]
    line = (1.0 - weight) * flat[rows, left] + weight * flat[rows, right]
    between = (column >= quoted) & (into != 0) & (column < tenors - 1)
    history.value[between] = np.exp(line + shape)[between]
    history.status[between] = INTERPOLATED


def quoted_curve(code: str, contracts: Contracts, value: Floats) -> CurveHistory:
    """Return a curve all of whose nodes are quoted on all days."""
    status = np.full(value.shape, QUOTED, dtype=np.int8)
    return CurveHistory(code, contracts.delivery, value, status, np.ones(len(value), dtype=np.bool_))


def build_curve(spec: CurveSpec, days: Days, paths: Paths) -> CurveHistory:
    """Return the curve of ``spec`` before rounding, all nodes quoted but those read off a line."""
    contracts = listed(spec.rule, days, TENORS)
    history = quoted_curve(spec.code, contracts, np.exp(log_price(spec, contracts, paths)))
    interpolate_far(history, spec.season, spec.quoted)
    return history


def price_at(code: str, contracts: Contracts, paths: Paths) -> Floats:
    """Return the model price of curve ``code`` for the delivery months of another curve, shape (days, tenors)."""
    spec = next(spec for spec in CURVES if spec.code == code)
    return np.exp(log_price(spec, contracts, paths))


def nbp_from_ttf(spec: CurveSpec, days: Days, paths: Paths, gbp_per_eur: Floats) -> CurveHistory:
    """Return NBP in pence per therm: TTF at the day's exchange rate times a seasonal, mean-reverting basis."""
    contracts = listed(spec.rule, days, TENORS)
    basis = np.exp(log_price(spec, contracts, paths))
    value = price_at("TTF", contracts, paths) * gbp_per_eur[:, None] * 100.0 * THERM_MWH * basis
    history = quoted_curve(spec.code, contracts, value)
    interpolate_far(history, tuple(np.add(spec.season, TTF_SHAPE)), spec.quoted)
    return history


TTF_SHAPE = next(spec.season for spec in CURVES if spec.code == "TTF")


def proxy_far(history: CurveHistory, other: CurveHistory, quoted: int) -> None:
    """Beyond ``quoted`` tenors replace ``history`` by ``other`` times the ratio of the two at the last quoted tenor."""
    ratio = history.value[:, quoted - 1] / other.value[:, quoted - 1]
    history.value[:, quoted:] = other.value[:, quoted:] * ratio[:, None]
    history.status[:, quoted:] = PROXIED


def roll_over(history: CurveHistory, rows: NDArray[np.int64]) -> None:
    """On ``rows`` nothing was published: repeat the day before, month by month, and say so."""
    for row in rows:  # a handful of days in ten years
        shift = int((history.delivery[row, 0] - history.delivery[row - 1, 0]).astype(int))
        kept = TENORS - shift
        history.value[row, :kept] = history.value[row - 1, shift:]
        history.status[row, :kept] = ROLLED
