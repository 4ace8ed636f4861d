"""Features: one file for each group; a set is the groups that name it. The table of a series is made here.

API: ``FEATURE_SETS``, ``feature_version(code)``, ``feature_groups(code)``, ``feature_table(code, rows, inputs)``.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from portal.core.arrays import FloatArray2D
from portal.domain.forecast.features import (
    calendar,
    forward_curve,
    fuels,
    fundamentals,
    public_holidays,
    weather,
)
from portal.domain.forecast.features.base import GROUPS, FeatureGroup, Inputs, Rows
from portal.domain.forecast.local_days import SLOTS
from portal.domain.forecast.series import Feature
from portal.domain.market.errors import BadParameter

__all__ = ["FEATURE_SETS", "feature_groups", "feature_table", "feature_version"]

FEATURE_SETS = {
    "power": "Day-ahead power",
    "system": "Load, wind and solar",
    "daily": "Daily prices",
    "": "No features",
}
_ORDER = (calendar, public_holidays, fundamentals, weather, fuels, forward_curve)


def feature_groups(code: str) -> Sequence[FeatureGroup]:
    """The groups of a feature set, in the order of their columns.

    Parameters
    ----------
    code : str
        Feature set; "" for none.

    Returns
    -------
    sequence of FeatureGroup
        Groups.

    Raises
    ------
    BadParameter
        There is no such set.
    """
    if code not in FEATURE_SETS:
        raise BadParameter(
            f"There is no feature set '{code}'; choose one of {', '.join(filter(None, FEATURE_SETS))}.",
            name="feature_set",
            value=code,
        )
    groups = (GROUPS[module.__name__.rpartition(".")[2]] for module in _ORDER)
    return [group for group in groups if code in group.sets]


def feature_version(code: str) -> int:
    """The version of a feature set: the sum over its groups, which rises when a rule changes or a group is added.

    Parameters
    ----------
    code : str
        Feature set; "" for none.

    Returns
    -------
    int
        0 for no features.
    """
    return sum(group.version for group in feature_groups(code))


def feature_table(
    code: str, rows: Rows, inputs: Inputs
) -> tuple[tuple[Feature, ...], FloatArray2D, tuple[str, ...]]:
    """Make the feature table of a series.

    Parameters
    ----------
    code : str
        Feature set; "" for none.
    rows : Rows
        Stamps with the moments at which each is to be forecast.
    inputs : Inputs
        What is recorded, all versions.

    Returns
    -------
    features : tuple of Feature
        Columns that are known somewhere.
    values : ndarray of shape (n, k)
        Row t holds what was known at the gate of row t; NaN where nothing was.
    absent : tuple of str
        Titles of columns that are known nowhere and were left out.
    """
    features: list[Feature] = []
    table, absent = [], []
    for group in feature_groups(code):
        for found in group.function(rows, inputs):
            if not np.isfinite(found.values).any():
                absent.append(found.feature.title)
                continue
            features.append(replace(found.feature, version=group.version))
            table.append(found.values)
    values = np.stack(table, axis=1) if table else np.empty((len(rows.stamp), 0))
    if table and rows.target.per_day == SLOTS:
        _bridge(values)
    return tuple(features), values, tuple(absent)


def _bridge(values: FloatArray2D) -> None:
    """Give a lone missing hour inside a day (that of the spring clock change) the mean of its neighbours."""
    if len(values) < SLOTS:
        return
    days = values[: len(values) // SLOTS * SLOTS].reshape(-1, SLOTS, values.shape[1])
    missing = ~np.isfinite(days)
    alone = missing[:, 1:-1] & ~missing[:, :-2] & ~missing[:, 2:]
    middle = 0.5 * (days[:, :-2] + days[:, 2:])
    days[:, 1:-1] = np.where(alone, middle, days[:, 1:-1])
