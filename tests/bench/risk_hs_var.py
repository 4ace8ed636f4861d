"""Historical VaR, expected shortfall and the components of every position: 5,000 positions, 50 factors, 2,500 days.

The floor is the least that numpy needs for the same figures without a check: exposures added up, one product with the
moves, a partition, and back to the positions over the tail days alone. The peers make the table of positions and days:
numpy, and pandas as a notebook would; QuantLib is given the P&L of the book and has no components. All must give the
same figures before their times are compared. Times are of the processor, since neighbours on the machine change the
clock's by half.
"""

import tracemalloc
from collections.abc import Callable
from time import process_time

import numpy as np
import pandas as pd
import QuantLib as ql  # noqa: N813

from portal.domain.risk.factor_tail import FactorTail, factor_tail
from tests.bench.report import Figure, middle

POSITIONS, FACTORS, DAYS, LEVEL = 5000, 50, 2500, 0.975
GROUP = "risk, historical VaR"
FLOOR_TARGET, PANDAS_TARGET, LINEAR_TARGET = 3.0, 1.0 / 70.0, 1.3
REPEATS = 20  # of what takes a millisecond, for one time
GROWTH = (1, 2, 4)
Case = tuple[np.ndarray, np.ndarray]
Found = tuple[float, float, np.ndarray | None]


