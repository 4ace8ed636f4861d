"""What a model is asked, what it answers, and the registry of models.

API: ``LEVELS``, ``Task``, ``Forecast``, ``ForecastModel``, ``@forecast_model(...)``, ``MODELS``, ``model(code)``.

A model is one function ``(task, **params) -> Forecast``: it estimates on ``task.y`` and answers for the
``task.horizon`` steps after it. It keeps nothing between calls: what a forecast used is in its task, and nothing else
can leak in.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from importlib import import_module
from typing import Any, TypeVar

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D, FloatArray2D
from portal.domain.forecast.errors import NotConverged, UnfitSeries
from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, NoSuchModel

LEVELS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99)
"""Probabilities of the quantiles that every forecast serves."""
MEDIAN = LEVELS.index(0.5)

ModelFunction = TypeVar("ModelFunction", bound=Callable[..., "Forecast"])


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Task:
    """One question to a model: history up to the origin, and what is known of the steps after it.

    Attributes
    ----------
    y : ndarray of shape (n,)
        Values on a regular grid, oldest first, in the unit of the target; complete (see ``prepare``).
    stamp : ndarray of shape (n + horizon,), datetime64[s]
        Starts of the intervals on the wall clock of the target's zone, history then horizon. Hourly grids have 24
        slots on every day; daily ones have one slot a business day or calendar day.
    horizon : int
        Steps to forecast.
    per_day : int
        Steps a day: 24 for hourly targets, 1 for daily ones.
    periods : tuple of int
        Season lengths in steps, shortest first: (24, 168) hourly, (5,) business days, (7,) calendar days; () for none.
    names : tuple of str
        Names of the k features.
    features : ndarray of shape (n + horizon, k)
        Feature rows, history then horizon, as they were known at the origin; NaN where not known.
    positive : bool
        Whether the target cannot be below zero (load, wind, volatility): forecasts are cut at zero.
    lead : int
        Steps right after the history that are already past at the origin and are not served (a target whose values
        arrive late); scores and pages use the steps from ``lead`` on.
    seed : int
        Of everything that is drawn.
    known : tuple of int
        Steps after the history that each feature is known at the origin, 0 for observations; () where the table
        itself tells. A NaN among these steps is a missing input.
    """

    y: FloatArray1D
    stamp: DateArray1D
    horizon: int
    per_day: int = 1
    periods: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    features: FloatArray2D = field(default_factory=lambda: np.empty((0, 0)))
    positive: bool = False
    lead: int = 0
    seed: int = 20_260_101
    known: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.horizon < 1:
            raise BadParameter(
                "A forecast needs a horizon of at least one step.", name="horizon", value=self.horizon
            )
        if len(self.stamp) != len(self.y) + self.horizon:
            raise LengthMismatch(
                f"A task with {len(self.y)} values and {self.horizon} steps needs as many stamps together, "
                f"but has {len(self.stamp)}.",
                first=len(self.y) + self.horizon,
                second=len(self.stamp),
            )
        if self.names and self.features.shape != (len(self.stamp), len(self.names)):
            raise LengthMismatch(
                f"A task with {len(self.names)} features over {len(self.stamp)} stamps has a table of shape "
                f"{self.features.shape}.",
                first=len(self.stamp),
                second=len(self.features),
            )

    @property
    def past(self) -> FloatArray2D:
        """Features of the history, shape (n, k)."""
        return self.features[: len(self.y)]

    @property
    def future(self) -> FloatArray2D:
        """Features of the horizon, shape (horizon, k)."""
        return self.features[len(self.y) :]

    @property
    def period(self) -> int:
        """The shortest season in steps, 1 for none."""
        return self.periods[0] if self.periods else 1

    @property
    def week(self) -> int:
        """The longest season in steps, 1 for none: a week of an hourly target."""
        return self.periods[-1] if self.periods else 1

    def last(self, n: int) -> "Task":
        """Return the same question with the last ``n`` values of the history only."""
        if n >= len(self.y):
            return self
        cut = len(self.y) - n
        features = self.features[cut:] if self.names else self.features
        return replace(self, y=self.y[cut:], stamp=self.stamp[cut:], features=features)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Forecast:
    """What a model says of the steps after the origin.

    Attributes
    ----------
    mean : ndarray of shape (horizon,)
        Point forecast, in the unit of the target. The scores of absolute errors use the median.
    quantiles : ndarray of shape (horizon, len(LEVELS))
        Quantiles at ``LEVELS``, rising in each row.
    facts : mapping
        What the model tells of itself: estimates, drivers (name -> weight), the transformation used; JSON values.
    notes : tuple of str
        Sentences that the reader should know, such as a fallback inside the model.
    """

    mean: FloatArray1D
    quantiles: FloatArray2D
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def median(self) -> FloatArray1D:
        """The quantile at one half, shape (horizon,)."""
        return self.quantiles[:, MEDIAN]


class Family(StrEnum):
    """What a model is built on; baselines are always run and always drawn."""

    BASELINE = "baseline"
    STATISTICAL = "statistical"
    VOLATILITY = "volatility"
    LEARNING = "learning"
    COMBINATION = "combination"


@dataclass(frozen=True)
class ForecastModel:
    """One registered model.

    Attributes
    ----------
    code : str
        Name in the registry, in experiments and in the API; equal to the name of its module.
    title : str
        Name on screen.
    family : Family
        What it is built on.
    least : int
        Fewest values of history it accepts.
    uses_features : bool
        Whether it reads ``task.features``; it refuses a task without those it needs.
    daily, hourly : bool
        Grids that it is made for.
    fit_seconds : float
        About what one call takes on the longest history it uses; says how often a rolling evaluation refits.
    defaults : mapping
        Parameters with their defaults, from the function's keyword arguments.
    function : callable
        ``(task, **params) -> Forecast``.
    """

    code: str
    title: str
    family: Family
    least: int
    uses_features: bool
    daily: bool
    hourly: bool
    fit_seconds: float
    defaults: Mapping[str, Any]
    function: Callable[..., Forecast]

    def __call__(self, task: Task, **params: Any) -> Forecast:
        """Check the question, ask the model, and check the answer.

        Raises
        ------
        InsufficientHistory
            Fewer values than ``least``.
        UnfitSeries
            A value of the history is missing or all are equal.
        BadParameter
            A parameter that the model does not have.
        NotConverged
            The answer has a missing value or quantiles that fall.
        """
        _check_task(self, task)
        unknown = sorted(set(params) - set(self.defaults))
        if unknown:
            raise BadParameter(
                f"{self.title} has no parameter '{unknown[0]}'; it has {', '.join(self.defaults) or 'none'}.",
                name=unknown[0],
                value=params[unknown[0]],
            )
        found = self.function(task, **{**self.defaults, **params})
        if task.positive:
            found = replace(
                found, mean=np.maximum(found.mean, 0.0), quantiles=np.maximum(found.quantiles, 0.0)
            )
        _check_answer(self, task, found)
        return found

    @property
    def summary(self) -> str:
        """First sentence of the function's description."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]


