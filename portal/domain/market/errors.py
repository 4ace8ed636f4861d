"""Why a market calculation is refused. Each message is a sentence for the user; ``subject`` carries the figures."""
# ruff: noqa: N818 - the names say what happened; their branch already ends in Error

from typing import ClassVar

from portal.core.errors import DomainError


class InsufficientHistory(DomainError):
    """Fewer observations than the calculation needs; ``subject`` holds ``have`` and ``need``."""

    code: ClassVar[str] = "insufficient-history"


class NonPositivePrices(DomainError):
    """A logarithm or a percentage was asked of a price at or below zero; ``subject`` holds both."""

    code: ClassVar[str] = "non-positive-prices"


class SeriesHasNaN(DomainError):
    """A calculation that needs every value got a series with missing ones; ``subject`` holds ``position``."""

    code: ClassVar[str] = "series-has-nan"


class LengthMismatch(DomainError):
    """Two arrays that belong together differ in length; ``subject`` holds both lengths."""

    code: ClassVar[str] = "length-mismatch"


class BadParameter(DomainError):
    """An argument is outside of what the calculation accepts; ``subject`` holds ``name`` and ``value``."""

    code: ClassVar[str] = "bad-parameter"


class NoSuchModel(DomainError):
    """The model named is not one that this calculation knows; ``subject`` holds ``model``."""

    code: ClassVar[str] = "no-such-model"


class FitFailed(DomainError):
    """An optimiser found no usable estimate; ``subject`` holds ``model``."""

    code: ClassVar[str] = "fit-failed"


class FormulaError(DomainError):
    """A spread formula cannot be read; ``subject`` holds ``formula`` and ``column`` (from 1)."""

    code: ClassVar[str] = "formula"


class CurveError(DomainError):
    """A forward curve is not usable as given, for instance months out of order; ``subject`` says where."""

    code: ClassVar[str] = "curve"
