"""How well a strategy or a book has done: returns, drawdowns, partial moments, a benchmark, and luck.

API: ``summarise(returns)``, ``drawdowns(returns)``, ``partial_moments(returns, target)``, ``against(returns,
benchmark)``, ``deflated_sharpe(...)``. Returns are decimals of one period each, oldest first; a figure that does not
exist is None.
"""

from portal.domain.risk.performance.benchmark import RelativePerformance, against
from portal.domain.risk.performance.deflated import (
    deflated_sharpe,
    expected_best_sharpe,
    probabilistic_sharpe,
)
from portal.domain.risk.performance.partial import PartialMoments, partial_moments
from portal.domain.risk.performance.path import DrawdownSummary, drawdowns
from portal.domain.risk.performance.summary import ReturnSummary, summarise

__all__ = [
    "DrawdownSummary",
    "PartialMoments",
    "RelativePerformance",
    "ReturnSummary",
    "against",
    "deflated_sharpe",
    "drawdowns",
    "expected_best_sharpe",
    "partial_moments",
    "probabilistic_sharpe",
    "summarise",
]
