"""Patterns in one session's orders and fills: washes, round turns that move money, spoofing, layering.

Shared by US-MM-01 to -04. Times are moments, prices in the unit of the contract, quantities in lots. Each function says
what it found; what follows is for the rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.domain.compliance.inputs import to_moment

_EDGE = 1e-6  # share of a tick that binary fractions may differ by: 3.218 - 3.215 is not quite 0.003
OPPOSITE = {"buy": "sell", "sell": "buy"}
Fill = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wash:
    """Fills of one owner against itself: matched lots, those of the smaller side, and when."""

    owner: str
    contract: str
    month: str
    matched: float
    smaller: float
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class RoundTurn:
    """Two fills of the same two parties that undo each other and leave money with one of them."""

    gainer: str
    loser: str
    contract: str
    qty: float
    price_difference: float
    minutes: float


@dataclass(slots=True)
class _Order:
    side: str
    qty: float
    price: float | None
    at: int
    placed: datetime
    left: float


def crossing(order: Mapping[str, Any], resting: Iterable[Mapping[str, Any]]) -> float:
    """Return the lots of ``order`` that would trade with resting orders of the same beneficial owner."""
    would = 0.0
    for other in resting:
        if (
            other["side"] != OPPOSITE[order["side"]]
            or other["beneficial_owner"] != order["beneficial_owner"]
            or (other["contract"], other["month"]) != (order["contract"], order["month"])
        ):
            continue
        gap = order["price"] - other["price"]
        if gap >= -1e-12 if order["side"] == "buy" else gap <= 1e-12:
            would += other["qty"]
    return float(min(would, order["qty"]))


def washes(fills: Iterable[Fill], tick: float, ticks: float, window_s: float, share: float) -> list[Wash]:
    """Return the bursts in which an owner's buys met its own sells.

    A burst is a run of fills of one owner, contract and month with at most ``window_s`` between them. Its buys are
    matched with its sells that are within ``window_s`` and ``ticks`` x ``tick``; it counts when the matched lots are
    at least ``share`` of its smaller side.
    """
    found = []
    for (owner, contract, month), group in _grouped(fills, ("beneficial_owner", "contract", "month")).items():
        for burst in _bursts(group, timedelta(seconds=window_s)):
            matched = _matched(burst, tick * (ticks + _EDGE), timedelta(seconds=window_s))
            sides = [sum(item["qty"] for _, item in burst if item["side"] == side) for side in OPPOSITE]
            smaller = float(min(sides))
            if matched > 0 and matched / smaller >= share - 1e-9:
                found.append(Wash(owner, contract, month, matched, smaller, burst[0][0], burst[-1][0]))
    return found


def _grouped(
    fills: Iterable[Fill], keys: tuple[str, ...]
) -> dict[tuple[str, ...], list[tuple[datetime, Fill]]]:
    groups: dict[tuple[str, ...], list[tuple[datetime, Fill]]] = {}
    for fill in fills:
        groups.setdefault(tuple(str(fill[key]) for key in keys), []).append((to_moment(fill["t"]), fill))
    for group in groups.values():
        group.sort(key=lambda item: item[0])
    return groups


def _bursts(
    group: Sequence[tuple[datetime, Fill]], window: timedelta
) -> Iterable[list[tuple[datetime, Fill]]]:
    burst: list[tuple[datetime, Fill]] = []
    for item in group:
        if burst and item[0] - burst[-1][0] > window:
            yield burst
            burst = []
        burst.append(item)
    if burst:
        yield burst


def _matched(burst: Sequence[tuple[datetime, Fill]], gap: float, window: timedelta) -> float:
    """Return the lots of buys that find sells within ``gap`` of price and ``window`` of time, earliest first."""
    sells = [[moment, item["price"], float(item["qty"])] for moment, item in burst if item["side"] == "sell"]
    matched = 0.0
    for moment, item in burst:
        if item["side"] != "buy":
            continue
        left = float(item["qty"])
        for sell in sells:
            if abs(sell[0] - moment) <= window and abs(sell[1] - item["price"]) <= gap and sell[2] > 0:
                taken = min(left, sell[2])
                sell[2] -= taken
                left -= taken
                matched += taken
    return matched


def round_turns(
    fills: Iterable[Fill], tick: float, ticks: float, window_min: float, tolerance: float
) -> list[RoundTurn]:
    """Return pairs of fills in which the same two parties sold and bought back the same lots at another price.

    Each fill is used once. Lots are equal within ``tolerance`` of those of the first fill; prices differ by at least
    ``ticks`` x ``tick``; at most ``window_min`` minutes lie between.
    """
    ordered = sorted(((to_moment(fill["t"]), fill) for fill in fills), key=lambda item: item[0])
    used: set[int] = set()
    found = []
    for first, (start, out) in enumerate(ordered):
        for second in range(first + 1, len(ordered)):
            end, back = ordered[second]
            if {first, second} & used or not _undoes(out, back, tolerance):
                continue
            minutes = (end - start).total_seconds() / 60
            difference = abs(back["price"] - out["price"])
            if minutes > window_min or difference < tick * (ticks - _EDGE):
                continue
            used |= {first, second}
            gainer = back["seller"] if back["price"] > out["price"] else back["buyer"]
            loser = out["seller"] if gainer == out["buyer"] else out["buyer"]
            qty = float(min(out["qty"], back["qty"]))
            found.append(RoundTurn(gainer, loser, out["contract"], qty, difference, minutes))
    return found


def _undoes(out: Fill, back: Fill, tolerance: float) -> bool:
    return (
        out["seller"] == back["buyer"]
        and out["buyer"] == back["seller"]
        and out["seller"] != out["buyer"]
        and (out["contract"], out["month"]) == (back["contract"], back["month"])
        and abs(back["qty"] - out["qty"]) <= tolerance * out["qty"] + 1e-9
    )


@dataclass(frozen=True, slots=True)
class Spoof:
    """A large order that was taken back after an opposite fill of the same trader; positions in the sorted events."""

    order: str
    order_at: int
    fill_at: int
    day: str


@dataclass(frozen=True, slots=True)
class SpoofLimits:
    """From when an order is large, a cancel prompt and nearly whole."""

    size_multiple: float
    depth_share: float
    cancel_share: float
    cancel_s: float


class Session:
    """The events of one trader, in the order of time; equal times keep the order in which they are given."""

    def __init__(self, events: Iterable[Mapping[str, Any]]) -> None:
        timed = [(to_moment(event["t"]), event) for event in events]
        timed.sort(key=lambda item: item[0])
        self.times = [moment for moment, _ in timed]
        self.events = [event for _, event in timed]
        self.orders: dict[str, _Order] = {}
        for at, event in enumerate(self.events):
            name, side, qty = event.get("id"), event.get("side"), event.get("qty")
            if event["type"] == "new" and name and side in OPPOSITE and qty:
                self.orders[name] = _Order(
                    side, float(qty), event.get("price"), at, self.times[at], float(qty)
                )

    def fills(self) -> list[tuple[int, str]]:
        """Return the position and side of each fill; a fill without a side has that of its order."""
        found = []
        for at, event in enumerate(self.events):
            if event["type"] == "fill":
                own = self.orders.get(event.get("id") or "")
                side = event.get("side") or (own.side if own else "")
                if side in OPPOSITE:
                    found.append((at, side))
        return found

    def cancelled(self, name: str, after: int, seconds: float) -> float:
        """Return the lots of an order that were cancelled after an event and within ``seconds`` of it."""
        order = self.orders[name]
        total = 0.0
        for at in range(after + 1, len(self.events)):
            if (self.times[at] - self.times[after]).total_seconds() > seconds + 1e-9:
                break
            event = self.events[at]
            if event["type"] == "cancel" and event.get("id") == name:
                qty = event.get("qty")
                total += self.left(name, at) if qty is None else float(qty)
        return min(total, order.qty)

    def left(self, name: str, at: int) -> float:
        """Return the lots of an order that are still live before the event at a position."""
        order = self.orders[name]
        if at <= order.at:
            return 0.0
        left = order.qty
        for event in self.events[order.at + 1 : at]:
            if event.get("id") == name and event["type"] in ("cancel", "fill"):
                qty = event.get("qty")
                left -= left if qty is None else float(qty)
        return max(left, 0.0)

    def mid(self, before: int) -> float | None:
        """Return the mid of the last quote before a position; None without one."""
        for event in reversed(self.events[:before]):
            bid, offer = event.get("best_bid"), event.get("best_offer")
            if event["type"] == "quote" and bid is not None and offer is not None:
                return (float(bid) + float(offer)) / 2
        return None


def spoofs(session: Session, median: float, depth: float, limits: SpoofLimits) -> list[Spoof]:
    """Return the large orders that were cancelled just after an opposite fill that they had moved the price for."""
    found = []
    for name, order in session.orders.items():
        if order.qty < limits.size_multiple * median or order.qty < limits.depth_share * depth:
            continue
        for at, side in session.fills():
            if at < order.at or side == order.side:
                continue
            taken_back = session.cancelled(name, at, limits.cancel_s)
            if taken_back >= limits.cancel_share * order.qty - 1e-9 and _moved(session, order, at):
                found.append(Spoof(name, order.at, at, session.times[at].date().isoformat()))
                break
    return found


def _moved(session: Session, order: _Order, fill_at: int) -> bool:
    before, after = session.mid(order.at), session.mid(fill_at)
    if before is None or after is None:
        return False
    return after > before if order.side == "buy" else after < before


def layers(session: Session, seconds: float) -> int:
    """Return the most price levels of one side whose live orders were all cancelled just after an opposite fill."""
    most = 0
    for at, side in session.fills():
        prices = set()
        for name, order in session.orders.items():
            live = session.left(name, at)
            if order.side == side or live <= 0 or order.price is None:
                continue
            if session.cancelled(name, at, seconds) >= live - 1e-9:
                prices.add(order.price)
        most = max(most, len(prices))
    return most
