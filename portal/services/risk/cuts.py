"""What a figure of a run is made of: components by node, factor, curve, tenor and trade; what goes when a part goes.

Every cut is a sum over the same scenarios and shares (:class:`portal.domain.risk.reading.Reading`), so the parts of
each cut add up to the figure. Nothing here makes an array of all trades times all scenarios.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D, IntArray1D
from portal.core.errors import DomainError, NotFound
from portal.domain.risk.reading import Measure, Reading, read
from portal.domain.risk.scenarios.factors import FactorKind
from portal.domain.risk.tail import sample_es, sample_var
from portal.services.risk.runs import ALL, Run

NORMAL_METHODS = frozenset({"parametric"})
MOST_LEFT_OUT = 20
REST = "Convexity"  # what full revaluation adds to exposure times move


@dataclass(frozen=True, eq=False)  # a run holds arrays
class Figure:
    """VaR or expected shortfall of one node, or of everything, at one level."""

    run: Run
    code: str = ALL
    measure: Measure = Measure.ES
    level: float = 0.975

    @property
    def is_normal(self) -> bool:
        """Whether the run stands for its covariance alone."""
        return self.run.row.method in NORMAL_METHODS

    @cached_property
    def pnl(self) -> FloatArray1D:
        """P&L of the node in every scenario, shape (s,), EUR."""
        return self.run.pnl(self.code)

    @cached_property
    def reading(self) -> Reading:
        """The figure with the scenarios that make it."""
        return self.read(self.pnl)

    @property
    def value(self) -> float:
        """The figure, a loss in EUR."""
        return self.reading.value

    def read(self, pnl: FloatArray1D) -> Reading:
        """Return the same figure of another P&L over the same scenarios."""
        return read(pnl, self.measure, self.level, weights=self.run.weight, normal=self.is_normal)

    @cached_property
    def _mean_moves(self) -> FloatArray1D:
        """Moves averaged over the scenarios of the figure, shape (k,)."""
        found: FloatArray1D = self.reading.shares @ self.run.outcome.moves[self.reading.scenarios]
        return found

    def by_node(self) -> FloatArray1D:
        """Return the component of each visible node in this figure, shape (p,); nodes outside of it count alone."""
        return self.reading.split(self.run.node_pnl)

    def by_factor(self) -> tuple[FloatArray1D, float]:
        """Return the component of each factor, shape (k,), and of convexity; together they are the figure."""
        parts: FloatArray1D = -self.run.exposure(self.code) * self._mean_moves
        return parts, self.value - float(parts.sum())

    def by_node_and_factor(self, nodes: IntArray1D) -> FloatArray2D:
        """Return the components of nodes by factor, shape (p, k); what they lack to ``by_node`` is convexity."""
        table: FloatArray2D = -self.run.node_exposure[nodes] * self._mean_moves
        return table

    def by_trade(self) -> tuple[IntArray1D, FloatArray1D]:
        """Return the trades of the node (positions) and the component of each, shape (t,)."""
        trades, outcome = self.run.trades(self.code), self.run.outcome
        linear = np.bincount(
            outcome.row, outcome.exposure * self._mean_moves[outcome.column], len(outcome.trade_id)
        )
        rest = np.zeros(len(outcome.trade_id))
        rest[outcome.rest_row] = outcome.rest[:, self.reading.scenarios] @ self.reading.shares
        return trades, -(linear + rest)[trades]

    def values(self, pnl: FloatArray2D) -> FloatArray1D:
        """Return the same figure of many P&Ls at once: pnl of shape (s, t), figures of shape (t,)."""
        weights = None if float(np.ptp(self.run.weight)) == 0.0 else self.run.weight
        if self.is_normal:
            unit = self.read(np.ones(len(pnl))).value
            return np.asarray(unit * np.sqrt(self.run.weight @ (pnl * pnl)), np.float64)
        sample = sample_var if self.measure is Measure.VAR else sample_es
        return np.asarray(sample(pnl, self.level, weights), np.float64)

    def without(self, part: FloatArray1D) -> float:
        """Return by how much the figure would fall if a part with this P&L, shape (s,), were taken out."""
        return self.value - self.read(self.pnl - part).value

    def with_added(self, part: FloatArray1D) -> float:
        """Return by how much the figure would rise if something with this P&L, shape (s,), were added."""
        return self.read(self.pnl + part).value - self.value

    def alone(self, part: FloatArray1D) -> float:
        """Return the same figure of a part with this P&L, shape (s,), by itself."""
        return self.read(part).value


def tenor_bucket(tenor: IntArray1D) -> IntArray1D:
    """Return the bucket of each tenor in months: 0 for none, then single months to 3, quarters to 12, years after."""
    edges = np.array([1, 2, 3, 4, 7, 10, 13, 25])
    return np.searchsorted(edges, tenor, side="right").astype(np.int64)


BUCKETS = ("", "M+1", "M+2", "M+3", "M+4 to 6", "M+7 to 9", "M+10 to 12", "Year 2", "Year 3 on")
"""Labels of :func:`tenor_bucket`."""


def factor_groups(run: Run, by: str) -> tuple[list[str], IntArray1D]:
    """Return groups of factors by label, and the group of each factor, shape (k,).

    ``by`` is ``kind`` (prices, volatility, exchange rates, rates), ``curve``, ``tenor`` or ``factor``.
    """
    factors = run.factors
    if by == "factor":
        return list(factors.label), np.arange(len(factors))
    kinds = {
        FactorKind.PRICE: "Prices",
        FactorKind.VOL: "Volatility",
        FactorKind.FX: "Exchange rates",
        FactorKind.RATE: "Interest rates",
    }
    if by == "kind":
        return list(kinds.values()), factors.kind.astype(np.int64)
    if by == "tenor":
        labels = [*BUCKETS[1:], "Volatility, FX and rates"]
        bucket = tenor_bucket(factors.tenor)
        return labels, np.where(factors.kind == FactorKind.PRICE, bucket - 1, len(labels) - 1)
    names = [
        label.rsplit(" +", 1)[0] if kind == FactorKind.PRICE else kinds[FactorKind(kind)]
        for label, kind in zip(factors.label, factors.kind.tolist(), strict=True)
    ]
    different = list(dict.fromkeys(names))
    place = {name: at for at, name in enumerate(different)}
    return different, np.array([place[name] for name in names], dtype=np.int64)


def part_pnl(figure: Figure, by: str, key: str) -> tuple[str, FloatArray1D]:
    """Return the name and the P&L, shape (s,), of a part of the figure's node.

    ``by`` is ``node`` (key: its code), ``trade`` (its number), or ``factor``, ``curve``, ``tenor`` or ``kind`` (a label
    of :func:`factor_groups`, or ``Convexity``).

    Raises
    ------
    NotFound
        There is no such part among those that may be seen.
    """
    run = figure.run
    if by == "node":
        at = run.at(key)
        return run.nodes[at].name, np.asarray(run.node_pnl[:, at], np.float64)
    if by == "trade":
        place = (
            int(np.searchsorted(run.outcome.trade_id, int(key))) if key.isdecimal() and len(key) < 18 else 0
        )
        ids, found = run.outcome.trade_id, run.trades(figure.code)
        if not key.isdecimal() or place >= len(ids) or str(ids[place]) != key or not np.isin(place, found):
            raise NotFound(f"There is no trade {key[:20]} in this run that you may see.", trade=key)
        return f"Trade {key}", run.outcome.trade_pnl(np.array([place]))[:, 0]
    if by not in ("factor", "curve", "tenor", "kind"):
        raise NotFound(f"A figure cannot be split by '{by[:20]}'.", by=by)
    labels, group = factor_groups(run, by)
    exposure = run.exposure(figure.code)
    if key == REST:
        return key, figure.pnl - run.outcome.moves @ exposure
    if key not in labels:
        raise NotFound(f"There is no {by} '{key[:40]}' in this run.", key=key)
    own = np.flatnonzero(group == labels.index(key))
    return key, np.asarray(run.outcome.moves[:, own] @ exposure[own], np.float64)


def left_out_keys(text: str) -> tuple[str, ...]:
    """Return the portfolio codes and trade numbers of a text with commas between, each once.

    Raises
    ------
    DomainError
        There are more than fit.
    """
    keys = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if len(keys) > MOST_LEFT_OUT:
        raise DomainError(
            f"{len(keys)} portfolios and trades are left out; {MOST_LEFT_OUT} are the most. Leave out a whole "
            "portfolio instead of its trades.",
            count=len(keys),
        )
    return keys


def left_out_pnl(figure: Figure, text: str) -> FloatArray1D:
    """Return the P&L of portfolios and trades within the figure's node, shape (s,); what is named twice counts once.

    Raises
    ------
    NotFound
        One of them is not among those that may be seen.
    DomainError
        There are more than fit.
    """
    run, outcome = figure.run, figure.run.outcome
    chosen = np.zeros(len(outcome.trade_id), dtype=np.bool_)
    inside = run.trades(figure.code)
    for key in left_out_keys(text):
        if key.isdecimal():
            part_pnl(figure, "trade", key)  # refuses what may not be seen
            chosen[np.searchsorted(outcome.trade_id, int(key))] = True
        else:
            chosen[run.trades(key)] = True
    group = np.full(len(outcome.trade_id), -1, dtype=np.int64)
    group[inside[chosen[inside]]] = 0
    return np.asarray(outcome.by_group(group, 1)[:, 0], np.float64)
