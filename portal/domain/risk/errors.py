"""Why a risk calculation is refused. Each message is a sentence for the user; ``subject`` carries the figures."""
# ruff: noqa: N818 - the names say what happened; their branch already ends in Error

from typing import ClassVar

from portal.core.errors import DomainError


class IllegalMove(DomainError):
    """A breach or a proposal cannot make this move now, or not by this person; ``subject`` says which."""

    code: ClassVar[str] = "illegal-move"


class EmptyPortfolio(DomainError):
    """There is no trade, or no factor, to measure; ``subject`` holds ``what``."""

    code: ClassVar[str] = "empty-portfolio"


class NotPositiveSemidefinite(DomainError):
    """A covariance or correlation matrix cannot belong to any returns; ``subject`` holds ``eigenvalue``."""

    code: ClassVar[str] = "not-positive-semidefinite"


class NoTail(DomainError):
    """Fewer losses than a tail model can be fitted to, or one without a mean; ``subject`` says which."""

    code: ClassVar[str] = "no-tail"
