"""What can be asked of positions, read with suspicion, and which rows of the ledger it means for one reader."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np

from data.queries import curve_terms as curve_queries
from data.queries import portfolios as tree_queries
from data.queries.curve_terms import CurveRow
from data.queries.portfolios import CounterpartyRow, Node
from data.queries.positions import Selection
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.domain.market.curve_products import product_label
from portal.domain.portfolio.market import CurveTerms
from portal.domain.portfolio.position_periods import TENORS, months_of_key
from portal.domain.portfolio.positions import ENERGY_UNITS, Measure
from portal.domain.portfolio.trade import LABELS, Kind
from portal.services.portfolio.books import visible_nodes

DIMENSIONS: Mapping[str, str] = {
    "portfolio": "Portfolio",
    "book": "Book",
    "commodity": "Commodity",
    "hub": "Hub",
    "tenor": "Delivery",
    "counterparty": "Counterparty",
    "kind": "Instrument",
    "side": "Long or short",
}
MEASURES: Mapping[str, str] = {m.value: m.value.capitalize() for m in Measure}
UNITS: Mapping[str, str] = {
    "GWh": "GWh",
    "MWh": "MWh",
    "TWh": "TWh",
    "boe": "boe",
    "t": "t CO₂",
    "native": "Native",
}
COUNTS: Mapping[str, str] = {
    "firm": "Obligations",
    "notional": "Rights at notional",
    "delta": "Delta-equivalent",
}
SIDES: Mapping[int, tuple[str, str]] = {1: ("long", "Long"), -1: ("short", "Short")}
TOTAL = "*"
CARBON = "carbon"
PERIODIC = ("hour", "day")
"""Tenors that are shorter than the months of the ledger."""
DAY_MONTHS = 3
"""Longest range that is shown by day."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One view of positions: two dimensions, what a cell shows, and what counts.

    ``first`` is ``open`` (not yet delivered), ``all`` or a month; ``last`` is a month. Empty filters take all.
    """

    rows: str = "portfolio"
    columns: str = "tenor"
    tenor: str = "month"
    measure: str = "net"
    unit: str = "GWh"
    count: str = "firm"
    portfolio: str = ""
    commodity: str = ""
    first: str = "open"
    last: str = ""

    def params(self) -> dict[str, str]:
        """Return the view as parameters of grids, passports and addresses."""
        return {name: getattr(self, name) for name in NAMES}


NAMES = tuple(field.name for field in fields(Ask))
CHOICES: Mapping[str, Mapping[str, str]] = {
    "rows": DIMENSIONS,
    "columns": DIMENSIONS,
    "tenor": TENORS,
    "measure": MEASURES,
    "unit": UNITS,
    "count": COUNTS,
}


def read(given: Mapping[str, Any]) -> Ask:
    """Return what is asked; what is not given takes its default.

    Raises
    ------
    DomainError
        Something is not among the choices, or the months are in the wrong order.
    """
    found = {name: str(given[name]) for name in NAMES if given.get(name) not in (None, "")}
    for name, choices in CHOICES.items():
        if name in found and found[name] not in choices:
            raise DomainError(
                f"Positions cannot be shown with {name} '{found[name][:40]}'. Choose one of {', '.join(choices)}.",
                name=name,
            )
    ask = Ask(**{**found, **{name: _any(found, name) for name in ("portfolio", "commodity", "last")}})
    if ask.rows == ask.columns:
        raise DomainError(
            f"Rows and columns are both '{ask.rows}'. Choose two different dimensions.", name="columns"
        )
    first = None if ask.first in ("open", "all") else _month(ask.first)
    last = _month(ask.last) if ask.last else None
    if first and last and last < first:
        raise DomainError(
            f"Deliveries from {ask.first} to {ask.last} are none. Choose a last month after the first.",
            name="last",
        )
    return ask


def effective(ask: Ask, clocks: Clocks) -> tuple[Ask, str]:
    """Return what is shown of ``ask``, and a sentence where that is less than was asked.

    Hours are those of one month and days those of up to three, of obligations alone; an hour is in MWh, that is MW.
    """
    if ask.tenor not in PERIODIC:
        return ask, ""
    first = f"{clocks.as_of:%Y-%m}" if ask.first in ("open", "all") else ask.first
    longest = 1 if ask.tenor == "hour" else DAY_MONTHS
    start = _month(first)
    end = _month(ask.last) if ask.last else start
    months = (end.year - start.year) * 12 + end.month - start.month
    last = start if months < 0 else end if months < longest else _later(start, longest - 1)
    unit = "MWh" if ask.tenor == "hour" and ask.unit in ENERGY_UNITS else ask.unit
    shown = replace(ask, first=first, last=f"{last:%Y-%m}", count="firm", unit=unit)
    if shown == ask:
        return ask, ""
    span = (
        product_label(first)
        if last == start
        else f"{product_label(first)} to {product_label(f'{last:%Y-%m}')}"
    )
    told = f"{TENORS[ask.tenor]}s are those of {span}; choose other months under From and To."
    if ask.count != "firm":
        told += " Rights have no hours until they are exercised, so obligations alone are counted."
    if unit != ask.unit:
        told += " An hour is in MWh, that is MW."
    return shown, told


def upright(ask: Ask) -> Ask:
    """Return ``ask`` with hours in the rows: several hundred columns could not be read."""
    if ask.tenor != "hour" or ask.columns != "tenor":
        return ask
    return replace(ask, rows="tenor", columns=ask.rows)


def _later(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def lenient(given: Mapping[str, Any]) -> Ask:
    """Return what is asked, with the default for whatever cannot be: a mistyped link still opens."""
    ask = Ask()
    for name in NAMES:
        if given.get(name) in (None, ""):
            continue
        try:
            ask = read({**ask.params(), name: given[name]})
        except DomainError:
            continue
    return ask


def _any(found: Mapping[str, str], name: str) -> str:
    """Return a filter, empty for ``all``."""
    return "" if found.get(name, "all") == "all" else found[name]


def _month(text: str) -> date:
    first, last = months_of_key(text)
    if first != last or len(text) != 7:
        raise DomainError(f"'{text[:40]}' is no month. Write it as 2027-01.", name="month")
    return first


@dataclass(frozen=True)
class Desk:
    """What the reader may see: the visible part of the tree, and what entries are named by."""

    nodes: tuple[Node, ...]
    curves: Mapping[int, CurveRow]
    terms: CurveTerms
    counterparties: Mapping[int, CounterpartyRow]

    @property
    def books(self) -> frozenset[int]:
        """Ids of the visible books."""
        return frozenset(node.id for node in self.nodes if node.is_book)

    @property
    def commodities(self) -> list[str]:
        """Commodities of all curves."""
        return sorted({curve.commodity for curve in self.curves.values()})

    def under(self, code: str) -> tuple[Node, ...]:
        """Return the node ``code`` and all below it; all nodes for an empty code.

        Raises
        ------
        NotFound
            There is no such node, or the reader may not see it.
        """
        if not code:
            return self.nodes
        found = tree_queries.subtree(self.nodes, code)
        if not found:
            raise NotFound(
                f"There is no portfolio '{code[:40]}' that you may see. Choose one from the list.",
                portfolio=code,
            )
        return tuple(found)

    def of_commodity(self, commodity: str) -> frozenset[int]:
        """Return the ids of the curves of a commodity, or refuse an unknown one."""
        found = frozenset(key for key, curve in self.curves.items() if curve.commodity == commodity)
        if not found:
            raise NotFound(
                f"There is no commodity '{commodity[:40]}'. Choose one from the list.", commodity=commodity
            )
        return found


def load_desk(work: UnitOfWork, actor: Actor) -> Desk:
    """Return what ``actor`` may see; the system itself sees every book."""
    rows = curve_queries.curve_rows(work.session)
    return Desk(
        tuple(visible_nodes(work, actor)),
        {row.id: row for row in rows},
        curve_queries.terms_of(rows),
        {row.id: row for row in tree_queries.counterparties(work.session)},
    )


def selection(desk: Desk, ask: Ask, clocks: Clocks) -> Selection:
    """Return which rows of the ledger ``ask`` means for its reader.

    Raises
    ------
    NotFound
        The portfolio or commodity is not there, or not visible.
    """
    first = {"open": clocks.as_of.replace(day=1), "all": None}
    curves = desk.of_commodity(ask.commodity) if ask.commodity else None
    if ask.unit == "t":
        carbon = frozenset(key for key, curve in desk.curves.items() if curve.commodity == CARBON)
        curves = carbon if curves is None else curves & carbon
    return Selection(
        frozenset(node.id for node in desk.under(ask.portfolio) if node.is_book),
        curves=curves,
        first=first[ask.first] if ask.first in first else _month(ask.first),
        last=_month(ask.last) if ask.last else None,
        optional=ask.count != "firm",
    )


def narrow(desk: Desk, chosen: Selection, dimension: str, key: str) -> Selection:
    """Return ``chosen`` within one line of a dimension; the total changes nothing.

    Raises
    ------
    NotFound
        There is no such line.
    """
    if key == TOTAL:
        return chosen
    if dimension in ("portfolio", "book"):
        books = frozenset(node.id for node in desk.under(key) if node.is_book)
        return replace(chosen, portfolios=chosen.portfolios & books)
    if dimension in ("commodity", "hub"):
        return replace(chosen, curves=_among(chosen.curves, _curves(desk, dimension, key)))
    if dimension == "tenor":
        first, last = months_of_key(key)
        later, sooner = max(first, chosen.first or first), min(last, chosen.last or last)
        return replace(chosen, first=later, last=sooner)
    if dimension == "counterparty":
        found = frozenset(k for k, row in desk.counterparties.items() if row.code == key)
        if not found:
            raise _no_line(dimension, key)
        return replace(chosen, counterparties=found)
    if dimension == "kind":
        if key not in {kind.key for kind in Kind}:
            raise _no_line(dimension, key)
        return replace(chosen, kinds=frozenset({key}))
    signs = {name: sign for sign, (name, _) in SIDES.items()}
    if key not in signs:
        raise _no_line(dimension, key)
    return replace(chosen, side=signs[key])


def countable(desk: Desk, ask: Ask, chosen: Selection) -> Selection:
    """Return ``chosen`` without what has no volume in the unit asked for: carbon is no energy."""
    if ask.unit not in ENERGY_UNITS:
        return chosen
    return replace(chosen, curves=_among(chosen.curves, frozenset(energy_of(desk.terms))))


def _curves(desk: Desk, dimension: str, key: str) -> frozenset[int]:
    if dimension == "commodity":
        return desk.of_commodity(key)
    found = frozenset(number for number, curve in desk.curves.items() if curve.code == key)
    if not found:
        raise _no_line(dimension, key)
    return found


def _among(known: frozenset[int] | None, wanted: frozenset[int]) -> frozenset[int]:
    return wanted if known is None else known & wanted


def _no_line(dimension: str, key: str) -> NotFound:
    return NotFound(
        f"There is no {DIMENSIONS[dimension].lower()} '{key[:40]}'. Open the table again and use its cells.",
        dimension=dimension,
    )


def line_label(desk: Desk, dimension: str, key: str) -> str:
    """Return a line of a dimension as people read it; the key itself where nothing is known of it."""
    if key == TOTAL:
        return "All"
    if dimension in ("portfolio", "book"):
        return next((node.name for node in desk.nodes if node.code == key), key)
    if dimension == "counterparty":
        return next((row.name for row in desk.counterparties.values() if row.code == key), key)
    if dimension == "kind":
        return next((label for kind, label in LABELS.items() if kind.key == key), key)
    if dimension == "tenor":
        return product_label(key) if len(key) < 10 else key
    return key if dimension == "hub" else key.capitalize()


def energy_of(terms: CurveTerms) -> dict[int, float]:
    """Return MWh in one unit of volume by curve id; curves without energy are left out."""
    pairs = zip(terms.id.tolist(), terms.mwh.tolist(), strict=True)
    return {key: size for key, size in pairs if np.isfinite(size)}
