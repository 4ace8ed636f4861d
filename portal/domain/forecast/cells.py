"""Sets of cells of an evaluation by step, hour and month.

API: ``Group``, ``by_steps``, ``by_step_blocks``, ``by_hour``, ``by_month``, ``step_between``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray2D, DateArray1D
from portal.domain.forecast.evaluation import Evaluation

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY_BLOCKS = ((1, 1), (2, 5), (6, 10), (11, 20))


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Group:
    """Some cells under a name.

    Attributes
    ----------
    code : str
        Name in addresses.
    title : str
        Name on screen.
    cells : ndarray of shape (o, h), bool
        Which cells belong to it, whether scored or not.
    """

    code: str
    title: str
    cells: BoolArray2D


def step_between(evaluation: Evaluation) -> int:
    """Return the values between origins; the horizon when there is one origin alone."""
    gaps = np.diff(evaluation.origins)
    return int(gaps.min()) if len(gaps) else evaluation.actual.shape[1]


def by_steps(evaluation: Evaluation) -> list[Group]:
    """Return a group for each step that is served, numbered from 1 after the lead."""
    shape = evaluation.actual.shape
    found = []
    for step in range(evaluation.lead, shape[1]):
        cells = np.zeros(shape, dtype=np.bool_)
        cells[:, step] = True
        number = step - evaluation.lead + 1
        found.append(Group(f"step-{number}", str(number), cells))
    return found


def by_step_blocks(evaluation: Evaluation) -> list[Group]:
    """Return a few blocks of steps: quarters of a day for an hourly target, days that grow for a daily one."""
    served = evaluation.actual.shape[1] - evaluation.lead
    hourly = evaluation.per_day > 1
    size = max(1, evaluation.per_day // 4)
    blocks = (
        [(first, min(first + size - 1, served)) for first in range(1, served + 1, size)]
        if hourly
        else [(first, min(last, served)) for first, last in _DAY_BLOCKS if first <= served]
    )
    found = []
    for at, (first, last) in enumerate(blocks, start=1):
        cells = np.zeros(evaluation.actual.shape, dtype=np.bool_)
        cells[:, evaluation.lead + first - 1 : evaluation.lead + last] = True
        unit = "Hour" if hourly else "Day"
        title = f"{unit} {first}" if first == last else f"{unit}s {first} to {last}"
        found.append(Group(f"block-{at}", title, cells))
    return found


def by_hour(stamps: DateArray1D) -> list[Group]:
    """Return a group for each hour of the local day.

    Parameters
    ----------
    stamps : ndarray of shape (o, h), datetime64
        Local start of each cell's interval.

    Returns
    -------
    list of Group
        Hours that occur.
    """
    clock = stamps.astype("datetime64[h]")
    hours = (clock - clock.astype("datetime64[D]")).astype(np.int64)
    return [Group(f"hour-{hour:02d}", f"{hour:02d}:00", hours == hour) for hour in np.unique(hours)]


def by_month(stamps: DateArray1D) -> list[Group]:
    """Return a group for each calendar month that occurs.

    Parameters
    ----------
    stamps : ndarray of shape (o, h), datetime64
        Local start of each cell's interval.

    Returns
    -------
    list of Group
        Oldest first.
    """
    months = stamps.astype("datetime64[M]")
    return [
        Group(f"month-{month}", f"{_MONTHS[int(str(month)[5:7]) - 1]} {str(month)[:4]}", months == month)
        for month in np.unique(months)
    ]
