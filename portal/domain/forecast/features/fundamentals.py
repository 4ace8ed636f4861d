"""Load, wind and solar as forecast for the delivery day before its gate, and how they last came out."""

from collections.abc import Sequence

import numpy as np

from portal.domain.forecast.features.base import Column, Inputs, Rows, column, feature_group
from portal.domain.forecast.features.vintages import known_of
from portal.domain.forecast.series import Ahead

FORECASTS = (("load_fc", "Load forecast"), ("wind_fc", "Wind forecast"), ("solar_fc", "Solar forecast"))
_TWO_DAYS = np.timedelta64(48, "h")


@feature_group("Load, wind and solar", version=1, sets=("power", "system"))
def fundamentals(rows: Rows, inputs: Inputs) -> Sequence[Column]:
    """Day-ahead forecasts, what they leave to other plants, and how they missed two days before.

    Parameters
    ----------
    rows : Rows
        Rows of the table.
    inputs : Inputs
        Versions by slot.

    Returns
    -------
    sequence of Column
        ``load_fc``, ``wind_fc``, ``solar_fc`` and ``residual_fc`` (load less wind and solar), and ``residual_lag``, the
        residual load of the same hour two days before, whose actual values are the newest at the gate; MW.
    """
    found = [
        column(name, title, "MW", Ahead.SERVED, known_of(inputs.system[name], rows.stamp, rows.gate))
        for name, title in FORECASTS
        if name in inputs.system
    ]
    if len(found) == len(FORECASTS):
        load, wind, solar = (part.values for part in found)
        found.append(column("residual_fc", "Residual load forecast", "MW", Ahead.SERVED, load - wind - solar))
    if {"load", "wind", "solar"} <= inputs.system.keys():
        load, wind, solar = (
            known_of(inputs.system[name], rows.stamp - _TWO_DAYS, rows.gate)
            for name in ("load", "wind", "solar")
        )
        found.append(
            column("residual_lag", "Residual load two days before", "MW", Ahead.SERVED, load - wind - solar)
        )
    return found
