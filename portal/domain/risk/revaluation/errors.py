"""Why a revaluation is refused, beyond the reasons in ``portal.domain.market.errors``."""
# ruff: noqa: N818 - the names say what happened; their branch already ends in Error

from typing import ClassVar

from portal.core.errors import DomainError


class NoValueInScenario(DomainError):
    """A trade that has a value today has none in a scenario; ``subject`` holds ``trade`` and ``scenario``."""

    code: ClassVar[str] = "no-value-in-scenario"
