"""What the pages know of an instrument."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    """An instrument with what its source promises; ``sla_hours`` are business hours."""

    id: int
    code: str
    name: str
    commodity: str
    unit: str
    currency: str
    timezone: str
    granularity: str
    source_code: str
    source: str
    licence: str
    simulated: bool
    sla_hours: float
