"""The list of trades of the books that a user may see, and the proposals that wait for a second person."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from data.queries import blotter as queries
from data.queries import portfolios as tree_queries
from data.queries import proposals as proposal_queries
from data.queries.blotter import BlotterFilter, Counts
from data.queries.portfolios import Node
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import LAPTOP, Column, GridQuery, Table
from portal.domain.market.curve_products import span_label
from portal.domain.portfolio.terms import KIND_OF
from portal.domain.portfolio.trade_metrics import TERM
from portal.services.portfolio.books import visible_nodes

STATUSES = {
    "live": "Live",
    "amended": "Amended",
    "matured": "Matured",
    "cancelled": "Cancelled",
    "waiting": "Waits for approval",
}
TRADE_PATH = "/portfolio/trade"
COLUMNS = (
    Column("external_id", "Trade", link="href"),
    Column("trade_id", "Number", "integer", hidden=True),
    Column("state", "State", "badge"),
    Column("trade_date", "Traded", "date", room=LAPTOP),
    Column("book", "Book"),
    Column("counterparty", "Counterparty"),
    Column("kind", "Kind"),
    Column("side", "Side"),
    Column("curve", "Curve"),
    Column("quantity", "Quantity", "number", metric=TERM.id, params=(("term", "quantity"),)),
    Column("unit", "Unit", help="MW through the hours, or a volume for each delivery month"),
    Column(
        "price",
        "Price",
        "number",
        metric=TERM.id,
        unit_from="price_unit",
        params=(("term", "agreed"),),
        help="Of an option, its strike",
    ),
    Column("price_unit", "Price in"),
    Column("delivery_start", "Delivery"),
    Column("delivery_last", "to", "date", hidden=True),
    Column("trader", "Trader", room=LAPTOP),
    Column("version", "Version", "integer", room=LAPTOP),
    Column("effective_on", "In effect from", "date", hidden=True),
    Column("recorded_at", "Recorded", "moment", room=LAPTOP),
    Column("proposal", "Proposal", "badge"),
    Column("href", "Address", hidden=True),
)
OPEN_COLUMNS = (
    Column("external_id", "Trade", link="href"),
    Column("id", "Proposal", "integer", hidden=True),
    Column("event", "Change", "badge"),
    Column("book", "Book"),
    Column("counterparty", "Counterparty"),
    Column("kind", "Kind"),
    Column("effective_on", "In effect from", "date"),
    Column("reason", "Reason", sortable=False),
    Column("proposed_by", "Proposed by"),
    Column("proposed_at", "Since", "moment"),
    Column("state", "State", "badge", sortable=False),
    Column("href", "Address", hidden=True),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the page asks: codes, empty for all; ``node`` is a book or a node of the tree."""

    node: str = ""
    commodity: str = ""
    kind: str = ""
    counterparty: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the inputs of the page offer."""

    nodes: list[Node] = field(default_factory=list)
    commodities: list[str] = field(default_factory=list)
    counterparties: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures above the list; ``later`` counts trades with a version that takes effect after the valuation day."""

    counts: Counts
    later: int


def choices(actor: Actor) -> Choices:
    """Return the nodes, commodities and counterparties that ``actor`` may filter by."""
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        nodes = visible_nodes(work, actor)
        books = [node.id for node in nodes if node.is_book]
        return Choices(
            nodes,
            queries.commodities(work.session, portfolios=books),
            queries.counterparty_names(work.session, portfolios=books),
        )


def trades(query: GridQuery, asked: Filter, clocks: Clocks, actor: Actor) -> Table:
    """Return a page of the trades that ``actor`` may see under ``clocks``."""
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        rows, total = queries.blotter(work.session, query, clocks=clocks, asked=filter_of(work, asked, actor))
    kind, proposal, number = (queries.COLUMNS.index(name) for name in ("kind", "proposal", "trade_id"))
    first, last = (queries.COLUMNS.index(name) for name in ("delivery_start", "delivery_last"))
    shown = []
    for row in rows:
        cells = list(row[:-1])
        cells[kind] = KIND_OF[row[kind]].label if row[kind] in KIND_OF else row[kind]
        cells[proposal] = "waits" if row[proposal] else None
        cells[first] = span_label(row[first], row[last] + timedelta(days=1))
        shown.append((*cells, trade_href(row[number], clocks)))
    params = {row[0]: {"trade": row[number]} for row in rows}
    simulated = any(row[-1] for row in rows)
    return Table(_fitted(rows), shown, total, simulated=simulated, extra={"params": params})


def _fitted(rows: Sequence[tuple[Any, ...]]) -> tuple[Column, ...]:
    """Return the columns, with decimals for quantities where there are any."""
    at = queries.COLUMNS.index("quantity")
    whole = all(float(row[at]).is_integer() for row in rows)
    return tuple(replace(c, decimals=0) if whole and c.key == "quantity" else c for c in COLUMNS)


def summary(asked: Filter, clocks: Clocks, actor: Actor) -> Summary:
    """Return how many trades there are, how many live, and how many wait."""
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        chosen = filter_of(work, asked, actor)
        return Summary(
            queries.count_trades(work.session, clocks=clocks, asked=chosen),
            queries.count_later(work.session, clocks=clocks, portfolios=chosen.portfolios),
        )


def open_proposals(query: GridQuery, clocks: Clocks, actor: Actor) -> Table:
    """Return the proposals that wait for a second person, as things stand now, oldest first."""
    actor.require(Permission.TRADE_APPROVE)
    with UnitOfWork() as work:
        books = [node.id for node in visible_nodes(work, actor) if node.is_book]
        rows, total = proposal_queries.open_proposals(work.session, query, portfolios=books)
    shown = [
        (
            row.external_id,
            row.id,
            {"amended": "amendment", "cancelled": "cancellation"}[row.event],
            row.book,
            row.counterparty,
            KIND_OF[row.kind].label,
            row.effective_on,
            row.reason,
            row.proposed_by,
            row.proposed_at,
            "outdated" if row.is_stale else "yours" if row.proposed_by == actor.username else "open",
            trade_href(row.trade_id, clocks),
        )
        for row in rows
    ]
    return Table(OPEN_COLUMNS, shown, total)


def filter_of(work: UnitOfWork, asked: Filter, actor: Actor) -> BlotterFilter:
    """Return the filter by ids, within what ``actor`` may see; a node that he does not see finds nothing."""
    nodes = visible_nodes(work, actor)
    within = tree_queries.subtree(nodes, asked.node) if asked.node else nodes
    books = [node.id for node in within if node.is_book]
    return BlotterFilter(books, asked.commodity, asked.kind, asked.counterparty, asked.status)


def trade_href(trade_id: int, clocks: Clocks) -> str:
    """Return the address of a trade's page under the same clocks."""
    return f"{TRADE_PATH}?{urlencode({'id': trade_id, **clocks.query()})}"
