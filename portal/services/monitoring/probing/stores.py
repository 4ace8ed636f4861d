"""The cache (Redis, or a folder), and the disks that the portal writes to."""

import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from portal.core import clock
from portal.core.config import Settings
from portal.domain.monitoring.health import Reading, State, worst
from portal.domain.monitoring.judging import GB, judge_disk
from portal.services import runtime
from portal.services.monitoring.probes import Probe

CACHE, DISK = "cache", "disk"
CACHE_SECONDS, DISK_SECONDS = 2.5, 2.0


def probes(config: Settings) -> Iterable[Probe]:
    """Return the probes of the cache and of the disks."""
    title = "Redis" if config.redis_url is not None else "The folder of the cache"
    return (
        Probe(CACHE, CACHE_SECONDS, lambda: [look_at_cache(config)], ((CACHE, title),)),
        Probe(DISK, DISK_SECONDS, lambda: [look_at_disks(config)], ((DISK, "The disk"),)),
    )


def look_at_cache(config: Settings) -> Reading:
    """Ask the cache whether it is there."""
    began = time.monotonic()
    answers = runtime.cache(config).healthy()
    seconds, at = time.monotonic() - began, clock.now()
    with_redis = config.redis_url is not None
    if answers:
        words = (
            f"Redis answers in {seconds * 1000:.0f} ms."
            if with_redis
            else "The folder of the cache is there."
        )
        return Reading(CACHE, State.GOOD, words, at, {"answer_seconds": round(seconds, 4)})
    if not with_redis:
        words = "The folder of the cache is gone, so that values are computed anew. Restart the portal."
        return Reading(CACHE, State.WARNING, words, at)
    words = (
        "Redis does not answer: pages compute values anew and are slower, and jobs wait until it is back. Check that "
        "the server runs, and REDIS_URL."
    )
    return Reading(CACHE, State.BAD, words, at)


def look_at_disks(config: Settings) -> Reading:
    """Judge the room on every file system that the portal writes to."""
    states: list[State] = []
    words: list[str] = []
    facts: dict[str, Any] = {}
    least = 1.0
    for title, folder in _folders(config):
        usage = shutil.disk_usage(folder)
        share = usage.free / usage.total if usage.total else 0.0
        state, least = judge_disk(usage.free, usage.total), min(least, share)
        states.append(state)
        facts |= {f"{title}_free_share": round(share, 4), f"{title}_free_bytes": usage.free}
        if state is not State.GOOD:
            words.append(
                f"The disk of the {title} ({folder}) is nearly full: {_room(usage.free, usage.total)}."
            )
    if not words:
        return Reading(DISK, State.GOOD, f"At least {least:.0%} of every disk is free.", clock.now(), facts)
    advice = " Remove what is not needed or make it larger: on a full disk nothing is stored any more."
    return Reading(DISK, worst(states), " ".join(words) + advice, clock.now(), facts)


def _room(free: float, total: float) -> str:
    share = free / total if total else 0.0
    if total < GB:
        return f"{share:.1%} free, {free / 1e6:,.1f} of {total / 1e6:,.0f} MB"
    return f"{share:.1%} free, {free / GB:,.1f} of {total / GB:,.0f} GB"


def _folders(config: Settings) -> Iterator[tuple[str, Path]]:
    """Yield the folders that are watched, by what they hold; those on one file system once."""
    seen: set[int] = set()
    for title, folder in (
        ("data", config.root),
        ("backups", config.backup_folder or config.root / "backups"),
    ):
        there = next((one for one in (folder, *folder.parents) if one.exists()), None)
        if there is not None and (device := there.stat().st_dev) not in seen:
            seen.add(device)
            yield title, there
