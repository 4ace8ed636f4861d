"""The limits in force on figures that deals of a what-if change, so that headroom can be shown with the deals.

Only limits that bind on one figure are read: a limit that breaks when several conditions hold together has no headroom
of its own in any of them.
"""

from collections.abc import Iterable, Mapping

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.domain.risk.limits.limit import AnyOf, Basis, Comparison, Condition, Limit
from portal.domain.risk.reading import Measure
from portal.services.risk import limits
from portal.services.risk.runs import Run

Hard = Mapping[tuple[str, Measure], float]
"""The hard tier by portfolio and measure, EUR; the tightest one counts."""


def hard_tiers(work: UnitOfWork, run: Run, level: float, clocks: Clocks, actor: Actor) -> Hard:
    """Return the hard tiers in force that figures of a run at a level are held against."""
    found: dict[tuple[str, Measure], float] = {}
    for version in limits.in_force(limits.versions_in(work, clocks, actor)):
        for item in _binding(version.limit):
            if _is_of(item, run, level):
                key = (item.metric.node or version.node.code, Measure(item.metric.measure))
                found[key] = min(item.hard, found.get(key, item.hard))
    return found


def _binding(limit: Limit) -> Iterable[Condition]:
    terms = limit.terms
    parts = terms.parts if isinstance(terms, AnyOf) else (terms,)
    return [part for part in parts if isinstance(part, Condition)]


def _is_of(item: Condition, run: Run, level: float) -> bool:
    """Whether a condition looks at a figure of this run."""
    metric = item.metric
    return (
        metric.measure in list(Measure)
        and metric.basis is Basis.VALUE
        and item.comparison is Comparison.AT_MOST
        and item.unit == run.row.currency
        and metric.level is not None
        and abs(metric.level - level) < 1e-9
        and (metric.method or "historical") == run.row.method
        and metric.horizon_days in (None, run.row.params.get("horizon_days", 1))
    )
