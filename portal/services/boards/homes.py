"""Where people land: the board that they chose, else that of their role; the executive's is the Overview itself."""

from dataclasses import dataclass

from portal.core.actor import Actor
from portal.core.permissions import Permission, Role
from portal.services.boards import boards
from portal.services.boards.pin import CARD, Pin

OVERVIEW, HOME = "/", "/home"


@dataclass(frozen=True, slots=True)
class Home:
    """What a home shows; ``board`` is the number of the board that somebody chose, None for that of a role."""

    title: str
    pins: tuple[Pin, ...]
    board: int | None = None
    role: Role | None = None


def _card(ref: str, title: str, **params: str) -> Pin:
    return Pin(CARD, ref, title, params)


ROLE_HOMES: dict[Role, tuple[Pin, ...]] = {
    Role.RISK_OFFICER: (
        _card("risk-overview/tiles", "Risk"),
        _card("risk-limits/tiles", "Limits"),
        _card("risk-overview/risk-overview-trend", "P&L of each day against its forecast in EUR"),
        _card("risk-overview/risk-overview-limits", "Limits"),
        _card("portfolio-explain/portfolio-explain-bridge", "What moved the value"),
    ),
    Role.TRADER: (
        _card("market-prices/tiles", "Prices"),
        _card("portfolio-positions/tiles", "Position"),
        _card("portfolio-positions/portfolio-position-tenor", "Position by delivery"),
        _card("portfolio-explain/portfolio-explain-bridge", "What moved the value"),
        _card("risk-overview/risk-overview-limits", "Limits"),
        _card("market-prices/market-watchlist", "Watchlist"),
    ),
    Role.COMPLIANCE_HEAD: (
        _card("compliance-overview/tiles", "Compliance"),
        _card("compliance-overview/compliance-overview-deadlines", "Deadlines"),
        _card("compliance-overview/compliance-overview-cases", "Open cases"),
        _card("compliance-overview/compliance-overview-days", "Findings by day"),
        _card("risk-limits/tiles", "Limits"),
    ),
    Role.COMPLIANCE_OFFICER: (
        _card("compliance-cases/tiles", "Cases"),
        _card("compliance-cases/compliance-cases-queue", "Cases"),
        _card("compliance-overview/compliance-overview-deadlines", "Deadlines"),
        _card("compliance-overview/compliance-overview-days", "Findings by day"),
    ),
    Role.OPERATIONS: (
        _card("monitoring-health/tiles", "Health"),
        _card("monitoring-feeds/tiles", "Feeds"),
        _card("monitoring-feeds/monitoring-feeds-chain", "End-of-day chain"),
        _card("monitoring-feeds/monitoring-feeds-list", "All feeds"),
        _card("monitoring-jobs/all-jobs", "Jobs"),
    ),
    Role.ADMINISTRATOR: (
        _card("monitoring-security/tiles", "Security"),
        _card("monitoring-security/unusual-sign-ins", "Unusual sign-ins"),
        _card("monitoring-security/monitoring-security-sessions", "Sessions"),
        _card("monitoring-health/tiles", "Health"),
        _card("monitoring-usage/tiles", "Usage"),
    ),
    Role.AUDITOR: (
        _card("compliance-audit/tiles", "Audit log"),
        _card("compliance-audit/compliance-audit-list", "Entries"),
        _card("portfolio-valuation/tiles", "Value"),
        _card("risk-overview/tiles", "Risk"),
        _card("monitoring-feeds/tiles", "Feeds"),
    ),
}
"""What each role begins its day with, in the order of precedence for somebody with several roles."""


def home_of(actor: Actor) -> Home | None:
    """Return the home of ``actor``; None when it is the Overview."""
    own = boards.own_home(actor)
    if own is not None:
        return Home(own.title, own.pins, board=own.id)
    if Role.EXECUTIVE in actor.roles:
        return None
    role = next((role for role in ROLE_HOMES if role in actor.roles), None)
    return None if role is None else Home(role.label, ROLE_HOMES[role], role=role)


def landing(actor: Actor) -> str:
    """Return the address at which ``actor`` begins after signing in."""
    if not actor.can(Permission.SIGNED_IN) or home_of(actor) is None:
        return OVERVIEW
    return HOME
