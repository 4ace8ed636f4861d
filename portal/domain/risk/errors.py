"""Why a risk calculation is refused. Each message is a sentence for the user; ``subject`` carries the figures."""
# ruff: noqa: N818 - the names say what happened; their branch already ends in Error

from typing import ClassVar

from portal.core.errors import DomainError


class IllegalMove(DomainError):
    """A breach or a proposal cannot make this move now, or not by this person; ``subject`` says which."""

    code: ClassVar[str] = "illegal-move"
