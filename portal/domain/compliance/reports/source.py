"""What a report is made from: a trade with its parties, a position, an installation ... as it stood.

API: ``Source``, ``Party``, ``fact(source, name)``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from portal.domain.compliance.places import Place, place_of


@dataclass(frozen=True, slots=True)
class Party:
    """A counterparty, or the own firm; ``facts`` are its party facts (codes, classes, registrations)."""

    code: str
    name: str
    kind: str = ""
    country: str = ""
    lei: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a fact as text, "" when it is not known."""
        value = _find(self.facts, name)
        return "" if value is None else str(value)

    @property
    def lei_code(self) -> str:
        """LEI of the facts, else of the record of the counterparty."""
        return self.text("lei") or self.lei or ""


@dataclass(frozen=True, slots=True)
class Source:
    """A trade in the version that stands, with everything that a report asks of it.

    ``event`` is new, amended or cancelled; ``total`` and ``total_unit`` the volume over the whole delivery, ``hours``
    its delivery hours, ``uti`` the identifiers by scheme (ACER, EMIR, VENUE). Days of delivery are half open.
    """

    trade_id: int
    external_id: str
    event: str
    kind: str
    side: int
    quantity: float
    quantity_unit: str
    price: float | None
    strike: float | None
    premium: float | None
    is_call: bool | None
    profile: str
    trade_date: date
    delivery_start: date
    delivery_end: date
    expiry: date | None
    curve: str
    commodity: str
    unit: str
    currency: str
    total: float
    total_unit: str
    hours: float
    book: str
    trader: str
    party: Party
    own: Party
    version: int = 1
    facts: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    uti: Mapping[str, str] = field(default_factory=dict)
    recorded_at: datetime | None = None
    mid: float | None = None
    simulated: bool = False

    @property
    def place(self) -> Place:
        """Where the curve is traded and delivered; an empty place when it is not known."""
        return place_of(self.curve) or Place()

    def fact(self, name: str) -> Any:
        """Return a fact of the trade, None when it is not known."""
        return _find(self.facts, name)

    @property
    def executed_at(self) -> datetime:
        """Moment of execution; noon UTC of the trade date when nobody said more."""
        given = self.fact("executed_at")
        if isinstance(given, str):
            given = datetime.fromisoformat(given)
        if isinstance(given, datetime):
            return given.astimezone(UTC) if given.tzinfo else given.replace(tzinfo=UTC)
        return datetime(self.trade_date.year, self.trade_date.month, self.trade_date.day, 12, tzinfo=UTC)

    @property
    def mic(self) -> str:
        """Market identifier code of the venue; "" for a bilateral deal."""
        given = self.fact("venue.mic") or self.fact("mic")
        if given:
            return "" if given in ("XXXX", "XBIL") else str(given)
        return self.place.mic if self.party.kind == "exchange" else ""

    @property
    def on_venue(self) -> bool:
        """Whether it was concluded on a venue."""
        return bool(self.mic) and self.mic != "XOFF"

    @property
    def is_derivative(self) -> bool:
        """Whether it is a derivative: everything but physical forwards, storage and swing, unless a fact says other."""
        given = self.fact("product.is_derivative")
        if isinstance(given, bool):
            return given
        return self.kind not in ("forward_physical", "storage", "swing")

    @property
    def last_day(self) -> date:
        """Last day of delivery."""
        return date.fromordinal(self.delivery_end.toordinal() - 1)

    @property
    def money(self) -> tuple[float | None, str]:
        """Agreed price (strike of an option) and its currency as quoted: GBX for pence."""
        price = self.price if self.price is not None else self.strike
        return price, "GBX" if self.unit.startswith("GBp") else self.currency

    @property
    def notional(self) -> tuple[float | None, str]:
        """Price times volume in whole units of the currency."""
        price, code = self.money
        if price is None:
            return None, self.currency
        return abs(price) * self.total / (100.0 if code == "GBX" else 1.0), self.currency


def _find(facts: Mapping[str, Any], name: str) -> Any:
    """Return a fact by its dotted name, flat or nested, also below ``trade`` or ``party``."""
    for base in (facts, facts.get("trade"), facts.get("party")):
        if not isinstance(base, Mapping):
            continue
        if name in base:
            return base[name]
        node: Any = base
        for step in name.split("."):
            node = node.get(step) if isinstance(node, Mapping) else None
        if node is not None:
            return node
    return None
