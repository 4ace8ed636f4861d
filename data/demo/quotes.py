"""Quotes of delivery products as brokers show them: rounded, so that a year is rarely exactly its quarters.

Most gaps are a rounding step. On a handful of days one product is out of line by more than a per cent, which is the
work of the page that repairs arbitrage.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.demo.calendar import Days
from data.demo.factors import Floats
from data.demo.forwards import CurveHistory
from portal.domain.market.curve_products import delivery_weights, parse_product

QUOTED_DAYS = 60
GAPS_EACH = 3  # larger gaps of each curve, one of them on the last day
GAP = (0.012, 0.022)


@dataclass(frozen=True, slots=True)
class QuoteSpec:
    """What is traded of a curve: how many of each kind of product, and the step they are quoted in."""

    code: str
    commodity: str
    timezone: str
    months: int
    quarters: int
    seasons: int
    years: int
    tick: float


QUOTES = (
    QuoteSpec("TTF", "gas", "Europe/Amsterdam", 6, 5, 4, 2, 0.025),
    QuoteSpec("POWER_DE_LU", "power", "Europe/Berlin", 6, 6, 0, 2, 0.05),
    QuoteSpec("POWER_FR", "power", "Europe/Paris", 6, 5, 0, 2, 0.05),
    QuoteSpec("BRENT", "crude", "Europe/London", 12, 4, 0, 2, 0.01),
)


@dataclass(frozen=True, slots=True)
class ProductHistory:
    """Quotes of one product of one curve: ``days`` and ``value`` of shape (n,)."""

    code: str
    product: str
    days: Days
    value: Floats


def _periods(first: np.datetime64, length: int, shift: int, count: int) -> Iterator[np.datetime64]:
    """Yield the first months of ``count`` periods that begin at or after ``first``."""
    index = int(first.astype("datetime64[M]").astype(np.int64)) - shift
    start = -(-index // length) * length + shift
    for number in range(count):
        yield np.datetime64(start + number * length, "M")


def keys(first: np.datetime64, spec: QuoteSpec) -> list[str]:
    """Return the products that are quoted while ``first`` is the first listed month."""
    found = [str(first + number) for number in range(spec.months)]
    found += [
        f"{str(start)[:4]}-Q{int(str(start)[5:7]) // 3 + 1}" for start in _periods(first, 3, 0, spec.quarters)
    ]
    found += [
        f"{'Sum' if str(start)[5:7] == '04' else 'Win'}-{str(start)[2:4]}"
        for start in _periods(first, 6, 3, spec.seasons)
    ]
    found += [f"Cal-{str(start)[2:4]}" for start in _periods(first, 12, 0, spec.years)]
    return found


def build_quotes(
    spec: QuoteSpec, history: CurveHistory, days: Days, rng: np.random.Generator
) -> list[ProductHistory]:
    """Return the quotes of the last :data:`QUOTED_DAYS` days of ``days``, by product."""
    rows = np.arange(len(days) - QUOTED_DAYS, len(days))
    months = history.delivery.astype("datetime64[M]")
    known = np.unique(months[rows])
    weight = delivery_weights(known, spec.commodity, spec.timezone)
    sizes = np.array([weight[month] for month in known])[np.searchsorted(known, months[rows])]
    wanted: dict[str, list[int]] = {}
    for position, row in enumerate(rows):
        for key in keys(months[row, 0], spec):
            wanted.setdefault(key, []).append(position)
    found = []
    for key, at in wanted.items():
        inside = np.isin(months[rows[at]], np.array(parse_product(key).months))
        size = sizes[at] * inside
        price = (history.value[rows[at]] * size).sum(axis=1) / size.sum(axis=1)
        whole = inside.sum(axis=1) == len(parse_product(key).months)
        half = rng.choice((-0.5, 0.0, 0.0, 0.5), len(at)) * spec.tick
        value = np.round(np.round((price + half) / spec.tick) * spec.tick, 4)
        found.append(ProductHistory(spec.code, key, days[rows[at]][whole], value[whole]))
    return _out_of_line(found, days[-1], rng)


def _out_of_line(
    found: list[ProductHistory], last: np.datetime64, rng: np.random.Generator
) -> list[ProductHistory]:
    """Return ``found`` with some quarters and years off by more than rounding."""
    long = [number for number, quotes in enumerate(found) if "Q" in quotes.product or "Cal" in quotes.product]
    current = [number for number in long if last in found[number].days]
    for turn in range(GAPS_EACH):
        number = int(rng.choice(current if turn == 0 else long))
        quotes = found[number]
        at = len(quotes.days) - 1 if turn == 0 else int(rng.integers(len(quotes.days)))
        factor = 1.0 + rng.choice((-1.0, 1.0)) * rng.uniform(*GAP)
        value = quotes.value.copy()
        value[at] = np.round(value[at] * factor, 2)
        found[number] = ProductHistory(quotes.code, quotes.product, quotes.days, value)
    return found
