"""The metric registry's entries of Risk > Earnings: what deliveries may bring in, beta, concentration, performance."""

from portal.core.metrics import Metric, register

_BOOK = "portal.domain.risk.book_performance.book_performance"


def _metric(
    name: str, title: str, unit: str, words: str, symbols: str, by: str = _BOOK, *, decimals: int = 0,
    signed: bool = False, percent: bool = False, coloured: bool = False,
) -> Metric:  # fmt: skip
    return register(
        Metric(
            f"risk.{name}", title, unit, words, symbols, by, decimals=decimals, signed=signed, percent=percent,
            coloured=coloured,
        )
    )  # fmt: skip


_UNTIL = (
    "Moves of forward prices in the scenarios of the run, scaled by the root of the business days until the middle of "
    "the delivery month, times the exposure (options, storage and swing by their exposure alone); "
)
CFAR = _metric(
    "cash_flow_at_risk", "Cash flow at risk", "EUR",
    f"{_UNTIL}of what is delivered in the period, taken as paid in it. The mean of the scenarios less the quantile at "
    "1 - c. Exchange rates, volatilities and interest rates are in no delivery and left out.",
    "mean(P&L) - q(1 - c)", "portal.domain.risk.measures.cash_flow_at_risk.cash_flow_at_risk",
)  # fmt: skip
EAR = _metric(
    "earnings_at_risk", "Earnings at risk", "EUR",
    f"{_UNTIL}of all positions at fair value, until the period is over (a delivery moves no longer than until its own "
    "month), exchange rates included, after tax. The mean of the scenarios less the quantile at 1 - c.",
    "(1 - t) (mean(P&L) - q(1 - c))", "portal.domain.risk.measures.earnings_at_risk.earnings_at_risk",
)  # fmt: skip
GMAR = _metric(
    "gross_margin_at_risk", "Gross margin at risk", "EUR",
    f"{_UNTIL}of physical deliveries, storage and swing in the period as margin, with futures, swaps, financial "
    "forwards and options as hedges where something physical of the same curve is delivered in the period; other "
    "positions are no part of the margin.",
    "mean(M + H) - q(1 - c)", "portal.domain.risk.measures.gross_margin_at_risk.gross_margin_at_risk",
)  # fmt: skip
GMAR_OPEN = _metric(
    "gross_margin_at_risk_unhedged", "Gross margin at risk, unhedged", "EUR",
    "The same without the hedges.",
    "mean(M) - q(1 - c)", "portal.domain.risk.measures.gross_margin_at_risk.gross_margin_at_risk",
)  # fmt: skip
BETA = _metric(
    "beta", "Beta", "",
    "Slope of the P&L of the portfolio on the move of the nearest delivery of a curve over the scenarios of the run.",
    "cov(P&L, move) / var(move)", "portal.domain.risk.measures.beta.beta", decimals=0, signed=True,
)  # fmt: skip
BETA_FIT = _metric(
    "beta_fit", "Explained", "",
    "Share of the variance of the P&L of the portfolio that goes with the move of the curve alone. Curves move "
    "together, so the shares of several do not add up.",
    "corr(P&L, move)^2", "portal.domain.risk.measures.beta.beta", decimals=1, percent=True,
)  # fmt: skip
CONCENTRATION = _metric(
    "concentration", "Concentration", "",
    "Herfindahl index of the components of the figure: the sum of their squared shares by size. 1 when one carries "
    "all; hedges count by size.",
    "H = sum (|c| / sum |c|)^2", "portal.domain.risk.decomposition.herfindahl", decimals=3,
)  # fmt: skip
CARRIERS = _metric(
    "concentration_equal", "As concentrated as", "",
    "Number of equal carriers that would be as concentrated.",
    "1 / H", "portal.domain.risk.decomposition.herfindahl", decimals=1,
)  # fmt: skip
LARGEST = _metric(
    "concentration_largest", "Largest share", "",
    "Share of the largest component by size.",
    "max |c| / sum |c|", "portal.domain.risk.decomposition.herfindahl", decimals=1, percent=True,
)  # fmt: skip
RESULT = _metric(
    "book_result", "Result", "EUR",
    "Change of the stored closing values over the days: realised and unrealised, new deals and amendments included.",
    "V(T) - V(0)", signed=True, coloured=True,
)  # fmt: skip
RETURN = _metric(
    "book_return", "Return on capital, a year", "",
    "Mean day times 252 over the capital that is asked for.",
    "252 mean(P&L) / K", decimals=1, signed=True, percent=True,
)  # fmt: skip
VOLATILITY = _metric(
    "book_volatility", "Volatility, a year", "EUR",
    "Standard deviation of the daily results times the root of 252.",
    "s sqrt(252)",
)  # fmt: skip
SHARPE = _metric(
    "book_sharpe", "Sharpe ratio, a year", "",
    "Mean over deviation of the daily results times the root of 252. Without a free rate, since the result of a desk "
    "ties no capital up; it does not depend on the capital.",
    "mean(P&L) / s x sqrt(252)", decimals=2, signed=True,
)  # fmt: skip
SHARPE_ERROR = _metric(
    "book_sharpe_error", "Standard error of the Sharpe ratio", "",
    "Of a year, for independent days. The true ratio lies within twice as much on both sides, 19 times in 20.",
    "sqrt((1 + SR^2 / 2) / n) sqrt(252), SR of a day", decimals=2,
)  # fmt: skip
CHANCE = _metric(
    "book_chance", "Chance of a ratio above zero", "",
    "Chance that the true Sharpe ratio is above zero, given the number of days, their skewness and tails.",
    "N(SR sqrt(n - 1) / sqrt(1 - g SR + (k - 1) SR^2 / 4))",
    "portal.domain.risk.performance.deflated.probabilistic_sharpe", decimals=0, percent=True,
)  # fmt: skip
SORTINO = _metric(
    "book_sortino", "Sortino ratio, a year", "",
    "Mean over the root mean square of the days with a loss (all days in the divisor), times the root of 252.",
    "mean(P&L) / sqrt(mean(min(P&L, 0)^2)) x sqrt(252)", decimals=2, signed=True,
)  # fmt: skip
HIT_RATE = _metric(
    "book_hit_rate", "Days with a gain", "", "Share of days with a result above zero.", "n(P&L > 0) / n",
    decimals=1, percent=True,
)  # fmt: skip
PROFIT_FACTOR = _metric(
    "book_profit_factor", "Gains over losses", "", "Sum of the gains over the sum of the losses.",
    "sum max(P&L, 0) / sum max(-P&L, 0)", decimals=2,
)  # fmt: skip
WORST_DAY = _metric("book_worst_day", "Worst day", "EUR", "Lowest daily result.", "min P&L", signed=True)
MAX_DRAWDOWN = _metric(
    "book_drawdown", "Largest drawdown", "EUR",
    "Deepest fall of the running result from its highest point so far; the start counts as one.",
    "max (peak - sum P&L)", "portal.domain.risk.drawdown.worst_stretch",
)  # fmt: skip
DRAWDOWN_NOW = _metric(
    "book_drawdown_now", "Drawdown now", "EUR",
    "How far the running result stands below its highest point.",
    "peak - sum P&L", "portal.domain.risk.drawdown.falls",
)  # fmt: skip
DAY_RESULT = _metric(
    "book_day_result", "Result of a day", "EUR", "Closing value less that of the day before.", "V(t) - V(t-1)",
    "portal.domain.risk.drawdown.running", signed=True, coloured=True,
)  # fmt: skip
DAY_RUNNING = _metric(
    "book_day_running", "Running result", "EUR", "Closing value less that of the first day shown.", "V(t) - V(0)",
    "portal.domain.risk.drawdown.running", signed=True,
)  # fmt: skip
DAY_DRAWDOWN = _metric(
    "book_day_drawdown", "Drawdown", "EUR", "How far the running result stands below its highest point so far.",
    "peak(t) - (V(t) - V(0))", "portal.domain.risk.drawdown.falls",
)  # fmt: skip
