"""The positions that limits are held against: obligations of a part of the tree in a commodity or curve, by day."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from data.queries import portfolios as portfolio_queries
from data.queries import positions as queries
from data.queries.portfolios import Node
from data.queries.positions import Selection
from data.session import UnitOfWork
from portal.core.arrays import DateArray1D, FloatArray1D
from portal.core.clock import Clocks
from portal.domain.risk.limits.limit import Metric
from portal.domain.risk.limits.position import Steps, held, read_position
from portal.services.risk.limit_measures import Subject


def positions_in(
    work: UnitOfWork,
    clocks: Clocks,
    subject: Subject,
    nodes: Sequence[Node],
    node: str,
    metric: Metric,
    days: DateArray1D,
) -> FloatArray1D:
    """Return the position of a node by day, shape (n,), as recorded by now, in the unit of the subject.

    Options, storage and swing are rights and do not count, as on the page of positions.
    """
    below = frozenset(item.id for item in portfolio_queries.subtree(nodes, node))
    first: date = days[0].astype("datetime64[M]").astype("datetime64[D]").item()
    chosen = Selection(below, curves=subject.curves, first=first)
    found = queries.steps(work.session, clocks=clocks, chosen=chosen)
    volume = found.mwh if subject.in_mwh else found.volume
    steps = Steps(found.day, found.month, found.curve, np.nan_to_num(volume))
    return held(steps, days, read_position(metric.measure), metric.basis)
