"""A desk whose days can be signed, with somebody for each step."""

from datetime import date, timedelta

from sqlalchemy import text

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.domain.portfolio.terms import TradeVersion
from portal.domain.signoff.steps import Step
from portal.services.portfolio import ledger
from portal.services.signoff import signing
from portal.services.signoff.signing import Signed
from tests.helpers.trades import BOOKS, terms
from tests.helpers.valued_desk import AUGUST, DAY

CODES = frozenset(code for code, _ in BOOKS)


def person(name: str, role: Role, codes: frozenset[str] = CODES) -> Actor:
    """Somebody with a role who sees some portfolios."""
    return Actor(7, name, name.capitalize(), frozenset({role}), codes)


OPS = person("ops", Role.OPERATIONS)
RISK = person("risk", Role.RISK_OFFICER)
BOSS = person("boss", Role.EXECUTIVE)
TRADER = person("trader", Role.TRADER)
GAS_ONLY = person("gas", Role.TRADER, frozenset({"GAS", "GAS_EU"}))
STEPS = ((Step.PREPARED, OPS), (Step.REVIEWED, RISK), (Step.APPROVED, BOSS))


def live(day: date = DAY) -> Clocks:
    """Clocks of a day as known at this moment."""
    return Clocks(day, clock.now() + timedelta(seconds=1), live=True)


def sign_all(portfolio: str = "GAS", day: date = DAY, *, until: int = 3, note: str = "") -> Signed:
    """Take the steps up to the number ``until``, each as the person whose it is."""
    found: Signed | None = None
    for step, who in STEPS[:until]:
        seen = "" if found is None else found.digest
        found = signing.sign(portfolio, day, step, who, note=note, seen=seen)
    if found is None:
        raise ValueError("no step to take")
    return found


def correct(price: float = 27.0, name: str = "LATE") -> None:
    """Record a trade of August gas that everybody had forgotten."""
    late = terms(**{**AUGUST, "price": price, "external_id": name})
    with UnitOfWork(write=True) as work:
        ledger.record(work, [TradeVersion(terms=late, effective_on=DAY, recorded_by="m")])


def damage(step: str) -> None:
    """Change a figure that was stored with each such step, behind the back of the portal."""
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "UPDATE sign_offs SET figures = jsonb_set(figures, '{figures,0,value}', '1.0') WHERE step = :step"
            ),
            {"step": step},
        )
