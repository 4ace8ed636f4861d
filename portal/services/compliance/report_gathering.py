"""What the rows of a report are made of: trades, positions, allowances, orders or breaches of limits.

API: ``Item``, ``gather(work, layout, clocks, start, report)``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from data.queries.executions import executions
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.domain.compliance.reports.layout import Gather, Layout
from portal.services.compliance.report_allowances import allowance_sources
from portal.services.compliance.report_breaches import breach_sources
from portal.services.compliance.report_positions import position_sources
from portal.services.compliance.report_sources import trade_sources

Report = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Item:
    """What one row is made of, and who it is about."""

    source: Any
    subject: str
    trade_id: int | None = None


def gather(work: UnitOfWork, layout: Layout, clocks: Clocks, start: date, report: Report) -> Iterator[Item]:
    """Yield what a report is made of, from ``start`` to ``clocks.as_of``."""
    if layout.gather is Gather.TRADES:
        for source in trade_sources(work, clocks, start, report):
            yield Item(source, source.external_id, source.trade_id)
    elif layout.gather is Gather.ALLOWANCES:
        for place in allowance_sources(work, clocks):
            yield Item(place, f"{place.code} {place.year}")
    elif layout.gather is Gather.BREACHES:
        for breach in breach_sources(work, clocks, start):
            yield Item(breach, str(breach.number))
    elif layout.gather is Gather.ORDERS:
        for order in executions(work.session, first=start, last=clocks.as_of, known_at=clocks.known_at):
            yield Item(order, order.order_ref)
    elif layout.gather is Gather.POSITIONS:
        for position in position_sources(work, clocks):
            yield Item(position, position.held.ref)
