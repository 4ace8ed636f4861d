"""Which deals were struck: when, of what, how much and on which side; prices come in ``deal_prices``.

Each line of the catalogue draws more candidates than are wanted. A strategy shares one priority with its twins, and of
each kind the candidates of the lowest priority are kept until the wanted number is live, and the wanted number has run
out, on the last day: so the numbers hold for any last day.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.demo.calendar import Days, expiry, offset_days, weekdays
from data.demo.catalogue import CURVES
from data.demo.deal_catalogue import (
    CANDIDATES,
    CLOSED,
    LINES,
    LIVE,
    MARKETS,
    PROFILES,
    TWINS,
    Line,
)
from data.demo.factors import Floats, autoregression
from data.demo.forwards import TENORS
from data.demo.parties import TRADERS
from data.demo.vols import MONTHS as VOL_MONTHS

Ints = NDArray[np.int64]
Texts = NDArray[np.str_]
Draw = Callable[[str], np.random.Generator]

GROWTH = 1.5  # logarithm of how much busier the desk is at the end of the two years than at their beginning
LENGTHS = np.array([1, 3, 6, 12])
EXPIRING = frozenset({"future", "option", "spread_option"})
ON_VOLS = frozenset({"option", "asian", "spread_option"})
CANCELLED = 0.022
CARGO = 2.0  # scale of a line above which it deals in cargoes
SLIMMER = 0.5  # power of the length by which the quantity of a month falls
SHIFTS = np.array([1, 2, 3, 6, 12])  # months between the legs of a calendar spread
RULES = {spec.code: spec.rule for spec in CURVES}


@dataclass(frozen=True, slots=True)
class Deals:
    """Deals in arrays of shape (n,); ``row`` is the trading day's position in ``days``, ``month`` a datetime64[M].

    ``first`` is the tenor of the first delivery month on that day, ``length`` the number of months, ``ends`` the day on
    which the deal has run out, ``second`` the second of the day (UTC) at which it was struck.
    """

    kind: Texts
    book: Texts
    curve: Texts
    other: Texts
    profile: Texts
    trader: Texts
    side: Ints
    quantity: Floats
    ratio2: Floats
    row: Ints
    month: NDArray[np.datetime64]
    first: Ints
    length: Ints
    expiry: Days
    ends: Days
    second: Ints
    priority: Floats

    def __len__(self) -> int:
        return len(self.row)

    def take(self, index: NDArray[Any]) -> "Deals":
        """Return the deals at ``index``, positions or a mask."""
        return Deals(**{field.name: getattr(self, field.name)[index] for field in fields(self)})


def join(parts: list[Deals]) -> Deals:
    """Return all deals of ``parts``, in their order."""
    return Deals(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Deals)
        }
    )


def rule_of(code: str) -> str:
    """Return the rule by which contracts of curve ``code`` expire."""
    return RULES.get(code, "month-end")


def _activity(days: Days, rng: np.random.Generator) -> Floats:
    """Return the share of all deals by day: growing, fewer on Fridays, none alike."""
    grown = np.exp(GROWTH * np.linspace(-1.0, 0.0, len(days)))
    mood = np.exp(0.3 * autoregression(rng.standard_normal(len(days)), 0.8))
    busy = grown * mood * np.array([1.0, 1.06, 1.08, 1.05, 0.82, 0.0, 0.0])[weekdays(days)]
    share: Floats = busy / busy.sum()
    return share


def _products(line: Line, count: int, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Return lengths in months and how many months ahead, drawn."""
    market = MARKETS[line.curve]
    odds = np.array(market.products)
    if line.scale > CARGO:  # cargoes are for one month
        odds = odds * (1.0, 0.0, 0.0, 0.0)
    if line.kind == "asian" or (line.kind in ON_VOLS and not line.curve.startswith("POWER")):
        odds = odds * (1.0, 1.0, 0.0, 0.0)
    length = LENGTHS[rng.choice(4, count, p=odds / odds.sum())]
    return length, rng.exponential(market.reach, count)


