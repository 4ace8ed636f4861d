"""The metric registry's entries of positions."""

from portal.core.metrics import Metric, register
from portal.domain.portfolio.positions import Measure

_COUNTED = (
    "Counted are the trades as both clocks show them, from the month of the valuation day on unless other months are "
    "chosen: obligations alone (MW become energy through the hours of the profile), or with rights (options, storage, "
    "swing) at their notional volume or at their delta."
)
_WORDS = {
    Measure.NET: ("Net position", "The volume bought less the volume sold.", "N = sum( v )"),
    Measure.LONG: ("Long position", "The volume bought.", "L = sum( v ),  v > 0"),
    Measure.SHORT: ("Short position", "The volume sold, below zero.", "S = sum( v ),  v < 0"),
    Measure.GROSS: (
        "Gross position",
        "The volume bought plus the volume sold.",
        "G = L - S = sum( |v| )",
    ),
}
POSITION = {
    measure: register(
        Metric(
            f"portfolio.position_{measure.value}",
            title,
            "",
            f"{words} {_COUNTED}",
            symbols,
            "portal.domain.portfolio.positions.pivot",
            decimals=1,
            signed=measure is Measure.NET,
            coloured=False,
        )
    )
    for measure, (title, words, symbols) in _WORDS.items()
}
POSITION_TRADES = register(
    Metric(
        "portfolio.position_trades",
        "Trades in the position",
        "trades",
        "The number of trades that hold a volume in the position, after what was amended or cancelled was taken back.",
        "n = count( trades with v <> 0 )",
        "portal.domain.portfolio.positions.pivot",
        decimals=0,
    )
)
LIMIT_USE = register(
    Metric(
        "portfolio.limit_use",
        "Limit use",
        "%",
        "The net volume of a book in a commodity for one delivery month, either way, over the limit of the book in it; "
        "volumes in MWh, of carbon in t of CO2. Calm below 60 %, amber up to 100 %, above it the limit is broken.",
        "u = |N| / limit",
        "portal.domain.portfolio.position_limits.limit_use",
        decimals=0,
        percent=True,
    )
)
POSITION_LIMIT = register(
    Metric(
        "portfolio.position_limit",
        "Position limit",
        "",
        "The largest net volume, either way, that a book may hold in a commodity for one delivery month: the newest "
        "that was set by the moment known. In MWh, for carbon in t of CO2.",
        "limit, as set",
        "portal.domain.portfolio.position_limits.limit_use",
    )
)
