"""The samples that rules look at, read for many rules in few statements, and judged."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from data.queries import alert_rules as queries
from data.queries.alert_rules import Found, Wanted
from data.session import UnitOfWork
from portal.core.arrays import FloatArray1D
from portal.core.config import settings
from portal.domain.monitoring.rule_judging import Burn, Samples, Verdict, judge, judge_burn
from portal.domain.monitoring.rule_terms import Terms, matches
from portal.domain.monitoring.samples import read_labels
from portal.domain.monitoring.slo import DAY
from portal.services.monitoring import objectives
from portal.services.monitoring.objectives import HOUR, MINUTE, RAW_FOR, Counted, Objective, as_counters
from portal.services.monitoring.rule_catalogue import Rule

MOST_RAW = timedelta(days=1)  # of a rule that waits longer the rest is read by the hour, if hours tell it
LOOK = 15.0  # seconds between two looks of a round
HALF = 1799.0  # the second of an hour before its half, at which it stands as its worst value
LONGEST = 64  # characters of the subject of an alert
REMEMBERED = timedelta(days=7)  # an absence tells of series that were there this long ago


@dataclass(frozen=True, slots=True)
class Subject:
    """What one alert of a rule is about: a series, or a service where series are added or counted together."""

    service: str
    labels: str = ""

    @property
    def text(self) -> str:
        """The subject of the alert: at most 64 characters, and never the same for two series."""
        whole = f"{self.service} {self.labels}".strip()
        if len(whole) <= LONGEST:
            return whole
        return f"{whole[: LONGEST - 9]}~{hashlib.sha256(whole.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Read:
    """A rule with what it looks at: series by subject, or the events of its objective.

    What lies before ``hours_until`` was read by the hour; None where nothing was.
    """

    rule: Rule
    terms: Terms
    series: Mapping[Subject, tuple[Samples, ...]]
    objective: Objective | None = None
    counted: Counted | None = None
    hours_until: datetime | None = None

    def judge(
        self, subject: Subject, moments: FloatArray1D, *, is_firing: bool = False
    ) -> tuple[Verdict, Burn | None]:
        """Apply the rule to one of its subjects."""
        if self.counted is None or self.objective is None:
            return judge(self.terms, self.series[subject], moments, is_firing=is_firing), None
        burn = judge_burn(
            self.terms, self.counted.good, self.counted.total, self.objective.objective, moments,
            is_firing=is_firing,
        )  # fmt: skip
        return burn.verdict, burn


def read(
    work: UnitOfWork, rules: Sequence[Rule], *, until: datetime, more: timedelta = timedelta(0)
) -> list[Read]:
    """Return what rules look at up to ``until``; ``more`` asks for so much more history (a replay)."""
    terms = [one.read() for one in rules]
    plain = [at for at, one in enumerate(terms) if one.kind != "burn-rate"]
    asked = [
        Wanted(
            rules[at].service, rules[at].metric, until - more - _lookback(terms[at]),
            raw=until - raw_for(terms[at]) - more_raw(more),
        )
        for at in plain
    ]  # fmt: skip
    found = dict(
        zip(plain, queries.samples(work.session, asked, until=until, raw=until - RAW_FOR), strict=True)
    )
    promised = {code: one for code, one in objectives.objectives(work).items() if one.enabled}
    burning = [at for at, one in enumerate(terms) if one.kind == "burn-rate" and one.objective in promised]
    events = objectives.counted(
        work,
        [(promised[terms[at].objective], until - more - _lookback(terms[at])) for at in burning],
        until=until,
    )
    counted = dict(zip(burning, events, strict=True))
    made = []
    for at, (rule, one) in enumerate(zip(rules, terms, strict=True)):
        if at in counted:
            objective = promised[one.objective]
            subjects: Mapping[Subject, tuple[Samples, ...]] = (
                {Subject(objective.service): ()} if counted[at].total else {}
            )
            by_hours = until - RAW_FOR if objective.source == "counters" else None
            made.append(Read(rule, one, subjects, objective, counted[at], by_hours))
        else:
            ends = [series.hours[-1][0] + HOUR for series in found.get(at, []) if series.hours]
            newest = datetime.fromtimestamp(max(ends), UTC) if ends else None
            made.append(Read(rule, one, dict(_series(one, found.get(at, []))), hours_until=newest))
    return made


def raw_for(terms: Terms) -> timedelta:
    """Return how far back one look needs single samples.

    The hour in which they begin is read as an hour, therefore one more. An anomaly measures means of hours anyway.
    """
    if terms.kind == "anomaly":
        return RAW_FOR
    needed = timedelta(seconds=terms.lookback_seconds + HOUR)
    return max(RAW_FOR, min(needed, MOST_RAW) if terms.is_told_by_hours else needed)


def longest_wait(terms: Terms) -> float:
    """Return for how many seconds a rule can wait, so that all looks meanwhile find samples."""
    config = settings()
    if not terms.is_told_by_hours:
        return min(config.keep_samples_days * DAY - HOUR, MOST_RAW.total_seconds())
    if terms.kind == "burn-rate":  # its short windows need single samples, of which there is an hour at least
        short = [one.short_seconds for one in terms.windows if one.short_seconds < HOUR]
        if short:
            return HOUR - max(short)
    return config.keep_sample_hours_days * DAY - HOUR


def more_raw(more: timedelta) -> timedelta:
    """Return how much of a replay is read sample by sample: two days, before them hours."""
    return min(more, timedelta(days=2))


def _lookback(terms: Terms) -> timedelta:
    back = timedelta(seconds=terms.lookback_seconds)
    return max(back, REMEMBERED) if terms.kind == "absence" else back


def _series(terms: Terms, found: Sequence[Found]) -> Iterator[tuple[Subject, tuple[Samples, ...]]]:
    """Return the samples of each subject of a rule, those with its labels."""
    kept = [one for one in found if matches(read_labels(one.labels), terms.labels)]
    if terms.reading == "rate":
        counters = as_counters(found, terms.labels)
        if not terms.is_told_by_hours:
            counters = [_without_hours(one, made) for one, made in zip(kept, counters, strict=True)]
        each = list(zip(kept, counters, strict=True))
    else:
        each = [(one, as_values(one, terms)) for one in kept]
    if terms.combine == "each":
        yield from ((Subject(one.service, one.labels), (samples,)) for one, samples in each)
        return
    for service in sorted({one.service for one, _ in each}):
        yield Subject(service), tuple(samples for one, samples in each if one.service == service)


def _without_hours(found: Found, counter: Samples) -> Samples:
    """Return a counter from its first single sample on; one that has hours was there before."""
    if not found.hours:
        return counter
    single = len(counter.times) - len(found.times)
    return Samples(counter.times[single:], counter.values[single:])


def as_values(found: Found, terms: Terms) -> Samples:
    """Return the values of a gauge, those of an hour spread over itself.

    A rule that fires at once judges an hour by its worst value. For one that waits, nobody knows how long the worst
    value lasted: it judges an hour by its mildest value, which all samples of the hour were at least as bad as, and by
    the worst one at a single look, so that it does not count as recovered for the whole hour. Of an anomaly an hour is
    its mean, at its end.
    """
    hours = np.array(found.hours, dtype=np.float64).reshape(-1, 5)  # begin, low, mean, high, last
    begins, low, mean, high, _ = hours.T
    if terms.kind == "anomaly":
        times, values = begins + HOUR - 1, mean
    else:
        worst, mildest = (low, high) if terms.falling else (high, low)
        at = _within_an_hour(terms.level if terms.kind == "absence" else terms.stale_seconds)
        times = (begins[:, None] + at).ravel()
        usual = mildest if terms.for_seconds else worst
        values = np.where(at == HALF, worst[:, None], usual[:, None]).ravel()
    return Samples(np.concatenate([times, found.times]), np.concatenate([values, found.values]))


def _within_an_hour(patience_seconds: float) -> FloatArray1D:
    """Return the seconds of an hour at which its value stands, so often that no look finds it old; with its half."""
    step = MINUTE if patience_seconds >= MINUTE else LOOK
    return np.sort(np.append(np.arange(1.0, HOUR, step), HALF))
