"""How the counts of Monitoring > Alert rules are computed again: from rules, alerts and stored samples."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from data.queries import alert_rules as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import slo_metrics as metrics
from portal.domain.monitoring.rules import Episode, firing_seconds
from portal.services.evaluation import TEXT_LIMIT, evaluates
from portal.services.monitoring.rule_catalogue import PREFIX, Rule, rule, rules
from portal.services.monitoring.rule_replay import Replay, replay_of
from portal.services.monitoring.slo_passports import MOMENT, moment_of

Rows = Sequence[Mapping[str, Any]]
HOUR = 3_600.0
RULE_COLUMNS = (
    Column("code", "Rule"),
    Column("title", "Title"),
    Column("version", "Version", "integer"),
    Column("enabled", "On", "text"),
    Column("recorded_at", "Written", "moment"),
)
ALERT_COLUMNS = (
    Column("id", "Alert", "integer"),
    Column("rule", "Rule"),
    Column("subject", "About"),
    Column("raised_at", "Raised", "moment"),
    Column("cleared_at", "Over", "moment"),
)
EPISODE_COLUMNS = (
    Column("subject", "About"),
    Column("begin", "From", "moment"),
    Column("end", "Until", "moment", help="Empty while it fires at the end of the history"),
    Column("minutes", "Lasts", "number", unit="min", decimals=1),
    Column("worst", "Farthest reading", "number", decimals=4),
    Column("until", "End of the history", "moment", hidden=True),
)
DRAFT = Parameter("draft", "Rule")
DAYS = Parameter("days", "Days", "integer", low=1, high=30)
UNTIL = Parameter("until", "Until (UTC)")


def count_on(rows: Rows) -> int:
    """Count the rules that are on."""
    return sum(1 for row in rows if row["enabled"] == "yes")


def count_firing(rows: Rows) -> int:
    """Count the rules that have an open alert among ``rows``."""
    return len({str(row["rule"]) for row in rows})


def rules_table(work: UnitOfWork, moment: datetime) -> Table:
    """Return the rules as they stood at a moment."""
    known = rules(work, moment)
    rows = [
        (one.code, one.title, one.version, "yes" if one.enabled else "no", one.recorded_at)
        for one in known.values()
    ]
    return Table(RULE_COLUMNS, sorted(rows))


def firing_table(work: UnitOfWork, moment: datetime) -> Table:
    """Return the alerts of rules that were open at a moment."""
    found = queries.open_at(work.session, PREFIX, moment=moment)
    return Table(
        ALERT_COLUMNS, [(one.id, one.rule, one.subject, one.raised_at, one.cleared_at) for one in found]
    )


def _on(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    return Outcome(
        float(count_on(rows)),
        "rules",
        (Step("Counted at", f"{moment_of(params, clocks):%Y-%m-%d %H:%M} UTC"),),
    )


def _firing(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    counted = Step("Counted at", f"{moment_of(params, clocks):%Y-%m-%d %H:%M} UTC")
    return Outcome(float(count_firing(rows)), "rules", (counted,))


@evaluates(metrics.RULES_ON.id, permission=Permission.MONITORING_READ, parameters=(MOMENT,), replay=_on)
def rules_on(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count the rules that are on."""
    table = rules_table(work, moment_of(params, clocks))
    made = _on(table.records(), params, clocks)
    return Evaluation("Alert rules", made.value, made.unit, table, made.steps)


@evaluates(
    metrics.RULES_FIRING.id, permission=Permission.MONITORING_READ, parameters=(MOMENT,), replay=_firing
)
def rules_firing(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count the rules that fire."""
    table = firing_table(work, moment_of(params, clocks))
    made = _firing(table.records(), params, clocks)
    return Evaluation("Alerts of rules", made.value, made.unit, table, made.steps)


def write_draft(one: Rule) -> str:
    """Return a rule as the parameter of a passport: its code when it is stored like this, else all that it says."""
    said = {
        name: value
        for name, value in asdict(one).items()
        if name in ("code", "kind", "service", "metric", "terms")
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if len(text) > TEXT_LIMIT:
        raise DomainError("The rule is too long. Use fewer labels.", term="labels")
    return text


def read_draft(work: UnitOfWork, text: str) -> Rule:
    """Return the rule that :func:`write_draft` wrote, or the stored one of a code."""
    if not text.startswith("{"):
        return rule(work, text)
    try:
        said = json.loads(text)
        return Rule(
            str(said["code"]),
            str(said["kind"]),
            "",
            str(said["service"]),
            str(said["metric"]),
            dict(said["terms"]),
        )
    except (ValueError, KeyError, TypeError):
        raise DomainError("The rule cannot be read. Open the figure again from the page.") from None


def draft(text: str, actor: Actor) -> Rule:
    """Return the rule that a page wrote into the parameters of its grids."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        return read_draft(work, text)


def episode_rows(tried: Replay) -> Table:
    """Return the times that a rule would have fired."""
    rows = []
    for course in tried.courses:
        for one in course.episodes:
            end = tried.until if one.end is None else datetime.fromtimestamp(one.end, UTC)
            begin = datetime.fromtimestamp(one.begin, UTC)
            worst = None if one.worst != one.worst else one.worst
            rows.append(
                (
                    course.subject.text, begin, None if one.end is None else end, (end - begin).total_seconds() / 60,
                    worst, tried.until,
                )
            )  # fmt: skip
    return Table(EPISODE_COLUMNS, sorted(rows, key=lambda row: (row[1], row[0])))


def _times(rows: Rows, params: Params, _clocks: Clocks) -> Outcome:
    return Outcome(float(len(rows)), "times", (Step("Days", float(params["days"] or 0), "days"),))


def _hours(rows: Rows, params: Params, _clocks: Clocks) -> Outcome:
    until = datetime.fromisoformat(str(params["until"])).timestamp()
    found = [Episode(_seconds(row["begin"]) or 0.0, _seconds(row["end"]), float("nan")) for row in rows]
    return Outcome(firing_seconds(found, until) / HOUR, "h", (Step("Times", float(len(rows))),))


def _seconds(at: Any) -> float | None:
    return None if at is None else datetime.fromisoformat(str(at)).timestamp()


def _tried(work: UnitOfWork, params: Params) -> tuple[str, Table]:
    try:
        until = datetime.fromisoformat(str(params["until"]))
    except ValueError:
        raise DomainError(
            "The end of the history cannot be read. Open the figure again from the page."
        ) from None
    one = read_draft(work, str(params["draft"]))
    return one.title or one.code, episode_rows(
        replay_of(work, one, days=int(params["days"] or 0), until=until)
    )


@evaluates(
    metrics.REPLAY_TIMES.id,
    permission=Permission.MONITORING_READ,
    parameters=(DRAFT, DAYS, UNTIL),
    replay=_times,
)
def replay_times(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count how often a rule would have fired."""
    title, table = _tried(work, params)
    made = _times(table.records(), params, clocks)
    return Evaluation(title, made.value, made.unit, table, made.steps)


@evaluates(
    metrics.REPLAY_HOURS.id,
    permission=Permission.MONITORING_READ,
    parameters=(DRAFT, DAYS, UNTIL),
    replay=_hours,
)
def replay_hours(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Add up how long a rule would have fired."""
    title, table = _tried(work, params)
    made = _hours(table.records(), params, clocks)
    return Evaluation(title, made.value, made.unit, table, made.steps)
