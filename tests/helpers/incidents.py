"""People who answer for alerts, and alerts to answer for."""

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.permissions import Permission, Role
from portal.services.monitoring import alerts


def person(name: str, role: Role, *books: str) -> Actor:
    """Return somebody with a role who sees some nodes."""
    return Actor(1, name, name.title(), frozenset({role}), frozenset(books))


ANN = person("ann", Role.RISK_OFFICER, "DESK", "GAS")
TOM = person("tom", Role.TRADER, "DESK")
OLIVER = person("oliver", Role.OPERATIONS, "DESK")
AUDREY = person("audrey", Role.AUDITOR, "DESK")
ADAM = person("adam", Role.ADMINISTRATOR)


def put(
    rule: str = "risk.grade-drop", subject: str = "DESK", severity: str = "warning", **more: object
) -> int:
    """Raise an alert, by default of risk about the node ``DESK``; return its id."""
    given = {
        "title": "Confidence dropped", "message": "From B to C.", "link": "/risk?portfolio=DESK",
        "permission": Permission.RISK_READ, "facts": {"portfolio": subject},
    }  # fmt: skip
    with UnitOfWork(write=True) as work:
        return alerts.raise_alert(work, rule, subject, severity, **(given | more))


def over(rule: str = "risk.grade-drop", subject: str = "DESK") -> bool:
    """Say that what an alert told of is over."""
    with UnitOfWork(write=True) as work:
        return alerts.clear(work, rule, subject)
