"""Checks that every market calculation makes of its input arrays, so that the refusals read the same everywhere."""

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D, FloatLike1D
from portal.domain.market.errors import InsufficientHistory, LengthMismatch, SeriesHasNaN


def as_vector(values: FloatLike1D, name: str = "values") -> FloatArray1D:
    """Return ``values`` as a float64 vector.

    Parameters
    ----------
    values : array_like of shape (n,)
        Numbers; None and NaN both mean "missing".
    name : str
        What the values are, for the message.

    Returns
    -------
    ndarray of shape (n,)
        The same numbers, in the unit of the input; missing ones are NaN.

    Raises
    ------
    LengthMismatch
        The input has more than one axis.
    """
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1:
        raise LengthMismatch(
            f"The {name} must be one row of numbers, but it has shape {vector.shape}.",
            name=name,
            shape=vector.shape,
        )
    return vector


def label(position: int, dates: DateArray1D | None) -> str:
    """Name an observation for a message: its date when dates are known, else its position from 1.

    Parameters
    ----------
    position : int
        Position from 0.
    dates : ndarray of shape (n,), datetime64, optional
        Dates of the observations.

    Returns
    -------
    str
        Such as ``2020-04-20`` or ``observation 17``.
    """
    return f"observation {position + 1}" if dates is None else str(dates[position])


def require_complete(values: FloatArray1D, name: str = "values", dates: DateArray1D | None = None) -> None:
    """Refuse a series with missing or infinite values.

    Parameters
    ----------
    values : ndarray of shape (n,)
        The numbers to look at.
    name : str
        What the values are, for the message.
    dates : ndarray of shape (n,), datetime64, optional
        Dates for the message.

    Raises
    ------
    SeriesHasNaN
        At least one value is NaN or infinite.
    """
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        first = int(bad[0])
        raise SeriesHasNaN(
            f"The series of {name} has {bad.size} missing or infinite values, the first at {label(first, dates)}; "
            "leave these observations out or fill them with a flagged value first.",
            name=name,
            position=first,
            count=int(bad.size),
        )


def require_length(values: FloatArray1D, need: int, what: str) -> None:
    """Refuse a series that is too short.

    Parameters
    ----------
    values : ndarray of shape (n, ...)
        The observations.
    need : int
        Least number of observations.
    what : str
        The calculation, for the message, such as "A volatility".

    Raises
    ------
    InsufficientHistory
        Fewer than ``need`` observations.
    """
    if len(values) < need:
        raise InsufficientHistory(
            f"{what} needs at least {need} observations, but there are {len(values)}; choose a longer period.",
            have=len(values),
            need=need,
        )


def require_same_length(
    first: FloatArray1D | DateArray1D, second: FloatArray1D | DateArray1D, names: str
) -> None:
    """Refuse two arrays of different length.

    Parameters
    ----------
    first, second : ndarray of shape (n, ...)
        Arrays that belong together.
    names : str
        Both names for the message, such as "prices and dates".

    Raises
    ------
    LengthMismatch
        The lengths differ.
    """
    if len(first) != len(second):
        raise LengthMismatch(
            f"The {names} do not belong together: one has {len(first)} entries and the other {len(second)}.",
            first=len(first),
            second=len(second),
        )
