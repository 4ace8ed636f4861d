"""Risk > Drill-down: one figure opened by portfolio, factor and trade, with and without some of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.core.clock import Clocks
from portal.services.risk.ask import RiskAsk, figure
from portal.services.risk.cuts import REST, Figure, factor_groups, left_out_keys, left_out_pnl
from portal.services.risk.runs import ALL

SPLITS = {"curve": "Curve", "tenor": "Delivery", "kind": "Kind of factor", "factor": "Factor"}


@dataclass(frozen=True, eq=False)  # a run holds arrays
class Drill:
    """One figure with what is left out of it; ``by`` is how factors are grouped."""

    ask: RiskAsk
    clocks: Clocks
    figure: Figure
    by: str
    left_out: tuple[str, ...]

    @cached_property
    def removed(self) -> FloatArray1D:
        """P&L of what is left out, shape (s,)."""
        return left_out_pnl(self.figure, ",".join(self.left_out))

    @property
    def without(self) -> float | None:
        """The figure without what is left out, EUR; None when nothing is."""
        return self.figure.value - self.figure.without(self.removed) if self.left_out else None

    @cached_property
    def below(self) -> list[int]:
        """Positions of the nodes right below."""
        return self.figure.run.children(self.figure.code)

    @property
    def is_book(self) -> bool:
        """Whether the node is a book, whose trades are shown."""
        return self.figure.code != ALL and not self.below

    @cached_property
    def groups(self) -> tuple[list[str], FloatArray1D]:
        """Groups of factors with their components, largest first; convexity is one of them."""
        labels, group = factor_groups(self.figure.run, self.by)
        parts, convexity = self.figure.by_factor()
        sums = np.append(np.bincount(group, parts, len(labels)), convexity)
        names = [*labels, REST]
        order = [at for at in np.argsort(-np.abs(sums), kind="stable").tolist() if sums[at] != 0.0]
        return [names[at] for at in order], sums[order]

    @cached_property
    def heat(self) -> tuple[list[str], list[str], FloatArray2D]:
        """Nodes below (else the node itself), groups of factors, and components of each pair, shape (p, g)."""
        run = self.figure.run
        rows = np.array(self.below or [run.at(self.figure.code)], dtype=np.int64)
        by = "curve" if self.by == "factor" else self.by
        labels, group = factor_groups(run, by)
        table = self.figure.by_node_and_factor(rows)
        sums: FloatArray2D = np.stack([np.bincount(group, row, len(labels)) for row in table]).astype(
            np.float64
        )
        rest = self.figure.by_node()[rows] - table.sum(axis=1)
        sums = np.column_stack([sums, rest])
        names = [*labels, REST]
        used = np.flatnonzero(np.abs(sums).max(axis=0) > 1e-9 * max(1.0, abs(self.figure.value)))
        return (
            [run.nodes[at].code for at in rows.tolist()],
            [names[at] for at in used.tolist()],
            sums[:, used],
        )


def drill(ask: RiskAsk, clocks: Clocks, actor: Actor, *, by: str, left_out: str = "") -> Drill | None:
    """Return the figure opened; None when there is no run of the method by then.

    ``left_out`` holds portfolio codes and trade numbers, with commas between.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    NotFound
        There is no such run, portfolio or trade among those that the actor may see.
    DomainError
        More is left out than fits.
    """
    found = figure(ask, clocks, actor)
    if found is None:
        return None
    keys = left_out_keys(left_out)
    return Drill(ask, clocks, found, by if by in SPLITS else "curve", keys)
