"""Whether an alert is told: not in a maintenance window, and not while what causes it is told already.

An alert that is silent is raised and stored like any other; it opens no incident of its own and nobody is sent a
message. It is asked about again whenever it is renewed and in every round over incidents, so what outlasts its cause or
the window is told then. Alerts that are not about a service (a broken limit, a case) are never silent.
"""

from datetime import datetime

from data.queries import alert_rules as queries
from data.queries.alerts import AlertRow
from data.session import UnitOfWork
from portal.core import clock
from portal.domain.monitoring.health import State
from portal.domain.monitoring.reach import downstream
from portal.domain.monitoring.silence import covers, service_of
from portal.services.monitoring import catalogue
from portal.services.monitoring.rule_catalogue import PREFIX, rules

DOWN = "service.down"


def silent_because(work: UnitOfWork, alert: AlertRow) -> str:
    """Return why ``alert`` opens no incident of its own and is not told, in a sentence; "" when it is told."""
    service = service_of(alert.rule, alert.subject, alert.facts)
    if service is None:
        return ""
    maintained = _maintained(work, service, clock.now())
    return maintained or _inhibited(work, alert, service) or _downstream(work, alert, service)


def _maintained(work: UnitOfWork, service: str, moment: datetime) -> str:
    for one in queries.windows(work.session, ending_after=moment):
        if one.begins_at <= moment and covers(one.services.get("services", ()), service):
            return f"Maintenance of {service} until {one.ends_at:%Y-%m-%d %H:%M} UTC: {one.reason}"
    return ""


def _inhibited(work: UnitOfWork, alert: AlertRow, service: str) -> str:
    """Tell whether an alert that its rule names is open about the same service, or about none."""
    if not alert.rule.startswith(PREFIX):
        return ""
    rule = rules(work).get(alert.rule.removeprefix(PREFIX))
    if rule is None or not rule.inhibited_by:
        return ""
    for other in queries.open_of(work.session, rule.inhibitors()):
        about = service_of(other.rule, other.subject, other.facts)
        if other.id != alert.id and about in (None, service):
            return f"'{other.title}' is open about the same service and comes first."
    return ""


def _downstream(work: UnitOfWork, alert: AlertRow, service: str) -> str:
    """Tell whether something that the service needs is down; what is only in trouble explains nothing above it."""
    down = [
        one
        for one in queries.open_of(work.session, [DOWN])
        if one.id != alert.id and one.facts.get("state") != State.WARNING
    ]
    if not down:
        return ""
    services = catalogue.all_services(work)
    needs = {code: info.depends_on for code, info in services.items()}
    cause = next((one for one in down if service in downstream(one.subject, needs)), None)
    if cause is None:
        return ""
    title = services[cause.subject].title if cause.subject in services else cause.subject
    return f"{title} is down, and {service} needs it."
