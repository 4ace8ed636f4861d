"""Gas, coal and carbon: the newest settles at the gate."""

from collections.abc import Sequence

from portal.domain.forecast.features.base import Column, Inputs, Rows, column, feature_group
from portal.domain.forecast.features.vintages import newest_by
from portal.domain.forecast.series import Ahead

TITLES = {"gas": "Gas price", "coal": "Coal price", "carbon": "Carbon price"}


@feature_group("Fuel and carbon", version=1, sets=("power", "daily"))
def fuels(rows: Rows, inputs: Inputs) -> Sequence[Column]:
    """The newest settle of each fuel and of the allowance.

    Parameters
    ----------
    rows : Rows
        Rows of the table.
    inputs : Inputs
        Versions of daily settles.

    Returns
    -------
    sequence of Column
        ``gas``, ``coal``, ``carbon``, those that there are, in the units of the instruments.
    """
    return [
        column(
            name, inputs.prices[name].name or title, inputs.prices[name].unit, Ahead.SERVED,
            newest_by(inputs.prices[name], rows.gate),
        )
        for name, title in TITLES.items()
        if name in inputs.prices
    ]  # fmt: skip
