"""Names of the parts of Monitoring > Incidents."""

from enum import StrEnum

STEP, FIELD = "incident-step", "incident-field"
BUSY_MILLISECONDS = 15_000


class Ids(StrEnum):
    """The body, its grid, what keeps it fresh, and the parts of its forms."""

    BODY = "monitoring-incidents"
    RESOLVED = "monitoring-incidents-resolved"
    STATE = "monitoring-incidents-state"
    SAID = "monitoring-incidents-said"
    TICK = "monitoring-incidents-tick"
    SEEN = "monitoring-incidents-seen"
    NEWS = "monitoring-incidents-news"
    OPEN = "monitoring-incidents-open"
    OPENED = "monitoring-incidents-opened"
    AREA = "monitoring-incidents-area"
    TITLE = "monitoring-incidents-title"
    SEVERITY = "monitoring-incidents-severity"
    SERVICE = "monitoring-incidents-service"
    TEXT = "monitoring-incidents-text"


def field_id(incident: int, name: str) -> dict[str, object]:
    """Return the id of an input of the incident that is open."""
    return {"type": FIELD, "incident": incident, "name": name}


def step_id(incident: int, step: str, place: str = "page") -> dict[str, object]:
    """Return the id of the button that takes a step of an incident; ``place`` is ``page`` or ``queue``."""
    return {"type": STEP, "incident": incident, "step": step, "place": place}
