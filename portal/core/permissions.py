"""Every permission of the portal and the roles that hold it.

A page or callback names one :class:`Permission`; a user holds the union of the permissions of their roles.
To add one: a line in the enum (sorted), and at least one role below. ``tests/architecture`` checks both.
"""

from enum import StrEnum


class Permission(StrEnum):
    """What somebody may do, as ``<area>:<verb>``."""

    AUDIT_READ = "audit:read"
    COMPLIANCE_APPROVE = "compliance:approve"
    COMPLIANCE_DECIDE = "compliance:decide"
    COMPLIANCE_READ = "compliance:read"
    DATA_IMPORT = "data:import"
    DATA_REPAIR = "data:repair"
    EXPORT = "export:download"
    FORECAST_READ = "forecast:read"
    FORECAST_RUN = "forecast:run"
    JOBS_MANAGE = "jobs:manage"
    JOBS_READ = "jobs:read"
    LIMIT_APPROVE = "limit:approve"
    LIMIT_PROPOSE = "limit:propose"
    MARKET_READ = "market:read"
    MODEL_APPROVE = "model:approve"
    MODEL_PROPOSE = "model:propose"
    PERSONAL_READ = "personal:read"
    PORTFOLIO_READ = "portfolio:read"
    PRIVACY_MANAGE = "privacy:manage"
    RISK_COMMENT = "risk:comment"
    RISK_READ = "risk:read"
    RISK_RUN = "risk:run"
    SIGNED_IN = "account:signed-in"
    TRADE_APPROVE = "trade:approve"
    TRADE_ENTER = "trade:enter"
    USERS_MANAGE = "users:manage"


class Role(StrEnum):
    """A job on the desk; the value is what the database stores."""

    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    COMPLIANCE_HEAD = "compliance_head"
    COMPLIANCE_OFFICER = "compliance_officer"
    EXECUTIVE = "executive"
    OPERATIONS = "operations"
    RISK_OFFICER = "risk_officer"
    TRADER = "trader"

    @property
    def label(self) -> str:
        """The role as people write it, for example ``Risk officer``."""
        return self.value.replace("_", " ").capitalize()


_READER = frozenset(
    {
        Permission.SIGNED_IN,
        Permission.MARKET_READ,
        Permission.PORTFOLIO_READ,
        Permission.RISK_READ,
        Permission.FORECAST_READ,
        Permission.EXPORT,
    }
)
_COMPLIANCE = frozenset(
    {
        Permission.AUDIT_READ,
        Permission.COMPLIANCE_DECIDE,
        Permission.COMPLIANCE_READ,
        Permission.JOBS_READ,
        Permission.PERSONAL_READ,
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {Permission.SIGNED_IN, Permission.USERS_MANAGE, Permission.MARKET_READ, Permission.JOBS_READ}
    ),
    Role.AUDITOR: _READER | {Permission.JOBS_READ, Permission.COMPLIANCE_READ, Permission.AUDIT_READ},
    Role.COMPLIANCE_HEAD: _READER
    | _COMPLIANCE
    | {Permission.COMPLIANCE_APPROVE, Permission.PRIVACY_MANAGE, Permission.LIMIT_APPROVE},
    Role.COMPLIANCE_OFFICER: _READER | _COMPLIANCE | {Permission.LIMIT_APPROVE, Permission.PRIVACY_MANAGE},
    Role.EXECUTIVE: _READER | {Permission.LIMIT_APPROVE, Permission.MODEL_APPROVE},
    Role.OPERATIONS: _READER
    | {
        Permission.DATA_IMPORT,
        Permission.DATA_REPAIR,
        Permission.FORECAST_RUN,
        Permission.JOBS_MANAGE,
        Permission.JOBS_READ,
        Permission.TRADE_ENTER,
        Permission.TRADE_APPROVE,
    },
    Role.RISK_OFFICER: _READER
    | {
        Permission.DATA_IMPORT,
        Permission.DATA_REPAIR,
        Permission.FORECAST_RUN,
        Permission.LIMIT_APPROVE,
        Permission.LIMIT_PROPOSE,
        Permission.MODEL_APPROVE,
        Permission.MODEL_PROPOSE,
        Permission.RISK_COMMENT,
        Permission.RISK_RUN,
        Permission.TRADE_APPROVE,
    },
    Role.TRADER: _READER
    | {
        Permission.DATA_IMPORT,
        Permission.FORECAST_RUN,
        Permission.MODEL_PROPOSE,
        Permission.RISK_COMMENT,
        Permission.TRADE_ENTER,
    },
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Return the union of what ``roles`` may do."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
