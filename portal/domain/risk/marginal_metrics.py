"""The metric registry's entries of what deals add to the risk of a portfolio."""

from portal.core.metrics import Metric, register

_READ = "portal.domain.risk.reading.read"
_SAME = (
    "The deals are revalued in the stored scenarios of the run and added to the P&L of the portfolio, scenario by "
    "scenario; then the figure is read again."
)


def _metric(name: str, title: str, words: str, symbols: str, *, signed: bool) -> Metric:
    return register(
        Metric(
            f"risk.{name}",
            title,
            "EUR",
            f"{words} {_SAME}",
            symbols,
            _READ,
            decimals=0,
            signed=signed,
            coloured=False,
        )
    )


MARGINAL_VAR = _metric(
    "marginal_var",
    "Change of value at risk",
    "By how much deals would raise the value at risk of a portfolio; negative where they hedge it.",
    "VaR(P + D) - VaR(P)",
    signed=True,
)
MARGINAL_ES = _metric(
    "marginal_es",
    "Change of expected shortfall",
    "By how much deals would raise the expected shortfall of a portfolio; negative where they hedge it.",
    "ES(P + D) - ES(P)",
    signed=True,
)
VAR_AFTER = _metric(
    "var_after",
    "Value at risk with the deals",
    "The value at risk of a portfolio with deals added.",
    "VaR(P + D)",
    signed=False,
)
ES_AFTER = _metric(
    "es_after",
    "Expected shortfall with the deals",
    "The expected shortfall of a portfolio with deals added.",
    "ES(P + D)",
    signed=False,
)
VAR_HEADROOM = _metric(
    "var_headroom_after",
    "Headroom of value at risk with the deals",
    "Hard tier of the tightest limit in force on this value at risk, less the figure with the deals; below zero it "
    "would be broken.",
    "hard - VaR(P + D)",
    signed=True,
)
ES_HEADROOM = _metric(
    "es_headroom_after",
    "Headroom of expected shortfall with the deals",
    "Hard tier of the tightest limit in force on this expected shortfall, less the figure with the deals; below zero "
    "it would be broken.",
    "hard - ES(P + D)",
    signed=True,
)
