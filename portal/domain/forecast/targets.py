"""What is forecast: a target with its grid, horizon, gate and seasons.

API: ``TargetKind``, ``Target``.
"""

from dataclasses import dataclass
from enum import StrEnum


class TargetKind(StrEnum):
    """What a target measures; its code is ``<kind>.<subject>``."""

    SETTLE = "settle"  # daily settle price of an instrument
    SPREAD = "spread"  # daily spread of the registry
    POWER = "power"  # hourly day-ahead price of a bidding zone
    LOAD = "load"  # hourly load of a bidding zone
    WIND = "wind"
    SOLAR = "solar"
    VOLATILITY = "volatility"  # daily volatility of an instrument, annual

    @property
    def label(self) -> str:
        """The kind as people write it."""
        return {
            TargetKind.SETTLE: "Settle price",
            TargetKind.SPREAD: "Spread",
            TargetKind.POWER: "Day-ahead power price",
            TargetKind.LOAD: "Load",
            TargetKind.WIND: "Wind power",
            TargetKind.SOLAR: "Solar power",
            TargetKind.VOLATILITY: "Volatility",
        }[self]


@dataclass(frozen=True)
class Target:
    """One thing that is forecast.

    Attributes
    ----------
    kind : TargetKind
        What it measures.
    subject : str
        Code of the instrument, zone or spread.
    title : str
        Name on screen.
    unit : str
        Unit of its values, such as EUR/MWh or MW.
    timezone : str
        IANA zone of its wall clock.
    per_day : int
        Steps a day: 24 or 1.
    periods : tuple of int
        Season lengths in steps, shortest first.
    horizon : int
        Steps from the end of the history to the last step that is served.
    lead : int
        Steps after the history that are past at the origin and not served.
    business_days : bool
        Whether its daily grid has no weekends.
    positive : bool
        Whether it cannot be below zero.
    gate : str or None
        Wall-clock time of the gate closure on the day before delivery, such as "12:00"; None without one.
    window : int
        Steps of history that training uses, at most.
    feature_set : str
        Code of its feature set, "" for none.
    simulated : bool
        Whether its source is simulated.
    """

    kind: TargetKind
    subject: str
    title: str
    unit: str
    timezone: str
    per_day: int
    periods: tuple[int, ...]
    horizon: int
    lead: int = 0
    business_days: bool = False
    positive: bool = False
    gate: str | None = None
    window: int = 0
    feature_set: str = ""
    simulated: bool = False

    @property
    def code(self) -> str:
        """Name in the registry and in addresses, such as ``power.DE_LU``."""
        return f"{self.kind}.{self.subject}"

    @property
    def served(self) -> range:
        """Positions of the steps that are served, from 0."""
        return range(self.lead, self.horizon)
