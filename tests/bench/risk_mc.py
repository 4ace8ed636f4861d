"""Monte Carlo by full revaluation: 10,000 scenarios of 200 prices for 5,000 positions, 1,000 of them options.

The floor is the least that numpy needs for the same work without a check: deltas of what is linear added up, Black's
formula by logarithm and normal distribution for every option and scenario, in blocks that stay in the cache; like ours
it keeps the P&L of every option in single precision, so that any cut is an addition. A floor that keeps the sum alone
stands beside it. QuantLib prices a sample of the scenarios in a loop, scaled up. All must give the same VaR before
their times are compared. Times are of the processor, since neighbours on the machine change the clock's by half.
"""

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from time import process_time

import numpy as np
import QuantLib as ql  # noqa: N813
from scipy.special import ndtr

from portal.domain.portfolio.book import DTYPES, Book
from portal.domain.portfolio.market import QUOTED, CurveTerms, Fixings, Market, Marks, VolSurface, ZeroCurve
from portal.domain.portfolio.trade import Kind, VolModel
from portal.domain.portfolio.valuation import Valuation, value_book
from portal.domain.risk.revaluation.full import revalue
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet
from portal.domain.risk.scenarios.market_factors import market_factors
from tests.bench.report import Figure, middle

CURVES, TENORS, POSITIONS, OPTIONS, SCENARIOS = 8, 25, 5000, 1000, 10_000
DAY, LEVEL, BLOCK = date(2026, 10, 1), 0.99, 32_768
GROUP = "risk, Monte Carlo"
VAR_WITHIN = 1e-8
FLOOR_TARGET, QUANTLIB_TARGET, PEAK_MB, LINEAR_TARGET = 2.0, 1.0 / 20.0, 500.0, 1.3
GROWTH = (4, 2, 1)  # parts of the largest
SAMPLED = 20  # scenarios that QuantLib prices


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
    still = scene(count, vols=False)
    found = _race(still, "prices move", rounds)
    found += _race(scene(count, vols=True), "volatilities too", rounds)
    found += _race(scene(count, vols=True, smile=0.05), "along smiles", rounds)
    return found + _growth(still, rounds)


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


