"""A rule over stored history: when it would have fired, for how long, and what it read; before it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core import clock
from portal.core.errors import DomainError
from portal.domain.monitoring.rule_judging import Burn, Verdict
from portal.domain.monitoring.rule_terms import Terms
from portal.domain.monitoring.rules import Episode, episodes, firing_seconds
from portal.domain.monitoring.series import steps
from portal.domain.monitoring.slo import HOUR
from portal.services.monitoring.rule_catalogue import Rule
from portal.services.monitoring.rule_data import Read, Subject, read
from portal.services.monitoring.rule_words import duration

DAYS = (1, 7, 30)
USUAL_DAYS = 7
MOST_SUBJECTS = 40
_STEPS = ((1, 15.0), (7, 60.0), (30, 300.0))  # days, seconds between two looks


@dataclass(frozen=True, slots=True)
class Course:
    """What a rule found about one subject."""

    subject: Subject
    verdict: Verdict
    burn: Burn | None
    episodes: tuple[Episode, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What a rule would have done between ``since`` and ``until``; ``first`` is when its samples begin."""

    read: Read
    since: datetime
    until: datetime
    step_seconds: float
    courses: tuple[Course, ...]
    first: datetime | None
    left_out: int

    @property
    def count(self) -> int:
        """How often it would have fired."""
        return sum(len(one.episodes) for one in self.courses)

    @property
    def seconds(self) -> float:
        """How long it would have fired, all subjects added."""
        return float(sum(firing_seconds(list(one.episodes), self.until.timestamp()) for one in self.courses))

    @property
    def judged_since(self) -> datetime:
        """From when on it could be judged: later than ``since`` where hours do not tell what it measures."""
        newest = self.read.hours_until
        return self.since if newest is None or self.read.terms.is_told_by_hours else max(self.since, newest)

    @property
    def note(self) -> str:
        """What must be known about the part of the history that was read by the hour; "" where nothing was."""
        newest = self.read.hours_until
        if newest is None or newest <= self.since:
            return ""
        told = _of_hours(self.read.terms)
        return f"Before {newest:%Y-%m-%d %H:%M} UTC only hours are read: {told}" if told else ""

    def summary(self) -> dict[str, Any]:
        """Return what is kept with a version of the rule."""
        return {
            "since": self.judged_since.isoformat(), "until": self.until.isoformat(), "step_seconds": self.step_seconds,
            "subjects": len(self.courses), "times": self.count, "seconds": self.seconds,
            "first": None if self.first is None else self.first.isoformat(), "note": self.note,
        }  # fmt: skip

    def told(self) -> str:
        """Return in a sentence what it would have done, and what must be known about the history."""
        return words_of(self.summary())


def words_of(summary: Mapping[str, Any]) -> str:
    """Return the summary of a replay in words; "" where there is none."""
    if not summary:
        return ""
    if not summary["subjects"]:
        return "Nothing was measured that it looks at."
    since, until = (datetime.fromisoformat(str(summary[name])) for name in ("since", "until"))
    days = (until - since).total_seconds() / 86_400
    times = int(summary["times"])
    told = "never" if not times else "once" if times == 1 else f"{times} times"
    note = f" {summary['note']}" if summary.get("note") else ""  # versions of earlier releases have none
    days = round(days, 1)
    return f"Over {days:g} day{'s' if days != 1 else ''} it would have fired {told}.{note}"


def _of_hours(terms: Terms) -> str:
    """Return what hours tell a rule; "" where they tell it all."""
    if not terms.is_told_by_hours:
        return (
            f"they do not tell an increase over {duration(terms.window_seconds)}, so that time is left out."
        )
    if terms.kind == "absence":
        return "a silence within an hour that has a sample is not seen."
    if terms.kind == "anomaly":
        return "each is judged as a whole, by its mean."
    if terms.kind == "burn-rate":
        short = any(one.short_seconds < HOUR for one in terms.windows)
        return "the short windows are known at the end of each hour only." if short else ""
    if terms.reading == "rate":
        return "each counts as a whole."
    if terms.for_seconds:
        return "it breaks in those of which every sample was beyond the level; shorter times are not seen."
    return "each counts at its worst value throughout."


def replay_of(
    work: UnitOfWork, rule: Rule, *, days: int = USUAL_DAYS, until: datetime | None = None
) -> Replay:
    """Return what ``rule`` would have done over the last days.

    Raises
    ------
    DomainError
        The rule makes no sense, or the days are not among :data:`DAYS`.
    """
    if days not in DAYS:
        raise DomainError(f"A rule is replayed over {', '.join(map(str, DAYS))} days, not {days}.", days=days)
    end = until or clock.now()
    step = next(seconds for most, seconds in _STEPS if days <= most)
    [found] = read(work, [rule], until=end, more=timedelta(days=days))
    begin = end - timedelta(days=days)
    looks = steps(begin.timestamp(), end.timestamp(), step)
    subjects = list(found.series)
    courses = tuple(_course(found, one, looks) for one in subjects[:MOST_SUBJECTS])
    return Replay(found, begin, end, step, courses, _first(found), max(0, len(subjects) - MOST_SUBJECTS))


def _course(found: Read, subject: Subject, looks: np.ndarray[Any, np.dtype[np.float64]]) -> Course:
    verdict, burn = found.judge(subject, looks)
    fired = episodes(verdict.moments, verdict.fires, verdict.reading, falling=found.terms.falling)
    return Course(subject, verdict, burn, tuple(fired))


def _first(found: Read) -> datetime | None:
    """Return when the samples that a rule looks at begin."""
    if found.counted is not None:
        first = found.counted.first
    else:
        begins = [float(one.times[0]) for series in found.series.values() for one in series if len(one.times)]
        first = min(begins, default=None)
    return None if first is None else datetime.fromtimestamp(first, UTC)
