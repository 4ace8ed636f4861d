"""What the demo desk trades: sizes and steps of each curve, and the lines of business of each book.

A line is one kind of trade on one curve in one book, with its share of that kind. ``buys`` is the share of purchases:
physical forwards are mostly sold to customers and bought back as futures, so that books stay near flat. ``twin`` adds
the other legs of a strategy: ``calendar`` the same product further out, ``crack`` crude against a product, ``spark``
gas and allowances against power, ``arbitrage`` the neighbouring hub.
"""

from dataclasses import dataclass

YEARS = 2
LIVE = {
    "future": 1750,
    "forward_physical": 970,
    "forward_financial": 810,
    "swap": 500,
    "option": 600,
    "asian": 200,
    "spread_option": 150,
}
"""Live trades on the last day by kind; storage and swing are added one by one to make 5,000."""
CLOSED = {
    "future": 2300,
    "forward_physical": 1150,
    "forward_financial": 950,
    "swap": 550,
    "option": 750,
    "asian": 230,
    "spread_option": 160,
}
"""Trades of the two years that have run out."""
CANDIDATES = 3.0  # drawn for each that is wanted, so that both states can be filled


@dataclass(frozen=True, slots=True)
class Market:
    """How one curve is dealt in.

    ``unit`` is the unit of a quantity (MW or the curve's own), ``lot`` its step, ``lots`` the median size, ``spread``
    the spread of sizes in logs. ``products`` are the odds of month, quarter, season and year, ``reach`` the mean months
    ahead. ``early`` are the trading days by which options expire before the future; ``pay`` the days to payment.
    """

    unit: str
    lot: float
    lots: float
    tick: float
    strike: float
    products: tuple[float, float, float, float]
    reach: float
    early: int
    pay: int
    spread: float = 0.7


