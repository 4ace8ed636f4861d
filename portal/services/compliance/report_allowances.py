"""What the allowance position is made of: installations by year with deliveries, prices and deadlines."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.services.compliance import parameters
from portal.services.compliance.installations import CURRENCY, Standing, standings


@dataclass(frozen=True, slots=True)
class AllowanceSource:
    """One installation in one year, as the layout ``ets-position`` asks for it."""

    as_of: date
    standing: Standing

    @property
    def scheme(self) -> str:
        """EU or UK."""
        return self.standing.row.scheme

    @property
    def unit(self) -> str:
        """EUA or UKA."""
        return self.standing.unit

    @property
    def facts(self) -> dict[str, Any]:
        """What was recorded of it."""
        return self.standing.row.facts

    @property
    def code(self) -> str:
        """Number of the installation."""
        return self.standing.row.code

    @property
    def name(self) -> str:
        """Its name."""
        return self.standing.row.name

    @property
    def year(self) -> int:
        """Year of the emissions."""
        return self.standing.row.year

    @property
    def holdings(self) -> float:
        """Allowances in the registry, t."""
        return self.standing.holdings

    @property
    def shortfall(self) -> float:
        """Emissions that are not surrendered, t."""
        return self.standing.shortfall

    @property
    def secured(self) -> float:
        """Deliveries before the deadline, t."""
        return self.standing.secured

    @property
    def due(self) -> date:
        """Day by which allowances are surrendered."""
        return self.standing.due

    @property
    def price(self) -> float | None:
        """Newest settle of the unit."""
        return self.standing.price

    @property
    def currency(self) -> str:
        """Money of price and penalty."""
        return CURRENCY[self.scheme]

    @property
    def penalty(self) -> float:
        """Money for each t that is missing."""
        return self.standing.penalty_per_t

    @property
    def deliveries(self) -> dict[date, float]:
        """Net t of all books by month of delivery."""
        return dict(self.standing.deliveries)

    @property
    def simulated(self) -> bool:
        """Whether it is made up."""
        return self.standing.row.simulated


def allowance_sources(work: UnitOfWork, clocks: Clocks) -> Iterator[AllowanceSource]:
    """Yield every installation and year that stands under the clocks."""
    for one in standings(work, clocks, parameters.in_force(work, clocks)):
        yield AllowanceSource(clocks.as_of, one)