def measure(*, rounds: int, quick: bool) -> list[Figure]:
    """Return times of the product, the floor and the peers, taken in turns, memory and growth."""
    positions, days = (POSITIONS // 5, DAYS // 5) if quick else (POSITIONS, DAYS)
    case = book(positions, days)
    return _race(case, rounds) + _memory(case) + _growth(rounds, positions, days)


def book(positions: int, days: int) -> Case:
    """Return exposures, a third of them zero, and fat-tailed moves that go together."""
    random = np.random.default_rng(20260502)
    exposures = random.normal(0.0, 1e4, (positions, FACTORS)) * (random.random((positions, FACTORS)) < 0.67)
    common = random.standard_t(4, (days, 1))
    return exposures, 0.01 * (0.6 * common + 0.8 * random.standard_t(4, (days, FACTORS)))


def _race(case: Case, rounds: int) -> list[Figure]:
    quick_ones: dict[str, Callable[[Case], object]] = {"Enerscope": ours, "numpy floor": floor}
    slow: dict[str, Callable[[Case], object]] = {
        "numpy: positions x days": cube,
        "pandas: positions x days": pandas_table,
        "QuantLib: no components": quantlib,
    }
    must_agree(case)
    times: dict[str, list[float]] = {name: [] for name in (*quick_ones, *slow)}
    for _ in range(rounds):
        for name, run in quick_ones.items():
            times[name].append(_milliseconds(run, case, REPEATS))
        for name, run in slow.items():
            times[name].append(_milliseconds(run, case, 1))
    found = {name: middle(values) for name, values in times.items()}
    mine = found.pop("Enerscope")
    targets = {"numpy floor": FLOOR_TARGET, "pandas: positions x days": PANDAS_TARGET}
    subject = f"{len(case[0]):,} positions, {len(case[1]):,} days"
    return [
        Figure(
            GROUP,
            subject,
            "VaR, ES, all components",
            mine,
            "ms",
            value,
            name,
            targets[name] * value if name in targets else None,
        )
        for name, value in found.items()
    ]


def _memory(case: Case) -> list[Figure]:
    peaks = []
    for run in (ours, cube):
        tracemalloc.start()
        run(case)
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    subject = f"{len(case[0]):,} positions, {len(case[1]):,} days"
    return [
        Figure(GROUP, subject, "memory beyond the input", peaks[0], "MB", peaks[1], "numpy: positions x days")
    ]


def _growth(rounds: int, positions: int, days: int) -> list[Figure]:
    """Times at three sizes, each beside what the smallest makes of it if cost is linear."""
    figures = []
    for what in ("positions", "days"):
        cases = [
            book(positions * (size if what == "positions" else 1), days * (size if what == "days" else 1))
            for size in GROWTH
        ]
        times: list[list[float]] = [[] for _ in cases]
        for _ in range(rounds):
            for at, case in enumerate(cases):
                times[at].append(_milliseconds(ours, case, REPEATS // 2))
        first = middle(times[0])
        figures += [
            Figure(
                GROUP,
                f"{len(case[0]):,} positions, {len(case[1]):,} days",
                f"growth with {what}",
                middle(own),
                "ms",
                size * first,
                f"{size} times the smallest",
                LINEAR_TARGET * size * first,
            )
            for size, case, own in zip(GROWTH, cases, times, strict=True)
        ]
    return figures


def _milliseconds(run: Callable[[Case], object], case: Case, repeats: int) -> float:
    began = process_time()
    for _ in range(repeats):
        run(case)
    return 1000.0 * (process_time() - began) / repeats


def ours(case: Case) -> FactorTail:
    """The product."""
    return factor_tail(*case, LEVEL)


def floor(case: Case) -> Found:
    """Aggregate, partition, and back over the tail days; nothing is checked."""
    exposures, moves = case
    losses = -(moves @ exposures.sum(axis=0))
    mass = len(losses) * (1.0 - LEVEL)
    whole = int(mass + 1e-9)
    worst = np.argpartition(losses, len(losses) - whole - 1)[len(losses) - whole - 1 :]
    worst = worst[np.argsort(-losses[worst])]
    shares = np.append(np.ones(whole), mass - whole) / mass
    falls = -(shares @ moves[worst])
    return float(losses[worst[-1]]), float(shares @ losses[worst]), exposures @ falls


def cube(case: Case) -> Found:
    """The table of all positions and days."""
    exposures, moves = case
    table = moves @ exposures.T
    losses = -table.sum(axis=1)
    mass = len(losses) * (1.0 - LEVEL)
    whole = int(mass + 1e-9)
    order = np.argsort(-losses)[: whole + 1]
    shares = np.append(np.ones(whole), mass - whole) / mass
    return float(losses[order[-1]]), float(shares @ losses[order]), -(shares @ table[order])


def pandas_table(case: Case) -> Found:
    """The same by frames, as in a notebook."""
    exposures, moves = pd.DataFrame(case[0]), pd.DataFrame(case[1])
    table = moves.dot(exposures.T)
    losses = -table.sum(axis=1)
    mass = len(losses) * (1.0 - LEVEL)
    whole = int(mass + 1e-9)
    worst = losses.sort_values(ascending=False).index[: whole + 1]
    shares = pd.Series(np.append(np.ones(whole), mass - whole) / mass, index=worst)
    parts = -table.loc[worst].mul(shares, axis=0).sum()
    return float(losses[worst[-1]]), float((losses[worst] * shares).sum()), parts.to_numpy()


def quantlib(case: Case) -> Found:
    """VaR and shortfall of the P&L of the book; its tail mean is another one, so it is only near."""
    exposures, moves = case
    statistics = ql.RiskStatistics()
    for value in (moves @ exposures.sum(axis=0)).tolist():
        statistics.add(value)
    return statistics.valueAtRisk(LEVEL), statistics.expectedShortfall(LEVEL), None


def must_agree(case: Case) -> None:
    """Stop where somebody has other figures, or where components do not sum to the expected shortfall."""
    mine = ours(case)
    if abs(mine.position_es.sum() - mine.tail.es) > 1e-12 * mine.tail.es:
        raise SystemExit("The components do not sum to the expected shortfall.")
    for run, near in ((floor, 1e-10), (cube, 1e-10), (pandas_table, 1e-10), (quantlib, 0.02)):
        var, es, parts = run(case)
        same = np.isclose(var, mine.tail.var, rtol=near) and np.isclose(es, mine.tail.es, rtol=near)
        if parts is not None:
            same = same and np.allclose(parts, mine.position_es, rtol=1e-8, atol=1e-9 * mine.tail.es)
        if not same:
            raise SystemExit(f"{run.__name__} gives other figures than Enerscope.")
