"""The six bidding zones and their weather stations: size of demand, wind, sun, and how their prices are shaped."""

from dataclasses import dataclass

# Multiples of the mean by local hour 0-23. Low and high hours and their multiples are those of the calibration table.
LOAD_HOURS = (
    0.84,
    0.81,
    0.80,
    0.79,
    0.81,
    0.86,
    0.95,
    1.03,
    1.08,
    1.11,
    1.13,
    1.15,
    1.13,
    1.11,
    1.09,
    1.07,
    1.08,
    1.10,
    1.11,
    1.10,
    1.05,
    1.00,
    0.95,
    0.89,
)
LOAD_MONTHS = (1.10, 1.10, 1.05, 0.98, 0.96, 0.95, 0.96, 0.92, 0.95, 0.99, 1.05, 1.02)
PRICE_HOURS_SOLAR = (
    0.91,
    0.85,
    0.81,
    0.80,
    0.81,
    0.88,
    1.08,
    1.23,
    1.20,
    1.03,
    0.86,
    0.74,
    0.65,
    0.59,
    0.66,
    0.80,
    0.99,
    1.24,
    1.44,
    1.55,
    1.45,
    1.22,
    1.09,
    0.95,
)
PRICE_HOURS_THERMAL = (
    0.91,
    0.83,
    0.78,
    0.71,
    0.69,
    0.75,
    0.91,
    1.08,
    1.16,
    1.16,
    1.11,
    1.08,
    1.06,
    0.99,
    0.94,
    0.92,
    0.96,
    1.09,
    1.22,
    1.30,
    1.20,
    1.09,
    1.09,
    1.00,
)
PRICE_HOURS_FLAT = (
    0.93,
    0.88,
    0.84,
    0.83,
    0.83,
    0.86,
    0.95,
    1.04,
    1.09,
    1.09,
    1.06,
    1.05,
    1.05,
    1.04,
    0.99,
    0.96,
    0.96,
    1.00,
    1.06,
    1.11,
    1.13,
    1.14,
    1.07,
    1.00,
)
PRICE_HOURS_MIXED = (
    0.88,
    0.82,
    0.77,
    0.72,
    0.73,
    0.80,
    0.95,
    1.13,
    1.20,
    1.15,
    1.07,
    1.03,
    0.98,
    0.93,
    0.90,
    0.93,
    0.99,
    1.13,
    1.25,
    1.29,
    1.22,
    1.11,
    1.06,
    0.96,
)


@dataclass(frozen=True, slots=True)
class Zone:
    """One bidding zone.

    Megawatts are means over a year. ``heating_mw`` is extra load per degree below 15 C. ``multiples`` are the price at
    the standard-normal scores :data:`SCORES`, as multiples of the mean, so that the 1 % and 99 % quantiles, the share
    of negative hours and the median are those of the calibration table. ``driver`` is the weight of residual load.
    """

    code: str
    station: str
    latitude: float
    longitude: float
    load_mw: float
    heating_mw: float
    wind_mw: float
    wind_speed_ms: float
    solar_mw: float
    hours: tuple[float, ...]
    weekend: float
    multiples: tuple[float, ...]
    driver: float
    temperature_c: float
    amplitude_c: float
    spikes: float


SCORES = (-4.2, -3.1, -2.326, -1.645, -1.28, -0.674, 0.0, 0.674, 1.28, 1.645, 2.326, 3.1, 4.2)

