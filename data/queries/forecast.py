"""Reads of forecast models, their versions and trials, under both clocks; what was served: ``forecast_served``."""

import zlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from data.models.forecast import (
    Experiment,
    ExperimentArray,
    ForecastModelRow,
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


_VERSION: tuple[Any, ...] = (
    ModelVersion.id, ModelVersion.model_id, ForecastModelRow.target, ForecastModelRow.model, ModelVersion.version,
    ModelVersion.experiment_id, ModelVersion.params, ModelVersion.note, ModelVersion.registered_by,
    ModelVersion.recorded_at,
)  # fmt: skip
_DECISION = tuple(getattr(ModelDecision, name) for name in DecisionRow.__dataclass_fields__)
_TRIAL = tuple(getattr(Experiment, name) for name in TrialRow.__dataclass_fields__)


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
    return {row.name: unpacked(row) for row in session.execute(statement)}


def unpacked(row: Any) -> NDArray[Any]:
    """Return an array that a row holds packed: ``dtype``, ``shape`` and ``data``."""
    return np.frombuffer(zlib.decompress(row.data), row.dtype).reshape(row.shape)
