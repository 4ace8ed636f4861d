"""Why a forecast is refused. Each message is a sentence for the user; ``subject`` carries the figures."""
# ruff: noqa: N818 - the names say what happened; their branch already ends in Error

from typing import ClassVar

from portal.core.errors import DomainError


class UnfitSeries(DomainError):
    """A series on which nothing can be learnt: constant, too many gaps, no regular grid; ``subject`` says which."""

    code: ClassVar[str] = "unfit-series"


class NotConverged(DomainError):
    """The fit of a model found no estimate that can be trusted; ``subject`` holds ``model``."""

    code: ClassVar[str] = "not-converged"


class MissingInput(DomainError):
    """A feature that a model needs is not known at the origin; ``subject`` holds ``feature``."""

    code: ClassVar[str] = "missing-input"


class IllegalStep(DomainError):
    """A version cannot make this step now, or not by this person; ``subject`` says which."""

    code: ClassVar[str] = "illegal-step"
