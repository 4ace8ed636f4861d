"""Reads of forecast models, their versions and trials, and of what was served, under both clocks."""

import zlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.forecast import (
    Experiment,
    ExperimentArray,
    ForecastModelRow,
    ForecastPath,
    ForecastRun,
    ForecastValue,
    ModelDecision,
    ModelVersion,
)
from portal.core.clock import Clocks


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a registered model."""

    id: int
    model_id: int
    target: str
    model: str
    version: int
    experiment_id: int
    params: dict[str, Any]
    note: str
    registered_by: str
    recorded_at: datetime

    @property
    def name(self) -> str:
        """The version as people write it, such as ``lear v3``."""
        return f"{self.model} v{self.version}"


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One step in the life of a version."""

    id: int
    version_id: int
    step: str
    stage: str
    gate: dict[str, Any]
    comment: str
    decided_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One trial without its arrays."""

    id: int
    job_id: int | None
    target: str
    model: str
    params: dict[str, Any]
    sweep: str
    trial: int
    status: str
    error: str | None
    as_of: date
    known_at: datetime
    recorded_at: datetime
    train_first: date
    train_last: date
    splits: dict[str, Any]
    origins: int
    metrics: dict[str, Any]
    facts: dict[str, Any]
    data_hash: str
    feature_set: str
    feature_version: int
    code_version: str
    fingerprint: str
    simulated: bool
    seconds: float
    run_by: str


@dataclass(frozen=True, slots=True)
class ServedRow:
    """One forecast that was served, without its values."""

    id: int
    job_id: int | None
    target: str
    model: str
    version_id: int | None
    role: str
    fallback_for: int | None
    reason: str
    origin: datetime
    as_of: date
    known_at: datetime
    recorded_at: datetime
    levels: list[float]
    unit: str
    data_hash: str
    code_version: str
    facts: dict[str, Any]
    simulated: bool


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no single truth value
class ServedValues:
    """The h steps of a served forecast, rising: ``quantiles`` has shape (h, number of levels)."""

    step: NDArray[np.int64]
    ts: NDArray[np.datetime64]  # UTC, starts of the intervals
    day: NDArray[np.datetime64]
    mean: NDArray[np.float64]
    quantiles: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.step)


_VERSION: tuple[Any, ...] = (
    ModelVersion.id, ModelVersion.model_id, ForecastModelRow.target, ForecastModelRow.model, ModelVersion.version,
    ModelVersion.experiment_id, ModelVersion.params, ModelVersion.note, ModelVersion.registered_by,
    ModelVersion.recorded_at,
)  # fmt: skip
_DECISION = tuple(getattr(ModelDecision, name) for name in DecisionRow.__dataclass_fields__)
_TRIAL = tuple(getattr(Experiment, name) for name in TrialRow.__dataclass_fields__)
_SERVED = tuple(getattr(ForecastRun, name) for name in ServedRow.__dataclass_fields__)


def versions(
    session: Session,
    *,
    target: str | None = None,
    ids: Collection[int] | None = None,
    known_at: datetime | None = None,
    as_of: date | None = None,
) -> list[VersionRow]:
    """Return versions by target, oldest first; ``as_of`` leaves out those whose data end later."""
    statement = select(*_VERSION).join(ForecastModelRow, ForecastModelRow.id == ModelVersion.model_id)
    if target is not None:
        statement = statement.where(ForecastModelRow.target == target)
    if ids is not None:
        statement = statement.where(ModelVersion.id.in_(ids))
    if known_at is not None:
        statement = statement.where(ModelVersion.recorded_at <= known_at)
    if as_of is not None:
        trial = Experiment.id == ModelVersion.experiment_id
        statement = statement.join(Experiment, trial).where(Experiment.as_of <= as_of)
    statement = statement.order_by(ForecastModelRow.target, ModelVersion.id)
    return [VersionRow(*row) for row in session.execute(statement)]


def decisions(
    session: Session, *, versions: Collection[int], known_at: datetime | None = None
) -> dict[int, list[DecisionRow]]:
    """Return the steps of each version, oldest first; their ids rise over all versions."""
    statement = select(*_DECISION).where(ModelDecision.version_id.in_(versions)).order_by(ModelDecision.id)
    if known_at is not None:
        statement = statement.where(ModelDecision.recorded_at <= known_at)
    found: dict[int, list[DecisionRow]] = defaultdict(list)
    for row in session.execute(statement):
        found[row.version_id].append(DecisionRow(*row))
    return found


def targets_with_versions(session: Session) -> list[str]:
    """Return the targets that have a version, in order."""
    return list(session.scalars(select(ForecastModelRow.target).distinct().order_by(ForecastModelRow.target)))


def trials(
    session: Session,
    *,
    target: str | None = None,
    model: str | None = None,
    sweep: str | None = None,
    clocks: Clocks | None = None,
    ids: Collection[int] | None = None,
    most: int | None = None,
) -> list[TrialRow]:
    """Return trials, newest first."""
    statement = select(*_TRIAL).where(*_trials(target, model, sweep, clocks))
    if ids is not None:
        statement = statement.where(Experiment.id.in_(ids))
    statement = statement.order_by(Experiment.id.desc()).limit(most)
    return [TrialRow(*row) for row in session.execute(statement)]


def count_trials(
    session: Session, *, target: str | None = None, clocks: Clocks | None = None
) -> dict[str, dict[str, int]]:
    """Return how many trials each target has by status."""
    statement = select(Experiment.target, Experiment.status, func.count()).where(
        *_trials(target, None, None, clocks)
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for code, status, count in session.execute(statement.group_by(Experiment.target, Experiment.status)):
        found[code][status] = int(count)
    return found


def _trials(
    target: str | None, model: str | None, sweep: str | None, clocks: Clocks | None
) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if target is not None:
        where.append(Experiment.target == target)
    if model is not None:
        where.append(Experiment.model == model)
    if sweep is not None:
        where.append(Experiment.sweep == sweep)
    if clocks is not None:
        where += [Experiment.as_of <= clocks.as_of, Experiment.recorded_at <= clocks.known_at]
    return where


def trial_by_id(session: Session, experiment_id: int) -> TrialRow | None:
    """Return one trial, or None."""
    row = session.execute(select(*_TRIAL).where(Experiment.id == experiment_id)).one_or_none()
    return TrialRow(*row) if row else None


def trial_by_fingerprint(session: Session, fingerprint: str) -> TrialRow | None:
    """Return the newest finished trial of the same question, data and code, or None."""
    statement = (
        select(*_TRIAL)
        .where(Experiment.fingerprint == fingerprint, Experiment.status == "finished")
        .order_by(Experiment.id.desc())
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return TrialRow(*row) if row else None


def arrays_of(
    session: Session, experiment_id: int, names: Collection[str] | None = None
) -> dict[str, NDArray[Any]]:
    """Return the arrays of a trial by name; all of them by default."""
    statement = select(
        ExperimentArray.name, ExperimentArray.dtype, ExperimentArray.shape, ExperimentArray.data
    ).where(ExperimentArray.experiment_id == experiment_id)
    if names is not None:
        statement = statement.where(ExperimentArray.name.in_(names))
    return {row.name: _array(row) for row in session.execute(statement)}


def _array(row: Any) -> NDArray[Any]:
    return np.frombuffer(zlib.decompress(row.data), row.dtype).reshape(row.shape)


def _served(clocks: Clocks, role: str | None) -> Select[Any]:
    statement = select(*_SERVED).where(
        ForecastRun.as_of <= clocks.as_of, ForecastRun.recorded_at <= clocks.known_at
    )
    return statement if role is None else statement.where(ForecastRun.role == role)


def newest_served(session: Session, target: str, *, clocks: Clocks) -> ServedRow | None:
    """Return what was served last for a target as of the day or before, as known then; None without one."""
    statement = (
        _served(clocks, "served")
        .where(ForecastRun.target == target)
        .order_by(ForecastRun.as_of.desc(), ForecastRun.id.desc())
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return ServedRow(*row) if row else None


def newest_by_target(session: Session, *, clocks: Clocks) -> dict[str, ServedRow]:
    """Return what was served last for each target."""
    statement = (
        _served(clocks, "served")
        .ext(distinct_on(ForecastRun.target))
        .order_by(ForecastRun.target, ForecastRun.as_of.desc(), ForecastRun.id.desc())
    )
    return {row.target: row for row in (ServedRow(*found) for found in session.execute(statement))}


def served_by_id(session: Session, run_id: int) -> ServedRow | None:
    """Return one served forecast, or None."""
    row = session.execute(select(*_SERVED).where(ForecastRun.id == run_id)).one_or_none()
    return ServedRow(*row) if row else None


def beside(session: Session, run: ServedRow) -> list[ServedRow]:
    """Return the other forecasts made for the same target in the same go: baselines and challengers."""
    statement = (
        select(*_SERVED)
        .where(
            ForecastRun.target == run.target,
            ForecastRun.origin == run.origin,
            ForecastRun.as_of == run.as_of,
            ForecastRun.id > run.id,
            ForecastRun.role != "served",
        )
        .order_by(ForecastRun.id)
    )
    if run.job_id is not None:
        statement = statement.where(ForecastRun.job_id == run.job_id)
    found: dict[tuple[str, str], ServedRow] = {}
    for row in session.execute(statement):
        found.setdefault((row.role, row.model), ServedRow(*row))
    return list(found.values())


def served_between(
    session: Session, *, clocks: Clocks, first: date, target: str | None = None, role: str | None = None
) -> list[ServedRow]:
    """Return served forecasts as of ``first`` or later, oldest first; the newest by target, day, role and model."""
    key = (ForecastRun.target, ForecastRun.as_of, ForecastRun.role, ForecastRun.model)
    statement = _served(clocks, role).where(ForecastRun.as_of >= first)
    if target is not None:
        statement = statement.where(ForecastRun.target == target)
    statement = statement.ext(distinct_on(*key)).order_by(*key, ForecastRun.id.desc())
    rows = [ServedRow(*row) for row in session.execute(statement)]
    return sorted(rows, key=lambda row: (row.as_of, row.id))


def values_of(session: Session, run_ids: Collection[int]) -> dict[int, ServedValues]:
    """Return the steps of served forecasts by run."""
    v = ForecastValue
    statement = (
        select(v.run_id, v.step, v.ts, v.day, v.mean, v.quantiles)
        .where(v.run_id.in_(run_ids))
        .order_by(v.run_id, v.step)
    )
    pieces: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(statement):
        pieces[row.run_id].append(row)
    return {run_id: _values(rows) for run_id, rows in pieces.items()}


def _values(rows: list[Any]) -> ServedValues:
    _run, step, ts, day, mean, quantiles = zip(*rows, strict=True)
    return ServedValues(
        np.array(step, np.int64),
        np.array([np.datetime64(int(moment.timestamp()), "s") for moment in ts], "M8[s]"),
        np.array(day, "M8[D]"),
        np.array(mean, np.float64),
        np.array(quantiles, np.float64),
    )


def paths_of(session: Session, run_id: int) -> NDArray[np.float64] | None:
    """Return the scenario paths of a served forecast, shape (paths, steps), or None without any."""
    statement = select(ForecastPath.dtype, ForecastPath.shape, ForecastPath.data)
    row = session.execute(statement.where(ForecastPath.run_id == run_id)).one_or_none()
    return None if row is None else np.asarray(_array(row), np.float64)
