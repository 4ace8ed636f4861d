"""A prepared series with its features, and the one door from it to a task: nothing after an origin goes through.

API: ``Ahead``, ``Feature``, ``Series``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D, FloatArray2D
from portal.domain.forecast.base import Task
from portal.domain.forecast.targets import Target
from portal.domain.market.errors import BadParameter, LengthMismatch


class Ahead(StrEnum):
    """How far after an origin a feature is known."""

    ALWAYS = "always"  # a calendar: every step
    SERVED = "served"  # a day-ahead forecast: the lead and the first day that is served
    NEVER = "never"  # an observation: nothing after the history; models lag it themselves


@dataclass(frozen=True)
class Feature:
    """One column of a feature table: its name, its unit, how far ahead it is known, and the version of its rule."""

    name: str
    title: str
    unit: str
    ahead: Ahead
    version: int = 1


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Series:
    """A target's values on their grid, with features that reach beyond the end of the values.

    Row t of ``values`` holds what was known when row t itself was to be forecast, so a table made today is the same
    for past rows as one made then.

    Attributes
    ----------
    target : Target
        What it is.
    y : ndarray of shape (n,)
        Values, complete, in the unit of the target.
    stamp : ndarray of shape (n + m,), datetime64[s]
        Starts of the intervals on the wall clock of the target's zone; m rows of the future.
    features : tuple of Feature
        Columns.
    values : ndarray of shape (n + m, k)
        Feature values; NaN where not known.
    filled : ndarray of shape (n,), bool
        Where ``y`` was filled by the gap policy; such values are never scored.
    facts : mapping
        What was done to the raw series: gaps filled, stamps that came twice, clock changes; JSON values.
    data_hash : str
        SHA-256 of values and features.
    """

    target: Target
    y: FloatArray1D
    stamp: DateArray1D
    features: tuple[Feature, ...] = ()
    values: FloatArray2D = field(default_factory=lambda: np.empty((0, 0)))
    filled: np.ndarray[Any, np.dtype[np.bool_]] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    facts: Mapping[str, Any] = field(default_factory=dict)
    data_hash: str = ""

    def __post_init__(self) -> None:
        if len(self.stamp) < len(self.y):
            raise LengthMismatch(
                f"The series of {self.target.code} has {len(self.y)} values but {len(self.stamp)} stamps.",
                first=len(self.y),
                second=len(self.stamp),
            )
        if self.features and self.values.shape != (len(self.stamp), len(self.features)):
            raise LengthMismatch(
                f"The feature table of {self.target.code} has shape {self.values.shape} for {len(self.stamp)} rows "
                f"and {len(self.features)} features.",
                first=len(self.stamp),
                second=len(self.values),
            )

    def task(self, origin: int, *, window: int | None = None, features: bool = True) -> Task:
        """Return the question that stands after the first ``origin`` values.

        Parameters
        ----------
        origin : int
            Number of values that are history.
        window : int, optional
            Most steps of history; the target's by default, 0 for all.
        features : bool
            Whether the model reads features; without them the table stays empty.

        Returns
        -------
        Task
            History, stamps and features as they were known at the origin: what is known later is NaN.

        Raises
        ------
        BadParameter
            The horizon after the origin reaches beyond the stamps, or there is no history.
        """
        horizon, target = self.target.horizon, self.target
        end = origin + horizon
        if origin < 1 or origin > len(self.y) or end > len(self.stamp):
            raise BadParameter(
                f"An origin of {target.code} lies between 1 and {min(len(self.y), len(self.stamp) - horizon)} values, "
                f"not at {origin}.",
                name="origin",
                value=origin,
            )
        size = target.window if window is None else window
        first = max(0, origin - size) if size else 0
        table = np.empty((0, 0))
        reach = {
            Ahead.ALWAYS: horizon,
            Ahead.SERVED: min(horizon, target.lead + target.per_day),
            Ahead.NEVER: 0,
        }
        known = tuple(reach[feature.ahead] for feature in self.features) if features else ()
        if known:
            table = np.array(self.values[first:end])
            for column, steps in enumerate(known):
                table[origin - first + steps :, column] = np.nan
        return Task(
            y=np.array(self.y[first:origin]),
            stamp=self.stamp[first:end],
            horizon=horizon,
            per_day=target.per_day,
            periods=target.periods,
            names=tuple(feature.name for feature in self.features) if features else (),
            features=table,
            positive=target.positive,
            lead=target.lead,
            known=known,
        )
