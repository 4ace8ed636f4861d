"""The rights that decide what is in a pack, and so who else may have it."""

from collections.abc import Collection, Mapping
from typing import Any

from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.services.packs.asked import EVERYTHING
from portal.services.packs.templates import PORTFOLIO, Template

READS = frozenset(one for one in Permission if one.value.endswith(":read")) | {
    Permission.COMPLIANCE_SUMMARY,
    Permission.PRIVACY_MANAGE,
    Permission.TRADE_APPROVE,
    Permission.USERS_MANAGE,
}
"""The rights under which what is in packs is drawn; ``tests/architecture`` holds it complete."""


def sees_all_of(actor: Actor, permissions: Collection[str], portfolios: Collection[str]) -> bool:
    """Tell whether ``actor`` may see all that somebody with these rights and portfolios sees."""
    return READS.intersection(permissions) <= actor.permissions and actor.portfolio_codes.issuperset(
        portfolios
    )


def unseen_portfolio(template: Template, params: Mapping[str, Any], reader: Actor) -> str | None:
    """Return the portfolio that a pack is about if ``reader`` may not see it; nobody sees one that does not exist.

    A template that no portfolio narrows has none: what it is asked for with changes nothing in it. The system sees all.
    """
    asked = params.get("portfolio")
    if asked in EVERYTHING or reader.user_id is None or str(asked) in reader.portfolio_codes:
        return None
    return str(asked) if any(PORTFOLIO in pick.filters.values() for pick in template.picks) else None
