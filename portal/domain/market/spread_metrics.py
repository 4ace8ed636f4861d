"""The metric registry's entries of spreads, beside the spread itself (``market.spread``)."""

from portal.core.metrics import Metric, register

SPREAD_CHANGE = register(
    Metric(
        "market.spread_change",
        "Spread change",
        "",
        "The spread less the spread of the day before on which all its legs have a price.",
        "S(t) - S(t-1)",
        "portal.domain.market.spread_statistics.standing",
        signed=True,
    )
)
SPREAD_MEAN = register(
    Metric(
        "market.spread_mean",
        "Mean of the spread",
        "",
        "The mean of the last n values of the spread, its newest among them.",
        "mean( S(t-n+1) … S(t) )",
        "portal.domain.market.spread_statistics.standing",
        signed=True,
        coloured=False,
    )
)
SPREAD_ZSCORE = register(
    Metric(
        "market.spread_zscore",
        "z-score of the spread",
        "sd",
        "The distance of the newest spread from the mean of its last n values, in their sample standard deviations.",
        "( S(t) - mean ) / sd,  over S(t-n+1) … S(t)",
        "portal.domain.market.spread_statistics.standing",
        decimals=2,
        signed=True,
        coloured=False,
    )
)
SPREAD_PERCENTILE = register(
    Metric(
        "market.spread_percentile",
        "Percentile rank of the spread",
        "%",
        "The share of the last n values of the spread that are below the newest; those equal to it count half.",
        "( #{ S(i) < S(t) } + #{ S(i) = S(t) } / 2 ) / n,  i = t-n+1 … t",
        "portal.domain.market.spread_statistics.standing",
        decimals=0,
        percent=True,
    )
)
SPREAD_CONTRIBUTION = register(
    Metric(
        "market.spread_contribution",
        "Contribution of a leg",
        "",
        "The price of one leg of the spread times its factor, in the unit of the spread; they add up to the spread.",
        "c(k) = P(k) · f(k),  S = sum c(k)",
        "portal.domain.market.spread_terms.contributions",
        signed=True,
        coloured=False,
    )
)
