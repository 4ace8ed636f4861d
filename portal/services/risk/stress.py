"""Stress: the visible books in the markets of scenarios, by full revaluation, and what would break a loss."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from data.queries import portfolios as portfolio_queries
from data.queries.portfolios import Node
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.portfolio.rollup import total
from portal.domain.portfolio.trade import Kind
from portal.domain.risk.stress.impact import Impact, impact, layer_steps
from portal.domain.risk.stress.reverse import Crossing, smallest_multiple
from portal.domain.risk.stress.shocks import Layer, scaled
from portal.domain.risk.stress.unshocked import Unshocked, unshocked
from portal.services.portfolio.valuation import ValuedBook, valued_in
from portal.services.recent import Recent
from portal.services.risk.stress_catalogue import OWN, Entry, entries_in, own

ALL = "all"
SPLITS = {"commodity": "Commodity", "curve": "Curve", "kind": "Kind"}
_Key = tuple[str, tuple[Layer, ...]]
_impacts: Recent[_Key, Impact] = Recent(160)
_steps: Recent[_Key, FloatArray2D] = Recent(40)
_crossings: Recent[tuple[object, ...], Crossing] = Recent(40)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is looked at: a portfolio, a scenario, and what is typed beside the library."""

    portfolio: str = ALL
    scenario: str = ""  # empty: the typed one, else the worst
    layers: tuple[str, ...] = ()
    shocks: str = ""

    def params(self, scenario: str = "") -> dict[str, str]:
        """Return the parameters that reproduce a figure of ``scenario`` (by default the one asked for)."""
        code = scenario or self.scenario
        typed = {"layers": ",".join(self.layers), "shocks": self.shocks} if code == OWN else {}
        return {"portfolio": self.portfolio, "scenario": code} | {k: v for k, v in typed.items() if v}


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Stressed:
    """The visible books of a portfolio beside all scenarios.

    Attributes
    ----------
    found : ValuedBook
        All trades that the actor may see, with their values.
    ask : Ask
        What is looked at.
    entries : mapping of str to Entry
        Scenarios by code, the typed one first.
    complaint : str
        Why what is typed is no scenario; empty when it is or nothing is typed.
    """

    found: ValuedBook
    ask: Ask
    entries: Mapping[str, Entry]
    complaint: str = ""
    refused: dict[str, str] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """What the results depend on: trades, values and the market."""
        return _digest(self.found)

    @cached_property
    def rows(self) -> BoolArray1D:
        """The trades of the portfolio, shape (n,)."""
        return self.rows_of(None if self.ask.portfolio == ALL else self.ask.portfolio)

    def rows_of(self, portfolio: str | None) -> BoolArray1D:
        """Return the trades at and below a node (None: all), shape (n,)."""
        nodes = (
            self.found.nodes if portfolio is None else portfolio_queries.subtree(self.found.nodes, portfolio)
        )
        chosen: BoolArray1D = np.isin(self.found.book.portfolio, [node.id for node in nodes])
        return chosen

    def impact(self, code: str) -> Impact | None:
        """Return what a scenario does to all visible trades; None where it cannot be, ``refused`` says why."""
        entry = self.entries[code]
        key = (self.digest, entry.scenario.layers)
        try:
            return _impacts.get(key, lambda: self._impact(entry.scenario.layers))
        except DomainError as refusal:
            self.refused[code] = refusal.message
            return None

    def _impact(self, layers: tuple[Layer, ...]) -> Impact:
        return impact(self.found.book, self.found.valuation, self.found.market, layers)

    @cached_property
    def by_node(self) -> Mapping[str, FloatArray1D]:
        """P&L of all nodes by scenario, shape (p,) each, in EUR; scenarios that cannot be are left out."""
        impacts = {code: self.impact(code) for code in self.entries}
        return {code: self.found.by_node(one.pnl) for code, one in impacts.items() if one is not None}

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The portfolio looked at and those right below it; all topmost ones and theirs where all are meant."""
        nodes = self.found.nodes
        if self.ask.portfolio != ALL:
            top = next(node for node in nodes if node.code == self.ask.portfolio)
            return (top, *(node for node in nodes if node.parent_id == top.id))
        ids = {node.id for node in nodes}
        tops = [node for node in nodes if node.parent_id not in ids]
        below = [node for node in nodes if len(tops) == 1 and node.parent_id == tops[0].id]
        return (*tops, *below)

    def total(self, code: str) -> float:
        """Return the P&L of the portfolio in a scenario, EUR."""
        found = self.impact(code)
        return float("nan") if found is None else total(found.pnl[self.rows])

    @cached_property
    def chosen(self) -> str:
        """Code of the scenario looked at: the one asked for, else the typed one, else the worst."""
        asked = self.ask.scenario
        if asked in self.entries and self.impact(asked) is not None:
            return asked
        if OWN in self.entries and self.impact(OWN) is not None:
            return OWN
        known = [code for code in self.entries if self.impact(code) is not None]
        return min(known, key=self.total)

    @property
    def entry(self) -> Entry:
        """The scenario looked at."""
        return self.entries[self.chosen]

    @property
    def result(self) -> Impact:
        """What the scenario looked at does."""
        found = self.impact(self.chosen)
        if found is None:
            raise DomainError(self.refused[self.chosen])
        return found

    @cached_property
    def steps(self) -> FloatArray2D:
        """What each layer of the scenario looked at adds to the P&L of each trade, shape (layers, n)."""
        layers = self.entry.scenario.layers
        if len(layers) == 1:
            return self.result.pnl[None, :]
        found = self.found
        return _steps.get(
            (self.digest, layers),
            lambda: layer_steps(found.book, found.valuation, found.market, layers),
        )

    def split(self, by: str) -> list[str]:
        """Return what each trade belongs to, shape (n,): its kind, or curve or commodity of its first leg."""
        if by == "kind":
            return [Kind(int(kind)).label for kind in self.found.book.kind]
        curves = self.found.market.curves
        names = curves.code if by == "curve" else curves.commodity
        return [names[at] for at in np.searchsorted(curves.id, self.found.book.curve).tolist()]

    @cached_property
    def unshocked(self) -> tuple[Unshocked, ...]:
        """What the scenario leaves as it is although money of the portfolio rests on it."""
        found, at = self.found, np.flatnonzero(self.rows)
        return unshocked(found.book.take(at), found.valuation.take(at), found.market, self.result.market)

    def reverse(self, loss: float) -> Crossing:
        """Find the smallest multiple of the scenario looked at that costs the portfolio ``loss`` EUR.

        Raises
        ------
        DomainError
            ``loss`` is not above zero.
        """
        scenario = self.entry.scenario
        key = (self.digest, scenario.layers, self.ask.portfolio, loss)
        at = np.flatnonzero(self.rows)
        book, valuation = self.found.book.take(at), self.found.valuation.take(at)

        def loss_of(multiple: float) -> float:
            layers = scaled(scenario, multiple).layers
            return impact(book, valuation, self.found.market, layers).loss

        return _crossings.get(key, lambda: smallest_multiple(loss_of, loss))


def stress(clocks: Clocks, actor: Actor, ask: Ask) -> Stressed:
    """Return the visible books beside all scenarios.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    NotFound
        There is no such portfolio among those that the actor may see.
    DomainError
        There is no trade.
    """
    actor.require(Permission.RISK_READ)
    with UnitOfWork() as work:
        return stress_in(work, clocks, actor, ask)


def stress_in(work: UnitOfWork, clocks: Clocks, actor: Actor, ask: Ask) -> Stressed:
    """Return the same within a transaction."""
    found = valued_in(work, clocks, actor)
    if ask.portfolio != ALL and ask.portfolio not in {node.code for node in found.nodes}:
        raise NotFound(
            f"There is no portfolio '{ask.portfolio[:40]}' that you may see. Choose one from the list.",
            portfolio=ask.portfolio,
        )
    if not len(found.book):
        raise DomainError(
            f"Your books hold no trade on {clocks.as_of:%Y-%m-%d}, so there is nothing to stress. Enter or import "
            "trades, or choose another day."
        )
    entries = entries_in(work, clocks, found.market)
    complaint, typed = "", None
    try:
        typed = own(ask.shocks, ask.layers, entries)
    except DomainError as refusal:
        complaint = refusal.message
    whole = {OWN: Entry(typed), **entries} if typed is not None else entries
    result = Stressed(found, ask, whole, complaint)
    if typed is not None and result.impact(OWN) is None:
        kept = {code: entry for code, entry in whole.items() if code != OWN}
        return replace(result, entries=kept, complaint=result.refused[OWN])
    return result


def positions_of(names: Sequence[str], part: str, rows: BoolArray1D) -> IntArray1D:
    """Return the positions of the trades of ``rows`` that belong to ``part``."""
    return np.array([at for at in np.flatnonzero(rows).tolist() if names[at] == part], dtype=np.int64)


def _digest(found: ValuedBook) -> str:
    """Fingerprint trades, values and market: results under it hold whenever all of these are the same."""
    book, market = found.book, found.market
    marks, fixings = market.marks, market.fixings
    running = hashlib.blake2b(digest_size=16)
    add: Callable[[object], None] = lambda text: running.update(repr(text).encode())  # noqa: E731
    for array in (
        book.trade_id, book.version, book.portfolio, found.valuation.total_eur, marks.months.view(np.int64),
        marks.price, marks.status, fixings.total, fixings.count, market.curves.id,
    ):  # fmt: skip
        running.update(np.ascontiguousarray(array).tobytes())
    for number, surface in sorted(market.vols.items()):
        running.update(surface.vol.tobytes())
        add((number, surface.is_normal, surface.months.tolist(), surface.moneyness.tolist()))
    for currency, zero in sorted(market.rates.items()):
        add((currency, zero.years.tolist(), zero.rate.tolist()))
    add(
        (
            market.as_of,
            sorted(market.fx.items()),
            sorted(market.correlations.items()),
            sorted(fixings.final.items()),
        )
    )
    return running.hexdigest()
