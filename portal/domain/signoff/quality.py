"""How much of a portfolio's volume rests on stale or missing inputs.

API: ``stale_share(notional, is_poor)``.
"""

from collections.abc import Sequence
from math import fsum, isfinite


def stale_share(notional: Sequence[float], is_poor: Sequence[bool]) -> float | None:
    """Return the share of the volume in money whose trades need an input that is stale or missing.

    Parameters
    ----------
    notional : sequence of float
        Absolute volume of each trade in the reporting currency; NaN counts as nothing.
    is_poor : sequence of bool
        Whether an input of the trade is stale or missing.

    Returns
    -------
    float or None
        Fraction from 0 to 1; None when there is no volume.

    Examples
    --------
    >>> stale_share([300.0, 100.0, float("nan")], [False, True, True])
    0.25
    """
    known = [(abs(amount), poor) for amount, poor in zip(notional, is_poor, strict=True) if isfinite(amount)]
    whole = fsum(amount for amount, _ in known)
    return fsum(amount for amount, poor in known if poor) / whole if whole else None