def _race(of: Scene, what: str, rounds: int) -> list[Figure]:
    """Return our time beside those of the floors and of QuantLib, taken in turns."""
    plain = Plain(of)
    kept, gap = plain.sample(), must_agree(of, plain)
    asked = plain.asked(kept)
    runs: dict[str, Callable[[], object]] = {
        "Enerscope": lambda: ours(of),
        "numpy floor: the same": lambda: plain.floor(keep=True),
        "numpy: the sum alone": lambda: plain.floor(keep=False),
        "QuantLib loop": lambda: plain.by_quantlib(kept, asked),
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            times[name].append(_timed(run))
    found = {name: middle(values) for name, values in times.items()}
    found["QuantLib loop"] *= len(of.moves) / len(kept)
    targets = {"numpy floor: the same": FLOOR_TARGET, "QuantLib loop": QUANTLIB_TARGET}
    subject, mine = f"{len(of.moves):,} scenarios, {what}", found.pop("Enerscope")
    figures = [
        Figure(
            GROUP, subject, "P&L of all trades", mine, "s", other, name,
            targets[name] * other if name in targets else None,
        )
        for name, other in found.items()
    ]  # fmt: skip
    figures.append(Figure(GROUP, subject, "VaR differs by a share of", gap, "", target=VAR_WITHIN))
    figures.append(Figure(GROUP, subject, "peak memory", _peak(lambda: ours(of)), "MB", target=PEAK_MB))
    return figures


def must_agree(of: Scene, plain: "Plain") -> float:
    """Return by how much our VaR differs from the floor's, as a share of it; stop where somebody finds another."""
    pnl, kept = ours(of), plain.sample()
    floor = plain.floor(keep=True)
    if not np.allclose(
        pnl[kept], plain.by_quantlib(kept, plain.asked(kept)), rtol=0.0, atol=1e-6 * np.abs(pnl).max()
    ):
        raise SystemExit("QuantLib finds another P&L than the full revaluation.")
    gap = abs(_var(pnl) / _var(floor) - 1.0)
    if not gap < VAR_WITHIN:
        raise SystemExit(f"The VaR of the full revaluation is off by {gap:.2g} of itself.")
    return gap


def _growth(of: Scene, rounds: int) -> list[Figure]:
    """Return times for a quarter, half and all of the scenarios, and of the positions."""
    s, found = len(of.moves), []
    for name, parts in (
        ("scenarios", [of.part(s // share) for share in GROWTH]),
        ("positions", [of.part(s, share) for share in GROWTH]),
    ):
        times = [[_timed(lambda: ours(part)) for part in parts] for _ in range(rounds)]  # noqa: B023
        seconds = [middle([row[at] for row in times]) for at in range(len(parts))]
        for share, taken in zip(GROWTH, seconds, strict=True):
            count = (s if name == "scenarios" else len(of.book)) // share
            fair = seconds[0] * GROWTH[0] / share  # of the smallest, were it proportional
            subject = f"growth with {name}"
            found.append(
                Figure(GROUP, subject, f"{count:,}", taken, "s", fair, "in proportion", LINEAR_TARGET * fair)
            )
    return found


def ours(of: Scene) -> np.ndarray:
    """Return the P&L of the book in every scenario, from that of every trade."""
    outcome = revalue(of.book, of.market, of.valuation, of.factors, of.moves)
    return outcome.by_group(np.zeros(len(outcome.trade_id), dtype=np.int64), 1)[:, 0]


def _var(pnl: np.ndarray) -> float:
    rank = int(np.ceil(len(pnl) * LEVEL - 1e-9))
    return float(np.partition(-pnl, rank - 1)[rank - 1])


class Plain:
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
        """Return Black's prices at the payment day, shape (rows, scenarios)."""
        f, k = self.forward[rows][:, None] + move, self.strike[rows][:, None]
        deviation = self._deviation(rows, f, scale)
        sign = np.where(self.call[rows], 1.0, -1.0)[:, None]
        d1 = np.log(f / k) / deviation + 0.5 * deviation
        return sign * (f * ndtr(sign * d1) - k * ndtr(sign * (d1 - deviation)))

    def _deviation(self, rows: np.ndarray, forward: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Return volatility times root of time, along the smile where there is one."""
        root = np.sqrt(self.years[rows])[:, None] * scale
        middle_vol = self.lines[rows, 2][:, None]
        if not self.has_smile:
            return middle_vol * root
        place = np.log(self.strike[rows][:, None] / forward) / (middle_vol * root)
        lines = zip(place, self.lines[rows], strict=True)
        return np.stack([np.interp(at, self.nodes, line) for at, line in lines]) * root

    def floor(self, *, keep: bool) -> np.ndarray:
        """Return the sum over all positions in every scenario; with ``keep`` that of every option is kept too."""
        pnl = self.of.moves @ self.delta - self.value.sum()
        kept = np.empty((len(self.value), len(pnl)) if keep else (0, 0), np.float32)
        size = max(1, BLOCK // len(self.of.moves))
        for start in range(0, len(self.value), size):
            rows = np.arange(start, min(start + size, len(self.value)))
            scale = 1.0 + self.by_factor[self.vol_column[rows]]
            prices = self._prices(rows, self.by_factor[self.column[rows]], scale)
            pnl += self.volume[rows] @ prices
            if keep:
                kept[rows] = self.volume[rows, None] * prices - self.value[rows, None]
        return pnl

    def sample(self) -> np.ndarray:
        """Scenarios that QuantLib prices."""
        return np.linspace(0, len(self.of.moves) - 1, SAMPLED).astype(int)

    def asked(self, scenarios: np.ndarray) -> list[list[tuple[object, ...]]]:
        """Return what QuantLib is asked in some scenarios; to prepare it is not counted."""
        side = [ql.Option.Call if call else ql.Option.Put for call in self.call.tolist()]
        found = []
        for at in scenarios.tolist():
            forward = self.forward + self.of.moves[at, self.column]
            scale = 1.0 + self.of.moves[at, self.vol_column]
            deviation = self._deviation(np.arange(len(side)), forward[:, None], scale[:, None])[:, 0]
            found.append(
                list(zip(side, self.strike.tolist(), forward.tolist(), deviation.tolist(), strict=True))
            )
        return found

    def by_quantlib(self, scenarios: np.ndarray, asked: list[list[tuple[object, ...]]]) -> np.ndarray:
        """Return the same by a call for each option and scenario."""
        prices = np.array([[ql.blackFormula(*terms) for terms in row] for row in asked])
        return self.of.moves[scenarios] @ self.delta + prices @ self.volume - self.value.sum()


def _timed(run: Callable[[], object]) -> float:
    began = process_time()
    run()
    return process_time() - began


def _peak(make: Callable[[], object]) -> float:
    """Memory that is allocated at a time, at most, in MB."""
    tracemalloc.start()
    try:
        make()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
