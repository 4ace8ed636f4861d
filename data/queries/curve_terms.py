"""What is fixed about every forward curve: unit, currency, energy content and its peak-load curve."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models.market import Curve
from portal.core.unit_symbols import MINOR_CURRENCIES
from portal.core.units import Unit, UnknownUnit, conversion_factor, convert, parse_unit
from portal.domain.portfolio.market import CurveTerms

_MWH = parse_unit("MWh")
_BOE = "boe_mmbtu_per_bbl"
# Physical properties by commodity and dimension of the volume unit; NAMED_CONVERSIONS says where they come from.
_PER_TONNE = {"GASOIL": "gasoil_bbl_per_t", "JET": "jet_bbl_per_t", "NAPHTHA": "naphtha_bbl_per_t",
              "FUEL_OIL": "fuel_oil_bbl_per_t", "VLSFO": "fuel_oil_bbl_per_t"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CurveRow:
    """One curve as stored."""

    id: int
    code: str
    name: str
    commodity: str
    unit: str
    currency: str
    timezone: str
    instrument_code: str | None
    simulated: bool


def curve_rows(session: Session) -> list[CurveRow]:
    """Return all curves in ascending order of id."""
    statement = select(
        Curve.id, Curve.code, Curve.name, Curve.commodity, Curve.unit, Curve.currency, Curve.timezone,
        Curve.instrument_code, Curve.simulated,
    ).order_by(Curve.id)  # fmt: skip
    return [CurveRow(*row) for row in session.execute(statement)]


def curve_terms(session: Session) -> CurveTerms:
    """Return what is fixed about all curves, in ascending order of id."""
    return terms_of(curve_rows(session))


def terms_of(rows: list[CurveRow]) -> CurveTerms:
    """Return the rows as arrays; ``rows`` ascend by id."""
    places = {row.code: place for place, row in enumerate(rows)}
    return CurveTerms(
        id=np.array([row.id for row in rows], np.int64),
        code=tuple(row.code for row in rows),
        commodity=tuple(row.commodity for row in rows),
        unit=tuple(row.unit for row in rows),
        currency=tuple(row.currency for row in rows),
        timezone=tuple(row.timezone for row in rows),
        money=np.array(
            [0.01 if row.unit.split("/")[0] in MINOR_CURRENCIES else 1.0 for row in rows], np.float64
        ),
        mwh=np.array([mwh_of(row.unit, row.commodity, row.code) for row in rows], np.float64),
        peak=np.array([places.get(f"{row.code}_PEAK", -1) for row in rows], np.int64),
        simulated=np.array([row.simulated for row in rows], np.bool_),
    )


def volume_unit(unit: str) -> str:
    """Return the unit of volume of a price's unit: bbl of USD/bbl."""
    return unit.partition("/")[2]


def mwh_of(unit: str, commodity: str, code: str) -> float:
    """Return the MWh in one unit of volume of a curve; NaN where volume is no energy, such as tonnes of CO2."""
    if commodity == "carbon":
        return np.nan
    try:
        volume = parse_unit(volume_unit(unit))
        if volume.dimension == _MWH.dimension:
            return float(conversion_factor(volume, _MWH))
        if volume.dimension == parse_unit("t").dimension:
            return _mwh_of_tonnes(volume, commodity, code)
        return convert(convert(1.0, volume, "bbl"), "bbl", _MWH, via=_BOE)
    except UnknownUnit:
        return np.nan


def _mwh_of_tonnes(volume: Unit, commodity: str, code: str) -> float:
    if commodity == "coal":
        return convert(1.0, volume, _MWH, via="api2_mwh_per_t")
    if commodity == "lng":
        return convert(convert(1.0, volume, "MMBtu", via="lng_mmbtu_per_t"), "MMBtu", _MWH)
    barrels = convert(1.0, volume, "bbl", via=_PER_TONNE.get(code, "crude_bbl_per_t"))
    return convert(barrels, "bbl", _MWH, via=_BOE)
