"""Installations of emissions trading: what the rules and the allowance report must know of them.

API: ``Standing``, ``standings(work, clocks)``, ``Standing.case``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data.queries import installations as queries
from data.queries.installations import DeliveryRow, InstallationRow
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.domain.compliance.parameters import Parameters

UNIT = {"EU": "EUA", "UK": "UKA"}
CURRENCY = {"EU": "EUR", "UK": "GBP"}
DUE = {"EU": "EU-ET.surrender_due", "UK": "UK-ET.surrender_due"}
PENALTY = {"EU": "EU-ET.penalty_eur_per_t", "UK": "UK-ET.penalty_gbp_per_allowance"}
_FACTS = (
    "report_verified_on", "verified_emissions_t", "surrendered", "holdings", "surrender_units", "free_allocation",
    "region",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """An installation in one year, with the deliveries that the book is due and the price of its unit.

    ``deliveries`` are t by month of all books, which stand behind all installations of a scheme together; ``share`` is
    the part of this one: its shortfall over that of all.
    """

    row: InstallationRow
    due: date
    penalty_per_t: float
    deliveries: Mapping[date, float] = field(default_factory=dict)
    share: float = 0.0
    price: float | None = None

    @property
    def unit(self) -> str:
        """Unit of the scheme."""
        return UNIT[self.row.scheme]

    @property
    def shortfall(self) -> float:
        """Verified emissions that are not surrendered, t."""
        facts = self.row.facts
        return max(
            float(facts.get("verified_emissions_t") or 0.0) - float(facts.get("surrendered") or 0.0), 0.0
        )

    @property
    def holdings(self) -> float:
        """Allowances in the registry account, t."""
        return float((self.row.facts.get("holdings") or {}).get(self.unit) or 0.0)

    @property
    def secured(self) -> float:
        """The part of this installation in what is delivered before it must surrender, t; sales take away."""
        return self.share * sum(tonnes for month, tonnes in self.deliveries.items() if month < self.due)

    @property
    def case(self) -> dict[str, Any]:
        """What the rules are asked; what is not known is left out."""
        told: dict[str, Any] = {
            "kind": "installation", "scheme": self.row.scheme, "year": self.row.year, "country": self.row.country,
            "activity": self.row.activity, "secured_deliveries_before_due": self.secured,
        }  # fmt: skip
        return told | {name: self.row.facts[name] for name in _FACTS if name in self.row.facts}


def standings(work: UnitOfWork, clocks: Clocks, parameters: Parameters) -> list[Standing]:
    """Return every installation and year that stands under the clocks, by code and year."""
    rows = queries.installation_years(work.session, clocks=clocks)
    if not rows:
        return []
    due = queries.allowance_deliveries(work.session, clocks=clocks, curves=tuple(UNIT.values()))
    prices = {
        scheme: queries.newest_settle(work.session, code=unit, clocks=clocks) for scheme, unit in UNIT.items()
    }
    bare = [_standing(row, parameters, _by_month(due, UNIT[row.scheme]), prices[row.scheme]) for row in rows]
    total: dict[str, float] = {}
    for one in bare:
        total[one.row.scheme] = total.get(one.row.scheme, 0.0) + one.shortfall
    return [
        Standing(
            one.row, one.due, one.penalty_per_t, one.deliveries,
            one.shortfall / total[one.row.scheme] if total[one.row.scheme] else 0.0, one.price,
        )
        for one in bare
    ]  # fmt: skip


def _standing(
    row: InstallationRow, parameters: Parameters, deliveries: Mapping[date, float], price: float | None
) -> Standing:
    after = date(row.year + 1, 1, 1)
    month, _, day = str(parameters.in_force(DUE[row.scheme], after).value).partition("-")
    penalty = parameters.in_force(PENALTY[row.scheme], after).value
    return Standing(row, date(row.year + 1, int(month), int(day)), float(penalty), deliveries, price=price)


def _by_month(rows: list[DeliveryRow], curve: str) -> dict[date, float]:
    return {row.month: row.tonnes for row in rows if row.curve == curve}
