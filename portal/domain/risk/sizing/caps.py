"""Sizes held within limits: single caps with the one that binds, and weights that share what a cap cuts off.

API: ``Cap``, ``within(wanted, caps) -> Sized``, ``cap_weights(weights, cap)``, ``scale_within(sizes, caps, risk)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import as_vector, require_complete


@dataclass(frozen=True)
class Cap:
    """The largest size that one limit allows.

    Attributes
    ----------
    name : str
        The limit, for people.
    most : float
        Largest size either way, in the unit of the size, 0 or more; infinite allows everything.
    """

    name: str
    most: float

    def __post_init__(self) -> None:
        if not self.most >= 0.0:
            raise BadParameter(
                f"{self.name} leaves {self.most:g}, but a cap must be 0 or more; a broken limit leaves 0.",
                name=self.name,
                value=self.most,
            )


@dataclass(frozen=True)
class Sized:
    """A size with what became of it.

    Attributes
    ----------
    size : float
        Within all caps, with the sign of what was wanted.
    wanted : float
        Before caps.
    binding : str or None
        The cap that cut it; None when none did.
    sentence : str
        The same in words.
    """

    size: float
    wanted: float
    binding: str | None
    sentence: str


def within(wanted: float, caps: Sequence[Cap] = ()) -> Sized:
    """Cut a size down to what every limit allows.

    Parameters
    ----------
    wanted : float
        Size, signed.
    caps : sequence of Cap
        Limits; none by default.

    Returns
    -------
    Sized
        The size, and the smallest cap where one binds.

    Raises
    ------
    BadParameter
        The size is not a number.

    Examples
    --------
    >>> within(-12.0, [Cap("Gross position", 20.0), Cap("VaR 99 %", 7.5)]).sentence
    '12 are wanted, and VaR 99 % allows 7.5.'
    """
    if not isfinite(wanted):
        raise BadParameter(f"A size must be a finite number, not {wanted:g}.", name="wanted", value=wanted)
    tightest = min(caps, key=lambda cap: cap.most, default=None)
    if tightest is None or abs(wanted) <= tightest.most:
        return Sized(wanted, wanted, None, f"{abs(wanted):,.6g} are wanted, and all limits allow it.")
    said = f"{abs(wanted):,.6g} are wanted, and {tightest.name} allows {tightest.most:,.6g}."
    return Sized(float(np.copysign(tightest.most, wanted)), wanted, tightest.name, said)


def scale_within(sizes: ArrayLike, caps: Sequence[tuple[Cap, float]]) -> tuple[FloatArray1D, str | None]:
    """Scale several sizes together until every limit on the whole holds.

    Parameters
    ----------
    sizes : array_like of shape (k,)
        Sizes, signed.
    caps : sequence of (Cap, float)
        Limits on the whole, each with what the sizes use of it now; use must grow in proportion to the sizes.

    Returns
    -------
    tuple
        Sizes of shape (k,), and the name of the cap that binds or None.

    Raises
    ------
    SeriesHasNaN
        A size is missing.
    """
    vector = as_vector(np.asarray(sizes, dtype=np.float64), "sizes")
    require_complete(vector, "sizes")
    factor, binding = 1.0, None
    for cap, used in caps:
        if used > cap.most and cap.most / used < factor:
            factor, binding = cap.most / used, cap.name
    return vector * factor, binding


def cap_weights(weights: ArrayLike, cap: float | ArrayLike) -> FloatArray1D:
    """Hold weights that sum to 1 at or below a cap, and share what is cut off among the others in proportion.

    Parameters
    ----------
    weights : array_like of shape (k,)
        Weights of 0 or more.
    cap : float or array_like of shape (k,)
        Largest weight of each.

    Returns
    -------
    ndarray of shape (k,)
        Weights that sum to 1.

    Raises
    ------
    BadParameter
        A weight is negative, all are zero, or the caps together leave less than 1.
    SeriesHasNaN
        A weight is missing.

    Examples
    --------
    >>> cap_weights([0.7, 0.2, 0.1], 0.5).round(4).tolist()
    [0.5, 0.3333, 0.1667]
    """
    wanted = as_vector(np.asarray(weights, dtype=np.float64), "weights")
    require_complete(wanted, "weights")
    if wanted.min(initial=0.0) < 0.0 or not wanted.sum() > 0.0:
        raise BadParameter("Weights must be 0 or more, and at least one above 0.", name="weights")
    most = np.broadcast_to(np.asarray(cap, dtype=np.float64), wanted.shape)
    room = float(most[wanted > 0.0].sum())
    if not room >= 1.0 - 1e-12:
        raise BadParameter(
            f"The caps leave {room:.4g} of the whole together, but the weights must sum to 1; raise a cap.",
            name="cap",
            value=room,
        )
    found, held = wanted / wanted.sum(), np.zeros(len(wanted), dtype=np.bool_)
    for _ in range(len(wanted)):  # each round holds at least one more
        over = ~held & (found > most)
        if not over.any():
            break
        held |= over
        free = wanted * ~held
        left = 1.0 - most[held].sum()
        found = np.where(held, most, free * (left / free.sum()) if free.any() else 0.0)
    return np.asarray(found, dtype=np.float64)
