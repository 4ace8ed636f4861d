"""The portfolio tree of the demo desk: one desk, four areas, books below them."""

ROOT = "DESK"

PORTFOLIOS: tuple[tuple[str, str, str | None], ...] = (
    (ROOT, "Trading desk", None),
    ("OIL", "Oil", ROOT),
    ("OIL_CRUDE", "Crude", "OIL"),
    ("OIL_PRODUCTS", "Products and cracks", "OIL"),
    ("GAS", "Gas and LNG", ROOT),
    ("GAS_EU", "European gas hubs", "GAS"),
    ("GAS_LNG", "LNG and Henry Hub", "GAS"),
    ("POWER", "Power", ROOT),
    ("POWER_DE", "Power Germany", "POWER"),
    ("POWER_FR", "Power France and Iberia", "POWER"),
    ("POWER_SPREADS", "Spark and dark spreads", "POWER"),
    ("CARBON", "Carbon and coal", ROOT),
    ("CARBON_EUA", "Allowances", "CARBON"),
    ("CARBON_COAL", "Coal", "CARBON"),
)
"""Code, name and code of the node above; parents come first. A node without any below it is a book."""

TRADER_PORTFOLIOS = frozenset({"GAS", "POWER"})
"""What the demo trader may see; the other demo accounts see the whole desk."""
