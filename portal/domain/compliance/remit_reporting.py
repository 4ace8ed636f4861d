"""Whether a deal is reported under REMIT at all: shared by the rules on deadlines and on what needs no report.

API: ``task_of(case) -> Task``, ``is_on_request(case)``, ``is_reported_elsewhere(case)``, ``table_of(case)``.
"""

from dataclasses import dataclass
from datetime import date

from portal.domain.compliance import areas
from portal.domain.compliance.base import Case
from portal.domain.compliance.errors import MissingParameterError
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.regimes import NETWORK_ENERGY
from portal.domain.compliance.working_days import months_after

SMALL_UNITS = "EU-RM-scope.small_production_mw"
STANDARD_DUE = "EU-RM-20.standard_due_working_days"
NON_STANDARD_DUE = "EU-RM-21.non_standard_due"


@dataclass(frozen=True, slots=True)
class Task:
    """Whether a report must be made, and why not."""

    is_due: bool
    reason: str = ""


def task_of(case: Case) -> Task:
    """Return whether a deal is to be reported to ACER."""
    if _is_outside(case):
        return Task(False, "The deal is no power or gas of the Union.")
    if is_reported_elsewhere(case):
        return Task(False, "A trade repository has accepted the report under EMIR (Art. 8(3)).")
    if is_on_request(case):
        return Task(
            False, "ACER asks for such deals only on request, as none was made on an organised market."
        )
    return Task(True)


def is_reported_elsewhere(case: Case) -> bool:
    """Tell whether a derivative is already reported under EMIR (EU-RM-24)."""
    return bool(case.get("emir_report.status") == "ACPT" and case.get("trade.product.is_derivative") is True)


def is_on_request(case: Case) -> bool:
    """Tell whether a deal off an organised market place is within a group or the output of one small unit (EU-RM-23).

    On days for which no list of small units is known, no unit is small: the duty stays.
    """
    intragroup, unit = case.get("trade.intragroup"), case.get("trade.production_unit_mw")
    if intragroup is None or unit is None or case.get("trade.venue.type") != "OTC":
        return False
    if intragroup:
        return True
    if unit <= 0:
        return False
    try:
        limits = case.parameter(SMALL_UNITS, event_day(case))
    except MissingParameterError:
        return False
    return bool(unit <= limits.get(case.get("trade.commodity", "power"), -1))


def event_day(case: Case) -> date:
    """Return the day of a deal's event, else the day of the question."""
    found = case.get("trade.event_date") or case.get("trade.trade_date")
    return to_day(found) if found else case.day


def non_standard_due(case: Case, event: date) -> date:
    """Return when a report of a non-standard contract is due, by the rule in force on the day of its event."""
    rule = case.parameter(NON_STANDARD_DUE, event)
    if "working_days" in rule:
        return case.calendar.after(event, int(rule["working_days"]))
    return months_after(event, int(rule["months"]))


def _is_outside(case: Case) -> bool:
    commodity = case.get("trade.commodity")
    if commodity is not None and commodity not in NETWORK_ENERGY:
        return True
    zone = case.get("trade.delivery.zone") or case.get("trade.zone", "")
    country = case.get("trade.delivery.country") or areas.country_of_zone(zone)
    if not country or areas.is_union(country) or areas.is_union(case.get("trade.regas_country")):
        return False
    coupled = country in areas.COUPLED_POWER or areas.in_northern_ireland(zone)
    return not (coupled and commodity == "power")
