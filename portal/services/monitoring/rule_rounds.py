"""The round of the monitor that judges all alert rules: raises what fires, clears what is over.

A round reads all rules, the open alerts and the samples in a handful of statements, whatever the number of rules. It
looks at the last moments only and goes on from the state that is stored as open alerts, so it finds what a replay
over the same samples finds, and a monitor that was away goes on where it was.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

import numpy as np

from data.queries import alert_rules as queries
from data.queries.alerts import AlertRow
from data.session import UnitOfWork
from portal.core import clock
from portal.core.errors import UpstreamError
from portal.core.permissions import Permission
from portal.domain.monitoring.rule_terms import KINDS, Terms
from portal.domain.monitoring.series import steps
from portal.services.monitoring import alerts
from portal.services.monitoring.agent import TURNS, Task, register_task
from portal.services.monitoring.rule_catalogue import PREFIX, Rule, rules
from portal.services.monitoring.rule_data import Read, Subject, read
from portal.services.monitoring.rule_words import told

log = logging.getLogger("enerscope.monitor")

SECONDS = 15.0
SLOW, SLOW_SECONDS = (
    ("burn-rate", "anomaly"),
    60.0,
)  # look back over hours and weeks: once a minute is often enough
AGAIN = timedelta(minutes=5)  # an open alert is renewed with its newest reading after this
MEASURED_FIRST = ("samples", "targets")  # tasks before whose first turn everything that was off seems absent
FORGOTTEN = timedelta(days=1)  # a series without samples for so long is no more there: its alert ends


@dataclass(frozen=True, slots=True)
class Change:
    """An alert to be raised or renewed, or (``fires`` false) to be cleared."""

    rule: str
    subject: str
    fires: bool
    read: Read | None = None
    about: Subject | None = None
    reading: float = float("nan")
    at: datetime | None = None


def judge_all(now: datetime | None = None, kinds: Collection[str] = tuple(KINDS)) -> int:
    """Judge every rule of some kinds that is on; return how many alerts were raised, renewed or cleared.

    A rule that cannot be judged says so in the log, and its alerts stay as they are.
    """
    moment = now or clock.now()
    with UnitOfWork() as work:
        enabled = [one for one in rules(work).values() if one.enabled]
        alerts_of_rules = queries.open_of_rules(work.session, PREFIX)
        found = _read(work, [one for one in enabled if one.kind in kinds], moment)
    others = {one.alert for one in enabled} - {one.rule.alert for one in found}
    known = [row for row in alerts_of_rules if row.rule not in others]
    changes = decide(found, known, moment)
    if changes:
        _store(changes)
    return len(changes)


def _read(work: UnitOfWork, chosen: Sequence[Rule], moment: datetime) -> list[Read]:
    """Return what rules look at: all together, or where that fails rule by rule without those that have a fault."""
    try:
        return read(work, chosen, until=moment)
    except UpstreamError:
        raise
    except Exception as problem:  # noqa: BLE001  (the fault of one rule must not end the round for all)
        log.warning("the rules cannot be read together (%s)", type(problem).__name__)
    found: list[Read] = []
    for rule in chosen:
        try:
            with UnitOfWork() as alone:
                found += read(alone, [rule], until=moment)
        except UpstreamError:
            raise
        except Exception:
            log.exception("the rule %s cannot be read", rule.code)
    return found


def _store(changes: Sequence[Change]) -> None:
    """Raise and clear alerts: all together, or where that fails rule by rule without those that have a fault."""
    try:
        with UnitOfWork(write=True) as work:
            for change in changes:
                _apply(work, change)
    except UpstreamError:
        raise
    except Exception as problem:  # noqa: BLE001  (the fault of one rule must not end the round for all)
        log.warning("the alerts of the rules cannot be stored together (%s)", type(problem).__name__)
    else:
        return
    for rule in dict.fromkeys(change.rule for change in changes):
        try:
            with UnitOfWork(write=True) as work:
                for change in changes:
                    if change.rule == rule:
                        _apply(work, change)
        except UpstreamError:
            raise
        except Exception:
            log.exception("the alerts of %s cannot be stored", rule)


def decide(found: list[Read], known: list[AlertRow], moment: datetime) -> list[Change]:
    """Return what has to change so that the open alerts are those of the rules that fire."""
    still = {(one.rule, one.subject): one for one in known}
    changes: list[Change] = []
    for one in found:
        rows = {subject: still.pop((one.rule.alert, subject.text), None) for subject in one.series}
        try:
            looks = [_look(one, subject, row, moment) for subject, row in rows.items()]
        except Exception:  # the fault of one rule must not end the round for all
            log.exception("the rule %s cannot be judged", one.rule.code)
            still = {key: row for key, row in still.items() if key[0] != one.rule.alert}
            continue
        changes += [change for change in looks if change is not None]
    kept = {one.rule.alert: one.terms for one in found}
    for (rule, subject_text), row in still.items():
        if not _waits(kept.get(rule), row, moment):
            changes.append(Change(rule, subject_text, fires=False))
    return changes


def _look(one: Read, subject: Subject, row: AlertRow | None, moment: datetime) -> Change | None:
    """Judge one subject now; None where nothing changes."""
    back = max(one.terms.for_seconds, one.terms.keep_seconds) + 2 * SECONDS
    now = moment.timestamp()
    looks = steps(now - back, now, SECONDS)
    if (
        one.terms.kind == "absence" and looks[-1] < now
    ):  # the first sample after a while may be younger than the step
        looks = np.append(looks, now)
    verdict, _ = one.judge(subject, looks, is_firing=row is not None)
    fires, reading = bool(verdict.fires[-1]), float(verdict.reading[-1])
    if not fires:
        return None if row is None else Change(one.rule.alert, subject.text, fires=False)
    if row is not None and not _is_old(row, one.rule, moment):
        return None
    if row is not None and not isfinite(reading):
        return Change(one.rule.alert, subject.text, fires=False) if _forgotten(row, moment) else None
    return Change(one.rule.alert, subject.text, True, one, subject, reading, moment)


def _is_old(row: AlertRow, rule: Rule, moment: datetime) -> bool:
    """Tell whether an open alert should be renewed: after a while, or when another version of its rule counts."""
    return moment - _told_at(row) >= AGAIN or row.facts.get("version") != rule.version


def _told_at(row: AlertRow) -> datetime:
    at = row.facts.get("at")
    return datetime.fromisoformat(str(at)) if at else row.raised_at


def _forgotten(row: AlertRow, moment: datetime) -> bool:
    return moment - _told_at(row) >= FORGOTTEN


def _waits(terms: Terms | None, row: AlertRow, moment: datetime) -> bool:
    """Tell whether an alert stays open though its series has no samples: for a day, when its rule says so."""
    return terms is not None and terms.missing == "keep" and not _forgotten(row, moment)


def _apply(work: UnitOfWork, change: Change) -> None:
    if not change.fires or change.read is None or change.about is None or change.at is None:
        alerts.clear(work, change.rule, change.subject)
        return
    rule, terms = change.read.rule, change.read.terms
    alerts.raise_alert(
        work, change.rule, change.subject, _severity(rule), rule.title,
        told(rule, terms, change.read.objective, change.about.text, change.reading),
        f"/monitoring/rules?rule={rule.code}", Permission.MONITORING_READ, _facts(change),
    )  # fmt: skip


def _severity(rule: Rule) -> alerts.Severity:
    return rule.severity if rule.severity in ("info", "warning", "critical") else "warning"  # type: ignore[return-value]  # one of the literals


def _facts(change: Change) -> Mapping[str, object]:
    if change.read is None or change.about is None or change.at is None:
        return {}
    rule, reading = change.read.rule, change.reading
    return {
        "rule_title": rule.title, "version": rule.version, "service": change.about.service,
        "labels": change.about.labels, "metric": rule.metric, "group": group_of(rule, change.about),
        "reading": reading if isfinite(reading) else None, "level": change.read.terms.level,
        "at": change.at.isoformat(),
    }  # fmt: skip


def group_of(rule: Rule, subject: Subject) -> str:
    """Return the key under which alerts become one incident."""
    if rule.group_by == "rule":
        return rule.alert[:64]
    return (
        f"service.{subject.service}"[:64]
        if rule.group_by == "service"
        else f"{rule.alert} {subject.text}"[:64]
    )


def take_round() -> None:
    """Judge the rules that look back a little, for the monitor, once it has measured everything itself."""
    turns = [TURNS.get(code) for code in MEASURED_FIRST]
    if any(turn is None or turn.ended_at is None for turn in turns):
        return
    judge_all(kinds=[one for one in KINDS if one not in SLOW])


def take_slow_round() -> None:
    """Judge the rules that look back far, for the monitor."""
    judge_all(kinds=SLOW)


register_task(Task("alert-rules", SECONDS, take_round))
register_task(Task("alert-rules-slow", SLOW_SECONDS, take_slow_round))
