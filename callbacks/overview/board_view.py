"""What the pages of boards show first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dash.development.base_component import Component

from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.services.boards.pin import Pin

Drawing = Callable[[Sequence[Pin], Clocks, Actor], list[Component]]


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows first."""

    clocks: Clocks
    title: str
    content: list[Component]
    board: int = 0
    show: str = "read"
    has_cards: bool = True
