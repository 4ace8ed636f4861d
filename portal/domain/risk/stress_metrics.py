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
