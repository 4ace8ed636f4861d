"""Where packs get the pages they print: the same functions that draw them on screen.

Services know no pages. The reader of screens is found by its name when a pack is made, the one place where something
below asks something above (decision 17); the worker loads it then, and only then.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol, cast

from portal.core import garbage
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.document import Section

READER = "callbacks.screens"


class Screens(Protocol):
    """What the module :data:`READER` offers."""

    def read(
        self, body: str, filters: Mapping[str, Any], clocks: Clocks, actor: Actor, only: Sequence[str] = ()
    ) -> tuple[Section, ...]:
        """Return the sections of a body, with all rows of its tables; ``only`` names cards by key, () for all.

        A card's key is the name of the grid of its chart or table, else the slug of its title; tiles are ``tiles``.

        Raises
        ------
        NotPermitted, NotFound
            The actor may not see the body, or there is none of that name.
        """


def reader() -> Screens:
    """Return the reader of screens, loading the pages of the portal the first time."""
    if READER not in sys.modules:
        with garbage.at_rest():
            import_module(READER)
    return cast("Screens", sys.modules[READER])
