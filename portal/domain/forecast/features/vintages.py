"""The value that was known at a moment: of the same slot, or of the newest day by then.

API: ``known_of(versions, at, gate)``, ``newest_by(versions, gate)``, ``in_time(versions, nominal)``.
"""

from dataclasses import replace

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D, IntArray1D
from portal.domain.forecast.features.base import Versions

HISTORY_AFTER = np.timedelta64(3, "D")
"""A first version that is recorded later than this after its usual moment came with a history, not as news."""


def known_of(versions: Versions, at: DateArray1D, gate: DateArray1D) -> FloatArray1D:
    """The newest version of the value of each slot that was recorded by a moment.

    Parameters
    ----------
    versions : Versions
        All versions.
    at : ndarray of shape (n,), datetime64[s]
        Slots asked for.
    gate : ndarray of shape (n,), datetime64[s]
        UTC moment for each.

    Returns
    -------
    ndarray of shape (n,)
        Values; NaN where none was recorded by then.
    """
    if not versions.at.size:
        return np.full(len(at), np.nan)
    second = _seconds_up(versions.recorded)
    slots, number = np.unique(versions.at, return_inverse=True)
    base, span = int(second.min()), int(second.max() - second.min()) + 2
    key = number * span + (second - base)
    order = np.argsort(key, kind="stable")
    where = np.minimum(np.searchsorted(slots, at), len(slots) - 1)
    asked = np.clip(gate.astype("datetime64[s]").astype(np.int64) - base, -1, span - 1)
    found = np.searchsorted(key[order], where * span + asked, side="right") - 1
    hit = order[np.maximum(found, 0)]
    known = (found >= 0) & (slots[where] == at) & (number[hit] == where) & (asked >= 0)
    return np.where(known, versions.value[hit], np.nan)


def newest_by(versions: Versions, gate: DateArray1D) -> FloatArray1D:
    """The value of the newest day that was recorded by a moment, in its newest version by then.

    Parameters
    ----------
    versions : Versions
        All versions of a daily value.
    gate : ndarray of shape (n,), datetime64[s]
        UTC moments.

    Returns
    -------
    ndarray of shape (n,)
        Values; NaN before the first.
    """
    usable = np.isfinite(versions.value)
    day, value = versions.at[usable], versions.value[usable]
    second = _seconds_up(versions.recorded[usable])
    order = np.lexsort((day, second))
    day, value, second = day[order].astype(np.int64), value[order], second[order]
    if not day.size:
        return np.full(len(gate), np.nan)
    leads = np.flatnonzero(
        day >= np.maximum.accumulate(day)
    )  # the others correct a day that is not the newest
    found = np.searchsorted(second[leads], gate.astype("datetime64[s]").astype(np.int64), side="right") - 1
    return np.where(found >= 0, value[leads[np.maximum(found, 0)]], np.nan)


def in_time(versions: Versions, nominal: DateArray1D) -> tuple[Versions, int]:
    """Take values that came with a history as known at their usual moment, and count them.

    A desk that imports five years of rows today recorded all of them today; strictly nothing was known before. Their
    first versions count as recorded at the usual moment; later versions, and rows that were merely late, stay as they
    are.

    Parameters
    ----------
    versions : Versions
        All versions.
    nominal : ndarray of shape (n,), datetime64
        The usual moment of each row, UTC.

    Returns
    -------
    versions : Versions
        The same values.
    moved : int
        How many slots or days were taken so.
    """
    if not versions.at.size:
        return versions, 0
    order = np.lexsort((versions.recorded, versions.at))
    first = np.zeros(len(order), dtype=bool)
    sorted_at = versions.at[order]
    first[order[np.append(True, sorted_at[1:] != sorted_at[:-1])]] = True
    usual = nominal.astype("datetime64[us]")
    moved = first & np.greater(versions.recorded, np.add(usual, HISTORY_AFTER))
    return replace(versions, recorded=np.where(moved, usual, versions.recorded)), int(moved.sum())


def _seconds_up(moments: DateArray1D) -> IntArray1D:
    """Return whole seconds, rounded up, so that nothing counts as known before it was."""
    micro = moments.astype("datetime64[us]").astype(np.int64)
    seconds: IntArray1D = -(-micro // 1_000_000)
    return seconds
