"""What every fitted model needs: a bounded window of history, silence around a library, and one word for its failures.

API: ``recent(task, hourly, daily, window)``, ``quiet(title, code)``, ``must_converge(converged, title, code)``.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from portal.domain.forecast.base import Task
from portal.domain.forecast.errors import NotConverged, UnfitSeries
from portal.domain.market.errors import BadParameter


def recent(task: Task, *, hourly: int, daily: int, window: int = 0) -> Task:
    """Return the question with a bounded history.

    Parameters
    ----------
    task : Task
        The question.
    hourly, daily : int
        Most steps of history for targets with more and with one step a day.
    window : int, default 0
        Most steps asked for by the caller instead; 0 for the bounds.

    Returns
    -------
    Task
        The same question with the last values only.

    Raises
    ------
    BadParameter
        ``window`` is negative.
    UnfitSeries
        All values within the window are equal.
    """
    if window < 0:
        raise BadParameter(
            f"The window is 0 (automatic) or a number of steps, not {window}.", name="window", value=window
        )
    cut = task.last(window or (hourly if task.per_day > 1 else daily))
    if float(np.ptp(cut.y)) == 0.0:
        raise UnfitSeries(
            f"The last {len(cut.y)} values, which the model reads, are all {cut.y[0]:g}; there is nothing to learn "
            "from them. Check whether the source has stopped, or choose a longer window.",
            value=float(cut.y[0]),
        )
    return cut


@contextmanager
def quiet(title: str, code: str) -> Iterator[list[warnings.WarningMessage]]:
    """Run a library's fit: its warnings are kept, and its numerical failures become ours.

    Parameters
    ----------
    title, code : str
        Name and code of the model, for the message.

    Yields
    ------
    list of WarningMessage
        What the library warned of, for the caller to judge.

    Raises
    ------
    NotConverged
        The library met a singular matrix or a number that is not finite.
    """
    try:
        with warnings.catch_warnings(record=True) as said, np.errstate(all="ignore"):
            warnings.simplefilter("always")
            yield said
    except (np.linalg.LinAlgError, FloatingPointError, ZeroDivisionError, ValueError) as error:
        raise NotConverged(
            f"The fit of {title} stopped on a numerical problem ({error}). Use another model for this series.",
            model=code,
        ) from error


def must_converge(converged: bool, title: str, code: str) -> None:
    """Refuse a fit whose search did not end.

    Parameters
    ----------
    converged : bool
        What the search says.
    title, code : str
        Name and code of the model, for the message.

    Raises
    ------
    NotConverged
        The search did not end at an optimum.
    """
    if not converged:
        raise NotConverged(
            f"The search for the parameters of {title} did not converge on this series. Use another model, fewer "
            "parameters or a longer history.",
            model=code,
        )
