"""The tables of Monitoring > Feeds: all feeds, what came of each due delivery, and the steps of the chain."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from portal.core.table import LAPTOP, Cell, Column, Table
from portal.domain.monitoring import feed_metrics as metrics
from portal.domain.monitoring.feed_figures import (
    age_hours,
    count_missing,
    in_time_share,
    newest_rows,
    usual_rows,
)
from portal.domain.monitoring.feeds import (
    rows_of,
)
from portal.services.monitoring.chain import Chain, in_drawing_order, title_of
from portal.services.monitoring.chain_steps import BY_CODE
from portal.services.monitoring.feeds import PATH, Feed

JOBS = "/monitoring/jobs"
FEED_COLUMNS = (
    Column("feed", "Feed", link="href"),
    Column("state", "State", "badge"),
    Column("agreed", "Agreed", sortable=False),
    Column("last_at", "Last arrival", "moment"),
    Column("age", "Age", "number", unit="h", decimals=1, metric=metrics.AGE.id),
    Column("rows", "Rows", "integer", metric=metrics.ROWS.id, help="Of the newest delivery"),
    Column(
        "usual", "Usual", "integer", metric=metrics.USUAL_ROWS.id, help="Median of the last 20 deliveries"
    ),
    Column("missing", "Missing", "integer", metric=metrics.GAPS.id, help="Of the last 20 due deliveries"),
    Column("in_time", "In time", "percent", decimals=0, metric=metrics.IN_TIME.id, help="Of the last 20 due"),
    Column("owner", "Owner"),
    Column("kind", "Rows are", "badge"),
    Column("reason", "Why", sortable=False, room=LAPTOP),
    Column("code", "Code", room=LAPTOP),
    Column("href", "Address", hidden=True),
)
DELIVERY_COLUMNS = (
    Column("day", "Day", "date"),
    Column("due_at", "Due", "moment"),
    Column("deadline", "Late after", "moment"),
    Column("arrived_at", "Arrived", "moment"),
    Column("last_at", "Last row", "moment"),
    Column("rows", "Rows", "integer"),
    Column("outcome", "Outcome", "badge"),
)
CHAIN_COLUMNS = (
    Column("step", "Step", link="link"),
    Column("state", "State", "badge"),
    Column("critical", "Critical path", "badge"),
    Column("due_at", "Due", "moment"),
    Column("begin", "Begin", "moment"),
    Column("end", "End", "moment"),
    Column("usual_end", "Usual end", "moment"),
    Column("later", "Later", "number", unit="min", decimals=0, signed=True, coloured=False,
           metric=metrics.ETA_LATER.id),
    Column("minutes", "Run time", "number", unit="min", decimals=1, metric=metrics.STEP_MINUTES.id),
    Column("usual", "Usual", "number", unit="min", decimals=1, metric=metrics.STEP_USUAL.id),
    Column("room", "Room", "number", unit="min", decimals=0, metric=metrics.STEP_SLACK.id,
           help="How much later it may end before the morning pack is later"),
    Column("kind", "Rows are", "badge"),
    Column("note", "Note", sortable=False),
    Column("reads", "Reads", sortable=False, room=LAPTOP),
    Column("link", "Address", hidden=True),
)  # fmt: skip


def feed_table(found: Sequence[Feed], moment: datetime) -> Table:
    """Return one row for each feed, in the order given."""
    rows = [_feed_row(one, moment) for one in found]
    params = {one.terms.title: {"feed": one.code, "moment": moment.isoformat()} for one in found}
    return Table(FEED_COLUMNS, rows, simulated=any(one.is_demo for one in found), extra={"params": params})


def _feed_row(one: Feed, moment: datetime) -> tuple[Cell, ...]:
    watched, rows = one.terms.enabled, rows_of(one.judgement.expected)
    return (
        one.terms.title,
        one.word,
        one.terms.short_words(),
        one.last_at,
        age_hours([one.last_at], moment) if one.last_at else None,
        newest_rows(rows),
        usual_rows(rows),
        count_missing(one.outcomes) if watched else None,
        in_time_share(one.outcomes) if watched else None,
        one.terms.owner,
        "simulated" if one.is_demo and one.terms.simulated else "demo archive" if one.is_demo else "real",
        "" if one.word == "in time" else one.reason,
        one.code,
        f"{PATH}?{urlencode({'feed': one.code})}",
    )


def delivery_table(one: Feed) -> Table:
    """Return what came of each due delivery of a feed, oldest first."""
    rows = [
        (
            item.due.day, item.due.at, item.due.deadline,
            item.delivery.at if item.delivery else None, item.delivery.last_at if item.delivery else None,
            item.delivery.rows if item.delivery else None, item.outcome,
        )
        for item in one.judgement.expected
    ]  # fmt: skip
    return Table(DELIVERY_COLUMNS, rows, simulated=one.is_demo)


def chain_table(found: Chain) -> Table:
    """Return the steps of the chain in the order in which they are drawn."""
    rows = [_chain_row(found, row.step) for row in in_drawing_order(found)]
    asked = {"day": found.day.isoformat(), "moment": found.moment.isoformat()}
    params = {title_of(row.step): {**asked, "step": row.step} for row in found.rows}
    return Table(CHAIN_COLUMNS, rows, simulated=found.simulated, extra={"params": params})


def _chain_row(found: Chain, step: str) -> tuple[Cell, ...]:
    row = next(one for one in found.rows if one.step == step)
    outlook, usual = found.outlook[step], found.usual.get(step)
    open_for_ever = found.given_up and outlook.state != "done"
    return (
        title_of(step),
        state_of(found, step),
        "critical" if step in found.path else "",
        None if row.release is None else found.at(row.release),
        None if open_for_ever else found.at(outlook.begin),
        None if open_for_ever else found.at(outlook.end),
        None if usual is None else found.at(usual.end.median),
        found.later(step),
        found.minutes(step) if is_work(step) else None,
        usual.minutes.median if usual and is_work(step) else None,
        found.room.get(step),
        {"simulated": "simulated", "file": "real", "job": "real"}[row.origin],
        row.note,
        ", ".join(title_of(code) for code in row.after),
        link_of(found, step),
    )


def state_of(found: Chain, step: str) -> str:
    """Return the state of a step in a word; what is told of the future is ``expected``."""
    row = next(one for one in found.rows if one.step == step)
    state = found.outlook[step].state
    if row.note.startswith("The last run is"):
        return "failed"
    if state == "waiting":
        return "missing" if found.given_up else "expected"
    return state


def is_work(step: str) -> bool:
    """Tell whether a step takes time of its own: a feed only arrives, a milestone is only reached."""
    return step in BY_CODE and BY_CODE[step].kind == "job"


def link_of(found: Chain, step: str) -> str:
    """Return the address of what stands behind a step: its job, its feeds, or the list of jobs where none has run."""
    row = next(one for one in found.rows if one.step == step)
    if row.job is not None:
        return f"{JOBS}?job={row.job}"
    return PATH if BY_CODE[step].kind != "job" else JOBS
