"""What the pages of Risk have in common: the portfolio, method, level and measure that are looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.domain.risk.reading import Measure
from portal.services.risk import runs
from portal.services.risk.cuts import Figure
from portal.services.risk.runs import ALL, LEVELS, METHODS

MEASURES = {str(measure): measure.label for measure in (Measure.ES, Measure.VAR)}
EVERYTHING = "all"
"""The code of "all that you may see" in an address."""


@dataclass(frozen=True, slots=True)
class RiskAsk:
    """The figure that is asked for; ``run_id`` None means the newest run of the method."""

    portfolio: str = ALL
    method: str = "historical"
    level: float = 0.975
    measure: Measure = Measure.ES
    run_id: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "RiskAsk":
        """Read the parameters of an address or grid; what is missing takes its default.

        Raises
        ------
        DomainError
            One of them cannot be; the sentence names the choices.
        """
        portfolio = str(given.get("portfolio") or ALL)
        method = str(given.get("method") or "historical")
        if method not in METHODS:
            raise DomainError(
                f"There is no method '{method[:40]}'. Choose one of {', '.join(METHODS)}.", method=method
            )
        measure = str(given.get("measure") or Measure.ES)
        if measure not in MEASURES:
            raise DomainError(f"There is no measure '{measure[:40]}'. Choose one of {', '.join(MEASURES)}.")
        return cls(
            ALL if portfolio == EVERYTHING else portfolio,
            method,
            _level(given.get("level")),
            Measure(measure),
            _run(given.get("run")),
        )

    def params(self) -> dict[str, str]:
        """Return the parameters that restore this, as texts."""
        found = {
            "portfolio": self.portfolio or EVERYTHING,
            "method": self.method,
            "level": f"{self.level:g}",
            "measure": str(self.measure),
        }
        return found if self.run_id is None else found | {"run": str(self.run_id)}


def _level(given: Any) -> float:
    try:
        level = float(given) if given not in (None, "") else 0.975
    except (TypeError, ValueError):
        level = 0.0
    if not any(abs(level - known) < 1e-9 for known in LEVELS):
        choices = ", ".join(f"{known:g}" for known in LEVELS)
        raise DomainError(
            f"The level '{str(given)[:20]}' is not kept. Choose one of {choices}.", level=str(given)[:20]
        )
    return level


def _run(given: Any) -> int | None:
    text = str(given or "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 12:
        raise DomainError(f"'{text[:20]}' is no number of a run. Choose a run from the job centre.")
    return int(text)


def figure(ask: RiskAsk, clocks: Clocks, actor: Actor) -> Figure | None:
    """Return the figure asked for; None when there is no run of the method by then.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    NotFound
        There is no such run, or no such portfolio among those that the actor may see.
    """
    run = runs.chosen(clocks, actor, run_id=ask.run_id, method=ask.method)
    if run is None:
        return None
    if ask.portfolio != ALL:
        run.at(ask.portfolio)
    return Figure(run, ask.portfolio, ask.measure, ask.level)
