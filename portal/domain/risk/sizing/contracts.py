"""Whole contracts from an exact size, and whether the difference is worth a trade.

API: ``whole_contracts(exact, current=..., buffer=..., caps=...) -> Contracts``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from portal.domain.market.errors import BadParameter
from portal.domain.risk.sizing.caps import Cap, within


@dataclass(frozen=True)
class Contracts:
    """A position in whole lots.

    Attributes
    ----------
    exact : float
        Lots wanted, before caps and rounding.
    whole : int
        Lots within all caps, rounded towards zero: never more risk than wanted.
    trade : int
        Lots to buy (positive) or sell; 0 inside the buffer.
    trade_needed : bool
        Whether the position is farther from the exact size than the buffer allows, or beyond a cap.
    binding : str or None
        The cap that cut the size.
    sentence : str
        The same in words.
    """

    exact: float
    whole: int
    trade: int
    trade_needed: bool
    binding: str | None
    sentence: str


def whole_contracts(
    exact: float, *, current: int = 0, buffer: float = 0.0, caps: Sequence[Cap] = ()
) -> Contracts:
    """Round a size to whole lots and decide whether to trade.

    Parameters
    ----------
    exact : float
        Lots wanted, signed.
    current : int, default 0
        Lots held now, signed.
    buffer : float, default 0
        Share of the wanted size by which the position may be off before a trade is worth it, 0 or more.
    caps : sequence of Cap
        Limits in lots. A position beyond one is always cut.

    Returns
    -------
    Contracts
        Whole lots and the trade.

    Raises
    ------
    BadParameter
        The size is not a number, or the buffer is negative.

    Examples
    --------
    >>> whole_contracts(-9.6, current=-3, buffer=0.1).sentence
    'Sell 6 contracts to hold -9 (9.6 are wanted, and all limits allow it).'
    """
    if not buffer >= 0.0:
        raise BadParameter(f"The buffer must be 0 or more, not {buffer:g}.", name="buffer", value=buffer)
    sized = within(exact, caps)
    # a size that is a whole number but for rounding stays that number
    whole = math.trunc(sized.size + math.copysign(1e-9, sized.size))
    beyond = any(abs(current) > cap.most for cap in caps)
    needed = whole != current and (beyond or abs(current - sized.size) > buffer * abs(sized.size))
    trade = whole - current if needed else 0
    reason = sized.sentence.rstrip(".")
    if not needed:
        said = f"Keep {current} contracts: close enough to the target ({reason})."
    else:
        said = f"{'Buy' if trade > 0 else 'Sell'} {abs(trade)} contracts to hold {whole} ({reason})."
    return Contracts(exact, whole, trade, needed, sized.binding, said)
