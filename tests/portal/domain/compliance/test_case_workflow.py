"""The life of a case: every history that can happen ends in a state from which people can go on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.actor import Actor
from portal.core.permissions import Role
from portal.domain.compliance.case_workflow import (
    Happened,
    Outcome,
    Severity,
    State,
    Step,
    after,
    allowed_steps,
    check,
    due_at,
    fold,
)
from portal.domain.compliance.errors import CaseStepError
from portal.domain.compliance.working_days import WorkingDays

AT = datetime(2026, 5, 8, 18, tzinfo=UTC)  # a Friday
PEOPLE = [
    Actor(1, "olga", "Olga", frozenset({Role.COMPLIANCE_OFFICER})),
    Actor(2, "hans", "Hans", frozenset({Role.COMPLIANCE_HEAD})),
    Actor(3, "ada", "Ada", frozenset({Role.AUDITOR})),
]
BODY = {"text": "t", "ref": "r", "reason": "r", "owner": "olga", "severity": "high", "outcome": "accepted"}


@given(st.lists(st.tuples(st.sampled_from(list(Step)), st.sampled_from(PEOPLE)), max_size=25))
def test_whoever_closed_a_case_had_not_proposed_its_decision(wanted):
    happened = [Happened(Step.OPENED, "system", AT, {})]
    for number, (step, actor) in enumerate(wanted, 1):
        standing = fold(Severity.LOW, happened)
        try:
            check(standing, step, actor, BODY)
        except CaseStepError:
            assert step not in allowed_steps(standing, actor)
            continue
        happened.append(Happened(step, actor.username, AT + timedelta(hours=number), BODY))
        now = after(standing, happened[-1])
        assert now == fold(Severity.LOW, happened)
        assert (now.outcome is None) == (now.state is State.OPEN)
        if step is Step.APPROVED:
            assert now.proposed_by != actor.username
            assert now.closed_at == happened[-1].at
    assert all(item.by != "ada" for item in happened)


@pytest.mark.parametrize(
    ("severity", "allowed", "due"),
    [
        (Severity.CRITICAL, 4, datetime(2026, 5, 8, 22, tzinfo=UTC)),
        (Severity.HIGH, 1, datetime(2026, 5, 12, 18, tzinfo=UTC)),
        (Severity.MEDIUM, 3, datetime(2026, 5, 14, 18, tzinfo=UTC)),
    ],
)
def test_hours_run_through_the_weekend_and_days_do_not(severity, allowed, due):
    days = WorkingDays(holidays=frozenset({datetime(2026, 5, 11).date()}))
    assert due_at(AT, severity, allowed, days) == due


def test_every_step_and_outcome_has_words():
    assert all(step.verb for step in Step)
    assert all(outcome.label for outcome in Outcome)
    assert [severity.rank for severity in Severity] == [0, 1, 2, 3]


def test_a_case_without_its_opening_cannot_be_read():
    with pytest.raises(CaseStepError):
        fold(Severity.LOW, [])
