"""The rights that decide what is in a pack, and so who else may have it."""

from collections.abc import Collection

from portal.core.actor import Actor
from portal.core.permissions import Permission

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
