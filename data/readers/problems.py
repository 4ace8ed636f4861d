"""What can be wrong with a file: a problem that is reported, a row that is refused, a file that is refused."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from portal.core.errors import DomainError

RAW_LIMIT = 2000
"""Characters of a bad row that are kept; longer ones end with an ellipsis."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the reader must know about: ``line`` counts from 1 in the file, None means the whole file.

    In a worksheet ``line`` is the row number of the sheet, in JSON the number of the record; the heading of JSON
    is line 0,
    which is reported as none.
    """

    line: int | None
    column: str
    code: str
    message: str

    def to_json(self) -> dict[str, Any]:
        """Return the four keys of the report."""
        return {"line": self.line or None, "column": self.column, "code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was refused: where, why, its text as read, and its cells by column name for its repair."""

    line: int
    column: str
    code: str
    message: str
    raw: str
    fields: dict[str, str] = field(default_factory=dict)

    def problem(self) -> Problem:
        """Return the row's entry in the report."""
        return Problem(self.line, self.column, self.code, self.message)


class Refused(DomainError):  # noqa: N818  (the branch ends in Error)
    """The whole file is refused before any of its rows counts; ``problem`` says why and what to do."""

    code: ClassVar[str] = "refused"

    def __init__(self, code: str, message: str, *, line: int | None = None, column: str = "") -> None:
        super().__init__(message, line=line, column=column, reason=code)
        self.problem = Problem(line, column, code, message)


def printable(text: str) -> str:
    """Return ``text`` as a database and a terminal take it: NUL and lone surrogates shown, at most RAW_LIMIT long."""
    shown = text.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")
    return shown if len(shown) <= RAW_LIMIT else shown[:RAW_LIMIT] + "…"
