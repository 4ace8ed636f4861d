"""What can be forecast with the data that there are: one target for each series worth a forecast.

``targets()`` lists them, ``target(code)`` finds one. The list is kept in the process until something is imported.
"""

from collections.abc import Iterator
from functools import lru_cache

from data.queries import forecast_inputs as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.forecast.targets import Target, TargetKind
from portal.domain.market.instruments import InstrumentRow
from portal.domain.market.spread_registry import STANDARD_SPREADS
from portal.domain.market.spreads import SpreadFormula, formula_instruments, parse_formula
from portal.services.market import spreads
from portal.services.market.spread_legs import Catalogue, catalogue

GATE = "12:00"  # of the coupled day-ahead auction, local time
HOURLY_WINDOW, DAILY_WINDOW = (
    728 * 24,
    1000,
)  # steps of training: two years of whole weeks; four years of business days
DAILY_HORIZON = 20
ENDED_HOURS = 100_000.0  # a source that promises nothing within years has ended
NO_PRICES = ("fx", "index")
CALENDAR_LEGS = {"near": "M1", "far": "M2"}
SYSTEM_KINDS = (TargetKind.LOAD, TargetKind.WIND, TargetKind.SOLAR)


def targets(actor: Actor | None = None) -> tuple[Target, ...]:
    """Return everything that can be forecast: power, load, wind and solar by zone, settles, spreads, volatilities.

    ``actor`` is whoever looks; jobs, which were allowed when they were queued, pass none.

    Raises
    ------
    Forbidden
        The actor may not read forecasts.
    """
    if actor is not None:
        actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        key = queries.inventory(work.session)
    return _targets(key)


def target(code: str, actor: Actor | None = None) -> Target:
    """Return the target named ``code``, such as ``power.DE_LU``.

    Raises
    ------
    NotFound
        There is no such target.
    """
    for found in targets(actor):
        if found.code == code:
            return found
    raise NotFound(
        f"There is nothing to forecast under '{code}'. Choose a target from the list on Forecast.",
        target=code,
    )


def spread_formula(kind: str, known: Catalogue) -> SpreadFormula:
    """Return the formula of a standard spread over the legs that it starts with.

    Raises
    ------
    DomainError
        A leg is missing, or the legs do not go together.
    """
    legs = {role: _leg(known, role) for role in STANDARD_SPREADS[kind].legs}
    if len(set(legs.values())) < len(legs):
        raise DomainError(
            f"{STANDARD_SPREADS[kind].title} needs different instruments for its legs.", legs=legs
        )
    text = spreads.standard_formula(kind, legs, {}, known)
    return parse_formula(text, known.units(formula_instruments(text)))


def _leg(known: Catalogue, role: str) -> str:
    if role not in CALENDAR_LEGS:
        return spreads.default_leg(known, role)
    curves = sorted(known.curves, key=lambda code: (code not in spreads.DEFAULTS["gas"], code))
    return f"{curves[0]}.{CALENDAR_LEGS[role]}" if curves else ""


@lru_cache(maxsize=8)
def _targets(key: tuple[str, int, int, int]) -> tuple[Target, ...]:  # noqa: ARG001  # the key forgets old lists
    with UnitOfWork() as work:
        known = catalogue(work)
        zones = queries.zones(work.session)
        held = queries.zones_with_system(work.session, [zone.zone for zone in zones])
    daily = sorted(
        (row for row in known.instruments.values() if _is_priced(row)),
        key=lambda row: not _is_front(row.code, known),
    )
    found = [_power(zone) for zone in zones]
    found += [_system(kind, zone) for kind in SYSTEM_KINDS for zone in zones if zone.zone in held[kind]]
    found += [_settle(row) for row in daily]
    found += list(_spreads(known))
    found += [_volatility(row) for row in daily if _is_front(row.code, known) and _moves(row)]
    return tuple(found)


def _is_priced(row: InstrumentRow) -> bool:
    return row.granularity == "daily" and row.commodity not in NO_PRICES and row.sla_hours < ENDED_HOURS


def _is_front(code: str, known: Catalogue) -> bool:
    """Tell whether an instrument is the front of a forward curve: those are the main ones."""
    return code in known.curves or code.removesuffix("_M1") in known.curves


def _moves(row: InstrumentRow) -> bool:
    """Tell whether high and low of a day are moves of one price: those of day-ahead power are different hours."""
    return row.commodity != "power" or row.code.endswith("_M1")


def _power(zone: queries.ZoneRow) -> Target:
    return Target(
        TargetKind.POWER, zone.zone, f"Day-ahead power {zone.zone}", zone.unit, zone.timezone,
        per_day=24, periods=(24, 168), horizon=24, gate=GATE, window=HOURLY_WINDOW, feature_set="power",
        simulated=zone.simulated,
    )  # fmt: skip


def _system(kind: TargetKind, zone: queries.ZoneRow) -> Target:
    return Target(
        kind, zone.zone, f"{kind.label} {zone.zone}", "MW", zone.timezone,
        per_day=24, periods=(24, 168), horizon=48, lead=24, positive=True, gate=GATE, window=HOURLY_WINDOW,
        feature_set="system", simulated=zone.simulated,
    )  # fmt: skip


def _settle(row: InstrumentRow) -> Target:
    return Target(
        TargetKind.SETTLE, row.code, row.name, row.unit, row.timezone,
        per_day=1, periods=(5,), horizon=DAILY_HORIZON, business_days=True, window=DAILY_WINDOW,
        feature_set="daily", simulated=row.simulated,
    )  # fmt: skip


def _volatility(row: InstrumentRow) -> Target:
    return Target(
        TargetKind.VOLATILITY, row.code, f"{row.code}: volatility of the day, annual", "%", row.timezone,
        per_day=1, periods=(5,), horizon=DAILY_HORIZON, business_days=True, positive=True, window=DAILY_WINDOW,
        simulated=row.simulated,
    )  # fmt: skip


def _spreads(known: Catalogue) -> Iterator[Target]:
    """Yield the standard spreads whose legs there are."""
    for kind, standard in STANDARD_SPREADS.items():
        try:
            formula = spread_formula(kind, known)
        except DomainError:
            continue  # without its instruments there is no such spread to forecast
        rows = [row for leg in map(known.leg, formula.instruments) if leg and (row := known.row(leg))]
        legs = ", ".join(
            code for code in formula.instruments if known.leg(code) and _is_priced_leg(code, known)
        )
        yield Target(
            TargetKind.SPREAD, kind, f"{standard.title} ({legs})", str(formula.unit),
            rows[0].timezone if rows else "UTC", per_day=1, periods=(5,), horizon=DAILY_HORIZON,
            business_days=True, window=DAILY_WINDOW, feature_set="daily",
            simulated=any(row.simulated for row in rows),
        )  # fmt: skip


def _is_priced_leg(code: str, known: Catalogue) -> bool:
    leg = known.leg(code)
    return leg is not None and known.row(leg) is not None
