"""The metric registry's entries of position sizing."""

from portal.core.metrics import Metric, register

_SIZES = "portal.domain.risk.sizing.rules.sizes"
_HEDGE = "portal.domain.risk.sizing.hedge.hedge_from_pnl"
_SCENARIOS = "portal.domain.risk.measures.volatility.volatility"


def _metric(
    name: str, title: str, unit: str, words: str, symbols: str, by: str = _SIZES, *, decimals: int = 0,
    signed: bool = False, percent: bool = False,
) -> Metric:  # fmt: skip
    return register(
        Metric(
            f"risk.sizing_{name}", title, unit, words, symbols, by, decimals=decimals, signed=signed,
            percent=percent, coloured=False,
        )
    )  # fmt: skip


UNIT_VOLATILITY = _metric(
    "unit_volatility", "Volatility of one", "EUR",
    "Standard deviation of the P&L of one unit (a lot, or a portfolio as it stands) in the scenarios of the run, for a "
    "year of 252 days.",
    "s(i) = std(P&L) x sqrt(252 / h)", _SCENARIOS,
)  # fmt: skip
UNIT_MEAN = _metric(
    "unit_mean", "Mean of one", "EUR",
    "Mean P&L of one unit in the scenarios, for a year of 252 days. It is a poor estimate: see its standard error.",
    "m(i) = mean(P&L) x 252 / h", _SCENARIOS, signed=True,
)  # fmt: skip
UNIT_MEAN_ERROR = _metric(
    "unit_mean_error", "Standard error of the mean", "EUR",
    "Volatility of one unit over the square root of the years that the scenarios span. Within twice as much on both "
    "sides lies the true mean, 19 times in 20.",
    "s(i) / sqrt(n h / 252)", _SCENARIOS,
)  # fmt: skip
WANTED = _metric(
    "wanted", "By the rule", "",
    "Size by the rule in units of each asset: an even part of the volatility target each by itself; the same, or "
    "shares of equal contribution, scaled until all meet the target; or Kelly, held to the target.",
    "u = w x (target / sqrt(w' R w)) / s; Kelly: u = f C^-1 m x capital", decimals=2, signed=True,
)  # fmt: skip
SIZE = _metric(
    "size", "Within limits", "",
    "Size after the limits of single assets; lots are whole, rounded towards zero.",
    "min(|u|, most), whole", decimals=2, signed=True,
)  # fmt: skip
WEIGHT = _metric(
    "weight", "Weight", "",
    "Share of the sum of the volatilities that the sizes have by themselves.",
    "u(i) s(i) / sum |u s|", decimals=1, percent=True, signed=True,
)  # fmt: skip
SHARE = _metric(
    "share", "Share of risk", "",
    "Share of the variance of all sizes together, correlations included; negative for one that hedges the others.",
    "u(i) (C u)(i) / u' C u", decimals=1, percent=True, signed=True,
)  # fmt: skip
VOLATILITY = _metric(
    "volatility", "Volatility of all", "EUR",
    "Standard deviation in a year of all sizes together.",
    "sqrt(u' C u)",
)  # fmt: skip
OF_TARGET = _metric(
    "of_target", "Of the target", "",
    "Volatility of all sizes over the volatility aimed at; below 1 where limits or whole lots hold it back.",
    "sqrt(u' C u) / (capital x target)", decimals=1, percent=True,
)  # fmt: skip
HEDGE_LOTS = _metric(
    "hedge_lots", "Hedge, exact", "lots",
    "Lots that take most variance out of the P&L of the portfolio over the scenarios of the run: the hedge ratio.",
    "- cov(book, lot) / var(lot)", _HEDGE, decimals=2, signed=True,
)  # fmt: skip
HEDGE_WHOLE = _metric(
    "hedge_whole", "Hedge, whole lots", "lots",
    "The nearest whole number of lots, within the limit.",
    "round(lots), at most the limit", _HEDGE, signed=True,
)  # fmt: skip
HEDGE_EFFECT = _metric(
    "hedge_effect", "Effectiveness", "",
    "Share of the variance of the portfolio that the whole lots take away.",
    "1 - var(book + lots) / var(book)", _HEDGE, decimals=1, percent=True, signed=True,
)  # fmt: skip
HEDGE_BEFORE = _metric(
    "hedge_before", "Volatility before", "EUR",
    "Standard deviation of the P&L of the portfolio over the horizon of the run.",
    "std(book)", _HEDGE,
)  # fmt: skip
HEDGE_AFTER = _metric(
    "hedge_after", "Volatility with the hedge", "EUR",
    "Standard deviation of the P&L of the portfolio with the whole lots.",
    "std(book + lots)", _HEDGE,
)  # fmt: skip
