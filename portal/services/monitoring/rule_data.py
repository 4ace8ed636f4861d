"""The samples that rules look at, read for many rules in few statements, and judged."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from data.queries import alert_rules as queries
from data.queries.alert_rules import Found, Wanted
from data.session import UnitOfWork
from portal.core.arrays import FloatArray1D
from portal.domain.monitoring.rule_judging import Burn, Samples, Verdict, judge, judge_burn
from portal.domain.monitoring.rule_terms import Terms, matches
from portal.domain.monitoring.samples import read_labels
from portal.services.monitoring import objectives
from portal.services.monitoring.objectives import HOUR, RAW_FOR, Counted, Objective, as_counters
from portal.services.monitoring.rule_catalogue import Rule

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
    """A rule with what it looks at: series by subject, or the events of its objective."""

    rule: Rule
    terms: Terms
    series: Mapping[Subject, tuple[Samples, ...]]
    objective: Objective | None = None
    counted: Counted | None = None

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
    asked = [Wanted(rules[at].service, rules[at].metric, until - more - _lookback(terms[at])) for at in plain]
    found = dict(
        zip(
            plain,
            queries.samples(work.session, asked, until=until, raw=until - RAW_FOR - more_raw(more)),
            strict=True,
        )
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
            made.append(Read(rule, one, subjects, objective, counted[at]))
        else:
            made.append(Read(rule, one, dict(_series(one, found.get(at, [])))))
    return made


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
        each = list(zip(kept, counters, strict=True))
    else:
        each = [(one, as_values(one, falling=terms.falling, mean=terms.kind == "anomaly")) for one in kept]
    if terms.combine == "each":
        yield from ((Subject(one.service, one.labels), (samples,)) for one, samples in each)
        return
    for service in sorted({one.service for one, _ in each}):
        yield Subject(service), tuple(samples for one, samples in each if one.service == service)


def as_values(found: Found, *, falling: bool, mean: bool = False) -> Samples:
    """Return the values of a gauge; an hour stands as its worst value, at its end."""
    at = 2 if mean else 1 if falling else 3  # begin, low, mean, high, last
    times = [hour[0] + HOUR - 1 for hour in found.hours] + found.times
    values = [hour[at] for hour in found.hours] + found.values
    return Samples(np.array(times), np.array(values))
