"""The metric registry's entries of what-ifs."""

from portal.core.metrics import Metric, register

_EFFECT = "portal.domain.portfolio.what_if.effect"
_DELTAS = "portal.domain.portfolio.what_if.deltas"
_AFTER = "after less before, over all lines of the what-if; trades of the book stay as they are"


def _money(name: str, title: str, formula: str, symbols: str, *, coloured: bool = False) -> Metric:
    return register(
        Metric(
            f"whatif.{name}",
            title,
            "EUR",
            formula,
            symbols,
            _EFFECT,
            decimals=0,
            signed=True,
            coloured=coloured,
        )
    )


VALUE = _money(
    "value", "Change of value",
    f"Realised and unrealised value of what the deals add, less that of what they take away ({_AFTER}).",
    "dV = sum( V(after) ) - sum( V(before) )", coloured=True,
)  # fmt: skip
MOVE = _money(
    "move", "For a rise of 1 %", "What a rise of all marks by 1 % would bring more, to first order.",
    "sum( delta x 0.01 F x fx )",
)  # fmt: skip
GAMMA = _money(
    "gamma",
    "Gamma of that rise",
    "What the same rise adds in second order.",
    "sum( 0.5 gamma (0.01 F)^2 x fx )",
)
VEGA = _money(
    "vega", "Vega", "Change for one point of volatility: 0.01, or one price unit for normal volatility.",
    "sum( dV/dv x 0.01 (x 1 for normal volatility) x fx )",
)  # fmt: skip
THETA = _money("theta", "Theta", "Change for one calendar day that passes.", "sum( dV/dt / 365 x fx )")
RHO = _money("rho", "Rho", "Change for one basis point of interest rate.", "sum( dV/dr x 0.0001 x fx )")
LINE_VALUE = _money(
    "line_value", "Value of a line", "The change of value by one line of the what-if.", "V(after) - V(before)",
    coloured=True,
)  # fmt: skip
LINE_MOVE = _money(
    "line_move", "1 % move of a line", "What a rise of all marks by 1 % would bring more by one line.",
    "delta x 0.01 F x fx",
)  # fmt: skip
LINE_VEGA = _money(
    "line_vega",
    "Vega of a line",
    "Vega of one line, for one point of volatility: 0.01, or one price unit for normal one.",
    "dV/dv x 0.01 (x 1 for normal volatility) x fx",
)
LINE_THETA = _money(
    "line_theta", "Theta of a line", "Theta of one line, for one calendar day.", "dV/dt / 365 x fx"
)

LINE_FAIR = register(
    Metric(
        "whatif.line_fair", "Fair price of a line", "",
        "The price at which the deal of one line would be worth nothing over its whole delivery, what is fixed of it "
        "included.",
        "K* = K + V(K) / ( V(K) - V(K + 1) )",
        "portal.domain.portfolio.what_if.fair_price",
    )
)  # fmt: skip


def _volume(name: str, title: str, formula: str, symbols: str) -> Metric:
    return register(
        Metric(
            f"whatif.{name}", title, "", formula, symbols, _DELTAS, decimals=0, signed=True, coloured=False
        )
    )


CELL_BEFORE = _volume(
    "cell_before", "Delta before",
    "Delta-equivalent volume in one curve and month as it stands: of the book asked about, and of those whose trades "
    "would change.",
    "sum( delta ) over the trades of these books",
)  # fmt: skip
CELL_CHANGE = _volume(
    "cell_change", "Change of delta", "Delta-equivalent volume that the what-if adds in one curve and month.",
    "sum( delta(after) ) - sum( delta(before) )",
)  # fmt: skip
CELL_AFTER = _volume(
    "cell_after",
    "Delta after",
    "Delta of these books with the what-if in one curve and month.",
    "before + change",
)
CELL_RESIDUAL = register(
    Metric(
        "whatif.cell_residual", "Left over after the hedge", "",
        "What is left of the change of delta when it is hedged with whole lots.",
        "change + lots x lot, lots = -round( change / lot )",
        "portal.domain.portfolio.hedge.neutralise", decimals=0, signed=True, coloured=False,
    )
)  # fmt: skip
LIMIT_USE = register(
    Metric(
        "whatif.limit_use", "Limit use", "%",
        "The largest net obligation of the book in one delivery month of a commodity, over its limit, with the "
        "what-if.",
        "max over months of |net| / limit",
        "portal.domain.portfolio.position_limits.limit_use", decimals=0, percent=True,
    )
)  # fmt: skip

LIMIT_BEFORE = register(
    Metric(
        "whatif.limit_before", "Limit use before", "%",
        "The largest net obligation of the book in one delivery month of a commodity, over its limit, as it stands.",
        "max over months of |net| / limit",
        "portal.domain.portfolio.position_limits.limit_use", decimals=0, percent=True,
    )
)  # fmt: skip
LIMIT = register(
    Metric(
        "whatif.limit", "Limit of a month", "",
        "The largest net obligation that the book may have in one delivery month of a commodity, as set for it.",
        "limit in effect on the valuation day",
        "data.queries.positions.limits", decimals=0,
    )
)  # fmt: skip
