"""What is served: the newest forecast of a target with its baselines beside it, and what has arrived since."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.queries import forecast as queries
from data.queries import forecast_served as served_queries
from data.queries.forecast import VersionRow
from data.queries.forecast_served import ServedRow, ServedValues
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.services.forecast.arrived import arrived

NAIVE = "seasonal_naive"
BASELINES = (NAIVE, "drift")


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Baseline:
    """A forecast drawn beside the served one, with the same steps."""

    run: ServedRow
    values: ServedValues


@dataclass(frozen=True, eq=False)
class Served:
    """A forecast as it was served.

    ``actuals`` holds what has arrived for each step since, NaN where nothing has; ``version`` is None for a baseline
    that is served because no version could be. ``instead_of`` is the version that should have been.
    """

    run: ServedRow
    values: ServedValues
    baselines: list[Baseline]
    actuals: FloatArray1D
    version: VersionRow | None = None
    instead_of: VersionRow | None = None

    @property
    def fallback(self) -> str:
        """Why it is not the champion that is served, a sentence; empty when it is."""
        return self.run.reason


def newest(target_code: str, clocks: Clocks, actor: Actor) -> Served | None:
    """Return what was served last for a target under both clocks, None when nothing was.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    """
    actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        run = served_queries.newest_served(work.session, target_code, clocks=clocks)
        return None if run is None else _whole(work, run, clocks)


def one(run_id: int, clocks: Clocks, actor: Actor) -> Served:
    """Return one served forecast or baseline.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    NotFound
        There is no such forecast, or it was not known then.
    """
    actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        run = served_queries.served_by_id(work.session, run_id)
        if run is None or run.recorded_at > clocks.known_at:
            raise NotFound(f"There is no forecast {run_id}. Open the page Forecast again.", run=run_id)
        return _whole(work, run, clocks)


def by_target(clocks: Clocks, actor: Actor) -> dict[str, ServedRow]:
    """Return what was served last for every target, without values.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    """
    actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        return served_queries.newest_by_target(work.session, clocks=clocks)


def between(
    target_code: str, first: date, clocks: Clocks, actor: Actor, *, role: str = "served"
) -> list[tuple[ServedRow, ServedValues]]:
    """Return what was served of a target since ``first``, oldest first.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    """
    actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        rows = served_queries.served_between(
            work.session, clocks=clocks, first=first, target=target_code, role=role
        )
        values = served_queries.values_of(work.session, [row.id for row in rows])
    return [(row, values[row.id]) for row in rows if row.id in values]


def paths(run_id: int, actor: Actor) -> NDArray[np.float64] | None:
    """Return the scenario paths of a served forecast, shape (paths, steps) in its unit; None without any.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    """
    actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        return served_queries.paths_of(work.session, run_id)


def _whole(work: UnitOfWork, run: ServedRow, clocks: Clocks) -> Served:
    others = [row for row in served_queries.beside(work.session, run) if row.role == "baseline"]
    values = served_queries.values_of(work.session, [run.id, *(row.id for row in others)])
    named = [key for key in (run.version_id, run.fallback_for) if key is not None]
    versions = {row.id: row for row in queries.versions(work.session, ids=named)} if named else {}
    return Served(
        run,
        values[run.id],
        [Baseline(row, values[row.id]) for row in others],
        arrived(work, run.target, clocks, values[run.id]),
        versions.get(run.version_id or 0),
        versions.get(run.fallback_for or 0),
    )
