"""What the monitor does for health: tells that it lives, looks at everything, and keeps the record."""

from portal.core.config import settings
from portal.services.monitoring import agent, beats, probes, recording
from portal.services.monitoring.beats import Pulse

_HOUR_SECONDS = 3600.0
_pulse: Pulse | None = None


def tell() -> None:
    """Tell that the monitor lives."""
    global _pulse
    if _pulse is None:
        _pulse = Pulse("monitor", lambda: {"tasks": len(agent.TASKS)})
    _pulse.beat(at_once=True)


def leave() -> None:
    """Say goodbye, if it ever told that it lives."""
    if _pulse is not None:
        _pulse.leave()


def watch() -> None:
    """Look at everything and record what changed."""
    recording.record(probes.look(fresh=True).readings)


def forget() -> None:
    """Forget processes silent for days, once the record has asked them until when anybody looked."""
    if recording.has_begun():
        beats.forget()


BEAT = agent.register_task(agent.Task("beat", beats.SECONDS, tell, stop=leave))
HEALTH = agent.register_task(agent.Task("health", settings().monitor_seconds, watch))
FORGET = agent.register_task(agent.Task("beats.forget", _HOUR_SECONDS, forget))
