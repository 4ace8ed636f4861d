"""The metrics of Portfolio > Trades."""

from portal.core.metrics import Metric, register

TRADES = register(
    Metric(
        "portfolio.trades",
        "Trades",
        "trades",
        "The number of trades of the filter whose first version is in effect on the valuation day and known by then. "
        "Cancelled trades count, since they were made.",
        "count( trades )",
        "data.queries.blotter.count_trades",
        decimals=0,
    )
)
LIVE_TRADES = register(
    Metric(
        "portfolio.live_trades",
        "Live trades",
        "trades",
        "Trades of the filter that are neither cancelled nor matured, with delivery after the valuation day.",
        "count( not cancelled, not matured, delivery_end > as_of )",
        "data.queries.blotter.count_trades",
        decimals=0,
    )
)
WAITING_TRADES = register(
    Metric(
        "portfolio.waiting_trades",
        "Trades with an open proposal",
        "trades",
        "Trades of the filter for which an amendment or a cancellation was proposed and not yet decided at the moment "
        "of the view.",
        "count( proposed and not decided by known_at )",
        "data.queries.blotter.count_trades",
        decimals=0,
    )
)
TERM = register(
    Metric(
        "portfolio.trade_term",
        "Term of a trade",
        "",
        "What was agreed, as the newest version of the trade under both clocks states it. Every version stands behind "
        "it, with who recorded and approved it.",
        "term of the last version with effective_on <= as_of and recorded_at <= known_at",
        "data.queries.trade_versions.history",
        decimals=3,
    )
)
