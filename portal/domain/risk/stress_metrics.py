"""The figures of Risk > Stress."""

from portal.core.metrics import Metric, register

_REVALUED = "portal.domain.risk.stress.impact.impact"

PNL = register(
    Metric(
        "risk.stress_pnl",
        "Stress P&L",
        "EUR",
        "The value of all trades in the market of the scenario, at its exchange rates, less their value today. Each "
        "trade is valued anew; no time passes. Trades without a value in one of the markets are left out.",
        "sum(V(stressed) x FX(stressed) - V(today) x FX(today))",
        _REVALUED,
        decimals=0,
        signed=True,
    )
)
PART_PNL = register(
    Metric(
        "risk.stress_part_pnl",
        "Stress P&L of a part",
        "EUR",
        "The stress P&L of the trades of one commodity, curve (that of the first leg) or kind.",
        "sum of V(stressed) - V(today) over the trades of the part",
        _REVALUED,
        decimals=0,
        signed=True,
    )
)
TRADE_PNL = register(
    Metric(
        "risk.stress_trade_pnl",
        "Stress P&L of a trade",
        "EUR",
        "The value of the trade in the market of the scenario, at its exchange rate, less its value today.",
        "V(stressed) x FX(stressed) - V(today) x FX(today)",
        _REVALUED,
        decimals=0,
        signed=True,
    )
)
LAYER_PNL = register(
    Metric(
        "risk.stress_layer_pnl",
        "Stress P&L of a layer",
        "EUR",
        "What a layer adds to the P&L on top of the layers before it, by full revaluation after each. The layers add "
        "up to the stress P&L.",
        "V(layers 1..j) - V(layers 1..j-1)",
        "portal.domain.risk.stress.impact.layer_steps",
        decimals=0,
        signed=True,
    )
)
LOST = register(
    Metric(
        "risk.stress_lost",
        "Trades without a value in the scenario",
        "trades",
        "Trades that have a value today and none in the market of the scenario, such as an average on a price that "
        "fell below zero. They are in no sum.",
        "count of trades with V(today) and no V(stressed)",
        _REVALUED,
        decimals=0,
    )
)
UNSHOCKED = register(
    Metric(
        "risk.stress_unshocked",
        "Money on a factor left unshocked",
        "EUR",
        "What rests on a factor that the scenario does not move: of a price the size of the delta of each trade at the "
        "mark, of an exchange rate the net value in the currency, of a zero rate the net unrealised value, of "
        "volatilities, correlations and models the notional of the trades that need them.",
        "|sum of the money of the trades|",
        "portal.domain.risk.stress.unshocked.unshocked",
        decimals=0,
    )
)
MULTIPLE = register(
    Metric(
        "risk.stress_multiple",
        "Multiple of the scenario that costs the loss",
        "times",
        "The smallest multiple of all sizes of the scenario at which the portfolio loses at least the amount asked: "
        "eight steps up to five times the scenario, then bisection, every one by full revaluation.",
        "min m: loss(m x scenario) >= loss",
        "portal.domain.risk.stress.reverse.smallest_multiple",
        decimals=3,
    )
)
LIKELY = register(
    Metric(
        "risk.stress_likely",
        "Distance of the most likely loss",
        "standard deviations",
        "How many standard deviations the most likely move of all factors must span until the portfolio loses the "
        "amount asked: the direction that costs most for its distance in the covariance of the newest historical run, "
        "walked by full revaluation.",
        "min k: loss(k x move) >= loss, move = -S d / sqrt(d' S d)",
        "portal.domain.risk.stress.reverse.smallest_multiple",
        decimals=2,
    )
)
LIKELY_MOVE = register(
    Metric(
        "risk.stress_likely_move",
        "Move on the most likely way",
        "of the factor",
        "What a factor does on the most likely way to the loss: its mean move with the P&L of the book over the "
        "scenarios of the run, per standard deviation of that P&L, times the standard deviations needed.",
        "-k x mean(move x P&L) / sqrt(mean(P&L^2))",
        "portal.domain.risk.stress.reverse.likely_direction",
        decimals=4,
        signed=True,
        coloured=False,
    )
)
LIKELY_PNL = register(
    Metric(
        "risk.stress_likely_pnl",
        "P&L of a factor on the most likely way",
        "EUR",
        "The exposure of the portfolio to the factor times its move on the most likely way to the loss; first order.",
        "exposure x move",
        "portal.domain.risk.stress.reverse.likely_direction",
        decimals=0,
        signed=True,
    )
)