MODELS: dict[str, ForecastModel] = {}


def forecast_model(
    title: str,
    family: Family,
    *,
    least: int,
    uses_features: bool = False,
    daily: bool = True,
    hourly: bool = True,
    fit_seconds: float = 0.01,
) -> Callable[[ModelFunction], ModelFunction]:
    """Register a function as forecast model under the name of its module.

    Parameters
    ----------
    title : str
        Name on screen.
    family : Family
        What it is built on.
    least : int
        Fewest values of history it accepts.
    uses_features, daily, hourly, fit_seconds
        See :class:`ForecastModel`.

    Returns
    -------
    callable
        A decorator that leaves the function as it is.

    Raises
    ------
    ValueError
        The name is taken by another function.
    """

    def register(function: ModelFunction) -> ModelFunction:
        code = function.__module__.rpartition(".")[2]
        known = MODELS.get(code)
        if known is not None and known.function.__module__ != function.__module__:
            raise ValueError(f"The forecast model {code!r} is defined twice.")
        defaults = {
            name: p.default
            for name, p in inspect.signature(function).parameters.items()
            if p.kind is inspect.Parameter.KEYWORD_ONLY
        }
        MODELS[code] = ForecastModel(
            code, title, family, least, uses_features, daily, hourly, fit_seconds, defaults, function
        )
        return function

    return register


def all_models() -> Mapping[str, ForecastModel]:
    """Return all models by code, with every module imported."""
    import_module("portal.domain.forecast.models")  # they register themselves
    return MODELS


def model(code: str) -> ForecastModel:
    """Return a model by its code.

    Parameters
    ----------
    code : str
        Such as ``lear``.

    Returns
    -------
    ForecastModel
        The model.

    Raises
    ------
    NoSuchModel
        There is no such model.
    """
    found = all_models().get(code)
    if found is None:
        raise NoSuchModel(
            f"There is no forecast model {code!r}; choose one of {', '.join(sorted(MODELS))}.", model=code
        )
    return found


def _check_task(asked: ForecastModel, task: Task) -> None:
    if len(task.y) < asked.least:
        raise InsufficientHistory(
            f"{asked.title} needs at least {asked.least} values, but there are {len(task.y)}; "
            "choose a longer history or a simpler model.",
            have=len(task.y),
            need=asked.least,
        )
    if not np.isfinite(task.y).all():
        raise UnfitSeries(
            f"The history has {int((~np.isfinite(task.y)).sum())} missing values; prepare the series first.",
            missing=int((~np.isfinite(task.y)).sum()),
        )
    if float(np.ptp(task.y)) == 0.0:
        raise UnfitSeries(
            f"All {len(task.y)} values of the history are {task.y[0]:g}; there is nothing to learn from a constant "
            "series. Check its source.",
            value=float(task.y[0]),
        )


def _check_answer(asked: ForecastModel, task: Task, found: Forecast) -> None:
    right = found.mean.shape == (task.horizon,) and found.quantiles.shape == (task.horizon, len(LEVELS))
    if not right:
        raise LengthMismatch(
            f"{asked.title} answered with shapes {found.mean.shape} and {found.quantiles.shape} for {task.horizon} "
            "steps.",
            first=task.horizon,
            second=len(found.mean),
        )
    finite = np.isfinite(found.mean).all() and np.isfinite(found.quantiles).all()
    if not finite or (np.diff(found.quantiles, axis=1) < 0.0).any():
        what = "its quantiles cross" if finite else "a value is missing or infinite"
        raise NotConverged(
            f"{asked.title} gave no usable forecast: {what}. Use another model for this series.",
            model=asked.code,
        )
