"""The metrics of sign-offs and adjustments."""

from portal.core.metrics import Metric, register

_FROZEN = "portal.domain.signoff.frozen.freeze"
_COMPARED = "portal.domain.signoff.frozen.compare"
_SIGNED = (
    "The figure that the signatures of a portfolio and a day stand for, as found when it was prepared. "
    "It never changes; what was recorded later is in the difference."
)
_DIFFERENCE = "The figure under the clocks of the page less the figure that was signed."

SIGNED = register(
    Metric("signoff.signed", "Signed figure", "", _SIGNED, "F(as of, known at of the sign-off)", _FROZEN, signed=True)
)  # fmt: skip
SIGNED_SHARE = register(
    Metric(
        "signoff.signed_share", "Signed share", "", _SIGNED, "F(as of, known at of the sign-off)", _FROZEN,
        decimals=1, percent=True,
    )
)  # fmt: skip
DIFFERENCE = register(
    Metric("signoff.difference", "Difference to what was signed", "", _DIFFERENCE, "F(now) - F(signed)", _COMPARED,
           signed=True)
)  # fmt: skip
DIFFERENCE_SHARE = register(
    Metric(
        "signoff.difference_share", "Difference to the signed share", "", _DIFFERENCE, "F(now) - F(signed)",
        _COMPARED, decimals=1, percent=True, signed=True, coloured=False,
    )
)  # fmt: skip
BREACHES = register(
    Metric(
        "signoff.open_breaches",
        "Open breaches",
        "breaches",
        "Breaches of the limits of a portfolio and of all below it that are not closed. A limit that looks at a "
        "portfolio outside is not counted, so that all who see the portfolio count the same.",
        "count of breaches with state <> closed",
        "portal.domain.risk.limits.breach.read",
        decimals=0,
    )
)
STALE_SHARE = register(
    Metric(
        "signoff.stale_share",
        "Rests on stale inputs",
        "",
        "Share of the volume in money whose trades need a mark, volatility, rate, exchange rate or correlation that is "
        "stale or missing. Each trade counts once, with its whole volume.",
        "sum of notional(stale or missing) / sum of notional",
        "portal.domain.signoff.quality.stale_share",
        decimals=1,
        percent=True,
    )
)
COUNTED = register(
    Metric(
        "signoff.counted",
        "Sign-offs",
        "sign-offs",
        "Days and portfolios that are to be signed within the window and stand as asked for. To be signed are the "
        "portfolios that have others below them, on business days.",
        "count of (portfolio, day) with that state",
        "portal.domain.signoff.steps.read_round",
        decimals=0,
    )
)
ADJUSTMENT = register(
    Metric(
        "signoff.adjustment",
        "Adjustment",
        "",
        "An amount that somebody put beside a figure with a reason. It counts once a second person has approved it, "
        "and is never added into the figure.",
        "A as proposed",
        "portal.domain.signoff.adjusting.read_adjustment",
        signed=True,
        coloured=False,
    )
)
ADJUSTED = register(
    Metric(
        "signoff.adjusted",
        "Approved adjustments",
        "EUR",
        "Sum of the adjustments beside one figure of a portfolio, of all below it, and of a day that a second person "
        "has approved. It is shown beside that figure and never within it; amounts beside different figures are not "
        "added up.",
        "sum of A(approved, figure)",
        "portal.domain.signoff.adjusting.total_approved",
        decimals=2,
        signed=True,
        coloured=False,
    )
)
