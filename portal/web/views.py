"""The parts of pages that redraw themselves: bodies (by the inputs of a page) and grids (by sorting and filtering).

A callbacks module registers a function under a name together with the permission it needs. Two generic callbacks and
one export route serve them all, and refuse a name that nobody registered: deny by default. The function gets the
actor, so the rights of the query layer hold for the picture, its table and its file alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table

Filters = Mapping[str, Any]
BodyFunction = Callable[[Filters, Clocks, Actor], list[Any]]
GridFunction = Callable[[GridQuery, Filters, Clocks, Actor], Table]


@dataclass(frozen=True, slots=True)
class Body:
    """A registered body; ``draw`` returns its components."""

    name: str
    permission: Permission
    draw: BodyFunction


@dataclass(frozen=True, slots=True)
class Grid:
    """A registered grid; ``load`` returns its rows, ``title`` names the exported file."""

    name: str
    title: str
    permission: Permission
    load: GridFunction


BESIDE = "~"
"""What is behind this mark in the name of a grid tells the same grid at two places of a board apart."""

BODIES: dict[str, Body] = {}
GRIDS: dict[str, Grid] = {}


def body(name: str, *, permission: Permission) -> Callable[[BodyFunction], BodyFunction]:
    """Register the decorated function as the body ``name``."""

    def register(draw: BodyFunction) -> BodyFunction:
        if name in BODIES:
            raise ValueError(f"The body '{name}' is registered twice.")
        BODIES[name] = Body(name, permission, draw)
        return draw

    return register


def grid(name: str, *, title: str, permission: Permission) -> Callable[[GridFunction], GridFunction]:
    """Register the decorated function as the rows of grid ``name``."""

    def register(load: GridFunction) -> GridFunction:
        if name in GRIDS:
            raise ValueError(f"The grid '{name}' is registered twice.")
        GRIDS[name] = Grid(name, title, permission, load)
        return load

    return register


def find_body(name: str, actor: Actor) -> Body:
    """Return the body ``name`` if ``actor`` may see it; an unknown name is :class:`NotFound`."""
    if name not in BODIES:
        raise NotFound(f"There is no page part '{name}'. Reload the page.", body=name)
    actor.require(BODIES[name].permission)
    return BODIES[name]


def find_grid(name: str, actor: Actor) -> Grid:
    """Return the grid ``name`` if ``actor`` may see it; an unknown name is :class:`NotFound`."""
    name = name.partition(BESIDE)[0]
    if name not in GRIDS:
        raise NotFound(f"There is no table '{name}'. Reload the page.", grid=name)
    actor.require(GRIDS[name].permission)
    return GRIDS[name]
