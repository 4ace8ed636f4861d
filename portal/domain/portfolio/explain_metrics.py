"""The metric registry's entries of P&L explain."""

from portal.core.metrics import Metric, register
from portal.domain.portfolio.explain import Line

_EXPLAIN = "portal.domain.portfolio.explain"
_MEANING = {
    Line.NEW: "The value at the end of trades that were not there at the start.",
    Line.AMENDED: "What changed terms add to the value (a Shapley value beside the other causes); and trades that "
    "moved from or to another book, seen or not, with all of their value.",
    Line.CANCELLED: "The value at the start, lost, of trades that are cancelled at the end.",
    Line.PRICE: "What the move of forward prices adds to the value of trades that went on: delta, gamma and all above.",
    Line.VOL: "What the move of volatilities and correlations adds to the value of trades that went on.",
    Line.RATES: "What the move of zero rates adds to the value of trades that went on.",
    Line.TIME: "What passing time adds at unchanged marks: time value of options lost, discount unwound.",
    Line.FIXING: "What was delivered, fixed or expired, at its fixing or settlement against its mark at the start.",
    Line.FX: "What the move of exchange rates adds, on all that was realised and unrealised in other currencies.",
}

TOTAL = register(
    Metric(
        "portfolio.explain_total",
        "P&L of the period",
        "EUR",
        "Realised plus unrealised at the end less the same at the start, over the trades that have a value at both.",
        "sum( V1 · x1 - V0 · x0 )",
        f"{_EXPLAIN}.explain",
        decimals=0,
        signed=True,
    )
)
LINE = register(
    Metric(
        "portfolio.explain_line",
        "P&L by cause",
        "EUR",
        "The mean, over all orders in which the causes could have happened, of what this cause adds to the value when "
        "the book is fully revalued (its Shapley value). The lines sum to the P&L of the period.",
        "sum over S without i of |S|! (k - |S| - 1)! / k! · ( V(S + i) - V(S) )",
        "portal.domain.portfolio.shapley.shapley_values",
        decimals=0,
        signed=True,
    )
)
LOW = register(
    Metric(
        "portfolio.explain_low",
        "Least P&L of a cause in any order",
        "EUR",
        "The smallest amount that the cause would get if the causes had happened one after the other in some order.",
        "min over S without i of V(S + i) - V(S)",
        "portal.domain.portfolio.shapley.order_band",
        decimals=0,
        signed=True,
    )
)
HIGH = register(
    Metric(
        "portfolio.explain_high",
        "Most P&L of a cause in any order",
        "EUR",
        "The largest amount that the cause would get if the causes had happened one after the other in some order.",
        "max over S without i of V(S + i) - V(S)",
        "portal.domain.portfolio.shapley.order_band",
        decimals=0,
        signed=True,
    )
)
ORDERED = register(
    Metric(
        "portfolio.explain_ordered",
        "P&L by cause in the stated order",
        "EUR",
        "What the cause adds when the causes happen in the order time, delivery and fixing, interest rates, prices, "
        "volatilities, terms, exchange rates, with a full revaluation after each.",
        "V(S + i) - V(S),  S = the causes before i",
        "portal.domain.portfolio.shapley.ordered_values",
        decimals=0,
        signed=True,
    )
)
SENSITIVITY = register(
    Metric(
        "portfolio.explain_sensitivity",
        "P&L by sensitivities",
        "EUR",
        "The sensitivities at the start times the moves: delta, half gamma and cross gamma for prices, vega, vanna and "
        "half volga for volatilities, theta for time, rho for rates. Deals and fixings are taken from the revaluation.",
        "Δ dF + ½ Γ dF² + ν dσ + vanna dF dσ + ½ volga dσ² + Θ dt + ρ dr + V0 dx",
        "portal.domain.portfolio.explain_terms.sensitivities",
        decimals=0,
        signed=True,
    )
)
UNEXPLAINED = register(
    Metric(
        "portfolio.explain_unexplained",
        "Unexplained by sensitivities",
        "EUR",
        "The P&L of the period less the sum of its sensitivity terms.",
        "P&L - sum of terms",
        "portal.domain.portfolio.explain_terms.sensitivities",
        decimals=0,
        signed=True,
        coloured=False,
    )
)
UNEXPLAINED_RATIO = register(
    Metric(
        "portfolio.explain_unexplained_ratio",
        "Unexplained share",
        "%",
        "The size of what the sensitivities leave unexplained, over the sum of the sizes of the lines: a total that is "
        "near zero because gains and losses offset each other does not blow it up.",
        "|unexplained| / sum |line|",
        "portal.domain.portfolio.explain_terms.unexplained_share",
        decimals=1,
        percent=True,
    )
)
CELL = register(
    Metric(
        "portfolio.explain_cell",
        "P&L of one curve and month",
        "EUR",
        "The delta and half the gamma of the start times the move of one delivery month of one curve.",
        "Δ dF + ½ Γ dF²",
        "portal.domain.portfolio.explain_price.price_cells",
        decimals=0,
        signed=True,
    )
)
_CELLS = "portal.domain.portfolio.explain_price.price_cells"
PRICE_START, PRICE_END = (
    register(
        Metric(
            f"portfolio.explain_price_{end}",
            f"Price at the {end}",
            "",
            f"The mark of one delivery month of one curve that values the book at the {end} of the period: the newest "
            "quote under both clocks.",
            f"F{at}",
            "portal.domain.portfolio.marking.mark",
        )
    )
    for end, at in (("start", 0), ("end", 1))
)
PRICE_MOVE = register(
    Metric(
        "portfolio.explain_price_move",
        "Move of a price",
        "",
        "The mark of one delivery month of one curve at the end of the period less that at its start.",
        "dF = F1 - F0",
        _CELLS,
        signed=True,
    )
)
CELL_DELTA = register(
    Metric(
        "portfolio.explain_cell_delta",
        "Delta P&L of one curve and month",
        "EUR",
        "The delta of the start times the move of the price, at the exchange rate of the start.",
        "sum over trades of Δ · dF · money · x0",
        _CELLS,
        decimals=0,
        signed=True,
    )
)
CELL_GAMMA = register(
    Metric(
        "portfolio.explain_cell_gamma",
        "Gamma P&L of one curve and month",
        "EUR",
        "Half the gamma of the start times the square of the move of the price, at the exchange rate of the start.",
        "sum over trades of ½ · Γ · dF² · money · x0",
        _CELLS,
        decimals=0,
        signed=True,
    )
)
PART = register(
    Metric(
        "portfolio.explain_part",
        "P&L of one part",
        "EUR",
        "What a cause (or all of them) adds in one portfolio, trade, or curve and month; of all others together: the "
        "whole less the parts that are named.",
        "sum over trades of the part - sum of the parts named",
        f"{_EXPLAIN}.explain",
        decimals=0,
        signed=True,
    )
)
LEFT_OUT = register(
    Metric(
        "portfolio.explain_left_out",
        "Notional left out",
        "EUR",
        "The notional of the trades that have no value at the start or at the end, so that they are in no sum.",
        "sum |volume · price| of trades without a value",
        f"{_EXPLAIN}.explain",
        decimals=0,
    )
)
LINES = {
    line: register(
        Metric(
            f"portfolio.explain_{line.name.lower()}",
            f"P&L: {line.label.lower()}",
            "EUR",
            f"{_MEANING[line]} The lines sum to the P&L of the period.",
            "sum over S without i of |S|! (k - |S| - 1)! / k! · ( V(S + i) - V(S) )",
            f"{_EXPLAIN}.explain",
            decimals=0,
            signed=True,
        )
    )
    for line in Line
}
"""A metric for each line."""
