"""What the deals of a what-if would add to the risk of a portfolio, from the stored scenarios of a run.

Deals that come are revalued in the run's own scenarios; trades that change bring their stored P&L times the change of
their quantity. Nothing else is revalued: a figure with the deals is the figure of a sum of vectors.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D, FloatArray2D, IntArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.table import Cell, Column, Table
from portal.domain.portfolio.legs import positions_in
from portal.domain.risk import figure_metrics, marginal_metrics
from portal.domain.risk.reading import Measure
from portal.domain.risk.revaluation.added import added_pnl, without_factor
from portal.services.portfolio.what_if import Answer, Part
from portal.services.portfolio.what_if_tables import deal_params, touched
from portal.services.risk import runs
from portal.services.risk.ask import EVERYTHING
from portal.services.risk.cuts import NORMAL_METHODS, Figure
from portal.services.risk.marginal_limits import Hard, hard_tiers
from portal.services.risk.runs import ALL, Run


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Marginal:
    """Deals in the scenarios of a run: ``pnl`` of shape (s, t) in EUR, ``book`` the portfolio id of each.

    ``hard`` holds the hard tiers of limits on the figures.
    """

    run: Run
    answer: Answer
    level: float
    pnl: FloatArray2D
    book: IntArray1D
    hard: Hard = field(default_factory=dict)

    @cached_property
    def node_of(self) -> IntArray1D:
        """Position among the nodes of the run of each deal's book, shape (t,)."""
        place = {node.id: at for at, node in enumerate(self.run.nodes)}
        return np.array([place.get(book, -1) for book in self.book.tolist()], dtype=np.int64)

    def added(self, code: str) -> FloatArray1D:
        """Return the P&L that the deals bring to a node and all below it, or to everything, shape (s,)."""
        if code == ALL:
            return np.asarray(self.pnl.sum(axis=1), np.float64)
        top, inside = self.run.at(code), np.zeros(len(self.book), dtype=np.bool_)
        for at, node in enumerate(self.node_of.tolist()):
            inside[at] = top in self._up(node)
        return np.asarray(self.pnl[:, inside].sum(axis=1), np.float64)

    def _up(self, node: int) -> list[int]:
        """Return a node and those above it."""
        found = []
        while node >= 0:
            found.append(node)
            node = int(self.run.parents[node])
        return found

    def codes(self) -> list[str]:
        """Return the portfolios that the deals change, each below the one that holds it."""
        names = touched(self.answer)
        places = {at for code in names for at in self._up(self.run.at(code))}
        return [self.run.nodes[at].code for at in sorted(places)]

    def figures(self, code: str, measure: Measure) -> tuple[float, float]:
        """Return a figure of a node without and with the deals."""
        figure = Figure(self.run, code, measure, self.level)
        return figure.value, figure.read(figure.pnl + self.added(code)).value

    def params(self, code: str) -> dict[str, str | int | float | None]:
        """Return the parameters that reproduce the figures of a node."""
        return {
            **deal_params(self.answer),
            "run": self.run.row.id,
            "portfolio": code or EVERYTHING,
            "level": self.level,
            "method": self.run.row.method,
        }


def marginal(
    answer: Answer, clocks: Clocks, actor: Actor, *, level: float, method: str = "historical"
) -> Marginal | None:
    """Return what the deals of ``answer`` add in the newest run of a method; None when there is no run.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    DomainError
        A deal has no value, or is none that the run has scenarios for; the sentence names it.
    """
    run = runs.newest(clocks, actor, method)
    if run is None:
        return None
    found = marginal_in(run, answer, level)
    with UnitOfWork() as work:
        return replace(found, hard=hard_tiers(work, run, level, clocks, actor))


def marginal_in(run: Run, answer: Answer, level: float) -> Marginal:
    """Return the same in one run."""
    pnl, books = [np.zeros((len(run.label), 0))], [np.zeros(0, dtype=np.int64)]
    for part in answer.parts:
        if len(part.book):
            pnl.append(
                _fresh_pnl(run, answer, part)
                if (part.book.trade_id < 0).any()
                else _held_pnl(run, answer, part)
            )
            books.append(part.book.portfolio)
    return Marginal(run, answer, level, np.concatenate(pnl, axis=1), np.concatenate(books))


