"""What the monitor does for packs: has those made that are due."""

from portal.services.monitoring import agent
from portal.services.packs import rounds

SECONDS = 15.0


def look() -> None:
    """Ask for the packs that are due."""
    rounds.make_due()


DUE = agent.register_task(agent.Task("packs.due", SECONDS, look))
