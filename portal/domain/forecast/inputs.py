"""What a model may expect of the features of its task: how far ahead each is known, and a sentence where one is not.

API: ``known_steps``, ``require_known``.
"""

import numpy as np

from portal.core.arrays import IntArray1D
from portal.domain.forecast.base import Task
from portal.domain.forecast.errors import MissingInput


def known_steps(task: Task) -> IntArray1D:
    """Return how many steps after the history each feature of a task is known.

    Parameters
    ----------
    task : Task
        The question; ``task.known`` where it was made from a series.

    Returns
    -------
    ndarray of shape (k,)
        Steps, 0 for an observation. Without ``task.known`` the table itself tells: up to the end of the last day of
        which a step is known.
    """
    if task.known or not task.names:
        return np.array(task.known, dtype=np.int64)
    known = np.isfinite(task.future)
    last = task.horizon - np.argmax(known[::-1], axis=0)
    whole = np.minimum(-(-last // task.per_day) * task.per_day, task.horizon)
    return np.where(known.any(axis=0), whole, 0).astype(np.int64)


def require_known(task: Task, *, unused: tuple[str, ...] = ()) -> None:
    """Refuse a task in which a feature is missing that is to be known at the origin.

    Parameters
    ----------
    task : Task
        The question.
    unused : tuple of str
        Names of features that the model does not read.

    Raises
    ------
    MissingInput
        A step that is to be known is missing; the sentence names the feature and the first such step.
    """
    for column, (name, steps) in enumerate(zip(task.names, known_steps(task).tolist(), strict=True)):
        missing = ~np.isfinite(task.future[:steps, column])
        if name in unused or not missing.any():
            continue
        at = task.stamp[len(task.y) + int(np.argmax(missing))]
        raise MissingInput(
            f"The feature '{name}' has no value for {np.datetime_as_string(at, unit='m').replace('T', ' ')}, which "
            "this model needs; wait for it, or use a model without it.",
            feature=name,
            missing=int(missing.sum()),
        )
