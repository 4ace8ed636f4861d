"""The metrics of Portfolio > Valuation."""

from portal.core.metrics import Metric, register

_VALUE = "portal.domain.portfolio.valuation.value_book"

VALUE = register(
    Metric(
        "portfolio.value",
        "Value",
        "EUR",
        "Realised and unrealised money of all trades that have a value, in euros at the exchange rates of the day.",
        "V = sum over trades of fx x (realised + unrealised)",
        "portal.domain.portfolio.rollup.total",
        decimals=0,
        signed=True,
    )
)
UNREALISED = register(
    Metric(
        "portfolio.unrealised",
        "Unrealised",
        "EUR",
        "What is still to come, at the marks of the day: volume x (mark - price), discounted; model value of options.",
        "U = sum over trades of fx x unrealised",
        "portal.domain.portfolio.rollup.total",
        decimals=0,
        signed=True,
    )
)
REALISED = register(
    Metric(
        "portfolio.realised",
        "Realised",
        "EUR",
        "What has been fixed or settled since the first trade, and premiums; discounted until it is paid.",
        "R = sum over trades of fx x realised",
        "portal.domain.portfolio.rollup.total",
        decimals=0,
        signed=True,
    )
)
_PNL = (
    "Value on the day less value at the close {start}, both as known at the same moment. A trade without a value on "
    "one of the two days is left out. Weekends and closing days of TARGET are not business days."
)
DTD, MTD, YTD = (
    register(
        Metric(
            f"portfolio.{key}",
            title,
            "EUR",
            _PNL.format(start=start),
            "P = sum over trades of V(t) - V(t0)",
            "portal.domain.portfolio.rollup.period_pnl",
            decimals=0,
            signed=True,
        )
    )
    for key, title, start in (
        ("dtd", "Day to date", "of the business day before"),
        ("mtd", "Month to date", "of the last business day of the month before"),
        ("ytd", "Year to date", "of the last business day of the year before"),
    )
)
BY_PERIOD = {"dtd": DTD, "mtd": MTD, "ytd": YTD}


def _trade(key: str, title: str, unit: str, formula: str, symbols: str, decimals: int = 0) -> Metric:
    return register(
        Metric(
            f"portfolio.trade_{key}", title, unit, formula, symbols, _VALUE, decimals=decimals, signed=True
        )
    )


TRADE_VALUE = _trade(
    "value",
    "Value of a trade",
    "EUR",
    "Realised and unrealised money of one trade, in euros at the exchange rate of the day.",
    "V = fx x sum over months of (R + U); linear: U = side x volume x (1 - w) x (F - K) x df, "
    "R = side x volume x w x (mean fixing - K) x df; options: U = volume x model value, R = payoff - premium",
)
TRADE_UNREALISED = _trade(
    "unrealised",
    "Unrealised of a trade",
    "EUR",
    "What is still to come of one trade, at the marks of the day.",
    "fx x sum over months of U",
)
TRADE_REALISED = _trade(
    "realised",
    "Realised of a trade",
    "EUR",
    "What has been fixed or settled of one trade, and its premium.",
    "fx x sum over months of R",
)
TRADE_DELTA = _trade(
    "delta",
    "Delta of a trade",
    "",
    "Volume with the same change of value for a small move of the marks, on the trade's own curve.",
    "sum over months of dV/dF, in the volume unit of the curve",
)
TRADE_GAMMA = _trade(
    "gamma",
    "Gamma of a trade",
    "",
    "Second derivative of the value by the marks, in native money per price unit squared.",
    "sum over months of d2V/dF2",
    1,
)
TRADE_VEGA = _trade(
    "vega",
    "Vega of a trade",
    "EUR",
    "Change of the value for a volatility higher by one point: 0.01, or one price unit for normal volatility.",
    "fx x dV/dvol x 0.01 (x 1 for normal volatility)",
)
TRADE_THETA = _trade(
    "theta",
    "Theta of a trade",
    "EUR",
    "Change of the value over one calendar day with all marks unchanged.",
    "fx x dV/dt / 365",
)
TRADE_RHO = _trade(
    "rho",
    "Rho of a trade",
    "EUR",
    "Change of the value for zero rates higher by one basis point.",
    "fx x dV/dr x 0.0001",
)


