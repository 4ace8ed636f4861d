"""What a training would do, before it is started: its trials, about how long it takes, and the grid that was typed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.core.errors import DomainError
from portal.domain.forecast.base import Family, all_models, model
from portal.services.forecast import targets as target_service
from portal.services.forecast.training import Ask

WORKERS = 2
EXAMPLE = "gradient_boosting.leaves=7,15; theta.window=364,728"
"""A grid as it is typed, shown where one is asked for."""
_PART = re.compile(r"^\s*([a-z_0-9]+)\.([a-z_0-9]+)\s*=\s*(.+?)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Plan:
    """A training as it was asked: its trials, and about how many seconds its fits take."""

    targets: int
    trials: int
    origins: int
    seconds: float

    @property
    def sentence(self) -> str:
        """The same in words."""
        minutes = self.seconds / 60.0
        time = f"about {minutes:.0f} min" if minutes >= 1.5 else f"about {max(self.seconds, 5.0):.0f} s"
        targets = "1 target" if self.targets == 1 else f"{self.targets:,} targets"
        return (
            f"{self.trials:,} trials for {targets} at {self.origins} origins each, {time} on "
            f"{WORKERS} processes. The baselines are always run; each finished trial of a model becomes a candidate."
        )


def choices() -> list[tuple[str, str]]:
    """Return the models that can be chosen, by code and title; baselines always run."""
    found = [item for item in all_models().values() if item.family is not Family.BASELINE]
    return [
        (item.code, item.title) for item in sorted(found, key=lambda item: (item.family.value, item.title))
    ]


def plan(
    targets: Sequence[str],
    models: Sequence[str],
    grid: Mapping[str, Mapping[str, Sequence[Any]]],
    origins: int,
) -> Plan:
    """Return what a training would do.

    Raises
    ------
    DomainError
        No target or model is chosen, one does not exist, or the grid makes no sense.
    """
    if not targets:
        raise DomainError("Choose at least one target to train for.")
    if not models:
        raise DomainError("Choose at least one model to train.")
    for code in targets:
        target_service.target(code)
    candidates = Ask(targets, models, "plan", grid, origins).candidates()
    each = sum(model(candidate.model).fit_seconds for candidate in candidates)
    seconds = len(targets) * (origins * each / WORKERS + 0.5)
    return Plan(len(targets), len(targets) * len(candidates), origins, seconds)


def read_grid(text: str) -> dict[str, dict[str, list[Any]]]:
    """Read ``model.parameter=value,value; ...``.

    Raises
    ------
    DomainError
        A part cannot be read.
    """
    found: dict[str, dict[str, list[Any]]] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        match = _PART.match(part)
        if match is None:
            raise DomainError(
                f"'{part[:60]}' cannot be read. Write model.parameter=value,value and part them by semicolons, such as "
                f"{EXAMPLE}."
            )
        code, name, values = match.groups()
        found.setdefault(code, {})[name] = [_value(one.strip()) for one in values.split(",") if one.strip()]
    return found


def _value(text: str) -> Any:
    if text.lower() in ("true", "false", "none"):
        return {"true": True, "false": False, "none": None}[text.lower()]
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text
