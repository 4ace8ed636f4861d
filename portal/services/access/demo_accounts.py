"""The accounts of the demo desk: one for each role, made by the demo loader and by nothing else."""

from data.queries import access as queries
from data.session import UnitOfWork
from data.writes import access as writes
from portal.core.actor import SYSTEM
from portal.core.permissions import Role
from portal.services.access import users

DEMO_PASSWORD = "enerscope-demo"  # noqa: S105  (shown on the login page; refused for any account that is not a demo one)
DEMO_ACCOUNTS: tuple[tuple[str, Role, str], ...] = (
    ("executive", Role.EXECUTIVE, "Elena Fischer"),
    ("trader", Role.TRADER, "Tomas Berg"),
    ("risk", Role.RISK_OFFICER, "Rania Haddad"),
    ("compliance", Role.COMPLIANCE_OFFICER, "Claire Dubois"),
    ("compliance_head", Role.COMPLIANCE_HEAD, "Henrik Lund"),
    ("operations", Role.OPERATIONS, "Owen Price"),
    ("admin", Role.ADMINISTRATOR, "Ana Silva"),
    ("auditor", Role.AUDITOR, "Anton Novak"),
)
"""User name, role and name; all share :data:`DEMO_PASSWORD`."""

LOADED_AT = "demo_loaded_at"
"""Key in the table ``settings`` that the demo loader writes."""


def ensure_demo_users() -> int:
    """Make the demo accounts that are missing, let each see the whole portfolio tree, and return how many were made.

    A name that a real user has already is left alone.
    """
    made = 0
    with UnitOfWork() as work:
        roots = queries.root_portfolios(work.session)
        present = {row.username: row.is_demo for row in queries.list_users(work.session)}
    for username, role, name in DEMO_ACCOUNTS:
        if username not in present:
            users.create_user(
                username, name, DEMO_PASSWORD, frozenset({role}), portfolios=roots, is_demo=True
            )
            made += 1
        elif present[username]:
            users.set_portfolios(username, roots, SYSTEM)
    return made


def remove_demo_users() -> int:
    """Delete the demo accounts with their sessions and return how many there were."""
    with UnitOfWork(write=True) as work:
        return writes.delete_demo_users(work.session)


def demo_is_loaded() -> bool:
    """Tell whether the demo desk is in the database."""
    with UnitOfWork() as work:
        return queries.setting(work.session, key=LOADED_AT) is not None
