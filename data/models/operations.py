"""Health of the platform: services, samples, feeds, incidents, alert rules, deliveries, security events, surveys.

Samples are a time series, cut by day and removed by age; everything that people decide is appended.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Day, Id, Json, Quote, Recorded, Utc, Words


class Service(Base):
    """Something that is watched: a database, a cache, a worker, a web server, a feed, a Prometheus target."""

    __tablename__ = "services"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('web', 'worker', 'database', 'cache', 'scheduler', 'host', 'feed', 'target')",
            name="kind",
        ),
    )

    code: Mapped[Code] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    title: Mapped[Words]
    address: Mapped[Words]  # URL of a target; "" for what runs inside; never with a password
    depends_on: Mapped[Json]  # {"services": [...]}
    feeds: Mapped[Json]  # {"pages": [...], "jobs": [...]}: what a failure touches
    owner: Mapped[Words]
    enabled: Mapped[bool]
    changed_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class ServiceSample(Base):
    """One value of one metric of one service at one moment."""

    __tablename__ = "service_samples"
    __table_args__ = (
        Index("ix_service_samples_at", "at"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    service: Mapped[Code] = mapped_column(primary_key=True)
    metric: Mapped[Words] = mapped_column(primary_key=True)
    labels: Mapped[Words] = mapped_column(primary_key=True)  # canonical, such as "quantile=0.95"; "" for none
    at: Mapped[Utc] = mapped_column(primary_key=True)
    value: Mapped[Quote]


class ServiceSampleHour(Base):
    """The samples of one hour: what is kept when they are gone."""

    __tablename__ = "service_sample_hours"

    service: Mapped[Code] = mapped_column(primary_key=True)
    metric: Mapped[Words] = mapped_column(primary_key=True)
    labels: Mapped[Words] = mapped_column(primary_key=True)
    hour: Mapped[Utc] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    low: Mapped[Quote]
    mean: Mapped[Quote]
    high: Mapped[Quote]
    last: Mapped[Quote]


class ProcessBeat(Base):
    """A process of the portal and its last sign of life; a row is kept up while the process lives."""

    __tablename__ = "process_beats"
    __table_args__ = (
        CheckConstraint("kind IN ('web', 'worker', 'beat', 'monitor')", name="kind"),
        Index("ix_process_beats_beat_at", "beat_at"),
    )

    instance: Mapped[Code] = mapped_column(
        primary_key=True
    )  # host, process and start, such as desk1:4711:1763800000
    kind: Mapped[Code]
    host: Mapped[Words]
    pid: Mapped[int] = mapped_column(BigInteger)
    release: Mapped[Code]
    started_at: Mapped[Utc]
    beat_at: Mapped[Recorded]
    ended_at: Mapped[datetime | None]  # said goodbye
    facts: Mapped[Json]  # such as {"every_seconds": 5, "running": 1}


class ServiceState(Base):
    """A change of health of a service, with its reason; the newest is how it stands.

    ``at`` is when it changed by the clock of the monitor; what changed while the database was gone is stored later.
    """

    __tablename__ = "service_states"
    __table_args__ = (
        CheckConstraint("state IN ('good', 'warning', 'bad', 'unknown')", name="state"),
        Index("ix_service_states_service_at", "service", "at"),
    )

    id: Mapped[Id]
    service: Mapped[Code]
    at: Mapped[Utc]
    state: Mapped[Code]
    reason: Mapped[Words]
    facts: Mapped[Json]
    recorded_at: Mapped[Recorded]


class FeedTerms(Base):
    """What is expected of a feed: one version of its owner and deadline; the newest version of a code counts."""

    __tablename__ = "feed_terms"

    code: Mapped[Code] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    title: Mapped[Words]
    source: Mapped[Words]  # as imports name it
    owner: Mapped[Words]
    cron: Mapped[Words]  # when it is due
    timezone: Mapped[Code]
    grace_minutes: Mapped[int] = mapped_column(BigInteger)  # late after this
    least_rows: Mapped[int] = mapped_column(BigInteger)
    enabled: Mapped[bool]
    terms: Mapped[Json]
    written_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class Incident(Base):
    """Something that is wrong and is being dealt with; what happened is in its events."""

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'acknowledged', 'resolved')", name="state"),
        CheckConstraint("severity IN ('info', 'warning', 'critical')", name="severity"),
        Index("ix_incidents_state_opened_at", "state", "opened_at"),
        Index("uq_incidents_open_key", "key", unique=True, postgresql_where=text("state <> 'resolved'")),
    )

    id: Mapped[Id]
    key: Mapped[Code]  # what groups alerts into it
    title: Mapped[Words]
    severity: Mapped[Code]
    service: Mapped[Code | None]
    permission: Mapped[Code]  # the right without which it is not seen
    portfolio: Mapped[Code | None]  # who does not see that node does not see it
    state: Mapped[Code]
    owner: Mapped[Code | None]
    affected: Mapped[Json]  # {"pages": [...], "jobs": [...]}
    opened_by: Mapped[Words]
    opened_at: Mapped[Recorded]
    acknowledged_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]


class IncidentEvent(Base):
    """A step of an incident: opened, joined, acknowledged, assigned, snoozed with a reason, commented, resolved ..."""

    __tablename__ = "incident_events"

    id: Mapped[Id]
    incident_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("incidents.id"), index=True)
    step: Mapped[Code]
    by: Mapped[Words]
    body: Mapped[Json]
    recorded_at: Mapped[Recorded]


class IncidentAlert(Base):
    """An alert that an incident is about."""

    __tablename__ = "incident_alerts"

    incident_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("incidents.id"), primary_key=True)
    alert_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("alerts.id"), primary_key=True, index=True)
    joined_at: Mapped[Recorded]


class AlertRule(Base):
    """One version of a rule that people wrote; the newest version of a code counts."""

    __tablename__ = "alert_rules"
    __table_args__ = (
        CheckConstraint("kind IN ('threshold', 'absence', 'burn-rate', 'anomaly')", name="kind"),
    )

    code: Mapped[Code] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    kind: Mapped[Code]
    title: Mapped[Words]
    service: Mapped[Code]
    metric: Mapped[Words]
    terms: Mapped[Json]  # operator, level, for_seconds, window, z, objective ...
    severity: Mapped[Code]
    group_by: Mapped[Code]  # alerts of one group become one incident
    inhibited_by: Mapped[Json]  # {"rules": [...]}: silent while one of these is open
    enabled: Mapped[bool]
    replay: Mapped[Json]  # what it would have done when it was saved
    written_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class ServiceObjective(Base):
    """One version of what a service promises; the newest version of a code counts."""

    __tablename__ = "service_objectives"

    code: Mapped[Code] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    title: Mapped[Words]
    service: Mapped[Code]
    good: Mapped[Words]  # metric that counts what went well
    total: Mapped[Words]  # metric that counts all
    objective: Mapped[Quote]  # share between 0 and 1, such as 0.995
    window_days: Mapped[int] = mapped_column(SmallInteger)
    terms: Mapped[Json]
    enabled: Mapped[bool]
    written_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class MaintenanceWindow(Base):
    """A time in which alerts of some services are not told."""

    __tablename__ = "maintenance_windows"

    id: Mapped[Id]
    services: Mapped[Json]
    begins_at: Mapped[Utc]
    ends_at: Mapped[Utc]
    reason: Mapped[Words]
    set_by: Mapped[Words]
    recorded_at: Mapped[Recorded]
    ended_early_at: Mapped[datetime | None]


class Channel(Base):
    """Where somebody wants to be told: an address that apprise understands, encrypted; shown masked."""

    __tablename__ = "channels"

    id: Mapped[Id]
    username: Mapped[Code]
    kind: Mapped[Code]  # mail, telegram, whatsapp, sms, slack, teams, webhook
    title: Mapped[Words]
    sealed_address: Mapped[Words]
    shown_address: Mapped[Words]
    severities: Mapped[Json]
    rules: Mapped[Json]  # {"only": [...]} or {} for all
    quiet_from: Mapped[Code | None]  # local HH:MM
    quiet_to: Mapped[Code | None]
    timezone: Mapped[Code]
    enabled: Mapped[bool]
    recorded_at: Mapped[Recorded]


class Delivery(Base):
    """The outbox: one message to one channel, written in the transaction that raised it; its state is moved on."""

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sending', 'sent', 'dead', 'dropped')", name="state"),
        Index("ix_deliveries_state_not_before", "state", "not_before"),
        Index("ix_deliveries_alert_id", "alert_id"),
        Index("uq_deliveries_key", "key", unique=True),
    )

    id: Mapped[Id]
    key: Mapped[Code]  # alert, channel and what is told: nothing is told twice
    channel_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("channels.id"))
    alert_id: Mapped[int | None] = mapped_column(BigInteger)
    subject: Mapped[Words]
    message: Mapped[Words]
    attachment: Mapped[Json]  # {} or what to attach, such as {"report": 5}
    state: Mapped[Code]
    attempt: Mapped[int] = mapped_column(SmallInteger)
    not_before: Mapped[Utc]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[Words]
    recorded_at: Mapped[Recorded]


class DeliveryAttempt(Base):
    """One try to send a message, and what the other side said."""

    __tablename__ = "delivery_attempts"

    id: Mapped[Id]
    delivery_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("deliveries.id"), index=True)
    attempt: Mapped[int] = mapped_column(SmallInteger)
    outcome: Mapped[Code]  # sent, failed, lost
    error: Mapped[Words]
    at: Mapped[Recorded]


class SecurityEvent(Base):
    """What a browser or a scanner told: a CSP violation, a vulnerability of a dependency, an unusual sign-in."""

    __tablename__ = "security_events"
    __table_args__ = (
        Index("ix_security_events_kind_at", "kind", "at"),
        Index("uq_security_events_key", "key", unique=True),
    )

    id: Mapped[Id]
    key: Mapped[Code]  # what makes it the same again: repeated ones are counted
    kind: Mapped[Code]
    at: Mapped[Recorded]
    last_at: Mapped[Recorded]
    username: Mapped[Code | None]
    severity: Mapped[Code]
    message: Mapped[Words]
    facts: Mapped[Json]
    count: Mapped[int] = mapped_column(BigInteger)


class SurveyAnswer(Base):
    """One answer to the one question that the portal asks now and then."""

    __tablename__ = "survey_answers"

    id: Mapped[Id]
    username: Mapped[Code]
    day: Mapped[Day]
    score: Mapped[int] = mapped_column(SmallInteger)  # 1 to 5
    comment: Mapped[Words]
    page: Mapped[Words]
    recorded_at: Mapped[Recorded]
