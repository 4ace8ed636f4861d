"""The registry of risk measures: what each is called, its unit, and what it needs.

API: ``@risk_measure(code, title, unit, gives=...)`` on the one public function of a module in ``measures``;
``measure(code) -> RiskMeasure``; ``MEASURES``, filled when ``portal.domain.risk.measures`` is imported.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Any, TypeVar

from portal.core.arrays import FloatArray
from portal.domain.market.errors import NoSuchModel

MeasureFunction = TypeVar("MeasureFunction", bound=Callable[..., FloatArray])


class Gives(StrEnum):
    """What a measure makes of a table with a column for each trade or portfolio."""

    EACH = "each"  # its own figure for each column, as if the others were not there
    SPLIT = "split"  # for each column its part in the whole
    WHOLE = "whole"  # one figure for all columns together


@dataclass(frozen=True)
class RiskMeasure:
    """One risk measure.

    Attributes
    ----------
    code : str
        Name in runs, limits and the API; equal to the name of its module.
    title : str
        Name on screen.
    unit : str
        EUR, or 1 for a ratio.
    gives : Gives
        What it makes of several columns.
    function : callable
        Called with P&L scenarios first; further arguments by name.
    """

    code: str
    title: str
    unit: str
    gives: Gives
    function: Callable[..., FloatArray]

    def __call__(self, *args: Any, **options: Any) -> FloatArray:
        """Compute the measure."""
        return self.function(*args, **options)

    @property
    def summary(self) -> str:
        """First sentence of the function's description."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def options(self) -> tuple[str, ...]:
        """Names of the arguments after the scenarios."""
        return tuple(inspect.signature(self.function).parameters)[1:]

    @property
    def has_level(self) -> bool:
        """Whether a confidence level must be given."""
        return "level" in self.options


MEASURES: dict[str, RiskMeasure] = {}


def risk_measure(
    code: str, title: str, unit: str, *, gives: Gives = Gives.EACH
) -> Callable[[MeasureFunction], MeasureFunction]:
    """Register a function as risk measure.

    Parameters
    ----------
    code : str
        Name of the measure, that of its module.
    title : str
        Name on screen.
    unit : str
        EUR, or 1 for a ratio.
    gives : Gives
        What it makes of several columns.

    Returns
    -------
    callable
        A decorator that leaves the function as it is.

    Raises
    ------
    ValueError
        The code is taken by another function.
    """

    def register(function: MeasureFunction) -> MeasureFunction:
        known = MEASURES.get(code)
        if known is not None and known.function.__module__ != function.__module__:
            raise ValueError(f"The risk measure {code!r} is defined twice.")
        MEASURES[code] = RiskMeasure(code, title, unit, gives, function)
        return function

    return register


def measure(code: str) -> RiskMeasure:
    """Return a risk measure by its code.

    Parameters
    ----------
    code : str
        Such as ``expected_shortfall``.

    Returns
    -------
    RiskMeasure
        The measure.

    Raises
    ------
    NoSuchModel
        There is no such measure.
    """
    import_module("portal.domain.risk.measures")  # they register themselves
    found = MEASURES.get(code)
    if found is None:
        raise NoSuchModel(
            f"There is no risk measure {code!r}; choose one of {', '.join(sorted(MEASURES))}.", model=code
        )
    return found
