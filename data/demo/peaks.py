"""Peak-load forward curves: the base curve of a zone times the ratio that the hours of each season show."""

import numpy as np

from data.demo.calendar import Days
from data.demo.factors import Floats, autoregression
from data.demo.forwards import CurveHistory, months_of

# Peak (08-20, Monday to Friday) over base by delivery month, as the hourly prices of the demo have it.
PEAK_RATIOS = {
    "DE_LU": (1.23, 1.27, 1.15, 1.02, 0.97, 0.91, 0.93, 0.98, 1.05, 1.16, 1.28, 1.29),
    "FR": (1.22, 1.25, 1.16, 1.11, 1.10, 1.09, 1.10, 1.13, 1.15, 1.17, 1.22, 1.25),
}
SUMMER_WITHOUT_SUN = 1.18  # ratio of summer months before solar power pressed on noon
SUN_YEARS = (2017.0, 2025.0)  # from the one to the other
NOISE, HALF_LIFE_DAYS = 0.012, 15.0


def peak_curve(zone: str, base: CurveHistory, days: Days, rng: np.random.Generator) -> CurveHistory:
    """Return the peak curve of ``zone`` with the months, statuses and missing days of its base curve."""
    ratios = np.array(PEAK_RATIOS[zone])
    before = np.maximum(ratios, SUMMER_WITHOUT_SUN)
    years = days.astype("datetime64[D]").astype(np.float64) / 365.25 + 1970.0
    sun = np.interp(years, SUN_YEARS, (0.0, 1.0))[:, None]
    month = months_of(base.delivery) - 1
    noise = NOISE * autoregression(rng.standard_normal(len(days)), 0.5 ** (1.0 / HALF_LIFE_DAYS))
    ratio: Floats = (1.0 - sun) * before[month] + sun * ratios[month] + noise[:, None]
    value = np.round(base.value * ratio, 2)
    return CurveHistory(f"{base.code}_PEAK", base.delivery, value, base.status.copy(), base.published.copy())
