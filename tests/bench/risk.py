"""The cases of risk, by the name under which ``--only risk:NAME`` finds them."""

from collections.abc import Callable

from tests.bench import risk_backtest, risk_hs_var, risk_marginal, risk_mc
from tests.bench.report import Figure
from tests.bench.stage import Stage

CASES: dict[str, Callable[..., list[Figure]]] = {
    "hs_var": risk_hs_var.measure,
    "mc": risk_mc.measure,
    "backtest": risk_backtest.measure,
}


def measure(stage: Stage | None, *, rounds: int, quick: bool, only: str = "") -> list[Figure]:
    """Return the figures of one case, or of all; the risk of a candidate deal needs a book in a database."""
    found = [
        figure
        for name, case in CASES.items()
        if only in ("", name)
        for figure in case(rounds=rounds, quick=quick)
    ]
    if stage is not None and only in ("", "marginal"):
        found += risk_marginal.measure(stage, rounds=rounds, quick=quick)
    return found
