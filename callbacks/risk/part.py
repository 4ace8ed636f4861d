"""What is said where risk is that of one portfolio among several beside each other, whose risks do not add up."""

from dash.development.base_component import Component

from components.states import notice
from portal.services.risk.backtests import Backtested
from portal.services.risk.overview import Overview


def part_notice(found: Overview | Backtested) -> Component | None:
    """Return which portfolio the figures are of; None where it is all that the reader may see, or was chosen."""
    if not found.is_part:
        return None
    return notice(
        f"These figures are of {found.node.name} alone. You see several portfolios beside each other, and what they "
        "could lose together is not the sum of what each could lose: choose one after the other.",
        kind="warn",
    )
