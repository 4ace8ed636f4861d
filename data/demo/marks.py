"""What books are marked with beside forward curves: volatilities, zero rates, correlations, product quotes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from data.demo.calendar import Days
from data.demo.exposures import model_correlation
from data.demo.factors import Floats
from data.demo.forwards import CurveHistory
from data.demo.quotes import QUOTES, ProductHistory, build_quotes
from data.demo.rates import zero_rates
from data.demo.vols import SMILES, VolHistory, build_vols

CORRELATION_YEARS = 0.2  # the delivery that a mark is read for
CORRELATION_NOISE = 0.06  # of Fisher's z
PAIRS = (
    ("POWER_DE_LU", "TTF"),
    ("POWER_FR", "TTF"),
    ("POWER_DE_LU", "POWER_FR"),
    ("POWER_DE_LU", "EUA"),
    ("POWER_FR", "EUA"),
    ("RBOB", "BRENT"),
    ("ULSD", "BRENT"),
    ("RBOB", "WTI"),
    ("ULSD", "WTI"),
    ("RBOB", "ULSD"),
    ("BRENT", "WTI"),
    ("TTF", "HENRY_HUB"),
    ("TTF", "EUA"),
)


@dataclass(frozen=True, slots=True)
class CorrelationHistory:
    """Marks of one pair on the first trading day of each month: ``days`` and ``value`` of shape (n,)."""

    code: str
    other: str
    days: Days
    value: Floats


@dataclass(frozen=True, slots=True)
class Marks:
    """All marks of the days ``days``; ``rates`` by currency, shape (days, tenors)."""

    days: Days
    vols: dict[str, VolHistory]
    rates: dict[str, Floats]
    correlations: tuple[CorrelationHistory, ...]
    quotes: tuple[ProductHistory, ...]


def _correlations(days: Days, rng: np.random.Generator) -> tuple[CorrelationHistory, ...]:
    months = days.astype("datetime64[M]")
    firsts = days[np.concatenate([[True], months[1:] != months[:-1]])]
    found = []
    for code, other in PAIRS:
        base = model_correlation(code, other, CORRELATION_YEARS)
        noise = CORRELATION_NOISE * rng.standard_normal(len(firsts))
        value = np.round(np.tanh(np.arctanh(base) + noise), 3)
        found.append(CorrelationHistory(code, other, firsts, value))
    return tuple(found)


def build_marks(
    days: Days,
    curves: dict[str, CurveHistory],
    first: date,
    stream: Callable[[str], np.random.Generator],
) -> Marks:
    """Return the marks from the day ``first``; ``stream`` gives the random numbers of each part."""
    since = int(np.searchsorted(days, np.datetime64(first, "D")))
    mine = days[since:]
    quotes = [
        product
        for spec in QUOTES
        for product in build_quotes(spec, curves[spec.code], days, stream(f"quotes {spec.code}"))
    ]
    return Marks(
        days=mine,
        vols={code: build_vols(curves[code], days, since, stream(f"vols {code}")) for code in SMILES},
        rates=zero_rates(mine, stream("rates")),
        correlations=_correlations(mine, stream("correlations")),
        quotes=tuple(quotes),
    )
