"""A run as somebody sees it: narrowed to the books that they may see, cut by node, factor or trade by adding."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.queries import portfolios as portfolio_queries
from data.queries import risk as queries
from data.queries.portfolios import Node
from data.queries.risk import RunRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.risk.revaluation.outcome import Outcome
from portal.domain.risk.scenarios.factors import FactorSet
from portal.services.portfolio.books import visible_nodes
from portal.services.recent import Recent
from portal.services.risk import store
from portal.services.risk.store import StoredRun, TradeTerms

METHODS = {
    "historical": "Historical",
    "age_weighted": "Age-weighted historical",
    "filtered_ewma": "Filtered historical (EWMA)",
    "filtered_garch": "Filtered historical (GARCH)",
    "parametric": "Parametric",
    "monte_carlo_normal": "Monte Carlo, normal",
    "monte_carlo_t": "Monte Carlo, Student-t copula",
    "monte_carlo_jump": "Monte Carlo, jumps",
}
"""Methods by code, in the order of choices; all but the parametric one hold scenarios."""
LEVELS = (0.95, 0.975, 0.99)
ALL = ""
"""The code that means all that somebody may see."""

_recent: Recent[tuple[object, ...], StoredRun] = Recent(4)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Run:
    """A run with the nodes that somebody may see, parents first. Trades of other books are in no figure."""

    stored: StoredRun
    nodes: tuple[Node, ...]

    @property
    def row(self) -> RunRow:
        """The run without its arrays."""
        return self.stored.row

    @property
    def factors(self) -> FactorSet:
        """Factors of the columns."""
        return self.stored.factors

    @property
    def outcome(self) -> Outcome:
        """P&L of all trades, also of those that may not be seen: use the groups of this class."""
        return self.stored.outcome

    @property
    def terms(self) -> TradeTerms:
        """What trades are told apart by, shape (n,)."""
        return self.stored.terms

    @property
    def label(self) -> tuple[str, ...]:
        """Scenarios by name."""
        return self.stored.label

    @property
    def weight(self) -> FloatArray1D:
        """Probability of each scenario, shape (s,)."""
        return self.stored.weight

    @cached_property
    def node_of(self) -> IntArray1D:
        """Position among ``nodes`` of each trade's book, shape (n,); -1 where it may not be seen."""
        place = {node.id: at for at, node in enumerate(self.nodes)}
        books, back = np.unique(self.outcome.portfolio, return_inverse=True)
        return np.array([place.get(book, -1) for book in books.tolist()], dtype=np.int64)[back]

    @cached_property
    def parents(self) -> IntArray1D:
        """Position of the node above each node, -1 for none, shape (p,)."""
        place = {node.id: at for at, node in enumerate(self.nodes)}
        return np.array([place.get(node.parent_id or 0, -1) for node in self.nodes], dtype=np.int64)

    @cached_property
    def node_pnl(self) -> FloatArray2D:
        """P&L of each node, with all below it, in every scenario: shape (s, p), EUR."""
        return self._rolled(self.outcome.by_group(self.node_of, len(self.nodes)).T).T

    @cached_property
    def node_exposure(self) -> FloatArray2D:
        """Exposure of each node to each factor, shape (p, k): EUR for a move of 1."""
        return self._rolled(self.outcome.group_exposure(self.node_of, len(self.nodes)))

    def _rolled(self, sums: FloatArray2D) -> FloatArray2D:
        out = np.array(sums)
        for at in range(len(self.nodes) - 1, 0, -1):  # children stand after their parents
            if self.parents[at] >= 0:
                out[self.parents[at]] += out[at]
        return out

    def at(self, code: str) -> int:
        """Return the position of the node ``code``.

        Raises
        ------
        NotFound
            There is no such node among those that may be seen.
        """
        found = next((at for at, node in enumerate(self.nodes) if node.code == code), None)
        if found is None:
            raise NotFound(
                f"There is no portfolio '{code}' that you may see. Choose one from the list of portfolios.",
                portfolio=code,
            )
        return found

    def roots(self) -> list[int]:
        """Return the positions of the nodes without a parent that may be seen: together they are everything."""
        return np.flatnonzero(self.parents < 0).tolist()

    def children(self, code: str = ALL) -> list[int]:
        """Return the positions of the nodes right below ``code``, or of the topmost ones."""
        if code == ALL:
            roots = self.roots()
            return (
                roots
                if len(roots) > 1
                else np.flatnonzero(self.parents == roots[0]).tolist()
                if roots
                else []
            )
        return np.flatnonzero(self.parents == self.at(code)).tolist()

    def pnl(self, code: str = ALL) -> FloatArray1D:
        """Return the P&L of a node, or of everything, in every scenario: shape (s,), EUR."""
        columns = self.roots() if code == ALL else [self.at(code)]
        return np.asarray(self.node_pnl[:, columns].sum(axis=1), np.float64)

    def exposure(self, code: str = ALL) -> FloatArray1D:
        """Return the exposure of a node, or of everything, to each factor: shape (k,), EUR for a move of 1."""
        rows = self.roots() if code == ALL else [self.at(code)]
        return np.asarray(self.node_exposure[rows].sum(axis=0), np.float64)

    def trades(self, code: str = ALL) -> IntArray1D:
        """Return the positions of the visible trades of a node and all below it, ascending."""
        if code == ALL:
            return np.flatnonzero(self.node_of >= 0)
        below = portfolio_queries.subtree(self.nodes, self.nodes[self.at(code)].code)
        place = {node.id: at for at, node in enumerate(self.nodes)}
        chosen: BoolArray1D = np.isin(self.node_of, [place[node.id] for node in below])
        return np.flatnonzero(chosen)


def load(run_id: int, actor: Actor) -> Run:
    """Return a run as ``actor`` may see it.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    NotFound
        There is no such run.
    """
    actor.require(Permission.RISK_READ)
    with UnitOfWork() as work:
        return load_in(work, run_id, actor)


def load_in(work: UnitOfWork, run_id: int, actor: Actor) -> Run:
    """Return the same within a transaction."""
    row = queries.run_by_id(work.session, run_id)
    if row is None:
        raise NotFound(f"There is no risk run {run_id}. Choose one from the list of runs.", run=run_id)
    nodes = tuple(visible_nodes(work, actor))
    key = (run_id, row.recorded_at, str(work.session.get_bind().engine.url))
    return Run(_recent.get(key, lambda: store.load(work, row)), nodes)


def newest(clocks: Clocks, actor: Actor, method: str = "historical") -> Run | None:
    """Return the newest run of a method as of the day or before, as known then; None when there is none.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    """
    actor.require(Permission.RISK_READ)
    with UnitOfWork() as work:
        found = queries.newest_runs(work.session, clocks=clocks, method=method, most=1)
        return load_in(work, found[0].id, actor) if found else None


def chosen(clocks: Clocks, actor: Actor, *, run_id: int | None, method: str = "historical") -> Run | None:
    """Return the run asked for, else the newest one of the method."""
    return load(run_id, actor) if run_id is not None else newest(clocks, actor, method)


def by_method(clocks: Clocks, actor: Actor) -> dict[str, RunRow]:
    """Return the newest run of each method, without arrays.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    """
    actor.require(Permission.RISK_READ)
    with UnitOfWork() as work:
        return queries.newest_by_method(work.session, clocks=clocks)
