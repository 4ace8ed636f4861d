"""What the inputs of Risk > Stress ask for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.errors import DomainError
from portal.services.risk.stress import ALL, SPLITS, Ask

PATH = "/risk/stress"
AUTO = "auto"
_AMOUNT = re.compile(r"^(\d+(?:\.\d+)?)\s*(k|m|bn)?$", re.IGNORECASE)
_TIMES = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9}


@dataclass(frozen=True, slots=True)
class Asking:
    """The inputs, read: ``loss`` is text as typed, empty when no reverse stress is asked for."""

    ask: Ask
    split: str
    loss: str

    def params(self) -> dict[str, Any]:
        """What the grids of the page are asked with."""
        return {
            "portfolio": self.ask.portfolio,
            "scenario": self.ask.scenario or AUTO,
            "layers": ",".join(self.ask.layers),
            "shocks": self.ask.shocks,
            "split": self.split,
            "loss": self.loss,
        }

    def loss_is_read(self) -> bool:
        """Whether the loss is an amount."""
        try:
            return self.loss_eur() is not None
        except DomainError:
            return False

    def loss_eur(self) -> float | None:
        """Return the loss asked for in EUR, None when none is.

        Raises
        ------
        DomainError
            It is not an amount above zero.
        """
        if not self.loss:
            return None
        found = _AMOUNT.match(self.loss.replace(",", "").replace(" ", "").replace("EUR", ""))
        amount = float(found.group(1)) * _TIMES[(found.group(2) or "").lower()] if found else 0.0
        if not 1.0 <= amount <= 1e13:
            raise DomainError(
                f"'{self.loss[:30]}' is not a loss. State an amount in EUR, such as 10m or 2,500,000."
            )
        return amount


def read(filters: Mapping[str, Any]) -> Asking:
    """Return what the inputs ask for; what is none of the choices is left out."""
    split, scenario = str(filters.get("split") or ""), str(filters.get("scenario") or "")
    given = filters.get("layers") or ()
    layers = given.split(",") if isinstance(given, str) else [str(code) for code in given]
    ask = Ask(
        str(filters.get("portfolio") or ALL),
        "" if scenario == AUTO else scenario[:60],
        tuple(code.strip() for code in layers if code.strip())[:12],
        str(filters.get("shocks") or "").strip()[:2000],
    )
    return Asking(ask, split if split in SPLITS else "commodity", str(filters.get("loss") or "").strip()[:40])
