"""US-MM-06: nobody buys above the best offer or sells below the best bid of the book."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "US-MM-06",
    "Violating bids and offers",
    regimes=("US-CFTC",),
    kinds=("trade",),
    law="CEA 4c(a)(5)(A)",
    trust="V",
    inputs={
        "trade.contract": "s?",
        "trade.month": "s?",
        "trade.qty": "n?",
        "trade.side": "s",
        "trade.price": "n",
        "trade.on_order_book": "b",
        "trade.block_or_efrp": "b",
        "market.best_bid": "n",
        "market.best_offer": "n",
    },
    test="buy price > best offer, or sell price < best bid, on the order book, no block or EFRP -> flag",
    actions=("flag",),
)
def check(case: Case) -> Answer:
    """Compare the price of a fill on the book with the best price of the other side at that time."""
    price, is_buy = case["trade.price"], case["trade.side"] == "buy"
    if not case["trade.on_order_book"] or case["trade.block_or_efrp"]:
        return NOTHING
    if is_buy:
        best, name, is_worse = case["market.best_offer"], "best offer", price > case["market.best_offer"]
    else:
        best, name, is_worse = case["market.best_bid"], "best bid", price < case["market.best_bid"]
    if case["trade.side"] not in ("buy", "sell") or not is_worse:
        return NOTHING
    text = (
        f"{'Bought' if is_buy else 'Sold'} at {price:,.10g} while the {name} was {best:,.10g}. The rule asks for no "
        "intent; find out how the order was entered."
    )
    return Answer((Finding(Action.FLAG, text, measured=price, limit=best),))
