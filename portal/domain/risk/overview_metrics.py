"""The metrics of Risk > Overview: forecasts against what happened, and how far the figures can be trusted."""

from portal.core.metrics import Metric, register

FORECAST_VAR = register(
    Metric(
        "risk.forecast_var",
        "VaR forecast",
        "EUR",
        "Value at risk for the day, forecast from what was known on the business day before: from exposures and gammas "
        "to the factors and the moves of the last 250 days. Losses are positive.",
        "VaR(c) of E x move + 1/2 G x move^2",
        "portal.domain.risk.daily_forecasts.forecasts",
        decimals=0,
        coloured=False,
    )
)
FORECAST_ES = register(
    Metric(
        "risk.forecast_es",
        "ES forecast",
        "EUR",
        "Expected shortfall for the day, forecast as the VaR is.",
        "ES(c) of E x move + 1/2 G x move^2",
        "portal.domain.risk.daily_forecasts.forecasts",
        decimals=0,
        coloured=False,
    )
)
HYPOTHETICAL = register(
    Metric(
        "risk.hypothetical_pnl",
        "Hypothetical P&L",
        "EUR",
        "What the positions of the business day before gained or lost on the day, with no trade changed.",
        "H(t) = V(book(t-1), market(t)) - V(book(t-1), market(t-1))",
        "portal.domain.portfolio.valuation.value_book",
        decimals=0,
        signed=True,
    )
)
ACTUAL = register(
    Metric(
        "risk.actual_pnl",
        "Actual P&L",
        "EUR",
        "The same trades as they stood on the day: amendments and cancellations count, new deals and fees do not.",
        "A(t) = V(book(t) without new deals, market(t)) - V(book(t-1), market(t-1))",
        "portal.domain.portfolio.valuation.value_book",
        decimals=0,
        signed=True,
    )
)
EXCEPTIONS = register(
    Metric(
        "risk.exceptions",
        "Exceptions",
        "days",
        "Days on which the hypothetical loss was above the VaR that was forecast for the day.",
        "N = number of days with -H(t) > VaR(t)",
        "portal.domain.risk.backtests.base.exceptions",
        decimals=0,
        coloured=False,
    )
)
SPREAD = register(
    Metric(
        "risk.method_spread",
        "Spread of methods",
        "",
        "Highest less lowest figure over all methods, over their median.",
        "(max - min) / median",
        "portal.domain.risk.badge.grade",
        decimals=0,
        percent=True,
        coloured=False,
    )
)
