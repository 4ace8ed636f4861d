"""The metric registry's entries of forward curves."""

from portal.core.metrics import Metric, register

FORWARD_PRICE = register(
    Metric(
        "market.forward_price",
        "Forward price",
        "",
        "The price of a delivery product on the newest curve on or before the valuation day: a month as recorded; a "
        "quarter, season or year as the mean of its months weighted by delivery hours (power) or days (gas, oil, coal, "
        "carbon), and only when every month has a price.",
        "F = sum( w(m) F(m) ) / sum( w(m) ),  m = months of the product",
        "portal.domain.market.curve_products.product_price",
    )
)
AGO = ("day", "week", "month", "year")
FORWARD_CHANGE = {
    ago: register(
        Metric(
            f"market.forward_change_{ago}",
            f"Forward change on the {ago}",
            "",
            f"The forward price less the price of the same delivery on the last curve at or before a {ago} earlier.",
            "F(t, T) - F(s, T),  the same delivery T on both days",
            "portal.domain.market.curves.compare_curves",
            signed=True,
        )
    )
    for ago in AGO
}
CALENDAR_SPREAD = register(
    Metric(
        "market.calendar_spread",
        "Calendar spread",
        "",
        "The forward price of the near delivery less that of the far one; above zero the curve is backwardated there.",
        "F(t, near) - F(t, far)",
        "portal.domain.market.curves.calendar_spreads",
        signed=True,
    )
)
CALENDAR_SPREAD_CHANGE = {
    ago: register(
        Metric(
            f"market.calendar_spread_change_{ago}",
            f"Calendar spread change on the {ago}",
            "",
            f"The calendar spread less that of the same deliveries on the last curve at or before a {ago} earlier.",
            "S(t) - S(s),  the same near and far deliveries on both days",
            "portal.domain.market.curves.compare_curves",
            signed=True,
        )
    )
    for ago in AGO
}
CURVE_STRUCTURE = register(
    Metric(
        "market.curve_structure",
        "Curve structure",
        "%",
        "The price of the twelfth contract over the front's, less one: above zero is contango, below is backwardation. "
        "Not shown when the front's price is zero or negative.",
        "F(t, M12) / F(t, M1) - 1,  F(t, M1) > 0",
        "portal.domain.market.curve_products.curve_structure",
        decimals=1,
        signed=True,
        coloured=False,
        percent=True,
    )
)