def _leg(
    key: str,
    title: str,
    formula: str,
    symbols: str,
    by: str = _VALUE,
    *,
    coloured: bool = False,
    **more: bool,
) -> Metric:
    return register(
        Metric(f"portfolio.leg_{key}", title, "", formula, symbols, by, coloured=coloured, **more)
    )


LEG_VOLUME = _leg(
    "volume",
    "Volume of a delivery month",
    "What a trade delivers on one curve in one month, in the volume unit of the curve: power over the hours of its "
    "profile. Positive is long; of a right it is the notional.",
    "side x MW x hours, or side x quantity",
    "portal.domain.portfolio.legs.expand",
    signed=True,
)
LEG_MARK = _leg(
    "mark",
    "Mark of a delivery month",
    "The price that values a delivery month: its newest quote on the curve under both clocks.",
    "F",
    "portal.domain.portfolio.marking.mark",
)
LEG_FIXED = register(
    Metric(
        "portfolio.leg_fixed",
        "Share of a delivery month that is fixed",
        "%",
        "How many of the fixings of the month are there, of all that it will have; the whole of it when it is over.",
        "w = fixings / expected fixings",
        "portal.domain.portfolio.marking.expected_fixings",
        decimals=0,
        percent=True,
    )
)
LEG_VOLATILITY = _leg(
    "volatility",
    "Volatility of a delivery month",
    "The volatility of a year at the strike of the trade, read off the newest surface of the curve; where its model is "
    "normal, in price units.",
    "vol(month, moneyness)",
    "portal.domain.portfolio.volatility_marks.volatility",
)
LEG_UNREALISED = _leg(
    "unrealised",
    "Unrealised of a delivery month",
    "What is still to come of one month of a trade, at its mark, in the currency of the trade.",
    "volume x (1 - w) x (F - K) x df; options: volume x model value",
    signed=True,
    coloured=True,
)
LEG_REALISED = _leg(
    "realised",
    "Realised of a delivery month",
    "What has been fixed or settled of one month of a trade, in the currency of the trade.",
    "volume x w x (mean fixing - K) x df; options: payoff - premium",
    signed=True,
    coloured=True,
)
LEG_DELTA = _leg(
    "delta",
    "Delta of a delivery month",
    "Volume of one month with the same change of value for a small move of its mark.",
    "dV/dF, in the volume unit of the curve",
    signed=True,
)
GAP_NOTIONAL = register(
    Metric(
        "portfolio.gap_notional",
        "Money that rests on it",
        "EUR",
        "Absolute volume at the mark, or at the agreed price without a mark, of all trades that need the input.",
        "N = sum over legs of |volume| x price x fx",
        "portal.domain.portfolio.rollup.gaps",
        decimals=0,
    )
)
GAP_LOST, GAP_OLD = (
    register(
        Metric(
            f"portfolio.{key}",
            title,
            "EUR",
            f"Absolute volume at the mark, or at the agreed price without a mark, that rests on inputs {which}. A leg "
            "that lacks several inputs counts for each.",
            "sum over inputs of N",
            "portal.domain.portfolio.rollup.gaps",
            decimals=0,
        )
    )
    for key, title, which in (
        ("gap_lost", "Money without a value", "without which a trade has no value"),
        ("gap_old", "Money at old marks", "that are stale or that a trade is valued without"),
    )
)
CLOSE = register(
    Metric(
        "portfolio.close",
        "Stored close",
        "EUR",
        "Realised and unrealised at the end of a day, as the run that closed the day stored it.",
        "V = sum over books of realised + unrealised",
        "portal.domain.portfolio.rollup.total",
        decimals=0,
        signed=True,
    )
)


def _count(name: str, title: str, formula: str, symbols: str) -> Metric:
    return register(Metric(f"portfolio.{name}", title, "trades", formula, symbols, _VALUE, decimals=0))


COUNTED = _count(
    "counted_trades",
    "Trades",
    "Trades of the portfolio under both clocks that were not cancelled; matured ones count.",
    "count( not cancelled )",
)
WITHOUT_VALUE = _count(
    "trades_without_value",
    "Trades without a value",
    "Trades that were not cancelled and are left out of all sums, because a mark or another input is missing.",
    "count( not cancelled, no value )",
)
GAP_TRADES = _count(
    "gap_trades",
    "Trades that rest on an input",
    "Trades whose value needs an input that is missing or stale.",
    "count( trades that need the input )",
)
