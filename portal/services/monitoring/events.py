"""What happens to an alert, for those who follow it."""

from typing import Literal

Event = Literal["raised", "worse", "renewed", "cleared"]
"""``raised``: new; ``worse``: its severity rose; ``renewed``: found again, nothing new; ``cleared``: ends."""
