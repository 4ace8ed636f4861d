"""How the figures of Forecast are computed again: from the stored steps and paths, and from what has arrived."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

import numpy as np

from data.queries import forecast_served as served_queries
from data.queries.forecast_served import ServedRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.forecast import outlook_metrics as metrics
from portal.domain.forecast.fan import block_interval, block_steps, mean_error, quantile_at, share_inside
from portal.domain.forecast.local_days import SLOTS, wall_clock
from portal.services.evaluation import evaluates
from portal.services.forecast import targets as listing
from portal.services.forecast.outlook import HIGH, LOW, Past, outlook_in, past_of
from portal.services.forecast.outlook_tables import drivers, labels

Records = Sequence[Mapping[str, Any]]
RUN = Parameter("run", "Forecast", "integer", low=1, high=2**53)
STEP = Parameter("step", "Step", "integer", low=1, high=10_000)
LEVEL = Parameter("level", "Probability")
BLOCK = Parameter("block", "Block", default="base")
TARGET = Parameter("target", "Target")
FIRST, LAST = Parameter("first", "First day"), Parameter("last", "Last day")
OF = Parameter("of", "Forecast of", default="served")
NAME = Parameter("name", "Driver")


def _run(work: UnitOfWork, params: Params, clocks: Clocks) -> ServedRow:
    """Return the forecast that the parameters name, if it was known under ``clocks``."""
    found = served_queries.served_by_id(work.session, int(params["run"] or 0))
    if found is None or found.recorded_at > clocks.known_at or found.as_of > clocks.as_of:
        raise NotFound(f"There is no forecast {params['run']} by then. Open the figure again from the page.")
    return found


def _level(params: Params) -> float:
    try:
        return float(str(params["level"]))
    except ValueError:
        raise DomainError(f"'{str(params['level'])[:20]}' is no probability between 0 and 1.") from None


def _steps_table(one: Past, keep: Sequence[int]) -> Table:
    """Return the stored steps ``keep`` with all their quantiles."""
    target = listing.target(one.run.target)
    names = labels(target, one)
    columns = (
        Column("at", "Local time"),
        Column("step", "Step", "integer"),
        Column("mean", "Forecast", "number", one.run.unit, decimals=6),
        *(
            Column(f"{level:g}", f"{100 * level:g} %", "number", one.run.unit, decimals=6)
            for level in one.run.levels
        ),
    )
    rows = [
        (names[at], int(one.values.step[at]), float(one.values.mean[at]), *one.values.quantiles[at].tolist())
        for at in keep
    ]
    return Table(columns, rows, simulated=one.run.simulated)


def _subject(run: ServedRow) -> str:
    return f"{listing.target(run.target).title}, {run.model} as of {run.as_of}"


def _said(run: ServedRow) -> tuple[Step, ...]:
    said = (
        Step("Model", run.model),
        Step("Served", f"{run.recorded_at:%Y-%m-%d %H:%M} UTC"),
        Step("Role", run.role),
    )
    return (*said, Step("Fallback", run.reason)) if run.reason else said


def _at(one: Past, params: Params) -> int:
    found = np.flatnonzero(one.values.step == int(params["step"] or 0))
    if not len(found):
        raise NotFound(
            f"The forecast {one.run.id} has no step {params['step']}. Open the figure from the page."
        )
    return int(found[0])


def _quantile_of(record: Mapping[str, Any], level: float) -> float:
    levels = sorted(float(name) for name in record if name.replace(".", "", 1).isdigit())
    row = np.array([[float(record[f"{one:g}"]) for one in levels]])
    return float(quantile_at(row, levels, level)[0])


def _replay_value(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(float(records[0]["mean"]) if records else None, "")


def _replay_quantile(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(_quantile_of(records[0], _level(params)) if records else None, "")


@evaluates(
    metrics.VALUE.id, permission=Permission.FORECAST_READ, parameters=(RUN, STEP), replay=_replay_value
)
def value(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """The point forecast of one step, as it was served."""
    one = past_of(work, _run(work, params, clocks), clocks)
    table = _steps_table(one, [_at(one, params)])
    found = float(table.records()[0]["mean"])  # type: ignore[arg-type]  # a number column
    return Evaluation(_subject(one.run), found, one.run.unit, table, _said(one.run), newest=one.run.as_of)


@evaluates(
    metrics.QUANTILE.id,
    permission=Permission.FORECAST_READ,
    parameters=(RUN, STEP, LEVEL),
    replay=_replay_quantile,
)
def quantile(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """A quantile of one step, as it was served."""
    one = past_of(work, _run(work, params, clocks), clocks)
    table = _steps_table(one, [_at(one, params)])
    found = _quantile_of(table.records()[0], _level(params))
    steps = (Step("Probability", _level(params)), *_said(one.run))
    return Evaluation(_subject(one.run), found, one.run.unit, table, steps, newest=one.run.as_of)


def _replay_actual(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    known = [float(row["actual"]) for row in records if row["actual"] is not None]
    return Outcome(known[0] if known else None, "")


@evaluates(
    metrics.ACTUAL.id, permission=Permission.FORECAST_READ, parameters=(RUN, STEP), replay=_replay_actual
)
def actual(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """What happened in a step that had been forecast."""
    one = past_of(work, _run(work, params, clocks), clocks)
    at = _at(one, params)
    known = float(one.actual[at]) if isfinite(one.actual[at]) else None
    columns = (Column("at", "Local time"), Column("actual", "Actual", "number", one.run.unit, decimals=6))
    table = Table(
        columns, [(labels(listing.target(one.run.target), one)[at], known)], simulated=one.run.simulated
    )
    note = "" if known is not None else "Nothing has arrived for this step yet."
    return Evaluation(_subject(one.run), known, one.run.unit, table, _said(one.run), note=note)


def _in_block(one: Past, block: str) -> Any:
    target = listing.target(one.run.target)
    local = wall_clock(one.values.ts, target.timezone) if target.per_day == SLOTS else one.values.day
    return block_steps(local, block)


def _replay_block(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(float(np.mean([float(row["mean"]) for row in records])) if records else None, "")


@evaluates(
    metrics.BLOCK.id, permission=Permission.FORECAST_READ, parameters=(RUN, BLOCK), replay=_replay_block
)
def block(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """The mean of the point forecasts of a block."""
    one = past_of(work, _run(work, params, clocks), clocks)
    chosen = np.flatnonzero(_in_block(one, str(params["block"])))
    found = float(one.values.mean[chosen].mean()) if len(chosen) else None
    steps = (Step("Block", str(params["block"])), Step("Steps", float(len(chosen))), *_said(one.run))
    table = _steps_table(one, chosen.tolist())
    return Evaluation(_subject(one.run), found, one.run.unit, table, steps, newest=one.run.as_of)


def _replay_band(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    if not records:
        return Outcome(None, "")
    values = np.array([float(row["value"]) for row in records])
    if records[0]["item"] == "path":
        return Outcome(float(np.quantile(values, _level(params))), "")
    levels = [float(row["number"]) for row in records]
    return Outcome(float(quantile_at(values[None, :], levels, _level(params))[0]), "")


@evaluates(
    metrics.BLOCK_BAND.id,
    permission=Permission.FORECAST_READ,
    parameters=(RUN, BLOCK, LEVEL),
    replay=_replay_band,
)
def block_band(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """A quantile of the mean over a block."""
    run = _run(work, params, clocks)
    one, paths = past_of(work, run, clocks), served_queries.paths_of(work.session, run.id)
    chosen = _in_block(one, str(params["block"]))
    found = block_interval(chosen, one.values.quantiles, run.levels, paths, _level(params))
    rows: list[tuple[str, float, float]] = []
    if int(chosen.sum()) == 1:
        at = int(np.flatnonzero(chosen)[0])
        pairs = zip(run.levels, one.values.quantiles[at].tolist(), strict=True)
        rows = [("quantile", level, quantile) for level, quantile in pairs]
    elif paths is not None:
        rows = [("path", float(n + 1), mean) for n, mean in enumerate(paths[:, chosen].mean(axis=1).tolist())]
    columns = (
        Column("item", "Item"),
        Column("number", "Probability or path", "number", decimals=3),
        Column("value", "Value", "number", run.unit, decimals=9),
    )
    steps = (Step("Block", str(params["block"])), Step("Probability", _level(params)), *_said(run))
    note = "" if found is not None else "No scenario paths were kept with this forecast."
    table = Table(columns, rows, simulated=run.simulated)
    return Evaluation(_subject(run), found, run.unit, table, steps, newest=run.as_of, note=note)


def _replay_driver(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    found = [float(row["weight"]) for row in records if row["name"] == params["name"]]
    return Outcome(found[0] if found else None, "")


@evaluates(
    metrics.DRIVER.id, permission=Permission.FORECAST_READ, parameters=(RUN, NAME), replay=_replay_driver
)
def driver(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """The weight of a driver, as the model told it."""
    run = _run(work, params, clocks)
    told = drivers(run.facts)
    columns = (Column("name", "Driver"), Column("weight", "Weight", "number", decimals=9))
    table = Table(columns, list(told.items()), simulated=run.simulated)
    return Evaluation(_subject(run), told.get(str(params["name"])), "", table, _said(run), newest=run.as_of)


COLUMNS = (
    Column("as_of", "Forecast as of", "date"),
    Column("step", "Step", "integer"),
    Column("actual", "Actual", "number", decimals=6),
    Column("median", "Median", "number", decimals=6),
    Column("low", "10 %", "number", decimals=6),
    Column("high", "90 %", "number", decimals=6),
    Column("naive", "Seasonal naive", "number", decimals=6),
)


def _arrived(records: Records, name: str) -> Any:
    return np.array([np.nan if row[name] is None else float(row[name]) for row in records])


def _coverage(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(share_inside(*(_arrived(records, name) for name in ("actual", "low", "high"))), "fraction")


def _error(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    name = "naive" if params["of"] == "naive" else "median"
    return Outcome(mean_error(_arrived(records, "actual"), _arrived(records, name)), "")


def _rows(one: Past) -> list[tuple[Any, ...]]:
    parts = (one.actual, one.median, one.quantile(LOW), one.quantile(HIGH), one.naive)
    return [
        (
            one.run.as_of,
            int(one.values.step[at]),
            *(float(part[at]) if isfinite(part[at]) else None for part in parts),
        )
        for at in np.flatnonzero(np.isfinite(one.actual)).tolist()
    ]


def _of_days(
    metric_id: str, replay: Callable[[Records, Params, Clocks], Outcome], *parameters: Parameter
) -> None:
    @evaluates(
        metric_id,
        permission=Permission.FORECAST_READ,
        parameters=(TARGET, FIRST, LAST, *parameters),
        replay=replay,
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
        target = listing.target(str(params["target"]))
        try:
            first, last = (date.fromisoformat(str(params[name])) for name in ("first", "last"))
        except ValueError:
            raise DomainError(
                "A period begins and ends on days such as 2026-11-02. Open the figure again."
            ) from None
        found = outlook_in(work, target, clocks)
        past = [one for one in found.past if first <= one.run.as_of <= last]
        table = Table(COLUMNS, [row for one in past for row in _rows(one)], simulated=target.simulated)
        made = replay(table.records(), params, clocks)
        unit = "fraction" if metric_id == metrics.COVERAGE.id else target.unit
        steps = (Step("Forecasts", float(len(past))), Step("Values arrived", float(len(table.rows))))
        note = "" if table.rows else "Nothing that was forecast on these days has happened yet."
        return Evaluation(target.title, made.value, unit, table, steps, newest=clocks.as_of, note=note)


_of_days(metrics.COVERAGE.id, _coverage)
_of_days(metrics.ERROR.id, _error, OF)
