"""How the figures of the end-of-day chain are computed again: from when each step began and ended on each day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import feed_metrics as metrics
from portal.services.clocks import day_of
from portal.services.evaluation import evaluates
from portal.services.monitoring.chain import BOUNDS, Chain, chain_of, title_of
from portal.services.monitoring.chain_days import ChainRow, read_chain
from portal.services.monitoring.chain_steps import PACK

Rows = Sequence[Mapping[str, Any]]
DAY = Parameter("day", "Day of the chain")
MOMENT = Parameter("moment", "As known at (UTC)", default="known at")
STEP = Parameter("step", "Step", default=PACK)
BOUND = Parameter("bound", "Median, low (5 %) or high (95 %)", default=BOUNDS[0])
COLUMNS = (
    Column("day", "Day", "date"),
    Column("step", "Step"),
    Column("reads", "Reads"),
    Column("release", "Due", "number", unit="min"),
    Column("declared", "Declared run time", "number", unit="min"),
    Column("begin", "Began", "number", unit="min"),
    Column("end", "Ended", "number", unit="min"),
    Column("origin", "Comes from"),
    Column("job", "Job", "integer"),
)
UNKNOWN = "The step has no time on this day."


def _moment(params: Params, clocks: Clocks) -> datetime:
    asked = str(params["moment"])
    return clocks.known_at if asked == MOMENT.default else datetime.fromisoformat(asked)


def _inputs(rows: Sequence[ChainRow]) -> Table:
    shown = [
        (
            row.day, row.step, " ".join(row.after), row.release, row.usual, row.begin, row.end, row.origin,
            row.job,
        )
        for row in rows
    ]  # fmt: skip
    return Table(COLUMNS, shown, simulated=any(row.origin == "simulated" for row in rows))


def _row(found: Mapping[str, Any]) -> ChainRow:
    def number(name: str) -> float | None:
        return None if found[name] is None else float(found[name])

    return ChainRow(
        date.fromisoformat(str(found["day"])), str(found["step"]), tuple(str(found["reads"] or "").split()),
        number("release"), number("declared") or 0.0, number("begin"), number("end"), str(found["origin"]),
        None if found["job"] is None else int(found["job"]),
    )  # fmt: skip


def _eta(chain: Chain, params: Params) -> float | None:
    bound = str(params["bound"])
    return chain.eta(bound if bound in BOUNDS else BOUNDS[0])


def _later(chain: Chain, params: Params) -> float | None:
    return chain.later(str(params["step"]))


def _minutes(chain: Chain, params: Params) -> float | None:
    return chain.minutes(str(params["step"]))


def _usual(chain: Chain, params: Params) -> float | None:
    found = chain.usual.get(str(params["step"]))
    return None if found is None else found.minutes.median


def _room(chain: Chain, params: Params) -> float | None:
    return chain.room.get(str(params["step"]))


def _outcome(
    chain: Chain, params: Params, figure: Callable[[Chain, Params], float | None], *, clock: bool
) -> Outcome:
    value = figure(chain, params)
    steps = [
        Step("Working days before it", float(chain.history)),
        Step("Known at", f"{chain.moment:%Y-%m-%d %H:%M} UTC"),
    ]
    if clock and value is not None:
        steps.append(Step("On the clock", f"{chain.at(value):%Y-%m-%d %H:%M} UTC"))
    if chain.path:
        steps.append(Step("Critical path", " > ".join(title_of(code) for code in chain.path)))
    return Outcome(value, "min", tuple(steps), "" if value is not None else UNKNOWN)


def _register(
    metric: Metric, figure: Callable[[Chain, Params], float | None], *more: Parameter, clock: bool = False
) -> None:
    def replay(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
        chain = chain_of(day_of(params["day"]), _moment(params, clocks), [_row(row) for row in rows])
        return _outcome(chain, params, figure, clock=clock)

    @evaluates(
        metric.id, permission=Permission.MONITORING_READ, parameters=(DAY, MOMENT, *more), replay=replay
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
        day, rows = read_chain(work, day_of(params["day"]), _moment(params, clocks))
        table = _inputs(rows)
        found = replay(table.records(), params, clocks)
        subject = f"Chain of {day}, {title_of(str(params.get('step', PACK)))}"
        return Evaluation(subject, found.value, found.unit, table, found.steps, newest=day, note=found.note)


_register(metrics.ETA, _eta, BOUND, clock=True)
_register(metrics.ETA_LATER, _later, STEP)
_register(metrics.STEP_MINUTES, _minutes, STEP)
_register(metrics.STEP_USUAL, _usual, STEP)
_register(metrics.STEP_SLACK, _room, STEP)
