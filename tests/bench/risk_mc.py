"""Monte Carlo by full revaluation: 10,000 scenarios of 200 prices for 5,000 positions, 1,000 of them options.

The floor is the least that numpy needs for the same VaR: aggregated deltas of what is linear, and Black's formula for
every option and scenario by logarithm and normal distribution, in blocks that stay in the cache; it keeps the sum alone,
while we keep the P&L of every trade, so that any cut is an addition. QuantLib prices a sample of the scenarios in a loop,
scaled up. All must give the same VaR before their times are compared.
"""

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from time import perf_counter
from typing import TypeVar

import numpy as np
import QuantLib as ql
from scipy.special import ndtr

from portal.domain.portfolio.book import DTYPES, Book
from portal.domain.portfolio.market import QUOTED, CurveTerms, Fixings, Market, Marks, VolSurface, ZeroCurve
from portal.domain.portfolio.trade import Kind, VolModel
from portal.domain.portfolio.valuation import Valuation, value_book
from portal.domain.risk.revaluation.full import revalue
from portal.domain.risk.revaluation.outcome import Outcome
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet
from portal.domain.risk.scenarios.market_factors import market_factors
from tests.bench.report import Figure, middle

Made = TypeVar("Made")
CURVES, TENORS, POSITIONS, OPTIONS, SCENARIOS = 8, 25, 5000, 1000, 10_000
DAY, LEVEL, BLOCK = date(2026, 10, 1), 0.99, 32_768
GROUP = "risk, Monte Carlo"
VAR_WITHIN = 1e-8
PRICE_TARGET, VOL_TARGET, QUANTLIB_TIMES, PEAK_MB = 0.35, 1.0, 20.0, 500.0
SAMPLED = 10  # scenarios that QuantLib prices


@dataclass(frozen=True, eq=False)
class Scene:
    """A book in its market, and moves of all factors; only prices and, where asked, volatilities move."""

    book: Book
    market: Market
    valuation: Valuation
    factors: FactorSet
    moves: np.ndarray

    def part(self, scenarios: int, every: int = 1) -> "Scene":
        """Return the first scenarios, and every so-manieth position."""
        kept = np.arange(0, len(self.book), every)
        return Scene(
            self.book.take(kept), self.market, self.valuation.take(kept), self.factors, self.moves[:scenarios]
        )


def measure(*, rounds: int, quick: bool) -> list[Figure]:
    """Return times, ratios, memory and growth."""
    count = SCENARIOS // 5 if quick else SCENARIOS
    found = _race(scene(count, vols=False), "prices move", PRICE_TARGET, rounds)
    found += _race(scene(count, vols=True), "prices and volatilities move", VOL_TARGET, rounds)
    found += _race(scene(count, vols=True, smile=0.1), "the same along smiles", None, rounds)
    return found + _growth(scene(count, vols=False), rounds)


def scene(scenarios: int, *, vols: bool, smile: float = 0.0) -> Scene:
    """Return 4,000 futures and 1,000 options on 8 curves of 25 months, and correlated moves."""
    rng = np.random.default_rng(20261001)
    market = _market(rng, smile)
    book = _book(rng, market)
    factors = market_factors(market, tenors=TENORS)
    common = rng.standard_normal((scenarios, 1))
    moves = (
        0.02 * np.abs(factors.level) * (0.7 * common + 0.7 * rng.standard_normal((scenarios, len(factors))))
    )
    at_vol = factors.kind == FactorKind.VOL
    moves[:, at_vol] *= 2.0 if vols else 0.0
    moves[:, ~at_vol & (factors.kind != FactorKind.PRICE)] = 0.0
    return Scene(book, market, value_book(book, market), factors, moves)


def _market(rng: np.random.Generator, smile: float) -> Market:
    months = np.datetime64(DAY, "M") + np.arange(TENORS + 1)
    shape = CURVES, len(months)
    price = 40.0 * rng.uniform(0.7, 1.5, (CURVES, 1)) * rng.uniform(0.95, 1.05, shape)
    nodes = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    surfaces = {
        at: VolSurface(
            months, nodes, rng.uniform(0.3, 0.7, (len(months), 1)) * (1.0 + smile * nodes**2), False, DAY
        )
        for at in range(1, CURVES + 1)
    }
    terms = CurveTerms(
        np.arange(1, CURVES + 1), tuple(f"C{at}" for at in range(CURVES)), ("gas",) * CURVES, ("EUR/MWh",) * CURVES,
        ("EUR",) * CURVES, ("Europe/Berlin",) * CURVES, np.ones(CURVES), np.ones(CURVES), np.full(CURVES, -1),
        np.zeros(CURVES, np.bool_),
    )  # fmt: skip
    nothing = np.zeros(shape)
    marks = Marks(months, price, np.full(shape, np.datetime64(DAY)), np.full(shape, QUOTED, np.int8))
    rates = {"EUR": ZeroCurve(np.array([1.0]), np.array([0.03]), DAY)}
    return Market(
        DAY, terms, marks, Fixings(nothing, nothing, nothing + 22.0, {}), surfaces, {}, rates, {"EUR": 1.0}, "EUR", {}
    )  # fmt: skip


