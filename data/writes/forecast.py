"""Forecast models, versions, decisions, trials and what was served: appended, never updated."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
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

_LEVEL = 1  # of compression: forecasts hardly shrink further


def lock(session: Session) -> None:
    """Wait for others who change versions; held until the end of the transaction."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('enerscope models'))"))


def insert_trial(session: Session, **terms: Any) -> int:
    """Store a trial and return its id; what is not given takes its default."""
    return int(session.execute(insert(Experiment).values(**terms).returning(Experiment.id)).scalar_one())


def insert_arrays(session: Session, experiment_id: int, arrays: Mapping[str, NDArray[Any]]) -> int:
    """Store the arrays of a trial and return the compressed bytes."""
    rows = [
        {"experiment_id": experiment_id, "name": name, **_packed(array)} for name, array in arrays.items()
    ]
    if rows:
        session.execute(insert(ExperimentArray), rows)
    return sum(len(row["data"]) for row in rows)


def _packed(array: NDArray[Any]) -> dict[str, Any]:
    whole = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return {
        "dtype": whole.dtype.str,
        "shape": list(whole.shape),
        "data": zlib.compress(whole.tobytes(), _LEVEL),
    }


def insert_version(
    session: Session,
    *,
    target: str,
    model: str,
    experiment_id: int,
    params: Mapping[str, Any],
    note: str,
    registered_by: str,
) -> int:
    """Store the next version of a target's model, registering the model when it is the first, and return its id."""
    known = upsert(ForecastModelRow).values(target=target, model=model)
    session.execute(known.on_conflict_do_nothing(index_elements=["target", "model"]))
    model_id = session.execute(
        select(ForecastModelRow.id)
        .where(ForecastModelRow.target == target, ForecastModelRow.model == model)
        .with_for_update()
    ).scalar_one()  # the row is locked, so that two trials at once do not take the same number
    last = session.execute(
        select(func.max(ModelVersion.version)).where(ModelVersion.model_id == model_id)
    ).scalar_one()
    statement = insert(ModelVersion).values(
        model_id=model_id,
        version=(last or 0) + 1,
        experiment_id=experiment_id,
        params=dict(params),
        note=note,
        registered_by=registered_by,
    )
    return int(session.execute(statement.returning(ModelVersion.id)).scalar_one())


def insert_decision(session: Session, **terms: Any) -> int:
    """Store a step of a version and return its id."""
    return int(
        session.execute(insert(ModelDecision).values(**terms).returning(ModelDecision.id)).scalar_one()
    )


def insert_served(session: Session, values: Sequence[Mapping[str, Any]], **terms: Any) -> int:
    """Store a served forecast with its steps and return its id; ``values`` are rows without the run."""
    run_id = int(session.execute(insert(ForecastRun).values(**terms).returning(ForecastRun.id)).scalar_one())
    session.execute(insert(ForecastValue), [{"run_id": run_id, **row} for row in values])
    return run_id


def insert_paths(session: Session, run_id: int, paths: NDArray[np.float64]) -> int:
    """Store scenario paths of a served forecast as single precision and return the compressed bytes."""
    packed = _packed(paths.astype(np.float32))
    session.execute(insert(ForecastPath).values(run_id=run_id, **packed))
    return len(packed["data"])
