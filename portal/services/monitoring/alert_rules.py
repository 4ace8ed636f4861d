"""Alert rules as people work with them: read, written as a new version with its replay, switched off and on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from data.queries import alert_rules as queries
from data.session import UnitOfWork
from data.writes import alert_rules as writes
from portal.core.actor import Actor
from portal.core.canonical import plain
from portal.core.errors import Conflict, DomainError
from portal.core.permissions import Permission
from portal.domain.monitoring.rule_terms import Terms
from portal.services import audit
from portal.services.monitoring import objectives
from portal.services.monitoring.objectives import Objective
from portal.services.monitoring.rule_catalogue import (
    DECLARED,
    GROUPS,
    PREFIX,
    SEVERITIES,
    Rule,
    of_row,
    rule,
    rules,
)
from portal.services.monitoring.rule_data import longest_wait
from portal.services.monitoring.rule_replay import Replay, replay_of
from portal.services.monitoring.rule_words import duration

_CODE = re.compile(r"[a-z][a-z0-9-]{1,47}")
MOST_TITLE = 120


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule with how many of its alerts are open."""

    rule: Rule
    objective: Objective | None
    open: int


def views(actor: Actor) -> list[RuleView]:
    """Return all rules by code."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        promised = objectives.objectives(work)
        found = rules(work)
        known = queries.open_of_rules(work.session, PREFIX)
    count = {one.alert: sum(row.rule == one.alert for row in known) for one in found.values()}
    return [
        RuleView(one, promised.get(str(one.terms.get("objective"))), count[one.alert])
        for _, one in sorted(found.items())
    ]


def find(code: str, actor: Actor) -> Rule:
    """Return one rule, or raise :class:`NotFound`."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        return rule(work, code)


def history(code: str, actor: Actor) -> list[Rule]:
    """Return all versions of a rule, the newest first, down to what this release declares."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        written = [of_row(row) for row in queries.versions(work.session, code)]
    return written + [one for one in DECLARED if one.code == code]


def check(given: Rule) -> Rule:
    """Return a rule as it would be stored.

    Raises
    ------
    DomainError
        Something is missing or makes no sense; the sentence says what.
    """
    if not _CODE.fullmatch(given.code):
        raise DomainError(
            f"'{given.code[:60]}' is no code of a rule. Use 2 to 48 small letters, digits and hyphens, beginning with "
            "a letter, such as disk-fills.",
            term="code",
        )
    if not given.title.strip():
        raise DomainError("Give the rule a title: it is what people read when it fires.", term="title")
    if given.severity not in SEVERITIES or given.group_by not in GROUPS:
        raise DomainError("Choose a severity and what alerts are grouped by from the lists.", term="severity")
    if given.kind != "burn-rate" and not (given.service.strip() and given.metric.strip()):
        raise DomainError("Choose the service and the metric that the rule looks at.", term="metric")
    _refuse_long_times(given.read())
    return replace(
        given, title=given.title.strip()[:MOST_TITLE], service=given.service.strip(), metric=given.metric.strip(),
        terms=plain(dict(given.terms)),
    )  # fmt: skip


def _refuse_long_times(terms: Terms) -> None:
    """A rule that waits for longer than its samples are kept would never fire, or never be over."""
    longest = longest_wait(terms)
    over = {"for_seconds": terms.for_seconds, "keep_seconds": terms.keep_seconds}
    if terms.kind == "absence":
        over["for_seconds"] += terms.level
    for name, seconds in over.items():
        if seconds > longest:
            if terms.kind == "burn-rate":
                why = "its short windows are known sample by sample for the last hour only"
            elif not terms.is_told_by_hours:
                why = "an increase per second is not told by the hours that are kept of older samples"
            else:
                why = "older samples are not kept"
            field = "For" if name == "for_seconds" else "Over after"
            silence = ", together with the longest silence," if terms.kind == "absence" else ""
            raise DomainError(
                f"'{field}'{silence} is {seconds:g} s; this rule can wait for at most {longest:g} s "
                f"({duration(longest)}), because {why}. Choose a shorter time.",
                term=name,
            )


def _refuse_circle(given: Rule, known: Mapping[str, Rule]) -> None:
    """Two rules that wait for each other would both be silent."""
    for code in given.inhibited_by:
        if "." not in code and code not in known and code != given.code:
            raise DomainError(f"There is no rule '{code[:60]}' that could come first.", term="inhibited_by")
    asked, seen = list(given.inhibited_by), set()
    while asked:
        code = asked.pop()
        if code == given.code:
            raise DomainError(
                f"'{given.code}' would be silent while it fires itself: the rules that come first wait for it.",
                term="inhibited_by",
            )
        if code not in seen and code in known:
            asked += known[code].inhibited_by
        seen.add(code)


def save(given: Rule, actor: Actor, *, based_on: int) -> Rule:
    """Store ``given`` as the next version of its code with its replay, and return it.

    ``based_on`` is the version that the writer saw; 0 for a new rule, or one that only the release declares.

    Raises
    ------
    NotPermitted
        The actor may not write alert rules.
    DomainError
        The rule makes no sense.
    Conflict
        Somebody has written another version meanwhile.
    """
    actor.require(Permission.ALERT_RULE_WRITE)
    checked = check(given)
    with UnitOfWork() as work:
        _refuse_circle(checked, rules(work))
        if checked.kind == "burn-rate":
            promised = objectives.objective(work, checked.read().objective)
            checked = replace(checked, service=promised.service)
        tried = replay_of(work, checked)
    with UnitOfWork(write=True) as work:
        return _store(work, checked, actor, based_on, tried.summary())


def _store(work: UnitOfWork, one: Rule, actor: Actor, based_on: int, tried: Mapping[str, Any]) -> Rule:
    version = writes.add_rule(
        work.session, code=one.code, kind=one.kind, title=one.title, service=one.service, metric=one.metric,
        terms=dict(one.terms), severity=one.severity, group_by=one.group_by,
        inhibited_by={"rules": list(one.inhibited_by)}, enabled=one.enabled, replay=dict(tried),
        written_by=actor.username,
    )  # fmt: skip
    if version != based_on + 1:
        raise Conflict(
            f"Somebody has written version {version - 1} of '{one.code}' meanwhile. Open the rule again first.",
            rule=one.code,
        )
    detail = {"version": version, "kind": one.kind, "enabled": one.enabled, "severity": one.severity}
    audit.note(work, actor, "alert-rule.written", "alert-rule", one.code, detail)
    return of_row(queries.versions(work.session, one.code)[0])


def switch(code: str, actor: Actor, *, enabled: bool) -> Rule:
    """Switch a rule on or off, as a version of its own; its open alerts end with the next round.

    Raises
    ------
    NotPermitted
        The actor may not write alert rules.
    NotFound
        There is no such rule.
    Conflict
        It is so already.
    """
    actor.require(Permission.ALERT_RULE_WRITE)
    with UnitOfWork(write=True) as work:
        now = rule(work, code)
        if now.enabled == enabled:
            raise Conflict(f"'{now.title}' is {'on' if enabled else 'off'} already.", rule=code)
        return _store(work, replace(now, enabled=enabled), actor, now.version, now.replay)


def try_out(given: Rule, actor: Actor, *, days: int, until: datetime | None = None) -> Replay:
    """Return when a rule would have fired over the stored history, without storing anything.

    Raises
    ------
    DomainError
        The rule makes no sense.
    """
    actor.require(Permission.MONITORING_READ)
    _refuse_long_times(given.read())
    with UnitOfWork() as work:
        return replay_of(work, given, days=days, until=until)
