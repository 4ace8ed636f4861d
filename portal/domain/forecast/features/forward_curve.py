"""What the forward market says: the front month, and the step from the first month to the second."""

from collections.abc import Sequence

from portal.domain.forecast.features.base import Column, Inputs, Rows, column, feature_group
from portal.domain.forecast.features.vintages import newest_by
from portal.domain.forecast.series import Ahead


@feature_group("Forward curve", version=1, sets=("power", "daily"))
def forward_curve(rows: Rows, inputs: Inputs) -> Sequence[Column]:
    """The newest settle of the front month, and the slope of the curve at its start.

    Parameters
    ----------
    rows : Rows
        Rows of the table.
    inputs : Inputs
        Versions by trade date.

    Returns
    -------
    sequence of Column
        ``front`` (front month) and ``slope`` (second less first month), those that there are, in the unit of the curve.
    """
    found = []
    if "front" in inputs.prices:
        front = inputs.prices["front"]
        found.append(column("front", "Front month", front.unit, Ahead.SERVED, newest_by(front, rows.gate)))
    if inputs.slope is not None:
        values = newest_by(inputs.slope, rows.gate)
        found.append(column("slope", "Second less first month", inputs.slope.unit, Ahead.SERVED, values))
    return found
