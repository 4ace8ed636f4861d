"""How a service stands: a state, the reason in a sentence, and the facts behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """A traffic light; ``unknown`` is what could not be looked at, and is never shown as good."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


_RANKS = {State.GOOD: 0, State.UNKNOWN: 1, State.WARNING: 2, State.BAD: 3}


@dataclass(frozen=True, slots=True)
class Reading:
    """How one service was found at one moment.

    ``reason`` says what is wrong and what to do, in a sentence or two, and what is right where nothing is wrong; it
    never holds a password. ``facts`` are numbers behind it, with their unit in the name, such as ``free_share``.
    """

    service: str
    state: State
    reason: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


def worst(states: Iterable[State]) -> State:
    """Return the worst of ``states``; good where there are none."""
    return max(states, key=lambda state: _RANKS[state], default=State.GOOD)


def count_in(states: Iterable[State], state: State) -> int:
    """Return how many of ``states`` are ``state``."""
    return sum(1 for one in states if one is state)
