"""The portal's own processes, by their signs of life: web, workers, scheduler, monitor."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portal.core import clock
from portal.core.config import Settings
from portal.domain.monitoring.health import Reading, State
from portal.domain.monitoring.judging import Crew, Sign, judge_errors, muster
from portal.services.monitoring import beats
from portal.services.monitoring.probes import Probe
from portal.services.monitoring.traffic import WINDOW_SECONDS

WEB, WORKER, BEAT, MONITOR = "web", "worker", "beat", "monitor"
SECONDS = 2.5
TITLES = {WEB: "web server", WORKER: "worker", BEAT: "scheduler", MONITOR: "monitor"}
WITHOUT = {
    WEB: "Nobody can open a page. Start it again.",
    WORKER: "Jobs wait until one runs. Start it again, and look at what it printed last.",
    BEAT: "What is due by a schedule is not started, and jobs of dead workers are not taken up. Start it again.",
    MONITOR: "While it is away nobody is told of anything. Start it again with `enerscope monitor`.",
}

START_SECONDS = 30.0
"""A process that never told anything is not missed sooner: it may be starting with us."""
_began = time.monotonic()

Told = Sequence[tuple[Sign, Mapping[str, Any]]]


def probes(config: Settings) -> Iterable[Probe]:
    """Return the probe of all processes: one read tells of each."""
    covers = [(kind, TITLES[kind]) for kind in expected(config)]
    return (Probe("processes", SECONDS, lambda: look(config), covers, State.UNKNOWN),)


def expected(config: Settings) -> list[str]:
    """Return the kinds of processes that this set-up should have."""
    wanted = [WEB]
    if config.redis_url is not None or config.job_workers > 0:
        wanted.append(WORKER)
    if config.redis_url is not None:
        wanted.append(BEAT)  # elsewhere the local worker looks at schedules too
    return [*wanted, MONITOR] if config.monitor else wanted


def look(config: Settings) -> list[Reading]:
    """Judge every kind that should be there, or of which a process tells."""
    told = beats.signs()
    kinds = expected(config)
    kinds += sorted({sign.kind for sign, _ in told if not sign.has_left} - set(kinds))
    return [judge(kind, [one for one in told if one[0].kind == kind]) for kind in kinds]


def judge(kind: str, told: Told) -> Reading:
    """Judge the processes of one kind."""
    crew = muster([sign for sign, _ in told])
    if kind == WEB:
        return _web(crew, told)
    facts = {"alive": len(crew.alive), "missing": len(crew.missing)}
    if not crew.alive and not crew.missing and time.monotonic() - _began < START_SECONDS:
        words = f"No {TITLES[kind]} has told yet that it lives; the portal has just started."
        return Reading(kind, State.UNKNOWN, words, clock.now(), facts)
    if not crew.alive:
        return Reading(kind, State.BAD, f"{_nobody(kind, crew)} {WITHOUT[kind]}", clock.now(), facts)
    if crew.missing:
        return Reading(kind, State.WARNING, _some(kind, crew), clock.now(), facts)
    number = len(crew.alive)
    words = f"One {TITLES[kind]} is" if number == 1 else f"{number} {TITLES[kind]}s are"
    return Reading(kind, State.GOOD, f"{words} at work.", clock.now(), facts)


def _nobody(kind: str, crew: Crew) -> str:
    if not crew.missing:
        return f"No {TITLES[kind]} runs."
    return f"The {TITLES[kind]} {_fate(min(crew.missing, key=lambda sign: sign.silent_seconds))}."


def _some(kind: str, crew: Crew) -> str:
    lost = "; ".join(f"the {TITLES[kind]} {_fate(sign)}" for sign in crew.missing)
    return f"{len(crew.alive)} of {len(crew.alive) + len(crew.missing)} live: {lost}. The others go on."


def _fate(sign: Sign) -> str:
    pid = sign.instance.split(":")[1]
    if sign.is_dead:
        return f"on {sign.host} (process {pid}) has died"
    return f"on {sign.host} (process {pid}) is silent: it hangs, or its machine is away"


def _web(crew: Crew, told: Told) -> Reading:
    """Judge web servers by what they answered lately, each of which tells its counts with its signs."""
    counts = {"requests": 0, "errors": 0, "upstream": 0}
    told_by = {sign.instance: facts for sign, facts in told}
    for sign in crew.alive:
        traffic = told_by[sign.instance].get("traffic")
        for name in counts:
            counts[name] += int(traffic.get(name, 0)) if isinstance(traffic, Mapping) else 0
    facts = {
        "alive": len(crew.alive),
        "missing": len(crew.missing),
        "window_seconds": WINDOW_SECONDS,
        **counts,
    }
    state = judge_errors(counts["errors"], counts["requests"])
    one_or_more = "request" if counts["requests"] == 1 else "requests"
    reason = f"{counts['requests']} {one_or_more} in the last {WINDOW_SECONDS} seconds"
    reason += f", {counts['errors']} with an error." if counts["errors"] else " without an error."
    if state is not State.GOOD:
        reason = (
            f"{counts['errors']} of {counts['requests']} requests of the last {WINDOW_SECONDS} seconds ended in an "
            "error of the portal itself. Each is an incident in the log of the web server."
        )
    elif not crew.alive:
        state, reason = _no_web([sign for sign, _ in told])
    elif crew.missing:
        state, reason = State.WARNING, _some(WEB, crew)
    return Reading(WEB, state, reason, clock.now(), facts)


def _no_web(told: Sequence[Sign]) -> tuple[State, str]:
    """Judge that no web server lives: bad, however long ago, unless the one that was heard last said goodbye.

    Not every web server tells before its first request, so one that never told is not missed. One that fell silent
    before we began may be starting with us.
    """
    last = min(told, key=lambda sign: sign.silent_seconds, default=None)
    if last is None or last.has_left:
        return State.UNKNOWN, "No web server has told yet that it lives."
    if time.monotonic() - _began < min(START_SECONDS, last.silent_seconds):
        return State.UNKNOWN, "No web server has told yet that it lives; the portal has just started."
    return State.BAD, f"The {TITLES[WEB]} {_fate(last)}. {WITHOUT[WEB]}"
