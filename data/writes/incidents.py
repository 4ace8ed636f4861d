"""Incidents opened, joined by alerts and moved on; their events are only added.

Who joins an alert and who moves an incident on waits for the other: no alert joins one that is being resolved. Events
refer to the row by its key alone, so a comment or an alert that ends waits for nobody.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data.models.operations import Incident, IncidentAlert, IncidentEvent

_OPEN = text("state <> 'resolved'")
now = func.clock_timestamp


def open_new(session: Session, **columns: Any) -> int | None:
    """Open an incident and return its number; None when one of its key is open already."""
    statement = upsert(Incident).values(state="open", **columns)
    statement = statement.on_conflict_do_nothing(index_elements=[Incident.key], index_where=_OPEN)
    return session.scalar(statement.returning(Incident.id))


def hold(session: Session, key: str) -> int | None:
    """Return the open incident of a key, held until this transaction ends, or None."""
    statement = select(Incident.id).where(Incident.key == key, Incident.state != "resolved")
    return session.scalar(statement.with_for_update(key_share=True))


def lock(session: Session, incident_id: int) -> bool:
    """Wait for all who move or join the incident, held until the end; False when there is none that is not resolved."""
    where = Incident.id == incident_id, Incident.state != "resolved"
    statement = select(Incident.id).where(*where).with_for_update(key_share=True)
    return session.scalar(statement) is not None


def join(session: Session, incident_id: int, alert_id: int) -> bool:
    """Note that an incident is about an alert; False when it was already."""
    statement = upsert(IncidentAlert).values(incident_id=incident_id, alert_id=alert_id)
    done = session.execute(statement.on_conflict_do_nothing().returning(IncidentAlert.alert_id))
    return done.one_or_none() is not None


def add_event(
    session: Session, incident_id: int, step: str, by: str, body: Mapping[str, Any] | None = None
) -> int:
    """Store a step of an incident and return its number."""
    values = {"incident_id": incident_id, "step": step, "by": by, "body": dict(body or {})}
    return int(
        session.execute(insert(IncidentEvent).values(**values).returning(IncidentEvent.id)).scalar_one()
    )


def move(session: Session, incident_id: int, **columns: Any) -> None:
    """Bring the row of an incident to where it stands after its last event."""
    session.execute(update(Incident).where(Incident.id == incident_id).values(**columns))


def acknowledge(session: Session, incident_id: int) -> None:
    """Note that somebody has looked; the first time stays."""
    first = func.coalesce(Incident.acknowledged_at, now())
    move(session, incident_id, state="acknowledged", acknowledged_at=first)


def resolve(session: Session, incident_id: int) -> None:
    """Note that it is done."""
    move(session, incident_id, state="resolved", resolved_at=now(), snoozed_until=None)
