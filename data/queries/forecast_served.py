"""Reads of forecasts that were served, with their values and paths, under both clocks."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.forecast import ForecastPath, ForecastRun, ForecastValue
from data.queries.forecast import unpacked
from portal.core.clock import Clocks


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


_SERVED = tuple(getattr(ForecastRun, name) for name in ServedRow.__dataclass_fields__)


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
    return None if row is None else np.asarray(unpacked(row), np.float64)
