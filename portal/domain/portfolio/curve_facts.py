"""What the rules about trades must know of a curve, and which curves are dealt below zero.

API: ``CurveFacts``.
"""

from dataclasses import dataclass

NEGATIVE_COMMODITIES = frozenset({"power"})
NEGATIVE_CURVES = frozenset({"WTI", "WAHA"})
"""What was sold below zero when it could not be stored or piped away: WTI settled at -37.63 on 20 April 2020."""
DIFFERENCES = ("_BASIS", "_DIFF", "_SPREAD")
"""Ends of the codes of curves that are quoted as a difference of two prices."""


@dataclass(frozen=True, slots=True)
class CurveFacts:
    """What the rules must know of a curve; ``level`` is a recent price in its unit, None when there is none."""

    code: str
    commodity: str
    unit: str
    currency: str
    level: float | None = None

    @property
    def volume_unit(self) -> str:
        """The unit of volume of its price: bbl of USD/bbl."""
        return self.unit.partition("/")[2]

    @property
    def is_free(self) -> bool:
        """Whether its prices have no scale of their own: power, differences, a market at or below zero."""
        at_zero = self.level is not None and self.level <= 0.0
        return self.commodity in NEGATIVE_COMMODITIES or self.code.upper().endswith(DIFFERENCES) or at_zero

    @property
    def may_be_negative(self) -> bool:
        """Whether it is dealt below zero: by its commodity, its code, or its own market at the time."""
        return self.is_free or self.code.upper() in NEGATIVE_CURVES
