"""What a check of a receipt found."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """The result in a word; only ``VALID`` is a success."""

    VALID = "valid"
    ALTERED = "altered"
    NOT_REPRODUCIBLE = "not-reproducible"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check.

    ``sentences`` say what was found, for people. ``altered`` names the fields that do not agree with their digest.
    ``recomputed`` is the value that was computed again and ``checked`` what from: ``file`` (the rows in it),
    ``database``, or empty when nothing could be.
    """

    status: Status
    sentences: tuple[str, ...]
    metric: str = ""
    value: float | None = None
    recomputed: float | None = None
    checked: str = ""
    altered: tuple[str, ...] = ()
    sha256: str = ""

    @property
    def exit_status(self) -> int:
        """0 for a valid receipt, else 1."""
        return 0 if self.status is Status.VALID else 1

    def to_json(self) -> dict[str, Any]:
        """Return the verdict for programs."""
        return {**asdict(self), "status": self.status.value, "exit_status": self.exit_status}
