"""What a passport holds: a figure's meaning, its value, the steps to it, and the rows behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from portal.core.clock import Clocks
from portal.core.metrics import Metric
from portal.core.table import Table

DOCUMENT = "docs/metrics.md"
MOMENTS = {"run": "run", "moment": "moment"}
"""Parameters by name, with their words, that say at which moment a figure was read and not which figure it is."""
HELD = {**MOMENTS, "trial": "trial", "job": "job", "day": "day", "last": "last day"}
"""All parameters, with their words, that hold a figure at something that later figures leave behind."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a metric: ``title`` is read by people; without a ``default`` it must be given."""

    name: str
    title: str
    kind: Literal["text", "integer", "number"] = "text"
    default: str | int | float | None = None
    low: float = float("-inf")
    high: float = float("inf")


@dataclass(frozen=True, slots=True)
class Step:
    """One intermediate result on the way from the rows to the value."""

    name: str
    value: float | str | None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from, and on which terms."""

    code: str
    name: str
    licence: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A computed value; ``note`` says why there is none, or what must be known beside it."""

    value: float | None
    unit: str
    steps: tuple[Step, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A value with all that is behind it.

    ``unit`` of a metric in percent begins with ``fraction``: 0.01 is 1 %. ``inputs`` holds every row that the
    computation read, in an order that only the rows decide. ``late`` names what is older than promised.
    """

    subject: str
    value: float | None
    unit: str
    inputs: Table
    steps: tuple[Step, ...] = ()
    sources: tuple[Source, ...] = ()
    newest: date | None = None
    recorded_at: datetime | None = None
    late: str = ""
    note: str = ""

    @property
    def simulated(self) -> bool:
        """Whether any of the rows is simulated."""
        return self.inputs.simulated


@dataclass(frozen=True, slots=True)
class Passport:
    """One figure with its meaning and its evaluation; ``clocks`` are pinned to the moment of the evaluation."""

    metric: Metric
    parameters: tuple[Parameter, ...]
    params: Mapping[str, str | int | float | None]
    clocks: Clocks
    evaluation: Evaluation

    @property
    def anchor(self) -> str:
        """Where the metric is described."""
        return f"{DOCUMENT}#{self.metric.anchor}"
