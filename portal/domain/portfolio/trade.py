"""The vocabulary of trades: their kinds, profiles and option models, and which terms each kind needs.

API: ``KINDS`` and the ``Kind`` codes that arrays hold; ``TERMS`` names the terms of each kind.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Event(StrEnum):
    """What made a version of a trade."""

    NEW = "new"
    AMENDED = "amended"
    CANCELLED = "cancelled"
    MATURED = "matured"


class Kind(IntEnum):
    """What was traded; the number is what arrays hold, ``key`` what the database stores."""

    FUTURE = 0
    FORWARD_PHYSICAL = 1
    FORWARD_FINANCIAL = 2
    SWAP = 3
    OPTION = 4
    ASIAN = 5
    SPREAD_OPTION = 6
    STORAGE = 7
    SWING = 8

    @property
    def key(self) -> str:
        """The kind as stored and as written in files, such as ``forward_physical``."""
        return self.name.lower()

    @property
    def label(self) -> str:
        """The kind as people read it."""
        return LABELS[self]


LABELS = {
    Kind.FUTURE: "Future",
    Kind.FORWARD_PHYSICAL: "Physical forward",
    Kind.FORWARD_FINANCIAL: "Financial forward",
    Kind.SWAP: "Swap",
    Kind.OPTION: "Option",
    Kind.ASIAN: "Asian option",
    Kind.SPREAD_OPTION: "Spread option",
    Kind.STORAGE: "Storage",
    Kind.SWING: "Swing",
}

OPTIONAL = frozenset({Kind.OPTION, Kind.ASIAN, Kind.SPREAD_OPTION, Kind.STORAGE, Kind.SWING})
"""Kinds whose volume is a right, so that their position is their delta."""

LINEAR = frozenset(Kind) - OPTIONAL


class Profile(IntEnum):
    """The hours in which power is delivered."""

    BASE = 0
    PEAK = 1
    OFFPEAK = 2
    SHAPED = 3

    @property
    def key(self) -> str:
        """The profile as stored."""
        return self.name.lower()


class VolModel(IntEnum):
    """The model of an option; normal and shifted models are for prices that can be negative."""

    BLACK76 = 0
    BACHELIER = 1
    SHIFTED = 2

    @property
    def key(self) -> str:
        """The model as stored."""
        return self.name.lower()


@dataclass(frozen=True)
class KindTerms:
    """The terms that a kind must have, by field name of a trade; ``details`` names keys within its details."""

    needs: tuple[str, ...]
    details: tuple[str, ...] = ()


_OPTION = ("strike", "premium", "is_call", "vol_model", "expiry")
TERMS = {
    Kind.FUTURE: KindTerms(("price", "expiry")),
    Kind.FORWARD_PHYSICAL: KindTerms(("price",)),
    Kind.FORWARD_FINANCIAL: KindTerms(("price",)),
    Kind.SWAP: KindTerms(("price",)),
    Kind.OPTION: KindTerms(_OPTION),
    Kind.ASIAN: KindTerms(("strike", "premium", "is_call", "vol_model")),
    Kind.SPREAD_OPTION: KindTerms((*_OPTION, "curve2")),
    Kind.STORAGE: KindTerms(
        ("premium",),
        (
            "capacity",
            "injection_rate",
            "withdrawal_rate",
            "injection_cost",
            "withdrawal_cost",
            "injection_loss",
            "start_volume",
            "end_volume",
            "kappa",
            "sigma",
        ),
    ),
    Kind.SWING: KindTerms(
        ("strike", "premium", "is_call"), ("rights", "min_rights", "cooldown", "kappa", "sigma")
    ),
}
"""What a trade of each kind cannot be valued without.

``quantity`` of storage is 1 (a multiple of the contract that ``details`` describes, volumes in the curve's unit for
the whole contract, rates for each month); ``quantity`` of a swing is the volume of one right. Storage keeps the months
that were nominated in ``details['nominated']`` as ``{"2026-10": net withdrawal}``, swing the rights that were used in
``details['exercised']`` as ``{"2026-10": rights}``. A shaped profile has ``details['shape']``: 24 multiples of the
quantity for the hours of a weekday under ``weekday``, and 24 for ``weekend``.
"""
