"""Who may come in and what they may see: users, passwords, lock-out, sessions, accounts of the demo desk."""

from data.queries.access import UserRow
from portal.services.access.demo_accounts import (
    DEMO_ACCOUNTS,
    DEMO_PASSWORD,
    demo_is_loaded,
    ensure_demo_users,
    remove_demo_users,
)
from portal.services.access.lockout import TooManyAttempts
from portal.services.access.passwords import WeakPassword
from portal.services.access.sessions import (
    AccountDisabled,
    WrongPassword,
    actor_of,
    health_reader_of,
    owner_of_ended_session,
    sign_in,
    sign_out,
)
from portal.services.access.users import (
    administrators,
    change_password,
    create_user,
    disable_user,
    enable_user,
    list_users,
    set_portfolios,
    set_roles,
)

__all__ = [
    "DEMO_ACCOUNTS",
    "DEMO_PASSWORD",
    "AccountDisabled",
    "TooManyAttempts",
    "UserRow",
    "WeakPassword",
    "WrongPassword",
    "actor_of",
    "administrators",
    "change_password",
    "create_user",
    "demo_is_loaded",
    "disable_user",
    "enable_user",
    "ensure_demo_users",
    "health_reader_of",
    "list_users",
    "owner_of_ended_session",
    "remove_demo_users",
    "set_portfolios",
    "set_roles",
    "sign_in",
    "sign_out",
]
