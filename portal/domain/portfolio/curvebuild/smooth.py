"""Smoothest curves through average prices: a continuous quartic spline, and its daily counterpart.

API: ``smooth_curve(starts, ends, prices, origin) -> SmoothCurve`` (evaluate, average), ``smooth_days(matrix, prices) ->
DailyCurve``, ``curvature(days)``.

Both minimise squared curvature subject to the average over each product. The spline is solved in the local coordinate
of each piece: in absolute time the system has a condition number of 6e19, in local time it is harmless. Averages that
follow from others are recognised and dropped; averages that contradict each other are refused (repair them first).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D, FloatLike1D
from portal.domain.market.errors import BadParameter, CurveError
from portal.domain.market.series import as_vector, require_complete, require_same_length

DEGREE = 5  # coefficients of a quartic
_INDEPENDENT = 1e-10  # of the largest pivot: below it an average follows from the others
_POWERS = np.arange(DEGREE)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class SmoothCurve:
    """A quartic spline with two continuous derivatives.

    Attributes
    ----------
    knots : ndarray of shape (k + 1,)
        Where pieces meet, in years.
    coefficients : ndarray of shape (k, 5)
        Of each piece, in powers of the local coordinate from 0 to 1.
    roughness : float
        Integral of the squared second derivative, in price squared per year cubed.
    """

    knots: FloatArray1D
    coefficients: FloatArray2D
    roughness: float

    def __call__(self, times: ArrayLike) -> FloatArray:
        """Prices at times in years; NaN outside of the knots."""
        at = np.asarray(times, np.float64)
        piece = np.clip(np.searchsorted(self.knots, at, side="right") - 1, 0, len(self.coefficients) - 1)
        local = (at - self.knots[piece]) / np.diff(self.knots)[piece]
        values = (self.coefficients[piece] * local[..., None] ** _POWERS).sum(axis=-1)
        inside = (at >= self.knots[0]) & (at <= self.knots[-1])
        return np.where(inside, values, np.nan)

    def average(self, starts: ArrayLike, ends: ArrayLike) -> FloatArray:
        """Mean prices over [start, end), exact; NaN outside of the knots."""
        first, last = np.asarray(starts, np.float64), np.asarray(ends, np.float64)
        return np.asarray((self._integral(last) - self._integral(first)) / (last - first))

    def _integral(self, times: FloatArray) -> FloatArray:
        """Integral from the first knot on."""
        widths = np.diff(self.knots)
        whole = np.concatenate([[0.0], np.cumsum(widths * (self.coefficients / (_POWERS + 1)).sum(axis=1))])
        piece = np.clip(np.searchsorted(self.knots, times, side="right") - 1, 0, len(widths) - 1)
        local = (times - self.knots[piece]) / widths[piece]
        part = (self.coefficients[piece] / (_POWERS + 1) * local[..., None] ** (_POWERS + 1)).sum(axis=-1)
        inside = (times >= self.knots[0]) & (times <= self.knots[-1])
        return np.where(inside, whole[piece] + widths[piece] * part, np.nan)


@dataclass(frozen=True, eq=False)
class DailyCurve:
    """Daily prices of least squared second differences.

    Attributes
    ----------
    prices : ndarray of shape (n_days,)
        Prices, the ``prior`` included.
    roughness : float
        Sum of squared second differences of prices less prior.
    """

    prices: FloatArray1D
    roughness: float


def smooth_curve(
    starts: FloatLike1D, ends: FloatLike1D, prices: FloatLike1D, *, origin: float = 0.0, flat_end: bool = True
) -> SmoothCurve:
    """Find the smoothest curve whose averages are the quotes.

    Parameters
    ----------
    starts, ends : array_like of shape (n,)
        Delivery of each product as [start, end), in years.
    prices : array_like of shape (n,)
        Its average price.
    origin : float, default 0
        Where the curve begins, at or before the first delivery: the trade date.
    flat_end : bool, default True
        Whether the slope is zero at the end of the last delivery.

    Returns
    -------
    SmoothCurve
        Twice continuously differentiable, with knots at ``origin`` and all delivery boundaries.

    Raises
    ------
    BadParameter
        A delivery begins before ``origin`` or does not end after it begins.
    CurveError
        The quotes contradict each other.
    SeriesHasNaN
        A quote is missing.

    References
    ----------
    Benth, Koekebakker and Ollmar (2007), "Extracting and applying smooth forward curves from average-based commodity
    contracts with seasonal variation", J. Derivatives 15(1).

    Examples
    --------
    >>> curve = smooth_curve([0.0, 0.5], [0.5, 1.0], [20.0, 22.0])
    >>> curve.average([0.0], [1.0]).round(9)
    array([21.])
    """
    first, last, quotes = as_vector(starts, "starts"), as_vector(ends, "ends"), as_vector(prices, "quotes")
    require_same_length(first, quotes, "starts and quotes")
    require_same_length(last, quotes, "ends and quotes")
    require_complete(quotes, "quotes")
    if not len(quotes) or np.any(last <= first) or np.any(first < origin):
        raise BadParameter(
            "Every delivery of a smooth curve must begin at or after the trade date and end after it begins.",
            name="starts",
            value=float(first.min()) if len(first) else 0.0,
        )
    knots = np.unique(np.concatenate([[origin], first, last]))
    widths = np.diff(knots)
    averages = _average_rows(knots, first, last)
    keep = independent_rows(averages, quotes)
    joints = _joint_rows(widths, flat_end=flat_end)
    rows = np.vstack([joints, averages[keep]])
    target = np.concatenate([np.zeros(len(joints)), quotes[keep]])
    bending = _bending(widths)
    solution = _minimise(bending, rows, target)
    return SmoothCurve(knots, solution.reshape(-1, DEGREE), float(solution @ bending @ solution))


def smooth_days(
    matrix: FloatArray2D, prices: FloatLike1D, *, prior: FloatLike1D | None = None, flat_end: bool = False
) -> DailyCurve:
    """Find the daily prices of least squared second differences whose means are the quotes.

    Parameters
    ----------
    matrix : ndarray of shape (n, n_days)
        Share of each day in each product, rows sum to 1; equal shares, or by the hours of the days.
    prices : array_like of shape (n,)
        Average price of each product.
    prior : array_like of shape (n_days,), optional
        A shape, such as a season, that the curve may follow without being called rough; 0 by default.
    flat_end : bool, default False
        Whether the last two days are equal (beside the prior), so that the end does not run away on its slope.

    Returns
    -------
    DailyCurve
        Prices of all days and the roughness reached.

    Raises
    ------
    BadParameter
        There are fewer than three days.
    CurveError
        The quotes contradict each other.
    SeriesHasNaN
        A quote is missing.

    References
    ----------
    Quadratic programme with equality constraints.
    """
    from scipy import sparse
    from scipy.sparse.linalg import splu

    quotes = as_vector(prices, "quotes")
    require_same_length(quotes, matrix, "quotes and products")
    require_complete(quotes, "quotes")
    days = matrix.shape[1]
    if days < 3:
        raise BadParameter(
            f"A smooth daily curve needs three days or more, not {days}.", name="matrix", value=days
        )
    base = np.zeros(days) if prior is None else as_vector(prior, "prior")
    wanted = quotes - matrix @ base
    keep = independent_rows(matrix, wanted)
    if len(keep) == 1:  # a slope costs nothing: the flat one is meant
        flat = np.full(days, wanted[keep[0]] / matrix[keep[0]].sum())
        return DailyCurve(base + flat, 0.0)
    bend = sparse.diags_array([1.0, -2.0, 1.0], offsets=[0, 1, 2], shape=(days - 2, days))
    # second differences are unknowns of their own: squaring the operator would square its condition number
    end = [np.eye(1, days, days - 1)[0] - np.eye(1, days, days - 2)[0]] if flat_end else []
    rows = sparse.csr_array(np.vstack([matrix[keep], *end]))
    system = sparse.block_array(
        [[-sparse.eye_array(days - 2), bend, None], [bend.T, None, rows.T], [None, rows, None]], format="csc"
    )
    right = np.concatenate([np.zeros(2 * days - 2), wanted[keep], np.zeros(len(end))])
    solved = splu(system).solve(right)
    shape = solved[days - 2 : 2 * days - 2]
    return DailyCurve(base + shape, curvature(shape))


def curvature(prices: FloatArray1D) -> float:
    """Sum of squared second differences.

    Parameters
    ----------
    prices : ndarray of shape (n,)
        Prices of consecutive days.

    Returns
    -------
    float
        In price squared.
    """
    return float((np.diff(prices, 2) ** 2).sum())


def independent_rows(matrix: FloatArray2D, values: FloatArray1D) -> list[int]:
    """Pick averages that do not follow from each other.

    Parameters
    ----------
    matrix : ndarray of shape (n, k)
        Weights of each average.
    values : ndarray of shape (n,)
        The averages wanted.

    Returns
    -------
    list of int
        Positions of rows that span all of them, in order.

    Raises
    ------
    CurveError
        A row that follows from others has another value than they give.
    """
    from scipy.linalg import qr

    _, upper, order = qr(matrix.T, mode="economic", pivoting=True)
    pivots = np.abs(np.diag(upper))
    keep = np.sort(order[: int((pivots > _INDEPENDENT * pivots[0]).sum())])
    rest = np.setdiff1d(np.arange(len(matrix)), keep)
    if rest.size:
        mixed = np.linalg.lstsq(matrix[keep].T, matrix[rest].T, rcond=None)[0]
        gaps = values[rest] - mixed.T @ values[keep]
        worst = int(np.argmax(np.abs(gaps)))
        if abs(gaps[worst]) > 1e-7 * max(1.0, float(np.abs(values).max())):
            raise CurveError(
                f"Quote {int(rest[worst]) + 1} is {gaps[worst]:+.4f} away from what the other quotes imply; "
                "repair the quotes before a curve is drawn through them.",
                quote=int(rest[worst]) + 1,
                gap=float(gaps[worst]),
            )
    return [int(i) for i in keep]


def _average_rows(knots: FloatArray1D, starts: FloatArray1D, ends: FloatArray1D) -> FloatArray2D:
    """Mean over each product as a linear function of all coefficients."""
    widths = np.diff(knots)
    inside = (knots[:-1] >= starts[:, None]) & (knots[1:] <= ends[:, None])
    share = inside * widths / (ends - starts)[:, None]
    return (share[:, :, None] / (_POWERS + 1)).reshape(len(starts), -1)


def _joint_rows(widths: FloatArray1D, *, flat_end: bool) -> FloatArray2D:
    """Equal value, slope and curvature where two pieces meet; and no slope at the end."""
    n = len(widths)
    rows = np.zeros((3 * (n - 1) + int(flat_end), n * DEGREE))
    for derivative in range(3):
        factor = np.prod([_POWERS - j for j in range(derivative)], axis=0) if derivative else np.ones(DEGREE)
        for piece in range(n - 1):
            row = rows[3 * piece + derivative]
            # each row is scaled by the wider piece, so that slopes and curvatures weigh as values do
            scale = max(widths[piece], widths[piece + 1]) ** derivative
            row[piece * DEGREE : (piece + 1) * DEGREE] = factor * scale / widths[piece] ** derivative
            row[(piece + 1) * DEGREE + derivative] = (
                -factor[derivative] * scale / widths[piece + 1] ** derivative
            )
    if flat_end:
        rows[-1, -DEGREE:] = _POWERS
    return rows


def _bending(widths: FloatArray1D) -> FloatArray2D:
    """Integral of the squared second derivative as a quadratic form of all coefficients."""
    i, j = np.meshgrid(_POWERS, _POWERS, indexing="ij")
    one = np.where((i > 1) & (j > 1), i * (i - 1) * j * (j - 1) / np.maximum(i + j - 3, 1), 0.0)
    form: FloatArray2D = np.kron(np.diag(widths**-3.0), one).astype(np.float64)
    return form


def _minimise(form: FloatArray2D, rows: FloatArray2D, target: FloatArray1D) -> FloatArray1D:
    """Least quadratic form subject to linear equations, in the null space of the equations."""
    basis, upper = np.linalg.qr(rows.T, mode="complete")
    rank = len(rows)
    special = basis[:, :rank] @ np.linalg.solve(upper[:rank].T, target)
    free = basis[:, rank:]
    if free.shape[1] == 0:
        return special
    moves = np.linalg.lstsq(free.T @ form @ free, -free.T @ (form @ special), rcond=None)[0]
    return np.asarray(special + free @ moves)
