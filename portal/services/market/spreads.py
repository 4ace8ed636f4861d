"""Spreads: the standard ones by name, or a formula of the user; history, standing and decomposition by leg."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import DateArray1D, FloatArray1D, FloatArray2D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.domain.market.spread_legs import Leg, LegKind, LegPrices, align, fixes
from portal.domain.market.spread_registry import STANDARD_SPREADS
from portal.domain.market.spread_statistics import Standing, rolling_percentiles, rolling_zscore, standing
from portal.domain.market.spread_terms import Contribution, contributions
from portal.domain.market.spreads import SpreadFormula, formula_instruments, parse_formula
from portal.services.market.spread_legs import HUB, Catalogue, catalogue, read_legs

CUSTOM = "custom"
RANGES: dict[str, tuple[str, int | None]] = {
    "6m": ("6 M", 183),
    "1y": ("1 Y", 366),
    "3y": ("3 Y", 1096),
    "max": ("Max", None),
}
WINDOWS = (20, 60, 125, 250, 500)
LEVELS = (5.0, 25.0, 50.0, 75.0, 95.0)
SPOT = "spot"
COMMODITIES = {
    "crude": ("crude",),
    "product": ("products",),
    "gasoline": ("products",),
    "distillate": ("products",),
    "power": ("power",),
    "gas": ("gas", "lng"),
    "coal": ("coal",),
    "carbon": ("carbon",),
}
DEFAULTS = {
    "crude": ("WTI", "BRENT"),
    "product": ("RBOB", "ULSD"),
    "gasoline": ("RBOB",),
    "distillate": ("ULSD",),
    "power": ("POWER_DE_LU",),
    "gas": ("TTF",),
    "coal": ("API2",),
    "carbon": ("EUA",),
    "here": ("TTF",),
    "there": ("NBP",),
}


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Study:
    """A spread over time. Arrays have shape (n,), ``bands`` (levels, n); statistics look back ``window`` values.

    ``shown`` is where the range begins that was asked for; values before it fill the first windows. ``ends`` holds the
    newest day of each leg, ``prices`` the aligned prices, ``problem`` why there is no split by leg.
    """

    formula: SpreadFormula
    legs: tuple[Leg, ...]
    units: Mapping[str, str]
    window: int
    day: DateArray1D
    value: FloatArray1D
    prices: Mapping[str, FloatArray1D]
    bands: FloatArray2D
    zscore: FloatArray1D
    shown: int
    standing: Standing | None
    parts: tuple[Contribution, ...]
    problem: str
    ends: Mapping[str, date | None]

    @property
    def unit(self) -> str:
        """Unit of the spread."""
        return str(self.formula.unit)

    @property
    def newest(self) -> date | None:
        """The newest day on which all legs have a price."""
        found: date | None = self.day[-1].item() if self.day.size else None
        return found

    @property
    def rates(self) -> tuple[str, ...]:
        """The exchange rates in the formula."""
        return tuple(leg.code for leg in self.legs if leg.kind is LegKind.RATE)


@dataclass(frozen=True, slots=True)
class Spread:
    """A spread with what is known of its legs; ``simulated`` when any price is, ``late`` names what holds it back."""

    study: Study
    span: str
    simulated: bool
    sources: tuple[str, ...]
    late: str


@dataclass(frozen=True, slots=True)
class Check:
    """What a formula means, or why it is refused and which formulas would do."""

    sentence: str
    accepted: bool
    fixes: tuple[str, ...] = ()


def all_legs(actor: Actor) -> Catalogue:
    """Return all instruments and curves, for the pickers."""
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        return catalogue(work)


def leg_options(known: Catalogue, role: str) -> list[tuple[str, str]]:
    """Return the instruments that fit a role of a standard spread, code and label."""
    kinds = COMMODITIES.get(role)
    return [
        (code, f"{code} · {row.unit}")
        for code, row in known.instruments.items()
        if kinds is None or row.commodity in kinds
    ]


def default_leg(known: Catalogue, role: str) -> str:
    """Return the instrument that a role starts with; empty when nothing fits."""
    options = [code for code, _ in leg_options(known, role)]
    return next((code for code in DEFAULTS.get(role, ()) if code in options), options[0] if options else "")


def standard_formula(
    kind: str,
    legs: Mapping[str, str],
    parameters: Mapping[str, float],
    known: Catalogue,
    *,
    delivery: str = SPOT,
) -> str:
    """Return the formula of a standard spread for given legs, conversions and exchange rates written out.

    ``delivery`` is ``spot`` for the instruments themselves, or a product such as ``M1`` or ``Cal-27`` on their curves.

    Raises
    ------
    DomainError
        A leg has no curve, a parameter is out of range, or the legs do not go together.
    """
    codes = {role: _delivered(code, delivery, known) for role, code in legs.items()}
    units = known.units(list(codes.values()))
    fx = {unit: code for code, unit in units.items() if (leg := known.leg(code)) and leg.kind is LegKind.RATE}
    return STANDARD_SPREADS[kind].build(codes, units, fx=_by_hub(fx), **parameters).text


def _by_hub(fx: Mapping[str, str]) -> dict[str, str]:
    """Leave out a pair that turns over one which central banks publish: those with the euro as base."""
    return {unit: code for unit, code in fx.items() if not code.endswith(HUB)}


def _delivered(code: str, delivery: str, known: Catalogue) -> str:
    if delivery == SPOT or "." in code:
        return code
    if code not in known.curves:
        raise DomainError(
            f"{code} has no forward curve, so it has no price for {delivery}. Choose 'Spot or front', or another leg.",
            instrument=code,
        )
    return f"{code}.{delivery}"


def check_formula(text: str, known: Catalogue) -> Check:
    """Say what a formula means: the unit of its result and how bare numbers were read; or why it is refused."""
    units: dict[str, str] = known.units()
    try:
        units = known.units(formula_instruments(text))
        formula = parse_formula(text, units)
    except DomainError as refusal:
        return Check(refusal.message, False, fixes(text, refusal, units))
    read = f" {'; '.join(formula.readings)}." if formula.readings else ""
    return Check(f"The result is in {formula.unit}.{read}", True)


def spread(text: str, clocks: Clocks, actor: Actor, *, span: str = "1y", window: int = 250) -> Spread:
    """Return the spread of a formula over the range, with what its statistics need before it.

    Raises
    ------
    DomainError
        The formula is refused, or a rate is missing.
    """
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        known = catalogue(work)
        formula, legs = resolved(text, known)
        first = first_day(clocks, span, window)
        read = read_legs(work, legs, known, clocks, first)
    study = build_study(formula, read, window=window, start=range_start(clocks, span))
    rows = [row for leg in legs if (row := known.row(leg)) is not None]
    return Spread(
        study,
        span,
        any(row.simulated for row in rows),
        tuple(dict.fromkeys(f"{row.source} ({row.licence})" for row in rows)),
        _lateness(study, min((row.sla_hours for row in rows), default=24.0), clocks),
    )


def resolved(text: str, known: Catalogue) -> tuple[SpreadFormula, tuple[Leg, ...]]:
    """Return the checked formula and its legs."""
    formula = parse_formula(text, known.units(formula_instruments(text)))
    return formula, tuple(leg for code in formula.instruments if (leg := known.leg(code)) is not None)


def range_start(clocks: Clocks, span: str) -> date | None:
    """Return the first day that is shown; None for all."""
    if span not in RANGES:
        raise DomainError(f"There is no range '{span}'. Choose one of {', '.join(RANGES)}.", range=span)
    days = RANGES[span][1]
    return None if days is None else clocks.as_of - timedelta(days=days)


def first_day(clocks: Clocks, span: str, window: int) -> date | None:
    """Return the first day to read, so that the first window is full where the range begins."""
    start = range_start(clocks, span)
    return None if start is None else start - timedelta(days=window * 7 // 5 + 40)


def build_study(
    formula: SpreadFormula, read: Sequence[LegPrices], *, window: int, start: date | None = None
) -> Study:
    """Compute a spread and its statistics from the prices of its legs; pure, so that a passport repeats it."""
    day, prices = align(read)
    value = formula.evaluate(prices)
    keep = np.isfinite(value)
    day, value = day[keep], value[keep]
    prices = {code: column[keep] for code, column in prices.items()}
    rates = [leg.leg.code for leg in read if leg.leg.kind is LegKind.RATE]
    parts, problem = _split(formula, prices, rates)
    shown = 0 if start is None else int(np.searchsorted(day, np.datetime64(start, "D")))
    return Study(
        formula,
        tuple(leg.leg for leg in read),
        {leg.leg.code: leg.unit for leg in read},
        window,
        day,
        value,
        prices,
        rolling_percentiles(value, window, LEVELS),
        rolling_zscore(value, window),
        shown,
        standing(value, window) if value.size else None,
        parts,
        problem,
        {leg.leg.code: leg.day[-1].item() if leg.day.size else None for leg in read},
    )


def _split(
    formula: SpreadFormula, prices: Mapping[str, FloatArray1D], rates: Sequence[str]
) -> tuple[tuple[Contribution, ...], str]:
    if not all(column.size for column in prices.values()):
        return (), ""
    try:
        return contributions(formula, {code: float(p[-1]) for code, p in prices.items()}, rates), ""
    except DomainError as refusal:
        return (), refusal.message


def _lateness(study: Study, sla_hours: float, clocks: Clocks) -> str:
    """Name the leg that holds the spread back, when it is later than the strictest promise of its sources."""
    if study.newest is None or int(np.busday_count(study.newest, clocks.as_of)) * 24 <= sla_hours:
        return ""
    known = {code: day for code, day in study.ends.items() if day is not None and code not in study.rates}
    slowest = min(known, key=lambda code: known[code])
    return f"{slowest} has no price after {known[slowest]:%Y-%m-%d}"