def _snapped(month: Ints, length: Ints, curve: str) -> Ints:
    """Return months (numbers since 1970) moved up to where products of their length begin; allowances to December."""
    if curve == "EUA":
        december: Ints = month + (11 - month) % 12
        return december
    shift = np.where(length == 6, 3, 0)
    snapped: Ints = np.where(length == 1, month, -(-(month - shift) // length) * length + shift)
    return snapped


def _sizes(line: Line, length: Ints, rng: np.random.Generator) -> Floats:
    """Return quantities for each month: longer products are dealt in smaller ones."""
    market = MARKETS[line.curve]
    lots = market.lots * line.scale * np.exp(market.spread * rng.standard_normal(len(length)))
    lots = lots / length**SLIMMER
    step = np.where(lots > 20, 5.0, 1.0)
    sizes: Floats = np.maximum(np.round(lots / step) * step, 1.0) * market.lot
    return sizes


def _profile(line: Line, count: int, rng: np.random.Generator) -> Texts:
    if line.kind not in {"future", "forward_physical", "forward_financial"} or line.curve not in {
        "POWER_DE_LU",
        "POWER_FR",
    }:
        return np.full(count, "base")
    names = list(PROFILES)
    odds = np.array([0.78, 0.22, 0.0, 0.0] if line.kind == "future" else list(PROFILES.values()))
    return np.array(names)[rng.choice(4, count, p=odds)]


def _dated(deals: Deals, days: Days, listed: dict[str, Ints]) -> Deals:
    """Return deals with tenor, expiry and end; those that could not have been dealt are left out."""
    month = deals.month.astype(np.int64)
    first, last_day = np.zeros(len(deals), np.int64), days[deals.row].copy()
    final = np.full(len(deals), np.datetime64("NaT", "D"))
    for code in np.unique(deals.curve):
        mine = np.flatnonzero(deals.curve == code)
        first[mine] = month[mine] - listed[code][deals.row[mine]]
        contract = expiry(rule_of(code), deals.month[mine])
        for other in np.unique(deals.other[mine]):
            if other:  # a spread option ends before the first of its futures
                paired = deals.other[mine] == other
                sooner = expiry(rule_of(str(other)), deals.month[mine])
                contract = np.where(paired, np.minimum(contract, sooner), contract)
        late = deals.kind[mine] == "future"
        final[mine] = np.where(late, contract, offset_days(contract, -MARKETS[code].early))
    expires = np.isin(deals.kind, list(EXPIRING))
    final[~expires] = np.datetime64("NaT", "D")
    over = (deals.month + deals.length).astype("datetime64[D]")
    ends = offset_days(np.where(expires, final, over), 1, roll="backward")
    horizon = np.where(np.isin(deals.kind, list(ON_VOLS)), VOL_MONTHS, TENORS)
    early_enough = np.where(expires, final > last_day + 5, deals.month.astype("datetime64[D]") > last_day)
    fits = (first >= 0) & (first + deals.length <= horizon) & early_enough
    return replace(deals, first=first, expiry=final, ends=ends).take(fits)


def _candidates(line: Line, days: Days, activity: Floats, listed: dict[str, Ints], draw: Draw) -> Deals:
    """Return drawn deals of one line, without their twins."""
    rng = draw(f"deals {line.kind} {line.book} {line.curve} {line.other}")
    total = sum(other.share for other in LINES if other.kind == line.kind)
    count = int(np.ceil(CANDIDATES * (LIVE[line.kind] + CLOSED[line.kind]) * line.share / total)) + 20
    row = rng.choice(len(days), count, p=activity)
    length, ahead = _products(line, count, rng)
    nearest = listed[line.curve][row] if line.kind in EXPIRING else _next_month(days[row])
    start = np.maximum(nearest, listed[line.curve][row]) + ahead.astype(np.int64)
    traders = np.array(TRADERS[line.book])
    filler = np.zeros(count, np.int64)
    clock = 24_300 + 37_800 * rng.beta(1.3, 1.4, count)  # 06:45 to 17:15 UTC
    return Deals(
        kind=np.full(count, line.kind),
        book=np.full(count, line.book),
        curve=np.full(count, line.curve),
        other=np.full(count, line.other or ""),
        profile=_profile(line, count, rng),
        trader=traders[rng.integers(0, len(traders), count)],
        side=np.where(rng.random(count) < line.buys, 1, -1),
        quantity=_sizes(line, length, rng),
        ratio2=np.full(count, line.ratio2),
        row=row,
        month=_snapped(start, length, line.curve).astype("datetime64[M]"),
        first=filler,
        length=length,
        expiry=np.full(count, np.datetime64("NaT", "D")),
        ends=np.full(count, np.datetime64("NaT", "D")),
        second=clock.astype(np.int64),
        priority=rng.random(count),
    )


def _next_month(days: Days) -> Ints:
    return days.astype("datetime64[M]").astype(np.int64) + 1


def _twins(line: Line, deals: Deals, draw: Draw) -> list[Deals]:
    """Return the other legs of the strategies of one line."""
    if line.twin is None:
        return []
    rng = draw(f"twins {line.kind} {line.book} {line.curve}")
    chosen = deals.take(rng.random(len(deals)) < line.twins)
    later = chosen.second + rng.integers(5, 240, len(chosen))
    if line.twin == "calendar":
        shift = np.maximum(SHIFTS[rng.integers(0, len(SHIFTS), len(chosen))], chosen.length)
        month = _snapped((chosen.month + shift).astype(np.int64), chosen.length, line.curve)
        return [replace(chosen, side=-chosen.side, month=month.astype("datetime64[M]"), second=later)]
    legs = []
    for curve, side, size in TWINS[line.twin, line.curve]:
        market = MARKETS[curve]
        quantity = np.maximum(np.round(chosen.quantity * size / market.lot), 1.0) * market.lot
        start, length = chosen.month.astype(np.int64), chosen.length
        if curve == "EUA":  # one December contract covers all months
            quantity = np.maximum(np.round(quantity * length / market.lot), 1.0) * market.lot
            start = _snapped(start, length, curve)
            length = np.ones_like(length)
        legs.append(
            replace(
                chosen,
                curve=np.full(len(chosen), curve),
                profile=np.full(len(chosen), "base"),
                side=side * chosen.side,
                quantity=quantity,
                month=start.astype("datetime64[M]"),
                length=length,
                second=later,
            )
        )
    return legs


def _kept(deals: Deals, last: np.datetime64) -> Deals:
    """Return as many live and closed deals of each kind as the catalogue wants, by priority."""
    live = deals.ends > last
    keep = np.zeros(len(deals), dtype=np.bool_)
    for wanted, state in ((LIVE, live), (CLOSED, ~live)):
        for kind, count in wanted.items():
            mine = np.flatnonzero((deals.kind == kind) & state)
            order = mine[np.argsort(deals.priority[mine], kind="stable")]
            keep[order[: count + surplus(count)]] = True
    return deals.take(keep)


def surplus(count: int) -> int:
    """Return how many deals are struck beyond ``count``, to be cancelled."""
    return round(CANCELLED * count)


def choose_cancelled(deals: Deals, last: np.datetime64, last_row: int) -> NDArray[np.bool_]:
    """Tell which deals are cancelled: the surplus of each kind and state, none so new that there was no time for it."""
    live, gone = deals.ends > last, np.zeros(len(deals), dtype=np.bool_)
    for wanted, state in ((LIVE, live), (CLOSED, ~live)):
        for kind, count in wanted.items():
            mine = np.flatnonzero((deals.kind == kind) & state)
            old = mine[deals.row[mine] <= last_row - 4]
            order = old[np.argsort(-deals.priority[old], kind="stable")]
            gone[order[: max(len(mine) - count, 0)]] = True
    return gone


def draw_deals(days: Days, listed: dict[str, Ints], draw: Draw) -> Deals:
    """Return the deals of the trading days ``days`` in the order in which they were struck.

    ``listed`` gives the first listed month (number since 1970) of each curve on each day; ``draw`` the random numbers
    of each part.
    """
    activity = _activity(days, draw("deals activity"))
    parts = []
    for line in LINES:
        drawn = _candidates(line, days, activity, listed, draw)
        parts += [_dated(part, days, listed) for part in (drawn, *_twins(line, drawn, draw))]
    kept = _kept(join(parts), days[-1])
    return kept.take(np.lexsort((kept.second, kept.row)))
