"""Wall-clock times to UTC, with the two days of the year on which a clock shows an hour twice, or never."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

BIDDING_ZONES = {
    "AT": "Europe/Vienna", "BE": "Europe/Brussels", "BG": "Europe/Sofia", "CH": "Europe/Zurich", "CZ": "Europe/Prague",
    "DE": "Europe/Berlin", "DE_LU": "Europe/Berlin", "DE_AT_LU": "Europe/Berlin", "DK1": "Europe/Copenhagen",
    "DK2": "Europe/Copenhagen", "EE": "Europe/Tallinn", "ES": "Europe/Madrid", "FI": "Europe/Helsinki",
    "FR": "Europe/Paris",
    "GB": "Europe/London", "GR": "Europe/Athens", "HR": "Europe/Zagreb", "HU": "Europe/Budapest", "IE": "Europe/Dublin",
    "IE_SEM": "Europe/Dublin", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga",
    "NL": "Europe/Amsterdam", "NP_SYS": "Europe/Oslo", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon",
    "RO": "Europe/Bucharest",
    "RS": "Europe/Belgrade", "SE1": "Europe/Stockholm", "SE2": "Europe/Stockholm", "SE3": "Europe/Stockholm",
    "SE4": "Europe/Stockholm", "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava",
    **{f"NO{i}": "Europe/Oslo" for i in range(1, 6)},
    **{f"IT_{part}": "Europe/Rome" for part in ("NORD", "CNOR", "CSUD", "SUD", "CALA", "SICI", "SARD", "ROSN")},
}  # fmt: skip
"""Bidding zones and the zone in which their delivery days are counted (ENTSO-E area list)."""

ONCE, TWICE, NEVER = 1, 2, 0
_DAY = 86400


@lru_cache(maxsize=64)
def _transitions(zone: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the UTC seconds at which the offset of ``zone`` changes (1900 to 2100), and the offset from then on."""
    info = ZoneInfo(zone)
    moment = datetime(1900, 1, 1, tzinfo=UTC)
    end = datetime(2100, 1, 1, tzinfo=UTC)
    moments, offsets = [int(moment.timestamp())], [_offset(info, moment)]
    step = timedelta(days=7)
    while moment < end:
        following = moment + step
        if _offset(info, following) != offsets[-1]:
            low, high = int(moment.timestamp()), int(following.timestamp())
            while high - low > 1:
                middle = (low + high) // 2
                if _offset(info, datetime.fromtimestamp(middle, UTC)) == offsets[-1]:
                    low = middle
                else:
                    high = middle
            moments.append(high)
            offsets.append(_offset(info, datetime.fromtimestamp(high, UTC)))
        moment = following
    return np.array(moments, np.int64), np.array(offsets, np.int64)


def _offset(info: ZoneInfo, moment: datetime) -> int:
    shift = moment.astimezone(info).utcoffset()
    return int(shift.total_seconds()) if shift is not None else 0


def utc_offsets(seconds: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """Return the offset of ``zone`` in seconds at each UTC moment."""
    moments, offsets = _transitions(zone)
    place = np.searchsorted(moments, seconds, side="right") - 1
    return offsets[np.maximum(place, 0)]


def local_days(seconds: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """Return the local calendar day (days since 1970) of each UTC moment in ``zone``."""
    return (seconds + utc_offsets(seconds, zone)) // _DAY


def from_wall_clock(
    local: NDArray[np.int64], zone: str
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Return the first and the second UTC moment of each wall-clock time, and how often the clock shows it.

    The two moments are equal where the clock shows the time ONCE. Where it shows it NEVER (the hour that is skipped in
    spring) both are meaningless.
    """
    # The candidates are the offsets in force a day before and a day after, and no zone changes twice within that.
    before, after = utc_offsets(local - _DAY, zone), utc_offsets(local + _DAY, zone)
    early, late = local - before, local - after
    early_fits = utc_offsets(early, zone) == before
    late_fits = utc_offsets(late, zone) == after
    first = np.where(early_fits, early, late)
    second = np.where(late_fits, late, early)
    times = np.where(
        early_fits & late_fits & (early != late), TWICE, np.where(early_fits | late_fits, ONCE, NEVER)
    )
    return first, second, times.astype(np.uint8)
