"""Every permission of the portal and the roles that hold it.

A page or callback names one :class:`Permission`; a user holds the union of the permissions of their roles.
To add one: a line in the enum (sorted), and at least one role below. ``tests/architecture`` checks both.
"""

from enum import StrEnum


class Permission(StrEnum):
    """What somebody may do, as ``<area>:<verb>``."""

    ADJUST_APPROVE = "adjustment:approve"
    ADJUST_PROPOSE = "adjustment:propose"
    ALERT_RULE_WRITE = "alert-rule:write"
    AUDIT_READ = "audit:read"
    COMPLIANCE_APPROVE = "compliance:approve"
    COMPLIANCE_DECIDE = "compliance:decide"
    COMPLIANCE_READ = "compliance:read"
    COMPLIANCE_SUMMARY = "compliance:summary"
    DATA_IMPORT = "data:import"
    DATA_REPAIR = "data:repair"
    EXPORT = "export:download"
    FORECAST_READ = "forecast:read"
    FORECAST_RUN = "forecast:run"
    INCIDENT_ANSWER = "incident:answer"
    JOBS_MANAGE = "jobs:manage"
    JOBS_READ = "jobs:read"
    LIMIT_APPROVE = "limit:approve"
    LIMIT_PROPOSE = "limit:propose"
    MARKET_READ = "market:read"
    MODEL_APPROVE = "model:approve"
    MODEL_PROPOSE = "model:propose"
    MONITORING_READ = "monitoring:read"
    PACK_SCHEDULE = "pack:schedule"
    PERSONAL_READ = "personal:read"
    PORTFOLIO_READ = "portfolio:read"
    PRIVACY_MANAGE = "privacy:manage"
    RISK_COMMENT = "risk:comment"
    RISK_READ = "risk:read"
    RISK_RUN = "risk:run"
    SECURITY_READ = "security:read"
    SIGNED_IN = "account:signed-in"
    SIGN_APPROVE = "sign-off:approve"
    SIGN_PREPARE = "sign-off:prepare"
    SIGN_REVIEW = "sign-off:review"
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
        Permission.COMPLIANCE_SUMMARY,
        Permission.JOBS_READ,
        Permission.PERSONAL_READ,
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.SIGNED_IN,
            Permission.ALERT_RULE_WRITE,
            Permission.INCIDENT_ANSWER,
            Permission.JOBS_READ,
            Permission.MARKET_READ,
            Permission.MONITORING_READ,
            Permission.SECURITY_READ,
            Permission.USERS_MANAGE,
        }
    ),
    Role.AUDITOR: _READER
    | {
        Permission.AUDIT_READ,
        Permission.COMPLIANCE_READ,
        Permission.COMPLIANCE_SUMMARY,
        Permission.JOBS_READ,
        Permission.MONITORING_READ,
        Permission.SECURITY_READ,
    },
    Role.COMPLIANCE_HEAD: _READER
    | _COMPLIANCE
    | {
        Permission.COMPLIANCE_APPROVE,
        Permission.LIMIT_APPROVE,
        Permission.PACK_SCHEDULE,
        Permission.PRIVACY_MANAGE,
        Permission.SECURITY_READ,
    },
    Role.COMPLIANCE_OFFICER: _READER | _COMPLIANCE | {Permission.LIMIT_APPROVE, Permission.PRIVACY_MANAGE},
    Role.EXECUTIVE: _READER
    | {
        Permission.ADJUST_APPROVE,
        Permission.COMPLIANCE_SUMMARY,
        Permission.LIMIT_APPROVE,
        Permission.MODEL_APPROVE,
        Permission.MONITORING_READ,
        Permission.SIGN_APPROVE,
    },
    Role.OPERATIONS: _READER
    | {
        Permission.ALERT_RULE_WRITE,
        Permission.COMPLIANCE_SUMMARY,
        Permission.DATA_IMPORT,
        Permission.DATA_REPAIR,
        Permission.FORECAST_RUN,
        Permission.INCIDENT_ANSWER,
        Permission.JOBS_MANAGE,
        Permission.JOBS_READ,
        Permission.MONITORING_READ,
        Permission.PACK_SCHEDULE,
        Permission.SIGN_PREPARE,
        Permission.TRADE_ENTER,
        Permission.TRADE_APPROVE,
    },
    Role.RISK_OFFICER: _READER
    | {
        Permission.ADJUST_APPROVE,
        Permission.ADJUST_PROPOSE,
        Permission.DATA_IMPORT,
        Permission.DATA_REPAIR,
        Permission.FORECAST_RUN,
        Permission.LIMIT_APPROVE,
        Permission.LIMIT_PROPOSE,
        Permission.MODEL_APPROVE,
        Permission.MODEL_PROPOSE,
        Permission.RISK_COMMENT,
        Permission.PACK_SCHEDULE,
        Permission.RISK_RUN,
        Permission.SIGN_PREPARE,
        Permission.SIGN_REVIEW,
        Permission.TRADE_APPROVE,
    },
    Role.TRADER: _READER
    | {
        Permission.ADJUST_PROPOSE,
        Permission.DATA_IMPORT,
        Permission.FORECAST_RUN,
        Permission.MODEL_PROPOSE,
        Permission.RISK_COMMENT,
        Permission.SIGN_PREPARE,
        Permission.TRADE_ENTER,
    },
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Return the union of what ``roles`` may do."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
