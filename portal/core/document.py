"""A document: what a page or a pack says, apart from how it looks, so that every file of it says the same.

Screens are read into it (``callbacks/screens.py``), and PDF, XLSX, CSV and JSON are written from it
(``portal/services/packs``). All that a person reads is in ``text`` as it is on screen; typed values stand beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from portal.core.clock import Clocks
from portal.core.table import Table

Tone = Literal["", "up", "down", "warn", "bad", "good"]


@dataclass(frozen=True, slots=True)
class Tile:
    """One metric: its title, the figure as read (``text``, with its unit apart), the value itself, a word about it."""

    title: str
    text: str
    unit: str = ""
    value: float | None = None
    metric: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Tiles side by side."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; ``kind`` is ``text``, ``lead`` (a sentence of figures above a group), ``note``, ``notice``,
    ``warning``, ``item`` (of a list), ``heading`` (within a section) or ``source``.
    """

    text: str
    kind: str = "text"
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure as our builders make it (Plotly's schema), and all rows that it was drawn from."""

    title: str
    figure: Mapping[str, Any]
    table: Table | None = None
    name: str = ""  # of the grid with the rows
    note: str = ""
    source: str = ""
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A table with all its rows, whatever page of them was on screen."""

    title: str
    table: Table
    name: str = ""  # of the grid
    params: Mapping[str, Any] = field(default_factory=dict)


Part = Tiles | Words | Chart | Rows


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of parts, of the width that it has on screen; ``origin`` names its page, such as ``/risk``."""

    title: str
    parts: tuple[Part, ...]
    note: str = ""
    width: str = "full"  # full, two-thirds, half, third
    origin: str = ""
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing from a document on purpose: what, why, and how much it could matter."""

    what: str
    why: str
    bound: str  # "at most 41,000 EUR, the largest day of the last 250", or that no bound is known


@dataclass(frozen=True, slots=True)
class Chapter:
    """The sections of one page, under its title; ``filters`` in words, such as ``("Portfolio", "Gas")``."""

    title: str
    sections: tuple[Section, ...]
    lead: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    address: str = ""  # the page with its filters and clocks, without the host


@dataclass(frozen=True, slots=True)
class Document:
    """What is printed. Nothing in it depends on when it is printed, so that the same question gives the same file.

    ``reader`` is the one under whose rights it was read, as "Name (username)"; ``clocks`` are pinned; ``params`` is
    what was asked of the template, so that the document can be made anew.
    """

    title: str
    template: str
    version: str
    clocks: Clocks
    reader: str
    chapters: tuple[Chapter, ...]
    rights: str = ""  # whose rows: "all portfolios", or their names
    gaps: tuple[Gap, ...] = ()
    due_at: datetime | None = None
    simulated: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing is missing."""
        return not self.gaps
