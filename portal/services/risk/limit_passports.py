"""How the figures of Risk > Limits are computed again: from the values that a limit was held against, and its terms."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.risk import limit_metrics as metrics
from portal.domain.risk.limits.replay import Replay, replay
from portal.domain.risk.limits.terms_json import terms_from_json
from portal.domain.risk.limits.use import Judgement, Status, judge, judge_days
from portal.services.evaluation import evaluates
from portal.services.portfolio.books import visible_nodes
from portal.services.risk.limit_breaches import breaches_in
from portal.services.risk.limit_history import past_in
from portal.services.risk.limit_measures import words
from portal.services.risk.limit_page import EVERYTHING, page_in
from portal.services.risk.limit_proposals import Draft, trial_in
from portal.services.risk.limit_tables import (
    PAST_COLUMNS,
    STANDING_COLUMNS,
    known,
    past_rows,
    standing_rows,
)
from portal.services.risk.limit_trials import read_draft_text
from portal.services.risk.limit_values import Standing, judge_in, simulated_in
from portal.services.risk.limits import version_in

Records = Sequence[Mapping[str, Any]]
LIMIT = Parameter("limit", "Limit", "integer", low=1, high=1e15)
BREACH = Parameter("breach", "Breach", "integer", low=1, high=1e15)
PORTFOLIO = Parameter("portfolio", "Portfolio", default=EVERYTHING)
STATUS = Parameter("status", "Status", default="breach")
TIER = Parameter("tier", "Tier", default="hard")
CONDITION = Parameter(
    "condition", "Condition, 0 for the one that decides", "integer", default=0, low=0, high=100
)
AT = Parameter("at", "At", default="now")
DAY = Parameter("day", "Day")
DRAFT = Parameter("draft", "Proposal")

NO_VALUE = "There is no value that the limit could be judged by."
_STATUSES = {status.word: status for status in Status}


def _judged(records: Records) -> Judgement:
    """Judge a limit from the rows of its passport."""
    terms = terms_from_json(json.loads(str(records[0]["terms"])))
    return judge(terms, {str(row["key"]): _number(row["value"]) for row in records})


def _number(value: Any) -> float:
    return np.nan if value is None else float(value)


def _use(judged: Judgement, _params: Params) -> tuple[float | None, str]:
    return known(judged.use), "fraction"


def _value(judged: Judgement, _params: Params) -> tuple[float | None, str]:
    return known(judged.deciding.value), judged.deciding.condition.unit


def _headroom(judged: Judgement, _params: Params) -> tuple[float | None, str]:
    return known(judged.deciding.headroom), judged.deciding.condition.unit


def _tier(judged: Judgement, params: Params) -> tuple[float | None, str]:
    at = int(params["condition"] or 0)
    if at > len(judged.parts):
        raise DomainError(f"The limit has no condition {at}. Open the figure again from the page.")
    condition = (judged.parts[at - 1] if at else judged.deciding).condition
    return condition.soft if params["tier"] == "soft" else condition.hard, condition.unit


_Read = Callable[[Judgement, Params], tuple[float | None, str]]


def _of_limit(metric: Metric, read: _Read, *more: Parameter) -> None:
    def again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        value, unit = read(_judged(records), params)
        return Outcome(value, unit, note="" if value is not None else NO_VALUE)

    @evaluates(metric.id, permission=Permission.RISK_READ, parameters=(LIMIT, *more), replay=again)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        version = version_in(work, int(params["limit"] or 0), clocks, actor)
        (standing,) = judge_in(work, clocks, [version.limit])
        value, unit = read(standing.judgement, params)
        return Evaluation(
            f"{version.limit.title} ({version.code})",
            value,
            unit,
            Table(STANDING_COLUMNS, standing_rows(standing), simulated=simulated_in(work, clocks)),
            _steps(standing),
            newest=standing.reading.as_of,
            note="" if value is not None else NO_VALUE,
        )


def _steps(standing: Standing) -> tuple[Step, ...]:
    judged = standing.judgement
    parts = [
        Step(words(part.condition.metric), known(part.value), part.condition.unit) for part in judged.parts
    ]
    return (*parts, Step("Status", judged.sentence))


_OF_LIMIT: tuple[tuple[Metric, _Read, tuple[Parameter, ...]], ...] = (
    (metrics.USE, _use, ()),
    (metrics.VALUE, _value, ()),
    (metrics.HEADROOM, _headroom, ()),
    (metrics.TIER, _tier, (TIER, CONDITION)),
)
for _metric, _read, _more in _OF_LIMIT:
    _of_limit(_metric, _read, *_more)


def _status(params: Params) -> Status:
    word = str(params["status"])
    if word not in _STATUSES:
        raise DomainError(f"There is no status '{word[:20]}'. Open the figure again from the page.")
    return _STATUSES[word]


def _count_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in records:
        groups.setdefault(str(row["limit"]), []).append(row)
    wanted = _status(params)
    return Outcome(float(sum(_judged(rows).status is wanted for rows in groups.values())), "limits")


@evaluates(
    metrics.COUNT.id, permission=Permission.RISK_READ, parameters=(PORTFOLIO, STATUS), replay=_count_again
)
def count(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """The limits in force that stand so."""
    found = page_in(work, str(params["portfolio"]), clocks, actor)
    rows = [
        row
        for held in sorted(found.held, key=lambda held: held.version.code)
        for row in standing_rows(held.standing)
    ]
    return Evaluation(
        "Limits in force",
        float(found.count(_status(params))),
        "limits",
        Table(STANDING_COLUMNS, rows, simulated=found.simulated),
        (Step("In force", float(len(found.held))),),
        newest=clocks.as_of,
    )


_BREACH_COLUMNS = (
    Column("breach", "Breach", "integer"),
    Column("limit", "Limit"),
    Column("state", "State"),
    Column("due", "Due", "moment"),
)


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _overdue_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    due = [_moment(row["due"]) for row in records if row["state"] != "closed"]
    return Outcome(float(sum(when is not None and clocks.known_at > when for when in due)), "breaches")


@evaluates(
    metrics.OVERDUE.id, permission=Permission.RISK_READ, parameters=(PORTFOLIO,), replay=_overdue_again
)
def overdue(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """The open breaches whose next step is late."""
    found = page_in(work, str(params["portfolio"]), clocks, actor)
    rows = [(v.id, v.code, v.breach.state.value, v.breach.due) for v in found.open_breaches]
    value = float(sum(view.overdue for view in found.open_breaches))
    return Evaluation(
        "Open breaches", value, "breaches", Table(_BREACH_COLUMNS, sorted(rows)), newest=clocks.as_of
    )


_EVENT_COLUMNS = (
    Column("step", "Step", "integer"),
    Column("event", "Event"),
    Column("at", "At", "moment"),
    Column("used", "Used", "number", decimals=6),
    Column("by", "By"),
)


def _used(records: Records, params: Params) -> float | None:
    used = [float(row["used"]) for row in records if row["event"] in ("opened", "worsened", "eased")]
    return known(max(used) if params["at"] == "worst" else used[-1]) if used else None


def _breach_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(_used(records, params), "fraction")


@evaluates(
    metrics.BREACH_USE.id, permission=Permission.RISK_READ, parameters=(BREACH, AT), replay=_breach_again
)
def breach_use(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """What was used when a breach was judged."""
    view = next((v for v in breaches_in(work, clocks, actor) if v.id == params["breach"]), None)
    if view is None:
        raise NotFound(f"There is no breach {params['breach']} that you may see.")
    rows = [(row.id, row.event, row.recorded_at, row.used, row.written_by) for row in view.rows]
    value = known(view.breach.worst_used if params["at"] == "worst" else view.breach.used)
    return Evaluation(
        f"Breach of {view.code}",
        value,
        "fraction",
        Table(_EVENT_COLUMNS, rows),
        newest=view.rows[-1].as_of,
        recorded_at=view.rows[-1].recorded_at,
    )


def _day_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    value = known(_judged(records).use) if records else None
    return Outcome(value, "fraction", note="" if value is not None else NO_VALUE)


@evaluates(metrics.DAY_USE.id, permission=Permission.RISK_READ, parameters=(LIMIT, DAY), replay=_day_again)
def day_use(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """The use of a limit on one day of its history."""
    version = version_in(work, int(params["limit"] or 0), clocks, actor)
    try:
        day = date.fromisoformat(str(params["day"]))
    except ValueError:
        raise DomainError(f"'{str(params['day'])[:40]}' is no day. Open the figure again.") from None
    past = past_in(work, clocks, version.limit, visible_nodes(work, actor))
    days = judge_days(version.limit.terms, past.values)
    at = np.flatnonzero(past.day == np.datetime64(day, "D"))
    value = known(float(days.use[at[0]])) if len(at) else None
    terms = json.dumps(version.row.terms, sort_keys=True)
    rows = past_rows(past, terms, day=str(day))
    table = Table(PAST_COLUMNS, rows, simulated=simulated_in(work, clocks))
    note = "" if value is not None else NO_VALUE
    return Evaluation(version.limit.title, value, "fraction", table, newest=day, note=note)


def _draft(params: Params, clocks: Clocks) -> Draft:
    return read_draft_text(str(params["draft"]), clocks.as_of)


def _replayed(records: Records, params: Params, clocks: Clocks) -> Replay | None:
    if not records:
        return None
    terms = terms_from_json(_draft(params, clocks).terms)
    every = sorted({str(row["day"]) for row in records})
    place = {day: at for at, day in enumerate(every)}
    values: dict[str, Any] = {}
    for row in records:
        column = values.setdefault(str(row["key"]), np.full(len(every), np.nan))
        column[place[str(row["day"])]] = _number(row["value"])
    return replay(terms, values, np.array(every, "M8[D]"))


def _days_of(found: Replay | None, params: Params) -> Outcome:
    if found is None:
        return Outcome(None, "days", note="There is no history to replay the limit over.")
    return Outcome(float(np.count_nonzero(found.status == _status(params))), "days")


def _most_of(found: Replay | None, _params: Params) -> Outcome:
    value = known(found.worst_use) if found is not None else None
    return Outcome(value, "fraction", note="" if value is not None else NO_VALUE)


def _of_replay(metric: Metric, read: Callable[[Replay | None, Params], Outcome], *more: Parameter) -> None:
    def again(records: Records, params: Params, clocks: Clocks) -> Outcome:
        return read(_replayed(records, params, clocks), params)

    @evaluates(metric.id, permission=Permission.RISK_READ, parameters=(DRAFT, *more), replay=again)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = trial_in(work, _draft(params, clocks), clocks, actor)
        outcome = read(found.result, params)
        rows = past_rows(found.past, "")
        return Evaluation(
            f"Replay at {found.limit.node}",
            outcome.value,
            outcome.unit,
            Table(PAST_COLUMNS, rows, simulated=found.simulated),
            (Step("Days", float(len(found.past.day))),),
            newest=clocks.as_of,
            note=outcome.note,
        )


_of_replay(metrics.REPLAY_DAYS, _days_of, STATUS)
_of_replay(metrics.REPLAY_USE, _most_of)
