"""How the figures of Forecast > Models are computed again: from the losses of cells, and from versions and trials."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.forecast import model_metrics as metrics
from portal.domain.forecast.common import absolute_errors
from portal.domain.forecast.comparison.diebold_mariano import diebold_mariano
from portal.domain.forecast.scoring import score_of
from portal.domain.market.errors import InsufficientHistory
from portal.services.evaluation import evaluates
from portal.services.forecast import experiments, registry
from portal.services.forecast import model_tables as tables
from portal.services.forecast.experiments import Stored

Records = Sequence[Mapping[str, Any]]
TRIAL = Parameter("trial", "Trial", "integer", low=1, high=1e15)
OTHER = Parameter("other", "Other trial", "integer", default=0, low=0, high=1e15)
SIDE = Parameter("side", "Side", default="a")
CODE = Parameter("score", "Score", default="mae")
STEP = Parameter("step", "Step ahead", "integer", low=1, high=10_000)
TARGET = Parameter("target", "Target", default="all")
STAGE = Parameter("stage", "Stage", default="champion")
STATUS = Parameter("status", "Outcome", default="all")
NO_CELL = "There is no cell that it could be scored at."


def _chosen(params: Params) -> int:
    other = int(params.get("other") or 0)
    return other if params.get("side") == "b" and other else int(params["trial"] or 0)


def _title(stored: Stored) -> str:
    row = stored.row
    return f"Trial {row.id}: {row.model} on {row.target}"


def _unit(stored: Stored, code: str) -> str:
    unit = score_of(code).unit
    return {"target": tables.unit_of(stored.row.target), "1": ""}.get(unit, unit)


def _score_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    value = tables.score_of_rows(records, str(params["score"]))
    return Outcome(value, "", note="" if value is not None else NO_CELL)


@evaluates(
    metrics.SCORE.id,
    permission=Permission.FORECAST_READ,
    parameters=(TRIAL, CODE, OTHER, SIDE),
    replay=_score_again,
)
def score(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """A score of a trial."""
    stored, code = experiments.stored_in(work, _chosen(params)), str(params["score"])
    return _scored(stored, code, score_of(code)(stored.evaluation), _unit(stored, code))


def _scored(stored: Stored, code: str, value: float | None, unit: str) -> Evaluation:
    row = stored.row
    steps = (
        Step("Score", score_of(code).title),
        Step("Origins", float(row.origins)),
        Step("Parameters", tables.params_text(row.params)),
        Step("Data hash", row.data_hash[:16]),
        Step("Code", row.code_version),
    )
    return Evaluation(
        _title(stored), value, unit,
        Table(tables.CELL_COLUMNS, tables.cell_rows(stored, code), simulated=row.simulated),
        steps, newest=row.as_of, note="" if value is not None else NO_CELL,
    )  # fmt: skip


COVERED = "coverage_80"


def _coverage_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(tables.score_of_rows(records, COVERED), "fraction")


@evaluates(
    metrics.COVERAGE.id, permission=Permission.FORECAST_READ, parameters=(TRIAL,), replay=_coverage_again
)
def coverage(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """How often what happened lay inside the 80 % interval."""
    stored = experiments.stored_in(work, int(params["trial"] or 0))
    return _scored(stored, COVERED, score_of(COVERED)(stored.evaluation), "fraction")


def _difference_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    code, first = str(params["score"]), int(params["trial"] or 0)
    one = tables.score_of_rows([row for row in records if int(row["trial"]) == first], code)
    two = tables.score_of_rows([row for row in records if int(row["trial"]) != first], code)
    return Outcome(one - two if one is not None and two is not None else None, "")


@evaluates(
    metrics.DIFFERENCE.id,
    permission=Permission.FORECAST_READ,
    parameters=(TRIAL, OTHER, CODE),
    replay=_difference_again,
)
def difference(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """How far the scores of two trials lie apart."""
    code = str(params["score"])
    first, second = (experiments.stored_in(work, int(params[key] or 0)) for key in ("trial", "other"))
    one, two = (score_of(code)(stored.evaluation) for stored in (first, second))
    rows = tables.cell_rows(first, code) + tables.cell_rows(second, code)
    value = one - two if one is not None and two is not None else None
    return Evaluation(
        f"Trial {first.row.id} less trial {second.row.id}", value, _unit(first, code),
        Table(tables.CELL_COLUMNS, rows, simulated=first.row.simulated or second.row.simulated),
        (Step("First", one), Step("Second", two)), newest=first.row.as_of,
    )  # fmt: skip


_ORIGIN_COLUMNS = (
    Column("origin", "Origin", "integer"),
    Column("error", "Mean absolute error", "number", decimals=6),
    Column("naive", "That of the naive", "number", decimals=6),
    Column("overlap", "Origins that overlap", "integer"),
)


def _gain_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    mine, theirs = (np.array([float(row[key]) for row in records]) for key in ("error", "naive"))
    if not len(mine) or np.allclose(mine, theirs, rtol=1e-12, atol=0.0):
        return Outcome(None, "", note="It says what the naive says.")
    try:
        return Outcome(diebold_mariano(theirs, mine, horizon=int(records[0]["overlap"])).p_better, "")
    except InsufficientHistory as short:
        return Outcome(None, "", note=short.message)


@evaluates(metrics.GAIN_P.id, permission=Permission.FORECAST_READ, parameters=(TRIAL,), replay=_gain_again)
def gain(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """The chance that the naive is as good."""
    del actor
    stored = experiments.stored_in(work, int(params["trial"] or 0))
    found = stored.evaluation
    naive = np.where(found.scored, np.abs(found.baseline - found.actual), np.nan)
    errors = np.where(np.isfinite(naive), absolute_errors(found), np.nan)
    overlap = max(1, -(-found.actual.shape[1] // max(int(stored.row.splits.get("step", 1)), 1)))
    rows = [
        (int(found.origins[at]), float(np.nanmean(errors[at])), float(np.nanmean(naive[at])), overlap)
        for at in np.flatnonzero(np.isfinite(errors).any(axis=1)).tolist()
    ]
    table = Table(_ORIGIN_COLUMNS, rows, simulated=stored.row.simulated)
    again = _gain_again(table.records(), params, clocks)
    return Evaluation(_title(stored), again.value, "", table, newest=stored.row.as_of, note=again.note)


_STEP_COLUMNS = (
    Column("origin", "Origin", "integer"),
    Column("interval", "Interval (local)"),
    Column("error", "Absolute error", "number", decimals=6),
)


def _step_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    errors = [float(row["error"]) for row in records]
    return Outcome(float(np.mean(errors)) if errors else None, "", note="" if errors else NO_CELL)


@evaluates(
    metrics.STEP_ERROR.id,
    permission=Permission.FORECAST_READ,
    parameters=(TRIAL, STEP, OTHER, SIDE),
    replay=_step_again,
)
def step_error(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """The error of a trial, or of the naive beside it, at one step ahead."""
    del actor
    stored = experiments.stored_in(work, _chosen(params))
    found, column = stored.evaluation, int(params["step"] or 1) - 1 + stored.evaluation.lead
    if column >= found.actual.shape[1]:
        raise DomainError(
            f"Trial {stored.row.id} has no step {params['step']}. Open the figure from the page."
        )
    errors = absolute_errors(found)
    if params["side"] == "naive":
        errors = np.where(np.isfinite(errors), np.abs(found.baseline - found.actual), np.nan)
    rows = [
        (int(found.origins[at]), tables.interval_text(stored.stamp[at, column]), float(errors[at, column]))
        for at in np.flatnonzero(np.isfinite(errors[:, column])).tolist()
    ]  # fmt: skip
    table = Table(_STEP_COLUMNS, rows, simulated=stored.row.simulated)
    again = _step_again(table.records(), params, clocks)
    unit = tables.unit_of(stored.row.target)
    return Evaluation(_title(stored), again.value, unit, table, newest=stored.row.as_of, note=again.note)


_VERSION_COLUMNS = (
    Column("version", "Version", "integer"),
    Column("name", "Name"),
    Column("stage", "Stage"),
    Column("waits", "Waits for a decision", "integer"),
)


def _stands(row: Mapping[str, Any], stage: str) -> bool:
    return bool(row["waits"]) if stage == "waits" else row["stage"] == stage


def _versions_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(float(sum(_stands(row, str(params["stage"])) for row in records)), "versions")


@evaluates(
    metrics.VERSIONS.id,
    permission=Permission.FORECAST_READ,
    parameters=(TARGET, STAGE),
    replay=_versions_again,
)
def versions(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """The versions in a stage."""
    del actor
    target = None if params["target"] == "all" else str(params["target"])
    rows = [
        (view.id, f"{view.target} {view.name}", view.stage.value, int(view.standing.waits))
        for view in sorted(registry.versions_in(work, target, clocks), key=lambda view: view.id)
    ]
    table = Table(_VERSION_COLUMNS, rows)
    value = _versions_again(table.records(), params, clocks).value
    return Evaluation("Versions of models", value, "versions", table, newest=clocks.as_of)


_TRIAL_COLUMNS = (Column("trial", "Trial", "integer"), Column("model", "Model"), Column("status", "Outcome"))


def _trials_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    wanted = str(params["status"])
    return Outcome(float(sum(wanted in ("all", row["status"]) for row in records)), "trials")


@evaluates(
    metrics.TRIALS.id, permission=Permission.FORECAST_READ, parameters=(TARGET, STATUS), replay=_trials_again
)
def trials(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """The trials that were made."""
    del actor
    target = None if params["target"] == "all" else str(params["target"])
    found = experiments.trials_in(work, target, clocks)
    table = Table(
        _TRIAL_COLUMNS, sorted((row.id, f"{row.model} on {row.target}", row.status) for row in found)
    )
    value = _trials_again(table.records(), params, clocks).value
    return Evaluation("Trials", value, "trials", table, newest=clocks.as_of)
