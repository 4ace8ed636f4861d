"""The state of one import of market data between its steps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from data.readers.layout import Plan
from data.readers.observe import Reader
from data.readers.problems import BadRow
from data.readers.source import TableSource
from portal.core.actor import Actor
from portal.services.ingest.answers import ImportOptions
from portal.services.ingest.kinds import Target

Progress = Callable[[float, str], None]


@dataclass(slots=True)
class Run:
    """One import: what is read how, and what was found so far."""

    path: Path
    file_name: str
    options: ImportOptions
    actor: Actor
    source: TableSource
    plan: Plan
    reader: Reader
    target: Target
    on_progress: Progress
    zones: list[str] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    bad_lines: int = 0
    duplicates: int = 0
    present: set[int] = field(default_factory=set)  # series that have rows to store
    quarters: bool = False