def _book(rng: np.random.Generator, market: Market) -> Book:
    """Four futures to each option, one month each."""
    arrays = {name: np.zeros(POSITIONS, dtype=kind) for name, kind in DTYPES.items()}
    arrays["trade_id"] = np.arange(1, POSITIONS + 1)
    is_option = np.arange(POSITIONS) % (POSITIONS // OPTIONS) == 0
    arrays["kind"] = np.where(is_option, Kind.OPTION, Kind.FUTURE).astype("i1")
    arrays["vol_model"] = np.where(is_option, VolModel.BLACK76, -1).astype("i1")
    arrays["curve"], arrays["curve2"][:] = rng.integers(1, CURVES + 1, POSITIONS), -1
    ahead = rng.integers(1, TENORS + 1, POSITIONS)
    arrays["side"], arrays["quantity"] = rng.choice([-1.0, 1.0], POSITIONS), rng.uniform(1e2, 1e4, POSITIONS)
    level = market.marks.price[arrays["curve"] - 1, ahead]
    arrays["price"] = np.where(is_option, np.nan, level * rng.uniform(0.9, 1.1, POSITIONS))
    arrays["strike"] = np.where(is_option, level * rng.uniform(0.7, 1.3, POSITIONS), np.nan)
    arrays["premium"] = np.where(is_option, 1.0, np.nan)
    arrays["is_call"] = rng.random(POSITIONS) < 0.5
    arrays["ratio1"][:] = arrays["ratio2"][:] = 1.0
    months = np.datetime64(DAY, "M") + ahead
    arrays["delivery_start"], arrays["delivery_end"] = months.astype("M8[D]"), (months + 1).astype("M8[D]")
    arrays["expiry"] = arrays["delivery_start"] - 3
    arrays["trade_date"][:] = np.datetime64(DAY - timedelta(days=30))
    return Book(**arrays)


def _race(of: Scene, what: str, target: float | None, rounds: int) -> list[Figure]:
    """Return our time beside the floor's and QuantLib's, taken in turns."""
    options = _Options(of)
    pnl, kept = _ours(of), options.sample()
    if not np.allclose(pnl[kept], options.by_quantlib(kept), rtol=0.0, atol=1e-6 * np.abs(pnl).max()):
        raise SystemExit("QuantLib finds another P&L than the full revaluation.")
    gap = abs(_var(pnl) / _var(options.floor()) - 1.0)
    if not gap < VAR_WITHIN:
        raise SystemExit(f"The VaR of the full revaluation is off by {gap:.2g} of itself.")
    times: dict[str, list[float]] = {"ours": [], "floor": [], "quantlib": []}
    for number in range(rounds):
        times["ours"].append(_timed(lambda: _ours(of))[0])
        times["floor"].append(_timed(options.floor)[0])
        if number < 2:
            times["quantlib"].append(_timed(lambda: options.by_quantlib(kept))[0] * len(of.moves) / len(kept))
    ours, floor, loop = (middle(times[name]) for name in ("ours", "floor", "quantlib"))
    subject = f"{len(of.moves):,} scenarios, {POSITIONS:,} positions, {what}"
    return [
        Figure(
            GROUP,
            subject,
            "P&L of every trade",
            ours,
            "s",
            floor,
            "numpy: sum alone",
            target and target * floor,
        ),
        Figure(GROUP, subject, "P&L of every trade", ours, "s", loop, "QuantLib loop", loop / QUANTLIB_TIMES),
        Figure(GROUP, subject, "VaR off by, of itself", gap, "", target=VAR_WITHIN),
        Figure(GROUP, subject, "peak memory of it", _peak(lambda: _ours(of)), "MB", target=PEAK_MB),
    ]


def _growth(of: Scene, rounds: int) -> list[Figure]:
    """Return times for a quarter, half and all of the scenarios, and of the positions."""
    s, found = len(of.moves), []
    for name, parts in (
        ("scenarios", [of.part(s // 4), of.part(s // 2), of]),
        ("positions", [of.part(s, 4), of.part(s, 2), of]),
    ):
        times = [[_timed(lambda: _ours(part))[0] for part in parts] for _ in range(rounds)]  # noqa: B023
        most = middle([row[-1] for row in times])
        for at, share in enumerate((4, 2, 1)):
            count = (s if name == "scenarios" else POSITIONS) // share
            seconds = middle([row[at] for row in times])
            subject = f"a larger number of {name}"
            found.append(
                Figure(GROUP, subject, f"{count:,}", seconds, "s", most / share, "share of the largest")
            )
    return found


def _outcome(of: Scene) -> Outcome:
    return revalue(of.book, of.market, of.valuation, of.factors, of.moves)


def _ours(of: Scene) -> np.ndarray:
    """P&L of the book in every scenario, from that of every trade."""
    outcome = _outcome(of)
    return outcome.by_group(np.zeros(len(outcome.trade_id), dtype=np.int64), 1)[:, 0]


def _var(pnl: np.ndarray) -> float:
    rank = int(np.ceil(len(pnl) * LEVEL - 1e-9))
    return float(np.partition(-pnl, rank - 1)[rank - 1])


class _Options:
    """The same P&L from plain arrays."""

    def __init__(self, of: Scene) -> None:
        book, market = of.book, of.market
        self.of = of
        at = np.flatnonzero(book.kind == Kind.OPTION)
        month = (book.delivery_start.astype("M8[M]") - market.marks.months[0]).astype(int)
        self.forward = market.marks.price[book.curve[at] - 1, month[at]]
        self.strike, self.call = book.strike[at], book.is_call[at]
        self.years = (book.expiry[at] - np.datetime64(DAY)).astype(int) / 365.0
        self.volume = book.side[at] * book.quantity[at] * np.exp(-0.03 * self.years)
        self.surfaces = [market.vols[int(key)] for key in book.curve[at]]
        lines = [surface.vol[m] for surface, m in zip(self.surfaces, month[at], strict=True)]
        self.lines, self.nodes = np.array(lines), self.surfaces[0].moneyness
        factors = of.factors
        self.column = factors.price_positions(book.curve[at], month[at])
        vols = {int(factors.curve[i]): i for i in factors.of_kind(FactorKind.VOL).tolist()}
        self.vol_column = np.array([vols[int(key)] for key in book.curve[at]])
        linear = np.flatnonzero(book.kind == Kind.FUTURE)
        where = factors.price_positions(book.curve[linear], month[linear])
        size = book.side[linear] * book.quantity[linear]
        self.delta = np.bincount(where, size, len(factors))
        self.has_smile = bool(np.ptp(self.lines, axis=1).any())
        self.by_factor = np.ascontiguousarray(of.moves.T)
        self.value = self.volume * self._prices(np.arange(len(at)), np.zeros(1), np.ones(1))[:, 0]

    def _prices(self, rows: np.ndarray, move: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Black's formula for puts and calls, undiscounted; shape (rows, scenarios)."""
        f, k = self.forward[rows][:, None] + move, self.strike[rows][:, None]
        root = np.sqrt(self.years[rows])[:, None]
        logs = np.log(f / k)
        if self.has_smile:
            place = -logs / (self.lines[rows, 2][:, None] * scale * root)
            vol = np.stack(
                [np.interp(p, self.nodes, line) for p, line in zip(place, self.lines[rows], strict=True)]
            )
            deviation = vol * scale * root
        else:
            deviation = self.lines[rows, 2][:, None] * scale * root
        sign = np.where(self.call[rows], 1.0, -1.0)[:, None]
        d1 = logs / deviation + 0.5 * deviation
        return sign * (f * ndtr(sign * d1) - k * ndtr(sign * (d1 - deviation)))

    def floor(self) -> np.ndarray:
        """Sum over all positions in every scenario."""
        pnl = self.of.moves @ self.delta - self.value.sum()
        size = max(1, BLOCK // len(self.of.moves))
        for start in range(0, len(self.value), size):
            rows = np.arange(start, min(start + size, len(self.value)))
            prices = self._prices(
                rows, self.by_factor[self.column[rows]], 1.0 + self.by_factor[self.vol_column[rows]]
            )
            pnl += self.volume[rows] @ prices
        return pnl

    def sample(self) -> np.ndarray:
        """Scenarios that QuantLib prices."""
        return np.linspace(0, len(self.of.moves) - 1, SAMPLED).astype(int)

    def by_quantlib(self, scenarios: np.ndarray) -> np.ndarray:
        """The same by a call for each option and scenario."""
        terms = list(
            zip(
                self.call.tolist(),
                self.strike.tolist(),
                self.forward.tolist(),
                self.years.tolist(),
                strict=True,
            )
        )
        found = []
        for at in scenarios.tolist():
            moves = self.of.moves[at]
            prices = []
            for i, (call, strike, forward, years) in enumerate(terms):
                f, scale = forward + moves[self.column[i]], 1.0 + moves[self.vol_column[i]]
                root, line = years**0.5, self.lines[i]
                vol = np.interp(np.log(strike / f) / (line[2] * scale * root), self.nodes, line) * scale
                prices.append(
                    ql.blackFormula(ql.Option.Call if call else ql.Option.Put, strike, f, vol * root)
                )
            found.append(moves @ self.delta + self.volume @ np.array(prices) - self.value.sum())
        return np.array(found)


def _timed(make: Callable[[], Made]) -> tuple[float, Made]:
    began = perf_counter()
    made = make()
    return perf_counter() - began, made


def _peak(make: Callable[[], object]) -> float:
    """Memory that is allocated at a time, at most, in MB."""
    tracemalloc.start()
    try:
        make()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
