"""The six bidding zones and their weather stations: size of demand, wind, sun, and how their prices are shaped."""

from dataclasses import dataclass

# Multiples of the mean by local hour 0-23. Low and high hours and their multiples are those of the calibration table.
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
    ``wind_speed_ms`` is the mean at hub height; ``spikes`` are scarcity days per year.
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
        code="DE_LU",
        station="BERLIN",
        latitude=52.5,
        longitude=10.5,
        load_mw=53_300,
        heating_mw=260,
        wind_mw=14_700,
        wind_speed_ms=6.0,
        solar_mw=8_200,
        temperature_c=10.0,
        amplitude_c=9.2,
        hours=PRICE_HOURS_SOLAR,
        weekend=0.66,
        driver=0.8,
        spikes=7.0,
        multiples=(-1.8, -0.85, -0.2, 0.0, 0.2, 0.72, 1.0, 1.25, 1.56, 1.82, 2.85, 4.2, 6.0),
    ),
    Zone(
        code="FR",
        station="PARIS",
        latitude=47.0,
        longitude=2.4,
        load_mw=50_800,
        heating_mw=1_500,
        wind_mw=5_300,
        wind_speed_ms=5.9,
        solar_mw=3_300,
        temperature_c=12.0,
        amplitude_c=8.0,
        hours=PRICE_HOURS_THERMAL,
        weekend=0.75,
        driver=0.6,
        spikes=5.5,
        multiples=(-1.2, -0.6, 0.01, 0.3, 0.45, 0.74, 1.0, 1.25, 1.51, 1.7, 2.12, 2.94, 4.0),
    ),
    Zone(
        code="NL",
        station="DE_BILT",
        latitude=52.1,
        longitude=5.2,
        load_mw=12_600,
        heating_mw=70,
        wind_mw=3_500,
        wind_speed_ms=6.5,
        solar_mw=2_500,
        temperature_c=10.3,
        amplitude_c=7.5,
        hours=PRICE_HOURS_MIXED,
        weekend=0.82,
        driver=0.62,
        spikes=6.0,
        multiples=(-1.3, -0.62, 0.05, 0.36, 0.5, 0.77, 1.0, 1.24, 1.48, 1.65, 2.1, 2.9, 4.0),
    ),
    Zone(
        code="BE",
        station="UCCLE",
        latitude=50.8,
        longitude=4.4,
        load_mw=9_300,
        heating_mw=60,
        wind_mw=1_750,
        wind_speed_ms=6.1,
        solar_mw=1_150,
        temperature_c=10.6,
        amplitude_c=7.6,
        hours=PRICE_HOURS_MIXED,
        weekend=0.76,
        driver=0.64,
        spikes=7.0,
        multiples=(-1.1, -0.5, 0.14, 0.38, 0.51, 0.76, 1.0, 1.24, 1.48, 1.65, 2.05, 2.9, 4.2),
    ),
    Zone(
        code="ES",
        station="MADRID",
        latitude=40.4,
        longitude=-3.7,
        load_mw=27_200,
        heating_mw=150,
        wind_mw=6_800,
        wind_speed_ms=5.8,
        solar_mw=5_700,
        temperature_c=15.0,
        amplitude_c=10.0,
        hours=PRICE_HOURS_FLAT,
        weekend=0.87,
        driver=0.55,
        spikes=3.0,
        multiples=(0.0, 0.05, 0.15, 0.44, 0.6, 0.82, 1.02, 1.2, 1.37, 1.47, 1.67, 1.8, 1.9),
    ),
    Zone(
        code="DK1",
        station="AALBORG",
        latitude=56.5,
        longitude=9.3,
        load_mw=2_600,
        heating_mw=18,
        wind_mw=1_800,
        wind_speed_ms=6.8,
        solar_mw=260,
        temperature_c=8.6,
        amplitude_c=8.3,
        hours=PRICE_HOURS_MIXED,
        weekend=0.73,
        driver=0.68,
        spikes=6.5,
        multiples=(-1.7, -0.75, -0.16, 0.14, 0.36, 0.75, 1.02, 1.27, 1.52, 1.68, 2.25, 3.0, 4.2),
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
    (1.00, 0.93, 0.93, 0.93, 0.62, 0.95),
    (0.93, 1.00, 0.96, 0.97, 0.80, 0.85),
    (0.93, 0.96, 1.00, 0.97, 0.66, 0.88),
    (0.93, 0.97, 0.97, 1.00, 0.70, 0.86),
    (0.62, 0.80, 0.66, 0.70, 1.00, 0.50),
    (0.95, 0.85, 0.88, 0.86, 0.50, 1.00),
)