MONTHLY = (0.80, 0.12, 0.0, 0.08)
GAS = (0.50, 0.22, 0.16, 0.12)
POWER = (0.46, 0.28, 0.0, 0.26)
MARKETS = {
    "BRENT": Market("bbl", 1000, 20, 0.01, 1.0, MONTHLY, 6, 3, 5),
    "WTI": Market("bbl", 1000, 20, 0.01, 1.0, MONTHLY, 6, 3, 5),
    "RBOB": Market("gal", 42000, 8, 0.0001, 0.05, MONTHLY, 4, 3, 5),
    "ULSD": Market("gal", 42000, 8, 0.0001, 0.05, MONTHLY, 4, 3, 5),
    "GASOIL": Market("t", 100, 50, 0.25, 10.0, MONTHLY, 4, 5, 5),
    "HENRY_HUB": Market("MMBtu", 10000, 18, 0.001, 0.1, GAS, 7, 1, 25),
    "JKM": Market("MMBtu", 10000, 10, 0.005, 0.25, MONTHLY, 6, 1, 15),
    "TTF": Market("MW", 1, 20, 0.005, 1.0, GAS, 7, 5, 20),
    "THE": Market("MW", 1, 10, 0.005, 1.0, GAS, 6, 5, 20),
    "NBP": Market("therm", 30000, 14, 0.01, 2.5, GAS, 6, 5, 20),
    "POWER_DE_LU": Market("MW", 1, 11, 0.01, 5.0, POWER, 8, 4, 20),
    "POWER_FR": Market("MW", 1, 8, 0.01, 5.0, POWER, 8, 4, 20),
    "POWER_ES": Market("MW", 1, 8, 0.01, 5.0, POWER, 6, 4, 20),
    "EUA": Market("t", 1000, 16, 0.01, 5.0, (1.0, 0.0, 0.0, 0.0), 8, 5, 2),
    "API2": Market("t", 1000, 10, 0.05, 5.0, MONTHLY, 7, 5, 10),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of business; ``share`` is its part of the trades of its kind, ``scale`` multiplies the usual size."""

    kind: str
    book: str
    curve: str
    share: float
    buys: float = 0.5
    twin: str | None = None
    twins: float = 0.0
    scale: float = 1.0
    other: str | None = None  # second curve of a spread option
    ratio2: float = 1.0


# fmt: off
LINES = (
    Line("future", "OIL_CRUDE", "BRENT", 0.14, 0.50, "calendar", 0.35),
    Line("future", "OIL_CRUDE", "WTI", 0.08, 0.52, "arbitrage", 0.30),
    Line("future", "OIL_PRODUCTS", "RBOB", 0.05, 0.55, "crack", 0.55),
    Line("future", "OIL_PRODUCTS", "ULSD", 0.05, 0.52, "crack", 0.55),
    Line("future", "OIL_PRODUCTS", "GASOIL", 0.04, 0.46, "calendar", 0.25),
    Line("future", "GAS_EU", "TTF", 0.17, 0.56, "calendar", 0.30),
    Line("future", "GAS_EU", "NBP", 0.04, 0.48, "arbitrage", 0.40),
    Line("future", "GAS_LNG", "HENRY_HUB", 0.09, 0.58, "arbitrage", 0.25),
    Line("future", "GAS_LNG", "JKM", 0.03, 0.40, "calendar", 0.20),
    Line("future", "POWER_DE", "POWER_DE_LU", 0.12, 0.64, "calendar", 0.12),
    Line("future", "POWER_FR", "POWER_FR", 0.07, 0.60, "calendar", 0.10),
    Line("future", "POWER_SPREADS", "POWER_DE_LU", 0.05, 0.42, "spark", 0.85),
    Line("future", "CARBON_EUA", "EUA", 0.07, 0.54),
    Line("future", "CARBON_COAL", "API2", 0.05, 0.50, "calendar", 0.25),
    Line("forward_physical", "OIL_CRUDE", "BRENT", 0.05, 0.52, scale=8.0),
    Line("forward_physical", "OIL_PRODUCTS", "GASOIL", 0.05, 0.50, scale=3.0),
    Line("forward_physical", "GAS_EU", "TTF", 0.20, 0.44),
    Line("forward_physical", "GAS_EU", "THE", 0.10, 0.46),
    Line("forward_physical", "GAS_LNG", "JKM", 0.03, 0.60, scale=10.0),
    Line("forward_physical", "POWER_DE", "POWER_DE_LU", 0.28, 0.33),
    Line("forward_physical", "POWER_FR", "POWER_FR", 0.15, 0.36),
    Line("forward_physical", "POWER_FR", "POWER_ES", 0.05, 0.45),
    Line("forward_physical", "CARBON_EUA", "EUA", 0.05, 0.42),
    Line("forward_physical", "CARBON_COAL", "API2", 0.04, 0.55, scale=4.0),
    Line("forward_financial", "OIL_CRUDE", "BRENT", 0.09, 0.50),
    Line("forward_financial", "OIL_CRUDE", "WTI", 0.05, 0.50),
    Line("forward_financial", "GAS_EU", "TTF", 0.20, 0.50, "calendar", 0.10),
    Line("forward_financial", "GAS_EU", "NBP", 0.07, 0.50),
    Line("forward_financial", "POWER_DE", "POWER_DE_LU", 0.26, 0.54),
    Line("forward_financial", "POWER_FR", "POWER_FR", 0.15, 0.55),
    Line("forward_financial", "POWER_SPREADS", "POWER_FR", 0.08, 0.45, "spark", 0.85),
    Line("forward_financial", "CARBON_COAL", "API2", 0.10, 0.50),
    Line("swap", "OIL_CRUDE", "BRENT", 0.22, 0.45),
    Line("swap", "OIL_CRUDE", "WTI", 0.08, 0.50),
    Line("swap", "OIL_PRODUCTS", "ULSD", 0.12, 0.42),
    Line("swap", "OIL_PRODUCTS", "GASOIL", 0.12, 0.45),
    Line("swap", "GAS_LNG", "HENRY_HUB", 0.14, 0.45),
    Line("swap", "GAS_LNG", "JKM", 0.08, 0.50),
    Line("swap", "GAS_EU", "TTF", 0.10, 0.45),
    Line("swap", "POWER_DE", "POWER_DE_LU", 0.06, 0.50),
    Line("swap", "CARBON_COAL", "API2", 0.08, 0.48),
    Line("option", "OIL_CRUDE", "BRENT", 0.20, 0.50, scale=1.5),
    Line("option", "OIL_CRUDE", "WTI", 0.08, 0.50, scale=1.5),
    Line("option", "OIL_PRODUCTS", "ULSD", 0.04, 0.50),
    Line("option", "OIL_PRODUCTS", "RBOB", 0.03, 0.50),
    Line("option", "GAS_EU", "TTF", 0.22, 0.50, scale=1.5),
    Line("option", "GAS_LNG", "HENRY_HUB", 0.13, 0.50, scale=1.5),
    Line("option", "POWER_DE", "POWER_DE_LU", 0.14, 0.48),
    Line("option", "POWER_FR", "POWER_FR", 0.06, 0.48),
    Line("option", "CARBON_EUA", "EUA", 0.10, 0.50),
    Line("asian", "OIL_CRUDE", "BRENT", 0.40, 0.46),
    Line("asian", "OIL_PRODUCTS", "ULSD", 0.15, 0.45),
    Line("asian", "GAS_LNG", "HENRY_HUB", 0.20, 0.46),
    Line("asian", "GAS_EU", "TTF", 0.25, 0.45),
    Line("spread_option", "POWER_SPREADS", "POWER_DE_LU", 0.42, 0.55, other="TTF", ratio2=2.0),
    Line("spread_option", "POWER_SPREADS", "POWER_FR", 0.18, 0.55, other="TTF", ratio2=2.0),
    Line("spread_option", "OIL_PRODUCTS", "RBOB", 0.16, 0.50, other="BRENT", ratio2=1.0 / 42.0),
    Line("spread_option", "OIL_PRODUCTS", "ULSD", 0.14, 0.50, other="WTI", ratio2=1.0 / 42.0),
    Line("spread_option", "OIL_CRUDE", "BRENT", 0.10, 0.50, other="WTI"),
)
# fmt: on

# The second legs of strategies: curve, side against the first, quantity for one of the first.
GAS_FOR_POWER, CARBON_FOR_MWH = 2.0, 0.404
TWINS = {
    ("crack", "RBOB"): (("BRENT", -1, 1.0 / 42.0),),
    ("crack", "ULSD"): (("WTI", -1, 1.0 / 42.0),),
    ("arbitrage", "WTI"): (("BRENT", -1, 1.0),),
    ("arbitrage", "NBP"): (("TTF", -1, 1.0 / 24_500.0),),  # MW for therms in a month
    ("arbitrage", "HENRY_HUB"): (("JKM", -1, 1.0),),
    ("spark", "POWER_DE_LU"): (("TTF", -1, GAS_FOR_POWER), ("EUA", -1, 730.0 * CARBON_FOR_MWH)),
    ("spark", "POWER_FR"): (("TTF", -1, GAS_FOR_POWER), ("EUA", -1, 730.0 * CARBON_FOR_MWH)),
}
PROFILES = {"base": 0.66, "peak": 0.22, "offpeak": 0.06, "shaped": 0.06}
"""Of physical and financial power forwards; futures are base or peak, other kinds base."""
SHAPES = (
    # Multiples for the hours of a weekday and of a day at the weekend: offices, and heating.
    ((0.55,) * 6 + (0.8, 1.15) + (1.5,) * 10 + (1.2, 0.95, 0.8, 0.7, 0.6, 0.55), (0.55,) * 24),
    ((0.9,) * 5 + (1.25, 1.45, 1.45, 1.2) + (0.95,) * 7 + (1.15, 1.4, 1.4, 1.25, 1.1, 1.0, 0.9, 0.85),
     (0.95,) * 7 + (1.15,) * 14 + (0.95,) * 3),
)  # fmt: skip
