"""Who may decide on a limit or own its breach: active users with the right who see its portfolio."""

from collections.abc import Collection

from data.queries import access as queries
from data.queries import portfolios as portfolio_queries
from data.session import UnitOfWork
from portal.core.permissions import ROLE_PERMISSIONS, Permission, Role

OWNERS = (Permission.RISK_COMMENT, Permission.LIMIT_APPROVE)
"""Any of these makes somebody a possible owner of a breach."""


def people_in(work: UnitOfWork, node: str, rights: Collection[Permission]) -> dict[str, str]:
    """Return user name and name of the active users who hold one of ``rights`` and see the portfolio ``node``."""
    above = _above(work, node)
    return {
        user.username: user.name
        for user in queries.list_users(work.session)
        if user.is_active
        and not above.isdisjoint(user.portfolios)
        and any(right in ROLE_PERMISSIONS[Role(role)] for role in user.roles for right in rights)
    }


def _above(work: UnitOfWork, node: str) -> set[str]:
    """Return a node and all above it: who was granted one of these sees the node."""
    nodes = {item.id: item for item in portfolio_queries.tree(work.session)}
    found = next((item for item in nodes.values() if item.code == node), None)
    codes: set[str] = set()
    while found is not None and found.code not in codes:
        codes.add(found.code)
        found = nodes.get(found.parent_id or 0)
    return codes
