"""Who sees which alerts: those of their permissions and of their part of the portfolio tree."""

from data.queries.alerts import Sight
from portal.core.actor import Actor


def sight_of(actor: Actor) -> Sight:
    """Return what ``actor`` may see of alerts; the system sees all."""
    nodes = None if actor.user_id is None else actor.portfolio_codes
    return Sight(frozenset(one.value for one in actor.permissions), nodes)
