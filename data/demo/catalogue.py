"""What the forward markets of the demo are made of: risk factors, their calibration, curves and landmarks.

A curve is ``ln F(t, T) = level + season(month of T) + carry x years + sum of beta x exp(-kappa x years) x factor(t)``.
Each factor is a driftless Gauss-Markov path with its own volatility. The volatilities and decays of the oil and
Henry Hub factors were fitted to the Samuelson tables of futures from 2010 to 2023 (see ``docs/demo.md``).
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Factor:
    """One source of risk: ``sigma`` per square-root year, ``kappa`` (decay over tenor and time) per year.

    ``group`` shares stochastic volatility, ``jumps`` per year carry ``jump_share`` of the variance.
    """

    code: str
    sigma: float
    kappa: float
    group: str = "oil"
    jumps: float = 0.0
    jump_share: float = 0.0


FACTORS: tuple[Factor, ...] = (
    Factor("OIL_L", 0.291, 0.143),
    Factor("OIL_S", 0.261, 0.954, jumps=2.3, jump_share=0.25),
    Factor("WTI_W", 0.140, 4.0),
    Factor("RB_G", 0.255, 3.5),
    Factor("HO_D", 0.140, 2.5),
    Factor("HH_L", 0.160, 0.10, "gas-us"),
    Factor("HH_S", 0.450, 1.00, "gas-us", jumps=6.3, jump_share=0.35),
    Factor("HH_F", 0.300, 8.0, "gas-us"),
    Factor("HH_W", 0.110, 0.8, "gas-us"),
    Factor("TTF_L", 0.420, 0.25, "gas-eu"),
    Factor("TTF_S", 0.420, 2.0, "gas-eu", jumps=5.0, jump_share=0.25),
    Factor("TTF_W", 0.060, 0.8, "gas-eu"),
    Factor("NBP_B", 0.160, 5.0, "gas-eu"),
    Factor("JKM_J", 0.560, 4.0, "gas-eu"),
    Factor("COAL_L", 0.260, 0.15, "coal"),
    Factor("COAL_S", 0.200, 2.0, "coal"),
    Factor("EUA_L", 0.410, 0.0, "carbon", jumps=3.0, jump_share=0.15),
    Factor("POWER", 0.280, 3.0, "gas-eu", jumps=4.0, jump_share=0.2),
    Factor("P_DE_LU", 0.100, 6.0, "gas-eu"),
    Factor("P_FR", 0.260, 3.0, "gas-eu"),
    Factor("P_NL", 0.080, 6.0, "gas-eu"),
    Factor("P_BE", 0.110, 6.0, "gas-eu"),
    Factor("P_ES", 0.240, 3.0, "gas-eu"),
    Factor("P_DK1", 0.180, 6.0, "gas-eu"),
    Factor("R_HH_SPOT", 0.950, 55.0, "gas-us", jumps=6.3, jump_share=0.5),
    Factor("R_TTF_DA", 0.420, 45.0, "gas-eu", jumps=4.0, jump_share=0.3),
    Factor("R_DUBAI", 0.090, 6.0),
    Factor("R_GASOIL", 0.070, 8.0),
    Factor("R_JET", 0.080, 6.0),
    Factor("R_NAPHTHA", 0.150, 4.0),
    Factor("R_FUEL_OIL", 0.180, 3.0),
    Factor("R_VLSFO", 0.140, 4.0),
    Factor("R_PROPANE", 0.330, 2.5, jumps=3.7, jump_share=0.15),
    Factor("R_THE", 0.050, 12.0, "gas-eu"),
    Factor("R_PEG", 0.070, 10.0, "gas-eu"),
    Factor("R_PSV", 0.080, 8.0, "gas-eu"),
    Factor("R_PVB", 0.110, 7.0, "gas-eu"),
    Factor("R_ZTP", 0.090, 10.0, "gas-eu"),
    Factor("R_API4", 0.140, 3.0, "coal"),
    Factor("R_UKA", 0.260, 1.2, "carbon"),
)

CORRELATIONS: dict[tuple[str, str], float] = {
    ("OIL_L", "OIL_S"): -0.135,
    ("OIL_L", "HH_L"): 0.20,
    ("OIL_S", "HH_S"): 0.10,
    ("OIL_L", "TTF_L"): 0.08,
    ("OIL_L", "COAL_L"): 0.20,
    ("OIL_S", "COAL_S"): 0.10,
    ("OIL_L", "EUA_L"): 0.15,
    ("HH_L", "TTF_L"): 0.25,
    ("HH_S", "TTF_S"): 0.22,
    ("TTF_L", "COAL_L"): 0.40,
    ("TTF_S", "COAL_S"): 0.25,
    ("TTF_L", "EUA_L"): 0.25,
    ("COAL_L", "EUA_L"): 0.10,
    ("TTF_S", "POWER"): 0.20,
    ("P_DE_LU", "P_DK1"): 0.4,
    ("P_FR", "P_BE"): 0.5,
    ("P_NL", "P_BE"): 0.5,
    ("P_FR", "P_ES"): 0.3,
}


@dataclass(frozen=True, slots=True)
class CurveSpec:
    """One forward market.

    ``loads`` maps factor to beta, and ``winter`` is the factor that lifts winter months and lowers summer ones.
    ``bridge`` is the factor that meets the landmarks, ``level`` the natural logarithm of the long-run price, ``season``
    the twelve monthly deviations in logs. ``quoted`` is the number of tenors with their own quotes (further ones are
    interpolated or proxied), ``end`` the price of the first contract on the last day.
    """

    code: str
    rule: str
    level: float
    loads: dict[str, float]
    season: tuple[float, ...] = (0.0,) * 12
    carry: float = 0.0
    winter: str | None = None
    bridge: str | None = None
    landmarks: tuple[tuple[date, float], ...] = ()
    end: float | None = None
    quoted: int = 24
    decimals: int = 2


# fmt: off
# Delivery-month shapes: mean log ratio to the curve's mean, futures 2010-2023.
HENRY_HUB_SEASON = (0.088, 0.072, 0.030, -0.057, -0.064, -0.053, -0.039, -0.036, -0.040, -0.029, 0.005, 0.060)
RBOB_SEASON = (-0.055, -0.048, -0.033, 0.042, 0.045, 0.047, 0.043, 0.036, 0.026, -0.033, -0.045, -0.052)
ULSD_SEASON = (0.012, 0.008, 0.000, -0.010, -0.014, -0.014, -0.010, -0.004, 0.004, 0.012, 0.012, 0.012)
TTF_SEASON = (0.070, 0.065, 0.035, -0.030, -0.050, -0.055, -0.055, -0.050, -0.035, 0.000, 0.040, 0.060)
NBP_SEASON = (0.060, 0.055, 0.025, -0.030, -0.050, -0.050, -0.045, -0.040, -0.030, 0.000, 0.045, 0.060)  # on top of TTF
JKM_SEASON = (0.075, 0.055, 0.000, -0.050, -0.055, -0.040, -0.015, -0.010, -0.020, 0.000, 0.025, 0.050)

# Landmarks: rounded levels that a reader of energy news remembers. They give the decade its shape; no quote is used.
BRENT_LANDMARKS = (
    (date(2016, 2, 1), 33.0), (date(2016, 11, 21), 48.0), (date(2017, 6, 21), 46.0), (date(2018, 5, 20), 79.0),
    (date(2018, 10, 3), 85.0), (date(2018, 12, 24), 52.0), (date(2019, 4, 25), 74.0), (date(2019, 10, 3), 58.0),
    (date(2020, 1, 6), 68.0), (date(2020, 4, 21), 21.0), (date(2020, 8, 20), 45.0), (date(2021, 3, 8), 68.0),
    (date(2021, 10, 25), 85.0), (date(2021, 12, 1), 69.0), (date(2022, 3, 8), 124.0), (date(2022, 6, 8), 121.0),
    (date(2022, 12, 8), 77.0), (date(2023, 6, 12), 73.0), (date(2023, 9, 27), 95.0), (date(2024, 4, 5), 90.0),
    (date(2024, 9, 10), 70.0), (date(2025, 1, 15), 81.0), (date(2025, 5, 5), 61.0), (date(2025, 8, 1), 70.0),
)
HENRY_HUB_LANDMARKS = (
    (date(2016, 3, 3), 1.7), (date(2016, 12, 28), 3.8), (date(2017, 6, 20), 2.9), (date(2018, 2, 15), 2.6),
    (date(2018, 11, 14), 4.6), (date(2019, 8, 5), 2.1), (date(2020, 6, 25), 1.6), (date(2021, 10, 5), 6.0),
    (date(2022, 8, 22), 9.4), (date(2023, 4, 13), 2.1), (date(2024, 2, 20), 1.7), (date(2024, 12, 24), 3.6),
    (date(2025, 3, 10), 4.3), (date(2025, 8, 20), 2.8),
)
TTF_LANDMARKS = (
    (date(2016, 4, 1), 12.0), (date(2016, 11, 21), 18.0), (date(2017, 6, 15), 15.0), (date(2018, 9, 25), 28.0),
    (date(2019, 9, 5), 11.0), (date(2020, 5, 25), 4.5), (date(2021, 1, 12), 22.0), (date(2021, 7, 15), 36.0),
    (date(2021, 12, 21), 150.0), (date(2022, 2, 15), 72.0), (date(2022, 3, 7), 180.0), (date(2022, 6, 8), 82.0),
    (date(2022, 8, 26), 290.0), (date(2022, 12, 30), 76.0), (date(2023, 6, 1), 25.0), (date(2023, 10, 20), 50.0),
    (date(2024, 2, 23), 23.0), (date(2024, 11, 21), 47.0), (date(2025, 2, 10), 55.0), (date(2025, 8, 20), 31.0),
)
COAL_LANDMARKS = (
    (date(2016, 2, 15), 43.0), (date(2016, 11, 7), 88.0), (date(2018, 7, 10), 97.0), (date(2019, 8, 1), 60.0),
    (date(2020, 5, 4), 42.0), (date(2021, 10, 5), 240.0), (date(2021, 11, 20), 135.0), (date(2022, 3, 8), 370.0),
    (date(2022, 6, 1), 320.0), (date(2022, 8, 25), 340.0), (date(2022, 12, 20), 215.0), (date(2023, 5, 25), 105.0),
    (date(2024, 6, 10), 110.0), (date(2025, 4, 10), 95.0),
)
EUA_LANDMARKS = (
    (date(2016, 9, 2), 4.2), (date(2017, 5, 12), 4.6), (date(2018, 9, 10), 23.0), (date(2019, 7, 23), 29.0),
    (date(2020, 3, 18), 17.0), (date(2020, 12, 28), 33.0), (date(2021, 5, 14), 56.0), (date(2021, 12, 8), 86.0),
    (date(2022, 3, 7), 60.0), (date(2022, 5, 18), 89.0), (date(2022, 8, 19), 95.0), (date(2022, 10, 3), 67.0),
    (date(2023, 2, 21), 98.0), (date(2023, 8, 16), 88.0), (date(2024, 2, 23), 54.0), (date(2024, 5, 27), 75.0),
    (date(2024, 12, 31), 72.0), (date(2025, 6, 10), 75.0),
)

BRENT_LOADS = {"OIL_L": 1.0, "OIL_S": 1.0}
ULSD_LOADS = {"OIL_L": 0.95, "OIL_S": 0.75, "HO_D": 1.0}
TTF_LOADS = {"TTF_L": 1.0, "TTF_S": 1.0}
COAL_LOADS = {"COAL_L": 1.0, "COAL_S": 1.0}

CURVES: tuple[CurveSpec, ...] = (
    CurveSpec("BRENT", "brent", 4.248, BRENT_LOADS, bridge="OIL_L", landmarks=BRENT_LANDMARKS, end=68.4,
              quoted=36),
    CurveSpec("WTI", "wti", 4.184, {"OIL_L": 1.05, "OIL_S": 1.0, "WTI_W": 1.0}, quoted=36),
    CurveSpec("RBOB", "month-end", 0.710, {"OIL_L": 1.0, "OIL_S": 0.85, "RB_G": 1.0}, RBOB_SEASON, quoted=18,
              decimals=4),
    CurveSpec("ULSD", "month-end", 0.820, ULSD_LOADS, ULSD_SEASON, quoted=18, decimals=4),
    CurveSpec("GASOIL", "gasoil", 6.525, {**ULSD_LOADS, "R_GASOIL": 1.0}, ULSD_SEASON, quoted=24),
    CurveSpec("HENRY_HUB", "gas-us", 1.240, {"HH_L": 1.0, "HH_S": 1.0, "HH_F": 1.0}, HENRY_HUB_SEASON, winter="HH_W",
              bridge="HH_S", landmarks=HENRY_HUB_LANDMARKS, end=3.72, quoted=36, decimals=3),
    CurveSpec("TTF", "gas-eu", 3.220, TTF_LOADS, TTF_SEASON, winter="TTF_W",
              bridge="TTF_L", landmarks=TTF_LANDMARKS, end=29.8, quoted=24, decimals=3),
    CurveSpec("THE", "gas-eu", 3.232, {**TTF_LOADS, "R_THE": 1.0}, TTF_SEASON, winter="TTF_W", quoted=12, decimals=3),
    CurveSpec("NBP", "gas-eu", 0.0, {"NBP_B": 1.0}, NBP_SEASON, quoted=24),
    CurveSpec("JKM", "lng", 2.430, {"TTF_L": 0.75, "TTF_S": 0.45, "JKM_J": 1.0}, JKM_SEASON, quoted=24, decimals=3),
    CurveSpec("API2", "in-month", 4.500, COAL_LOADS,
              bridge="COAL_L", landmarks=COAL_LANDMARKS, end=96.5, quoted=24),
    CurveSpec("EUA", "in-month", 4.300, {"EUA_L": 1.0}, carry=0.027,
              bridge="EUA_L", landmarks=EUA_LANDMARKS, end=78.6, quoted=24),
)
# fmt: on
