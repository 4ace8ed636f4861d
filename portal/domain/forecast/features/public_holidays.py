"""Public holidays of the country of a target, and the working days that they take with them."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from portal.core.arrays import DateArray1D
from portal.domain.forecast.features.base import Column, Inputs, Rows, column, feature_group
from portal.domain.forecast.series import Ahead


@feature_group("Holidays", version=1, sets=("power", "system", "daily"))
def public_holidays(rows: Rows, inputs: Inputs) -> Sequence[Column]:
    """Whether a day is a national public holiday, and whether it is a bridge between one and a weekend.

    Parameters
    ----------
    rows : Rows
        Rows of the table.
    inputs : Inputs
        Says the country.

    Returns
    -------
    sequence of Column
        Known ahead without end; none without a country. A bridge is a working Monday before or Friday after a holiday.

    References
    ----------
    The package ``holidays`` (MIT), categories "public".
    """
    if not inputs.country or not len(rows.day):
        return []
    years = rows.day.astype("datetime64[Y]").astype(np.int64) + 1970
    free = holidays_of(inputs.country, int(years.min()) - 1, int(years.max()) + 1)
    holiday = np.isin(rows.day, free)
    weekday = (rows.day.astype(np.int64) + 3) % 7
    bridge = ((weekday == 0) & np.isin(rows.day + 1, free)) | ((weekday == 4) & np.isin(rows.day - 1, free))
    return [
        column("holiday", "Public holiday", "0 or 1", Ahead.ALWAYS, holiday),
        column("bridge_day", "Bridge day", "0 or 1", Ahead.ALWAYS, bridge & ~holiday),
    ]


@lru_cache(maxsize=64)
def holidays_of(country: str, first: int, last: int) -> DateArray1D:
    """National public holidays of a country.

    Parameters
    ----------
    country : str
        ISO 3166 code.
    first, last : int
        Years, both included.

    Returns
    -------
    ndarray of shape (n,), datetime64[D]
        Days, rising; empty for a country that the package does not know.
    """
    import holidays as package  # slow to import, and only training needs it

    if country not in package.list_supported_countries():
        return np.zeros(0, dtype="datetime64[D]")
    found = package.country_holidays(country, years=range(first, last + 1))
    return np.array(sorted(found), dtype="datetime64[D]")
