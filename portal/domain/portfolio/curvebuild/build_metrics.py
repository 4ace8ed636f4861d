"""The metric registry's entries of curves built from quoted products."""

from portal.core.metrics import Metric, register

_BUILD = "portal.domain.portfolio.curvebuild.build.build_curve"
BUILT_PRICE = register(
    Metric(
        "market.built_price",
        "Built price",
        "",
        "The price of a delivery on the smoothest daily curve without arbitrage through the quoted "
        "products: the mean of its daily prices, weighted by delivery hours (power) or days (gas, oil). "
        "Days that no product covers are bridged. With the shape of the settled curve it is the difference "
        "from that curve that is smoothest.",
        "F = sum( w(d) f(d) ) / sum( w(d) ),  f minimises sum( (f(d+1) - 2 f(d) + f(d-1))^2 ) subject to "
        "F(product) = repaired quote",
        _BUILD,
    )
)
RESIDUAL = register(
    Metric(
        "market.built_residual",
        "Residual to the quote",
        "",
        "The quote of a product less its built price: what had to be given up so that all quotes can hold "
        "together. It is the smallest sum of squares that does so, and zero without arbitrage between "
        "quotes.",
        "r(i) = q(i) - F(i),  r minimises sum( r(i)^2 ) subject to q - r free of arbitrage",
        _BUILD,
        signed=True,
        coloured=False,
    )
)
GAP = register(
    Metric(
        "market.built_gap",
        "Arbitrage gap",
        "",
        "The quote of a product less the weighted mean of the quotes of the fewest products that it "
        "consists of; above zero the whole is dear and its parts are cheap. Before any repair.",
        "g = q(whole) - sum( w(i) q(i) ) / sum( w(i) ),  i = parts",
        "portal.domain.portfolio.curvebuild.arbitrage.overlap_gaps",
        signed=True,
        coloured=False,
    )
)
LARGEST_RESIDUAL = register(
    Metric(
        "market.built_residual_largest",
        "Largest residual",
        "",
        "The largest size of a residual to a quote on the built curve.",
        "max |r(i)|",
        _BUILD,
    )
)
LARGEST_GAP = register(
    Metric(
        "market.built_gap_largest",
        "Largest arbitrage gap",
        "",
        "The largest size of a gap between a quoted product and its quoted parts; zero when no product has "
        "quoted parts.",
        "max |g(i)|",
        "portal.domain.portfolio.curvebuild.arbitrage.overlap_gaps",
    )
)
STORED_RESIDUAL = register(
    Metric(
        "market.stored_residual",
        "Stored residual",
        "",
        "The residual to the quote of a product as it was stored with the curve of the same day; it differs"
        " from the residual shown only when quotes were corrected since.",
        "r(i) as recorded",
        _BUILD,
        signed=True,
        coloured=False,
    )
)
