"""The metrics of Overview that no other area has."""

from portal.core.metrics import Metric, register

CAUSE = register(
    Metric(
        "overview.cause",
        "P&L of a cause",
        "EUR",
        "The part of the P&L of the period that one node of the cause tree stands for: what its causes are worth in "
        "its portfolio, curve, delivery month and trade. Nodes that stand side by side sum to the node above them.",
        "sum over trades of the lines of P&L explain, or of Δ dF + ½ Γ dF² of one curve and month",
        "portal.domain.portfolio.explain.explain",
        decimals=0,
        signed=True,
    )
)
FORECAST_GAP = register(
    Metric(
        "overview.forecast_gap",
        "Forecast against curve",
        "%",
        "How far the median of the newest forecast lies above the newest known price: at its last step for a price of "
        "the day, the mean of its steps against the mean of the last known day for hourly power.",
        "(F - P) / |P|",
        "portal.domain.overview.sentences.gap",
        decimals=1,
        signed=True,
        percent=True,
        coloured=False,
    )
)
FORECAST_PRICE = register(
    Metric(
        "overview.forecast_price",
        "Price beside a forecast",
        "",
        "The newest known price of a series under both clocks; for hourly power the mean of the last 24 known hours.",
        "P",
        "portal.services.forecast.outlook.known_values",
    )
)
FORECAST_VALUE = register(
    Metric(
        "overview.forecast_value",
        "Forecast beside a price",
        "",
        "A quantile of the newest forecast: at its last step for a price of the day, the mean of its steps for hourly "
        "power.",
        "F_q",
        "portal.domain.forecast.fan.quantile_at",
    )
)
