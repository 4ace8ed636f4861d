"""The cases of forecasts, by the name under which ``--only forecast:NAME`` finds them."""

from collections.abc import Callable

from tests.bench import forecast_power, forecast_rolling, forecast_theta
from tests.bench.report import Figure

CASES: dict[str, Callable[..., list[Figure]]] = {
    "power": forecast_power.measure,
    "rolling": forecast_rolling.measure,
    "theta": forecast_theta.measure,
}


def measure(*, rounds: int, quick: bool, only: str = "") -> list[Figure]:
    """Return the figures of one case, or of all."""
    return [
        figure
        for name, case in CASES.items()
        if only in ("", name)
        for figure in case(rounds=rounds, quick=quick)
    ]
