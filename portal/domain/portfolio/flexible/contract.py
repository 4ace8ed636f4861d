"""What an engine needs to know about a flexible contract; storage and swing provide it, grid and Monte Carlo use it."""

from typing import Protocol, TypeVar

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D

DecisionT = TypeVar("DecisionT")


class Contract(Protocol[DecisionT]):
    """Decisions over ``m`` periods between a finite number of states.

    Scenarios run along the first axis of every array (nodes of a grid, or paths), states along the second. Money is
    that of the period, undiscounted; ``ahead`` is the value after the period, discounted to it.
    """

    @property
    def periods(self) -> int:
        """Number of periods."""

    def states(self, k: int) -> int:
        """Number of states before period ``k``, and at the end for ``k`` = ``periods``; one before the first."""

    def choose(self, k: int, spot: FloatArray1D, ahead: FloatArray2D) -> DecisionT:
        """Best decision of each scenario and state before the period, judged by ``ahead`` (n, states after)."""

    def roll(
        self, k: int, spot: FloatArray1D, ahead: FloatArray2D, apart: int
    ) -> tuple[DecisionT, FloatArray2D]:
        """Best decision and the value before the period that it brings, where scenarios are equally spaced nodes.

        From a node to the next one, between which a decision may switch, it is ``apart`` rows: as many as there are
        curves that are valued together.
        """

    def collect(self, k: int, spot: FloatArray1D, decision: DecisionT, ahead: FloatArray2D) -> FloatArray2D:
        """Value before the period, (n, states before), when the decision is taken and ``ahead`` follows it."""

    def carry(
        self, k: int, decision: DecisionT, weight: FloatArray2D
    ) -> tuple[FloatArray2D, FloatArray1D, FloatArray1D]:
        """Weight of the states after the period, and volume sold and costs (n,): cash is volume x spot - costs."""

    def best(self, k: int, spot: FloatArray1D, ahead: FloatArray2D) -> FloatArray2D:
        """Value before the period of the best move between states, whatever the shape of ``ahead``."""

    def decisive(self, k: int, spot: FloatArray1D) -> BoolArray1D | None:
        """Scenarios in which there is something to decide (in the money); None for all."""
