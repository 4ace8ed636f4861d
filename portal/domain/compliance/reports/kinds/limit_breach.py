"""Limit breaches: every breach that was open in the period, from its opening to its close; a layout of our own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from portal.domain.compliance.reports.layout import Field, Gather, Layout, Media, register
from portal.domain.compliance.reports.tree import Simple
from portal.domain.compliance.reports.values import written

_WORDS = Simple("text", max_length=2000)
_SHARE = Simple("decimal", base="decimal")
_MOMENT = Simple("moment", base="dateTime")
_DAY_SECONDS = 86_400.0


class BreachSource(Protocol):
    """What one row is made of; ``used`` and ``worst`` are shares of the limit, moments are UTC."""

    number: int
    limit: str
    title: str
    portfolio: str
    tier: str
    state: str
    opened_at: datetime
    closed_at: datetime | None
    until: datetime
    used: float
    worst: float
    owner: str
    due: datetime | None
    overdue: bool
    explanation: str
    explained_by: str
    approved_by: str
    steps: Sequence[str]


def scope(_source: BreachSource) -> str:
    """Every breach that was gathered belongs in."""
    return ""


def build(source: BreachSource) -> dict[str, str]:
    """Return the cells of one breach."""
    end = source.closed_at or source.until
    return {
        "breach": str(source.number),
        "limit_id": source.limit,
        "limit_title": source.title,
        "portfolio": source.portfolio,
        "tier": source.tier,
        "opened_at": written(source.opened_at),
        "use_percent": written(round(100 * source.used, 2)),
        "worst_use_percent": written(round(100 * source.worst, 2)),
        "excess_percent": written(round(max(100 * source.worst - 100, 0.0), 2)),
        "days_open": written(round((end - source.opened_at).total_seconds() / _DAY_SECONDS, 2)),
        "state": source.state,
        "owner": source.owner,
        "due_at": written(source.due) if source.due else "",
        "overdue": "true" if source.overdue else "false",
        "explanation": source.explanation,
        "explained_by": source.explained_by,
        "approved_by": source.approved_by,
        "closed_at": written(source.closed_at) if source.closed_at else "",
        "steps": "; ".join(source.steps),
    }


FIELDS = (
    Field("1", "breach", "Breach", "limit_events.breach", required=True),
    Field("2", "limit_id", "Limit", "limits.code", required=True),
    Field("3", "limit_title", "Title of the limit", "limits.title", type=_WORDS),
    Field("4", "portfolio", "Portfolio", "portfolios.code", required=True),
    Field(
        "5",
        "tier",
        "Tier",
        "limit_events.tier",
        "the gravest so far",
        Simple("tier", enum=("soft", "hard")),
        True,
    ),
    Field("6", "opened_at", "Opened at", "limit_events: opened", "in UTC", _MOMENT, True),
    Field("7", "use_percent", "Use now", "limit_events.used", "share of the hard tier, %", _SHARE, True),
    Field(
        "8", "worst_use_percent", "Use at worst", "limit_events.used", "highest of all steps, %", _SHARE, True
    ),
    Field(
        "9", "excess_percent", "Excess at worst", "limit_events.used", "worst use - 100, at least 0", _SHARE
    ),
    Field("10", "days_open", "Days open", "opened, closed or end of the period", "days of 24 h", _SHARE),
    Field("11", "state", "State", "limit_events", "after its last step", required=True),
    Field("12", "owner", "Owner", "limit_events.owner", type=_WORDS),
    Field("13", "due_at", "Next step due", "limit_events.due", "in UTC", _MOMENT),
    Field("14", "overdue", "Overdue", "due, end of the period", type=Simple("flag", base="boolean")),
    Field("15", "explanation", "Reason", "limit_events: explained", type=_WORDS),
    Field("16", "explained_by", "Explained by", "limit_events.written_by", type=_WORDS),
    Field("17", "approved_by", "Approved by", "limit_events.written_by", type=_WORDS),
    Field("18", "closed_at", "Closed at", "limit_events: closed", "in UTC", _MOMENT),
    Field("19", "steps", "Steps", "limit_events", "step, person and moment of each", _WORDS),
)

LAYOUT = register(
    Layout(
        kind="limit-breach",
        title="Limit breaches",
        regime="GLOBAL",
        law="House policy; a layout of our own",
        rule="GL-LM-01",
        version="house 1",
        media=Media.CSV,
        fields=FIELDS,
        gather=Gather.BREACHES,
        scope=scope,
        build=build,
        trust="P",
        note="A house layout. It holds breaches that were open on any day of the period, as they stood at its end.",
        every="month",
        deadline="Fifth working day of the next month (house policy)",
    )
)
