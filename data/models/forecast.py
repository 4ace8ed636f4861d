"""Forecast models and their versions, trials, what was served and what became of it.

All of it is appended: a version and a trial never change, a step of an approval is an event, a forecast that was served
stays as it was served. The stage of a version is read from its events (``portal.domain.forecast.stages``).
"""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Day, Id, Json, Quote, Recorded, Utc, Words


class ForecastModelRow(Base):
    """A registered model: one kind of model for one target; what MLflow calls a registered model."""

    __tablename__ = "forecast_models"
    __table_args__ = (UniqueConstraint("target", "model"),)

    id: Mapped[Id]
    target: Mapped[Code]  # such as power.DE_LU, load.DE_LU, settle.TTF, spread.<code>, volatility.TTF
    model: Mapped[Code]  # code of portal.domain.forecast.models
    recorded_at: Mapped[Recorded]


class Experiment(Base):
    """One trial: a model with parameters, held against what happened at many origins; failed trials stay and count.

    ``sweep`` names the trials that were started together; ``trial`` counts them from 1.
    """

    __tablename__ = "experiments"
    __table_args__ = (
        CheckConstraint("status IN ('finished', 'failed')", name="status"),
        Index("ix_experiments_target_recorded_at", "target", "recorded_at"),
        Index("ix_experiments_fingerprint", "fingerprint"),
    )

    id: Mapped[Id]
    job_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("jobs.id"))
    target: Mapped[Code]
    model: Mapped[Code]
    params: Mapped[Json]
    sweep: Mapped[Code]
    trial: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[Code]
    error: Mapped[Words | None]  # the sentence why it failed
    as_of: Mapped[Day]  # last day of the data
    known_at: Mapped[datetime]
    recorded_at: Mapped[Recorded]
    train_first: Mapped[Day]  # window of the last origin
    train_last: Mapped[Day]
    splits: Mapped[Json]  # first, last, step, refit_every, horizon, lead
    origins: Mapped[int] = mapped_column(BigInteger)
    metrics: Mapped[
        Json
    ]  # mae, rmse, smape, mase, rmae, pinball, crps, coverage_80, width_80 ... (numbers or null)
    facts: Mapped[Json]  # notes, gaps filled, drivers, warnings of the fit
    data_hash: Mapped[Code]  # SHA-256 of the series and features that it saw
    feature_set: Mapped[Code]  # "" for a model without features
    feature_version: Mapped[int] = mapped_column(SmallInteger)
    code_version: Mapped[Code]
    fingerprint: Mapped[Code]  # hash of target, model, parameters, splits, data and code
    simulated: Mapped[bool]
    seconds: Mapped[Quote]
    run_by: Mapped[Words]


class ExperimentArray(Base):
    """One array of a trial: origins, steps, actual values, forecasts and quantiles of every origin."""

    __tablename__ = "experiment_arrays"

    experiment_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("experiments.id"), primary_key=True, autoincrement=False
    )
    name: Mapped[Code] = mapped_column(primary_key=True)
    dtype: Mapped[Code]
    shape: Mapped[list[int]] = mapped_column(JSONB)
    data: Mapped[bytes] = mapped_column(LargeBinary)  # zlib of little-endian C order


class ModelVersion(Base):
    """A version of a registered model: a recipe with the trial that is its evidence."""

    __tablename__ = "model_versions"
    __table_args__ = (UniqueConstraint("model_id", "version"),)

    id: Mapped[Id]
    model_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("forecast_models.id"))
    version: Mapped[int] = mapped_column(SmallInteger)  # from 1
    experiment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("experiments.id"))
    params: Mapped[Json]
    note: Mapped[Words] = mapped_column(server_default="")
    registered_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class ModelDecision(Base):
    """A step in the life of a version: proposed for a stage, approved, rejected, withdrawn, rolled back to."""

    __tablename__ = "model_decisions"
    __table_args__ = (
        CheckConstraint(
            "step IN ('registered', 'proposed', 'approved', 'rejected', 'withdrawn', 'retired', 'rolled_back')",
            name="step",
        ),
        Index("ix_model_decisions_version_id", "version_id"),
    )

    id: Mapped[Id]
    version_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("model_versions.id"))
    step: Mapped[Code]
    stage: Mapped[Code]  # candidate, champion, retired: the stage that the step asks for or gives
    gate: Mapped[Json]  # what the gate found when it was asked: passed, reasons
    comment: Mapped[Words]
    decided_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class ForecastRun(Base):
    """One forecast that was served: of one target, from one origin, by one version or baseline.

    ``role`` says what it is for: ``served`` is the one that everybody sees, ``baseline`` is drawn beside it,
    ``challenger`` is kept to be compared. ``fallback_for`` is the version that should have been served.
    """

    __tablename__ = "forecast_runs"
    __table_args__ = (
        CheckConstraint("role IN ('served', 'baseline', 'challenger')", name="role"),
        Index("ix_forecast_runs_target_origin", "target", "origin"),
    )

    id: Mapped[Id]
    job_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("jobs.id"))
    target: Mapped[Code]
    model: Mapped[Code]
    version_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("model_versions.id"))
    role: Mapped[Code]
    fallback_for: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("model_versions.id"))
    reason: Mapped[Words] = mapped_column(server_default="")  # why the fallback was taken
    origin: Mapped[Utc]  # moment at which the forecast stands; nothing recorded later was seen
    as_of: Mapped[Day]  # last day of the data at the origin
    known_at: Mapped[datetime]
    recorded_at: Mapped[Recorded]
    levels: Mapped[list[float]] = mapped_column(ARRAY(Double))
    unit: Mapped[Code]
    data_hash: Mapped[Code]
    code_version: Mapped[Code]
    facts: Mapped[Json]  # drivers, notes, calibration, training window
    simulated: Mapped[bool]


class ForecastValue(Base):
    """One step of a served forecast: its mean and quantiles, in the unit of the run."""

    __tablename__ = "forecast_values"
    __table_args__ = (Index("ix_forecast_values_ts", "ts"),)

    run_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("forecast_runs.id"), primary_key=True, autoincrement=False
    )
    step: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)  # from 1
    ts: Mapped[Utc]  # start of the interval that it is for; local midnight of the day for a daily target
    day: Mapped[date]
    mean: Mapped[Quote]
    quantiles: Mapped[list[float]] = mapped_column(ARRAY(Double))  # in the order of the run's levels


class ForecastPath(Base):
    """Scenario paths of a served forecast, shape (paths, steps), for Risk."""

    __tablename__ = "forecast_paths"

    run_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("forecast_runs.id"), primary_key=True, autoincrement=False
    )
    dtype: Mapped[Code]
    shape: Mapped[list[int]] = mapped_column(JSONB)
    data: Mapped[bytes] = mapped_column(LargeBinary)  # zlib of little-endian C order
