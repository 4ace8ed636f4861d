"""What feature groups are made of and from: rows, versions of inputs, and the registry of groups.

API: ``Rows``, ``Versions``, ``Inputs``, ``Column``, ``@feature_group(...)``, ``GROUPS``.

A group is one function ``(rows, inputs) -> columns``. Row t of a column holds what was known at ``rows.gate[t]``, the
moment at which row t itself is to be forecast. Groups read inputs through :mod:`.vintages` only, which keeps to that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D
from portal.domain.forecast.series import Ahead, Feature
from portal.domain.forecast.targets import Target


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Rows:
    """Rows of a feature table.

    Attributes
    ----------
    target : Target
        What is forecast.
    stamp : ndarray of shape (n,), datetime64[s]
        Starts of the slots on the wall clock of the target.
    gate : ndarray of shape (n,), datetime64[s]
        UTC moment at which each row is to be forecast; nothing recorded later is known.
    """

    target: Target
    stamp: DateArray1D
    gate: DateArray1D

    @property
    def day(self) -> DateArray1D:
        """Local days, shape (n,), datetime64[D]."""
        return self.stamp.astype("datetime64[D]")

    @property
    def hour(self) -> FloatArray1D:
        """Local hours, shape (n,), 0 to 23."""
        hours: FloatArray1D = (
            (self.stamp - self.day.astype("datetime64[s]")) // np.timedelta64(1, "h")
        ).astype(np.float64)
        return hours


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Versions:
    """Recorded values of one thing, in any order.

    Attributes
    ----------
    at : ndarray of shape (n,), datetime64[s]
        Slot on the wall clock, or midnight of the day, that a value is of.
    recorded : ndarray of shape (n,), datetime64[us]
        When it was recorded, UTC.
    value : ndarray of shape (n,)
        Values.
    unit : str
        Their unit.
    name : str
        What it is, on screen.
    """

    at: DateArray1D
    recorded: DateArray1D
    value: FloatArray1D
    unit: str = ""
    name: str = ""


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Inputs:
    """What groups may read; what there is not is left out.

    Attributes
    ----------
    system : mapping of str to Versions
        ``load``, ``wind``, ``solar`` by slot, MW, and their day-ahead forecasts ``load_fc``, ``wind_fc``, ``solar_fc``.
    prices : mapping of str to Versions
        Daily settles: ``gas``, ``carbon``, ``coal``, ``front`` (front month of the target itself).
    slope : Versions or None
        Second less first month of the target's forward curve, by trade date.
    temperature : Versions or None
        Daily mean temperature near the target, C.
    country : str
        Country whose holidays count, ISO 3166; empty for none.
    """

    system: Mapping[str, Versions] = field(default_factory=dict)
    prices: Mapping[str, Versions] = field(default_factory=dict)
    slope: Versions | None = None
    temperature: Versions | None = None
    country: str = ""


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Column:
    """One feature with its values on the rows, shape (n,)."""

    feature: Feature
    values: FloatArray1D


GroupFunction = Callable[[Rows, Inputs], Sequence[Column]]


@dataclass(frozen=True)
class FeatureGroup:
    """One registered group; ``version`` rises when a rule of it changes, ``sets`` name the feature sets it is in."""

    code: str
    title: str
    version: int
    sets: tuple[str, ...]
    function: GroupFunction


GROUPS: dict[str, FeatureGroup] = {}


def feature_group(
    title: str, *, version: int, sets: tuple[str, ...]
) -> Callable[[GroupFunction], GroupFunction]:
    """Register a function as feature group under the name of its module.

    Parameters
    ----------
    title : str
        Name on screen.
    version : int
        Version of its rules.
    sets : tuple of str
        Feature sets that it belongs to.

    Returns
    -------
    callable
        A decorator that leaves the function as it is.
    """

    def register(function: GroupFunction) -> GroupFunction:
        code = function.__module__.rpartition(".")[2]
        GROUPS[code] = FeatureGroup(code, title, version, sets, function)
        return function

    return register


def column(name: str, title: str, unit: str, ahead: Ahead, values: np.ndarray[Any, np.dtype[Any]]) -> Column:
    """Return a column; the table gives its feature the version of the group."""
    return Column(Feature(name, title, unit, ahead), np.asarray(values, dtype=np.float64))
