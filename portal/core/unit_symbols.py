"""The unit symbols that Enerscope reads, each with its exact size in base units and its dimension.

Base units: MWh, m3, t, tCO2e, h, and each currency for itself. Exact by definition: US gallon of 231 cubic inches,
barrel of 42 gallons, international table Btu of 1055.05585262 J, avoirdupois pound of 0.45359237 kg, toe of 11.63 MWh.
"""

from fractions import Fraction

Dimension = tuple[tuple[str, int], ...]

_BTU = Fraction("1055.05585262") / 3_600_000_000
_GALLON = Fraction("0.003785411784")
_GROUPS: dict[str, dict[str, Fraction]] = {
    "energy": {
        "MWh": Fraction(1),
        "kWh": Fraction(1, 1000),
        "GWh": Fraction(1000),
        "TWh": Fraction(1_000_000),
        "MJ": Fraction(1, 3600),
        "GJ": Fraction(1000, 3600),
        "TJ": Fraction(1_000_000, 3600),
        "Btu": _BTU,
        "MMBtu": _BTU * 10**6,
        "therm": _BTU * 10**5,
        "Gcal": Fraction("1.163"),
        "toe": Fraction("11.63"),
    },
    "volume": {
        "m3": Fraction(1),
        "l": Fraction(1, 1000),
        "gal": _GALLON,
        "bbl": _GALLON * 42,
        "kbbl": _GALLON * 42_000,
        "cf": Fraction("0.028316846592"),
        "Mcf": Fraction("28.316846592"),
        "mcm": Fraction(1_000_000),
    },
    "mass": {
        "t": Fraction(1),
        "kg": Fraction(1, 1000),
        "g": Fraction(1, 1_000_000),
        "kt": Fraction(1000),
        "Mt": Fraction(1_000_000),
        "lb": Fraction("0.00045359237"),
        "st": Fraction("0.90718474"),
    },
    "carbon": {"tCO2e": Fraction(1), "kgCO2e": Fraction(1, 1000), "MtCO2e": Fraction(1_000_000)},
    "time": {"h": Fraction(1), "day": Fraction(24), "min": Fraction(1, 60)},
    "index": {"index": Fraction(1)},
}
_POWER = {"MW": Fraction(1), "kW": Fraction(1, 1000), "GW": Fraction(1000)}

CURRENCIES: frozenset[str] = frozenset(
    (
        *(
            "AED",
            "AUD",
            "BGN",
            "BRL",
            "CAD",
            "CHF",
            "CLP",
            "CNH",
            "CNY",
            "COP",
            "CZK",
            "DKK",
            "EUR",
            "GBP",
            "HKD",
        ),
        *(
            "HUF",
            "IDR",
            "ILS",
            "INR",
            "ISK",
            "JPY",
            "KRW",
            "KZT",
            "MXN",
            "MYR",
            "NOK",
            "NZD",
            "PHP",
            "PLN",
            "QAR",
        ),
        *("RON", "RSD", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND", "ZAR"),
    )
)
MINOR_CURRENCIES: dict[str, str] = {"GBp": "GBP", "USc": "USD", "EURct": "EUR"}  # hundredths

# Spellings found in feeds. "ton" is left out on purpose: it may be short, long or metric.
ALIASES: dict[str, str] = {
    spelling: symbol
    for symbol, spellings in (
        ("GBp", "GBX p"), ("USc", "USX"), ("EUR", "€"), ("USD", "$ US$"), ("GBP", "£"),
        ("therm", "th thm"), ("MMBtu", "mmbtu"), ("bbl", "barrel"), ("gal", "gallon"), ("l", "L"), ("m3", "m³"),
        ("t", "mt MT tonne"), ("tCO2e", "tCO2 tCO2eq"), ("kgCO2e", "kgCO2"), ("day", "d"), ("h", "hour"),
        ("index", "pts points"),
    )
    for spelling in spellings.split()
}  # fmt: skip


def _all_symbols() -> dict[str, tuple[Fraction, Dimension]]:
    table: dict[str, tuple[Fraction, Dimension]] = {}
    for dimension, members in _GROUPS.items():
        table |= {symbol: (size, ((dimension, 1),)) for symbol, size in members.items()}
    table |= {symbol: (size, (("energy", 1), ("time", -1))) for symbol, size in _POWER.items()}
    table |= {code: (Fraction(1), ((code, 1),)) for code in CURRENCIES}
    table |= {code: (Fraction(1, 100), ((major, 1),)) for code, major in MINOR_CURRENCIES.items()}
    return table | {"%": (Fraction(1, 100), ())}


SYMBOLS: dict[str, tuple[Fraction, Dimension]] = _all_symbols()


def resolve_symbol(text: str) -> tuple[str, ...]:
    """Find the symbols that a spelling may mean.

    Parameters
    ----------
    text : str
        One symbol; another case counts where no exact spelling exists.

    Returns
    -------
    tuple of str
        One symbol when the spelling is clear, several when it is not, none when it is unknown.
    """
    exact = ALIASES.get(text, text)
    if exact in SYMBOLS:
        return (exact,)
    return tuple(sorted(_FOLDED.get(text.casefold(), ())))


_FOLDED: dict[str, set[str]] = {}
for _name in (*SYMBOLS, *ALIASES):
    _FOLDED.setdefault(_name.casefold(), set()).add(ALIASES.get(_name, _name))
