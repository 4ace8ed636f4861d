"""Installations of the demo desk: made up, with one that is short before its deadline and one that is covered."""

from collections.abc import Callable
from datetime import date
from typing import Any

from data.session import UnitOfWork
from data.writes import installations as writes
from portal.core import clock

BY = "Demo desk"
_LEI = "FICT0000000000SELF44"
_LATE_TONNES = 1_150  # emissions of one plant that were corrected after it had surrendered
_LATE_PLANT = "FR-118"
# code, name, scheme, country, activity, MW thermal, t a year, held / emitted, free allocation in t
_PLANTS = (
    (
        "NL-204",
        "Delta combined cycle (made up)",
        "EU",
        "NL",
        "electricity_generation",
        1_450,
        1_180_000,
        0.86,
        0,
    ),
    ("DE-771", "Isar steam plant (made up)", "EU", "DE", "electricity_generation", 820, 640_000, 0.35, 0),
    (_LATE_PLANT, "Seine heat works (made up)", "EU", "FR", "industry", 190, 96_000, 0.005, 41_000),
    ("GB-059", "Tees gas engine (made up)", "UK", "GB", "electricity_generation", 310, 205_000, 0.30, 0),
)


def load(last: date, say: Callable[[str], None]) -> None:
    """Store the years that matter on the desk's last day: the last two whose emissions are known."""
    say("Recording installations of emissions trading")
    with UnitOfWork(write=True) as work:
        writes.remove_by(work.session, BY)
        years = (last.year - 2, last.year - 1)
        writes.add_years(work.session, [_row(plant, year, last) for plant in _PLANTS for year in years])


def _row(plant: tuple[Any, ...], year: int, last: date) -> dict[str, Any]:
    code, name, scheme, country, activity, thermal, tonnes, held, free = plant
    emitted = round(tonnes * (1.04 if year % 2 else 0.97))
    due = date(year + 1, 9 if scheme == "EU" else 4, 30)
    missing = emitted if last < due else _LATE_TONNES if code == _LATE_PLANT and year == last.year - 1 else 0
    unit = "EUA" if scheme == "EU" else "UKA"
    return {
        "code": code, "year": year, "recorded_at": clock.now(), "name": name, "scheme": scheme, "country": country,
        "activity": activity, "simulated": True, "recorded_by": BY,
        "facts": {
            "as_of": date(year + 1, 1, 1).isoformat(),
            "report_verified_on": date(year + 1, 3, 18).isoformat(),
            "verified_emissions_t": emitted,
            "surrendered": emitted - missing,
            "holdings": {unit: round(tonnes * held)},
            "free_allocation": {"expected": free, "received": free},
            "surrender_units": [{"type": unit, "qty": emitted - missing, "period": "2021-2030"}],
            "thermal_mw": thermal,
            "entity_lei": _LEI,
            "account_id": f"{scheme}-100-{code[-3:]}0{year % 10}",
            "account_type": "operator holding account",
        },
    }  # fmt: skip
