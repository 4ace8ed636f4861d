"""One trade: its terms, every version as a difference to the one before, and what waits for a second person."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from data.queries import portfolios as tree_queries
from data.queries import proposals as proposal_queries
from data.queries import trade_versions
from data.queries.curve_terms import curve_rows
from data.queries.proposals import Proposal
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.portfolio.terms import Terms, TradeVersion, changed_fields, replace_terms
from portal.domain.portfolio.trade import TERMS, Event, Kind
from portal.services.portfolio.amendments import terms_of
from portal.services.portfolio.books import visible_books
from portal.services.portfolio.cells import values_of
from portal.services.portfolio.entry import load_desk
from portal.services.portfolio.wording import EVENTS, LABELS, Names, described, show

HISTORY_COLUMNS = (
    Column("version", "Version", "integer"),
    Column("event", "Event", "badge"),
    Column("effective_on", "In effect from", "date"),
    Column("recorded_at", "Recorded", "moment"),
    Column("recorded_by", "By"),
    Column("approved_by", "Approved by"),
    Column("reason", "Reason"),
    Column("term", "Term"),
    Column("before", "Before"),
    Column("after", "After"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One term that a version or a proposal changes, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version; ``counts`` tells whether it is in effect by the valuation day."""

    version: TradeVersion
    changes: tuple[Change, ...]
    counts: bool


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal with its changes in words."""

    proposal: Proposal
    changes: tuple[Change, ...]
    is_stale: bool


@dataclass(frozen=True, slots=True)
class TradeDetail:
    """What the page of a trade shows: ``current`` is the version under both clocks, ``last`` the newest of all."""

    current: TradeVersion
    last: TradeVersion
    terms: tuple[tuple[str, str, str], ...]
    versions: tuple[VersionView, ...]
    open: ProposalView | None
    decided: tuple[ProposalView, ...]
    names: Names
    today: date

    @property
    def trade_id(self) -> int:
        """The number of the trade."""
        return self.last.trade_id or 0

    @property
    def title(self) -> str:
        """The trade in a few words."""
        terms, names = self.current.terms, self.names
        side, kind = ("Buy" if terms.side > 0 else "Sell"), show("kind", terms.kind, terms, names).lower()
        return f"{side} {kind} {show('curve_id', terms.curve_id, terms, names)}"


def detail(trade_id: int, clocks: Clocks, actor: Actor) -> TradeDetail:
    """Return what is known of a trade.

    Raises
    ------
    NotFound
        There is no such trade, it lies in a book that the actor does not see, or it was not known by then.
    """
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        books = visible_books(work, actor)
        everything = trade_versions.history(work.session, trade_id, portfolios=books)
        if not everything:
            raise NotFound(
                f"There is no trade {trade_id} that you may see. Look for it under Portfolio > Trades.",
                trade_id=trade_id,
            )
        known = [v for v in everything if v.recorded_at and v.recorded_at <= clocks.known_at]
        counting = [v for v in known if v.effective_on <= clocks.as_of]
        if not known:
            raise NotFound(f"Trade {trade_id} was not known yet at that moment. Choose a later 'known at'.")
        names = Names(
            {node.id: node.code for node in tree_queries.tree(work.session) if node.id in books},
            {row.id: row.code for row in tree_queries.counterparties(work.session)},
            {row.id: row for row in curve_rows(work.session)},
        )
        proposals = [
            _proposal_view(_as_known(found, clocks), everything, names)
            for found in proposal_queries.of_trade(work.session, trade_id)
            if found.proposed_at <= clocks.known_at
        ]
    current = counting[-1] if counting else known[0]
    return TradeDetail(
        current,
        everything[-1],
        tuple(described(current.terms, names)),
        tuple(_version_views(known, len(counting), names)),
        next((view for view in proposals if view.proposal.decision is None), None),
        tuple(view for view in proposals if view.proposal.decision is not None),
        names,
        clock.now().date(),
    )


def _as_known(found: Proposal, clocks: Clocks) -> Proposal:
    """Return a proposal as it was known: open, if it was decided after ``known_at``."""
    if found.decided_at is None or found.decided_at <= clocks.known_at:
        return found
    return replace(found, decision=None, decided_by=None, note=None, decided_at=None)


def history_table(found: TradeDetail) -> Table:
    """Return the history as rows: one for each changed term of each version, the newest version first."""
    rows: list[tuple[Any, ...]] = []
    for view in reversed(found.versions):
        v = view.version
        head = (
            v.version,
            EVENTS.get(v.event, v.event),
            v.effective_on,
            v.recorded_at,
            v.recorded_by,
            v.approved_by,
            v.reason,
        )
        changed: list[tuple[str | None, ...]] = [(c.label, c.before, c.after) for c in view.changes]
        rows += [(*head, *terms) for terms in changed or [(None, None, None)]]
    return Table(HISTORY_COLUMNS, rows, len(rows))


@dataclass(frozen=True, slots=True)
class Form:
    """What may be changed: the cells as they stand by column, and the choices of those that have some."""

    values: Mapping[str, str]
    choices: Mapping[str, Sequence[str]]


_COLUMNS = ("side", "quantity", "unit")
_DELIVERY = ("delivery_start", "delivery_end", "counterparty", "book", "trader", "pay_days")
_NEEDS = {"is_call": "option", "curve2": "curve2"}


def form(trade_id: int, actor: Actor) -> Form:
    """Return the cells of a trade's newest version that an amendment may change.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not enter trades, or does not see this one.
    """
    actor.require(Permission.TRADE_ENTER)
    with UnitOfWork() as work:
        versions = trade_versions.history(work.session, trade_id, portfolios=visible_books(work, actor))
        if not versions:
            raise NotFound(f"There is no trade {trade_id} that you may see.", trade_id=trade_id)
        desk = load_desk(work, actor)
    terms = versions[-1].terms
    cells = values_of(terms, desk)
    commodity = next((row.commodity for row in desk.curves.values() if row.id == terms.curve_id), "")
    columns = _columns_of(terms, commodity)
    choices = {
        "side": ("buy", "sell"),
        "option": ("call", "put"),
        "vol_model": ("black76", "bachelier", "shifted"),
        "profile": ("base", "peak", "offpeak", "shaped"),
        "book": tuple(sorted(desk.books)),
        "counterparty": tuple(sorted(desk.counterparties)),
    }
    return Form({name: _cell(cells.get(name)) for name in columns}, choices)


def _columns_of(terms: Terms, commodity: str) -> tuple[str, ...]:
    """Return the columns that a trade of this kind has."""
    kind = next(kind for kind in Kind if kind.key == terms.kind)
    needed = [_NEEDS.get(name, name) for name in TERMS[kind].needs]
    columns = [*_COLUMNS, *needed]
    if "vol_model" in needed:
        columns.append("shift")
    if kind is Kind.SPREAD_OPTION:
        columns += ["ratio1", "ratio2"]
    if commodity == "power":
        columns.append("profile")
    columns += _DELIVERY
    if terms.details or TERMS[kind].details:
        columns.append("details")
    return tuple(dict.fromkeys(columns))


def _cell(value: Any) -> str:
    if value is None or value == {}:
        return ""
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Mapping):
        return json.dumps(value, sort_keys=True)
    return value.isoformat() if isinstance(value, date) else str(value)


def _version_views(versions: Sequence[TradeVersion], counting: int, names: Names) -> list[VersionView]:
    views = []
    for place, version in enumerate(versions):
        before = versions[place - 1] if place else None
        changes = _changes(before.terms, version.terms, names) if before else ()
        views.append(VersionView(version, changes, place < counting))
    return views


def _proposal_view(found: Proposal, versions: Sequence[TradeVersion], names: Names) -> ProposalView:
    base = next((v for v in versions if v.version == found.base_version), versions[-1])
    changes: tuple[Change, ...] = ()
    if found.event == Event.AMENDED:
        changes = _changes(base.terms, replace_terms(base.terms, terms_of(found)), names)
    return ProposalView(found, changes, found.decision is None and found.base_version != versions[-1].version)


def _changes(before: Terms, after: Terms, names: Names) -> tuple[Change, ...]:
    return tuple(
        Change(LABELS[name], show(name, old, before, names) or "–", show(name, new, after, names) or "–")
        for name, (old, new) in changed_fields(before, after).items()
    )
