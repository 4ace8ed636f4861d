"""What position reports are made of: positions in core referenced contracts with the levels in force."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.domain.compliance.errors import MissingParameterError
from portal.domain.compliance.parameters import Parameter, Parameters
from portal.domain.compliance.reports.source import Party
from portal.services.compliance import parameters as parameter_service
from portal.services.compliance.positions import Held, held
from portal.services.compliance.report_sources import own_firm
from portal.services.compliance.rulebook import calendars


@dataclass(frozen=True, slots=True)
class PositionSource:
    """One position with its levels; what is not here is asked of ``held``."""

    held: Held
    firm: str
    firm_lei: str
    level: float | None
    limit: float | None
    accountability: float | None
    trust: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.held, name)


def position_sources(work: UnitOfWork, clocks: Clocks) -> Iterator[PositionSource]:
    """Yield the positions under the clocks, by contract, month and class."""
    own, book = own_firm(work, clocks), parameter_service.in_force(work, clocks)
    for one in held(work, clocks, calendars(clocks.as_of)["US"]):
        yield _source(one, own, book)


def _source(one: Held, own: Party, book: Parameters) -> PositionSource:
    level = _in_force(book, f"US-LT-01.{one.contract}", one)
    limit = _in_force(book, f"US-PL-01.{one.contract}", one)
    account = _in_force(book, f"US-PL-03.{one.contract}", one)
    tested = limit if one.is_spot else account
    return PositionSource(
        one, own.text("acer_code") or own.code, own.lei_code, level.value if level else None,
        _stepped(limit.value, one.days_left) if limit else None, account.value["single"] if account else None,
        tested.trust if tested else "",
    )  # fmt: skip


def _in_force(book: Parameters, code: str, one: Held) -> Parameter | None:
    try:
        return book.in_force(code, one.as_of)
    except MissingParameterError:
        return None


def _stepped(value: Any, days_left: int) -> float:
    """Return the level of the day: the last step that has begun, or the first one."""
    if not isinstance(value, list):
        return float(value)
    steps = sorted(value, key=lambda step: -step["close_business_days_before_ltd"])
    begun = [step for step in steps if days_left <= step["close_business_days_before_ltd"]]
    return float((begun[-1] if begun else steps[0])["limit"])
