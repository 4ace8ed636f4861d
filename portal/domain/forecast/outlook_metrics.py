"""The metrics of Forecast: what is forecast for a step or a block, how wide, and how it has held so far."""

from portal.core.metrics import Metric, register

BLOCK = register(
    Metric(
        "forecast.block_mean",
        "Forecast of a block",
        "",
        "Mean of the point forecasts of the steps of a block: all hours of the day (base), its hours from 8 to 20 "
        "(peak), or one step.",
        "mean over steps of E[y]",
        "portal.domain.forecast.fan.block_steps",
        coloured=False,
    )
)
BLOCK_BAND = register(
    Metric(
        "forecast.block_quantile",
        "Quantile of a block",
        "",
        "Value that the mean over a block stays below with the probability named: of one step its own quantile, of "
        "several that of the mean of the scenario paths, since quantiles of hours do not add up.",
        "inf{x : P(mean(y) <= x) >= p}",
        "portal.domain.forecast.fan.block_interval",
        coloured=False,
    )
)
VALUE = register(
    Metric(
        "forecast.value",
        "Forecast of a step",
        "",
        "Point forecast of one hour or day, as it was served.",
        "E[y(t+h) | t]",
        "portal.domain.forecast.base.ForecastModel",
        coloured=False,
    )
)
QUANTILE = register(
    Metric(
        "forecast.quantile",
        "Quantile of a step",
        "",
        "Value that one hour or day stays below with the probability named, as it was served; between served levels "
        "in a straight line.",
        "Q(p; t+h | t)",
        "portal.domain.forecast.fan.quantile_at",
        coloured=False,
    )
)
ACTUAL = register(
    Metric(
        "forecast.actual",
        "What happened",
        "",
        "The newest known value of an hour or day that had been forecast.",
        "y(t+h)",
        "portal.domain.forecast.prepare.prepare",
        coloured=False,
    )
)
COVERAGE = register(
    Metric(
        "forecast.live_coverage",
        "Coverage so far",
        "",
        "Share of the values that have arrived since which lie inside the 80 % interval that was served for them, over "
        "the forecasts of the days named.",
        "number inside [Q(0.1), Q(0.9)] / number arrived",
        "portal.domain.forecast.fan.share_inside",
        decimals=0,
        percent=True,
        coloured=False,
    )
)
ERROR = register(
    Metric(
        "forecast.live_error",
        "Error so far",
        "",
        "Mean absolute difference of the median that was served and what arrived since, over the forecasts of the days "
        "named.",
        "mean |y - Q(0.5)|",
        "portal.domain.forecast.fan.mean_error",
        coloured=False,
    )
)
DRIVER = register(
    Metric(
        "forecast.driver",
        "Weight of a driver",
        "",
        "How much a feature moved the forecast that was served, by the model's own measure (a share or an importance), "
        "as the model told it.",
        "weight(feature)",
        "portal.domain.forecast.base.Forecast",
        decimals=3,
        coloured=False,
    )
)
