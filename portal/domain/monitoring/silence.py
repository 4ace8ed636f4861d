"""Which service an alert is about, and which services a maintenance window covers."""

from collections.abc import Collection, Mapping
from typing import Any


def service_of(rule: str, subject: str, facts: Mapping[str, Any]) -> str | None:
    """Return the service that an alert is about.

    Parameters
    ----------
    rule, subject : str
        The rule of the alert, and what it is about.
    facts : mapping
        What it rests on; ``service`` names the service outright.

    Returns
    -------
    str or None
        A code; None where it is about no service.

    Examples
    --------
    >>> service_of("service.down", "database", {}), service_of("feed.late", "entsoe", {})
    ('database', 'feed.entsoe')
    >>> service_of("risk.limit-breach", "17", {}) is None
    True
    """
    if facts.get("service"):
        return str(facts["service"])
    if rule.startswith("feed."):
        return subject if subject.startswith("feed.") else f"feed.{subject}"
    return subject if rule.startswith("service.") else None


def covers(services: Collection[str], service: str) -> bool:
    """Tell whether a window covers a service.

    Parameters
    ----------
    services : collection of str
        Codes; one that ends with ``*`` covers all that begin alike.
    service : str
        The service.

    Returns
    -------
    bool
        Whether one of them covers it.

    Examples
    --------
    >>> covers(["feed.*"], "feed.entsoe"), covers(["database"], "cache"), covers(["*"], "cache")
    (True, False, True)
    """
    return any(service == one or (one.endswith("*") and service.startswith(one[:-1])) for one in services)
