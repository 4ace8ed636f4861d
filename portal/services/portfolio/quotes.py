"""The recorded quote behind a mark: which import brought it, and when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from data.queries.curves import NodeRow, node_rows
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.core.passport import Source
from portal.domain.portfolio.market import Market


def quote_behind(work: UnitOfWork, market: Market, clocks: Clocks, place: tuple[int, int]) -> NodeRow | None:
    """Return the recorded quote that a mark of ``market`` is; None for one that was not quoted itself.

    ``place`` are the positions of the curve and of the month; ``clocks`` say until when quotes were known.
    """
    curve, month = place
    quoted = market.marks.quoted_on[curve, month]
    if np.isnat(quoted):
        return None
    day: date = quoted.item()
    found = node_rows(
        work.session,
        clocks=replace(clocks, as_of=market.as_of),
        curve_id=int(market.curves.id[curve]),
        days=[day],
    )
    wanted = market.marks.months[month].astype("datetime64[D]").item()
    return next((node for node in found if node.delivery == wanted), None)


def sources_of(nodes: Sequence[NodeRow]) -> tuple[Source, ...]:
    """Return where quotes come from, each source once."""
    return tuple(dict.fromkeys(Source(node.source_code, node.source, node.licence) for node in nodes))
