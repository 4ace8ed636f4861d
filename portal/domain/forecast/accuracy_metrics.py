"""The metrics of Forecast > Accuracy: scores of models, their gain over the seasonal naive, and what it is worth."""

from portal.core.metrics import Metric, register

LOSS = register(
    Metric(
        "forecast.mean_loss",
        "Mean loss of a forecast",
        "",
        "A score in the unit of the target over the forecasts that meet a known value: MAE (of the median), RMSE "
        "(of the mean), pinball loss (mean over the served quantiles), CRPS, Winkler score (80 % and 95 %), "
        "width of an interval, or bias. Filled values and steps that were past at the origin are left out.",
        "1/n sum L(y, F); RMSE its root",
        "portal.domain.forecast.scoring.scores_of",
        coloured=False,
    )
)
RATIO = register(
    Metric(
        "forecast.relative_loss",
        "Relative loss of a forecast",
        "ratio",
        "rMAE: mean absolute error over that of the seasonal naive on the same values. MASE and MSIS: over the mean "
        "seasonal difference of each origin's own history. Below 1 is better than the naive.",
        "sum |y - f| / sum |y - naive|; mean |y - f| / scale",
        "portal.domain.forecast.scoring.scores_of",
        decimals=3,
        coloured=False,
    )
)
COVERAGE = register(
    Metric(
        "forecast.interval_coverage",
        "Coverage of an interval",
        "fraction",
        "Share of what happened within the central interval of 50, 80 or 95 %. It should be near its name; between two "
        "served quantiles the ends are interpolated.",
        "1/n sum 1{q(a/2) <= y <= q(1 - a/2)}",
        "portal.domain.forecast.scores.coverage.inside",
        decimals=1,
        percent=True,
        coloured=False,
    )
)
GAIN = register(
    Metric(
        "forecast.gain_over",
        "Gain over another forecast",
        "fraction",
        "How much lower the mean loss is than that of the seasonal naive, or of another model, at the same origins and "
        "steps; below zero it is higher. With RMSE the losses are squared errors.",
        "1 - mean L(model) / mean L(other)",
        "portal.domain.forecast.leaderboard.pair_of",
        decimals=1,
        signed=True,
        percent=True,
    )
)
P_GAIN = register(
    Metric(
        "forecast.gain_over_naive_p",
        "P value of the gain over the naive",
        "probability",
        "Probability of so large a gain by luck when the model is no better than the seasonal naive: one-sided "
        "Diebold-Mariano test of the mean losses by origin with the factor of Harvey, Leybourne and Newbold, "
        "corrected by Holm's method for the number of models that were tried. Below 0.05 the gain is more than "
        "luck.",
        "Holm(Pr(t(n-1) >= DM))",
        "portal.domain.forecast.leaderboard.correct_pairs",
        decimals=4,
        coloured=False,
    )
)
PAIR_STATISTIC = register(
    Metric(
        "forecast.pair_statistic",
        "Diebold-Mariano statistic of two models",
        "statistic",
        "Mean difference of the losses of two models by origin over its standard error, with the factor of Harvey, "
        "Leybourne and Newbold; positive when the chosen model is better.",
        "DM = mean(d) / sqrt(V / n) * sqrt((n + 1 - 2h + h(h-1)/n) / n)",
        "portal.domain.forecast.comparison.diebold_mariano.diebold_mariano",
        decimals=2,
        coloured=False,
    )
)
PAIR_P = register(
    Metric(
        "forecast.pair_p",
        "Diebold-Mariano p value of two models",
        "probability",
        "Probability of a difference at least as large when both are equally good: two-sided, not corrected for "
        "the number of pairs.",
        "2 Pr(t(n-1) >= |DM|)",
        "portal.domain.forecast.comparison.diebold_mariano.diebold_mariano",
        decimals=4,
        coloured=False,
    )
)
PAIR_CONDITIONAL_P = register(
    Metric(
        "forecast.pair_conditional_p",
        "Giacomini-White p value of two models",
        "probability",
        "Probability of the observed pattern when neither model can be told beforehand to do better: a small one "
        "says that the last known difference foretells who will be better next.",
        "Pr(chi2(2) >= n Z' V^-1 Z)",
        "portal.domain.forecast.comparison.giacomini_white.giacomini_white",
        decimals=4,
        coloured=False,
    )
)
BELOW = register(
    Metric(
        "forecast.share_below",
        "Share below a quantile",
        "fraction",
        "How often what happened lay at or below the quantile of a level; it should be near the level.",
        "1/n sum 1{y <= q(p)}",
        "portal.domain.forecast.calibration.calibrate",
        decimals=1,
        percent=True,
        coloured=False,
    )
)
RESULT = register(
    Metric(
        "forecast.money_result",
        "Result of a decision",
        "",
        "Money of one decision rule at all origins. Load, wind, solar: buy the forecast volume day-ahead and "
        "settle the miss at the imbalance cost. Prices: consume 1 unit in each of the slots that look cheapest. "
        "Spreads: run in the steps that look profitable. On the forecast, on the seasonal naive, or with perfect "
        "foresight.",
        "-c sum |y - b| hours; -sum y(chosen); sum y 1{f > 0}",
        "portal.domain.forecast.value.shift_value",
        signed=True,
    )
)
VALUE = register(
    Metric(
        "forecast.money_value",
        "Value of a forecast",
        "",
        "Money more than the same decision makes on the seasonal naive, at all origins.",
        "result(forecast) - result(naive)",
        "portal.domain.forecast.value.Value",
        signed=True,
    )
)
CAPTURED = register(
    Metric(
        "forecast.money_captured",
        "Share of the perfect gain",
        "fraction",
        "The value of a forecast over what perfect foresight would make more than the seasonal naive.",
        "(result(forecast) - result(naive)) / (result(perfect) - result(naive))",
        "portal.domain.forecast.value.Value",
        decimals=1,
        percent=True,
        coloured=False,
    )
)