ZONES = (
    Zone(
        "DE_LU",
        "BERLIN",
        52.5,
        10.5,
        53_300,
        260,
        14_700,
        5.6,
        8_200,
        PRICE_HOURS_SOLAR,
        0.66,
        (-1.8, -0.85, -0.20, 0.0, 0.20, 0.72, 1.00, 1.25, 1.56, 1.82, 2.85, 4.2, 6.0),
        0.72,
        10.0,
        9.2,
        5.0,
    ),
    Zone(
        "FR",
        "PARIS",
        47.0,
        2.4,
        50_800,
        1_500,
        5_300,
        4.6,
        3_300,
        PRICE_HOURS_THERMAL,
        0.75,
        (-1.2, -0.60, 0.01, 0.30, 0.45, 0.74, 1.00, 1.25, 1.51, 1.70, 2.12, 2.94, 4.0),
        0.62,
        12.0,
        8.0,
        4.0,
    ),
    Zone(
        "NL",
        "DE_BILT",
        52.1,
        5.2,
        12_600,
        70,
        3_500,
        5.9,
        2_500,
        PRICE_HOURS_MIXED,
        0.82,
        (-1.3, -0.62, 0.05, 0.36, 0.50, 0.77, 1.00, 1.24, 1.48, 1.65, 2.10, 2.90, 4.0),
        0.66,
        10.3,
        7.5,
        5.0,
    ),
    Zone(
        "BE",
        "UCCLE",
        50.8,
        4.4,
        9_300,
        60,
        1_750,
        5.2,
        1_150,
        PRICE_HOURS_MIXED,
        0.76,
        (-1.1, -0.50, 0.14, 0.38, 0.51, 0.76, 1.00, 1.24, 1.48, 1.65, 2.05, 2.90, 4.2),
        0.64,
        10.6,
        7.6,
        6.0,
    ),
    Zone(
        "ES",
        "MADRID",
        40.4,
        -3.7,
        27_200,
        150,
        6_800,
        4.2,
        5_700,
        PRICE_HOURS_FLAT,
        0.87,
        (0.0, 0.05, 0.15, 0.44, 0.60, 0.82, 1.02, 1.20, 1.37, 1.47, 1.67, 1.80, 1.9),
        0.60,
        15.0,
        10.0,
        2.0,
    ),
    Zone(
        "DK1",
        "AALBORG",
        56.5,
        9.3,
        2_600,
        18,
        1_800,
        6.6,
        260,
        PRICE_HOURS_MIXED,
        0.73,
        (-1.7, -0.75, -0.16, 0.14, 0.36, 0.75, 1.02, 1.27, 1.52, 1.68, 2.25, 3.0, 4.2),
        0.68,
        8.6,
        8.3,
        5.0,
    ),
)

# Correlation of the slow weather (wind) between zones, in the order of ZONES.
WIND_CORRELATION = (
    (1.00, 0.45, 0.72, 0.62, 0.08, 0.68),
    (0.45, 1.00, 0.50, 0.66, 0.30, 0.25),
    (0.72, 0.50, 1.00, 0.86, 0.08, 0.55),
    (0.62, 0.66, 0.86, 1.00, 0.10, 0.45),
    (0.08, 0.30, 0.08, 0.10, 1.00, 0.04),
    (0.68, 0.25, 0.55, 0.45, 0.04, 1.00),
)
TEMPERATURE_CORRELATION = (
    (1.00, 0.75, 0.90, 0.86, 0.30, 0.82),
    (0.75, 1.00, 0.82, 0.88, 0.50, 0.55),
    (0.90, 0.82, 1.00, 0.96, 0.35, 0.76),
    (0.86, 0.88, 0.96, 1.00, 0.38, 0.70),
    (0.30, 0.50, 0.35, 0.38, 1.00, 0.18),
    (0.82, 0.55, 0.76, 0.70, 0.18, 1.00),
)
# Correlation of what moves prices besides residual load: outages, imports, bidding.
MARKET_CORRELATION = (
    (1.00, 0.88, 0.90, 0.88, 0.50, 0.92),
    (0.88, 1.00, 0.90, 0.94, 0.72, 0.78),
    (0.90, 0.90, 1.00, 0.95, 0.52, 0.84),
    (0.88, 0.94, 0.95, 1.00, 0.58, 0.80),
    (0.50, 0.72, 0.52, 0.58, 1.00, 0.42),
    (0.92, 0.78, 0.84, 0.80, 0.42, 1.00),
)