def _fresh_pnl(run: Run, answer: Answer, part: Part) -> FloatArray2D:
    """Revalue deals that come, shape (s, t)."""
    missing = np.flatnonzero(part.valuation.is_missing)
    if len(missing):
        text = answer.lines[int(part.line[missing[0]])].text
        raise DomainError(
            f"'{text}' has no value, so its risk is not known. Take it out, or wait for its marks."
        )
    still = without_factor(answer.market, part.valuation, run.factors)
    if len(still):
        code = answer.market.curves.code[int(still[0])]
        raise DomainError(
            f"Run {run.row.id} has no scenarios of {code}: no trade was marked on it when the run was made. Its risk "
            "beside the book is known from the first run after a trade on it.",
            curve=code,
        )
    return added_pnl(
        part.book,
        answer.market,
        part.valuation,
        run.factors,
        run.outcome.moves,
        linear=run.row.method in NORMAL_METHODS,
    )


def _held_pnl(run: Run, answer: Answer, part: Part) -> FloatArray2D:
    """Take the stored P&L of trades of the book, by how much of each comes (or goes), shape (s, t)."""
    at = positions_in(run.outcome.trade_id, part.book.trade_id)
    absent = np.flatnonzero((at < 0) | (run.node_of[at] < 0))
    if len(absent):
        number = int(part.book.trade_id[absent[0]])
        raise DomainError(
            f"Trade {number} is not in run {run.row.id} as of {run.row.as_of}: it came later, or had no value then. "
            "Start a run of risk to see what changing it does.",
            trade=number,
        )
    whole = answer.base.book.take(positions_in(answer.base.book.trade_id, part.book.trade_id))
    share = part.sign * part.book.side * part.book.quantity / (whole.side * whole.quantity)
    return np.asarray(run.outcome.trade_pnl(at) * share, np.float64)


def marginal_table(found: Marginal) -> Table:
    """Return one row for each portfolio that the deals change: both figures before, after, and the difference."""
    codes = found.codes()
    columns = [Column("code", "Portfolio"), Column("name", "Name", room=760)]
    for measure in _METRICS:
        columns += _columns(measure, limited=any((code, measure) in found.hard for code in codes))
    rows: list[tuple[Cell, ...]] = []
    for code in codes:
        figures: list[float | None] = []
        for measure in _METRICS:
            before, after = found.figures(code, measure)
            hard = found.hard.get((code, measure))
            figures += [before, after - before, after, None if hard is None else hard - after]
        rows.append((code, found.run.nodes[found.run.at(code)].name, *figures))
    params = {code: found.params(code) for code in codes}
    return Table(tuple(columns), rows, extra={"params": params}, simulated=found.run.row.simulated)


_METRICS = {
    Measure.ES: (
        "ES", figure_metrics.ES, marginal_metrics.MARGINAL_ES, marginal_metrics.ES_AFTER, marginal_metrics.ES_HEADROOM,
    ),
    Measure.VAR: (
        "VaR", figure_metrics.VAR, marginal_metrics.MARGINAL_VAR, marginal_metrics.VAR_AFTER,
        marginal_metrics.VAR_HEADROOM,
    ),
}  # fmt: skip


def _columns(measure: Measure, *, limited: bool) -> list[Column]:
    short, before, change, after, headroom = _METRICS[measure]
    return [
        Column(f"{measure}_before", f"{short} before", "number", "EUR", 0, before.id, room=760),
        Column(
            f"{measure}_change", f"{short} change", "number", "EUR", 0, change.id, signed=True, coloured=False
        ),
        Column(f"{measure}_after", f"{short} after", "number", "EUR", 0, after.id),
        Column(
            f"{measure}_headroom", f"{short} headroom after", "number", "EUR", 0, headroom.id, signed=True,
            coloured=False, hidden=not limited,
        ),
    ]  # fmt: skip
