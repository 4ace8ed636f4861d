"""Cases: opened once, moved by people of compliance only, decided by two of them, as known at any moment."""

from datetime import date, timedelta

import pytest

from data.queries import cases as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.compliance.case_workflow import Outcome, Severity, State, Step
from portal.domain.compliance.errors import CaseStepError
from portal.services.access import users
from portal.services.compliance import cases
from portal.services.compliance.cases import NewCase

DAY = date(2026, 5, 8)


def person(name, role):
    return Actor(7, name, name.capitalize(), frozenset({role}))


OFFICER = person("officer", Role.COMPLIANCE_OFFICER)
HEAD = person("head", Role.COMPLIANCE_HEAD)
AUDITOR = person("auditor", Role.AUDITOR)


def clocks(**before):
    return Clocks(DAY, now() - timedelta(**before) if before else now() + timedelta(seconds=1))


def opened(key="finding-1", severity="high", **more):
    given = {
        "kind": "rule", "rule": "GL-FF-01", "title": "The price is far from the market.", "subject_kind": "trade",
        "subject": "T-1041", **more,
    }  # fmt: skip
    with UnitOfWork(write=True) as work:
        return cases.open_case(work, key=key, severity=severity, **given)


def proposed(**more):
    number = opened(**more)
    cases.propose(number, OFFICER, "confirmed", "The price was mistyped.")
    return number


def test_one_finding_opens_one_case(database):
    first, again = opened(), opened()
    assert first == again
    assert opened("x" * 200) == opened("x" * 200) != first
    assert [view.id for view in cases.cases(clocks(), OFFICER)].count(first) == 1


def test_many_are_opened_at_once(database):
    made = [
        NewCase(f"k{n}", "surveillance", "US-MM-03", "Layers", "trader", "anna", "low") for n in range(50)
    ]
    with UnitOfWork(write=True) as work:
        first = cases.open_cases(work, made)
        assert cases.open_cases(work, made + made[:3]) == first
    assert len(set(first.values())) == 50


@pytest.mark.parametrize(("severity", "least"), [("critical", 4), ("high", 24), ("medium", 72), ("low", 240)])
def test_the_time_to_decide_follows_from_the_severity(database, severity, least):
    view = cases.case(opened(severity=severity), clocks(), OFFICER)
    hours = (view.due_at - view.row.opened_at).total_seconds() / 3600
    assert hours == least if severity == "critical" else hours >= least
    assert view.due_at == view.row.due_at
    assert not view.is_late


def test_a_case_is_decided_by_two_people(database):
    number = proposed()
    view = cases.approve(number, HEAD, "Agreed.")
    assert view.standing.state is State.CLOSED
    assert view.standing.outcome is Outcome.CONFIRMED
    assert [event.step for event in view.events] == ["opened", "proposed", "approved"]
    with UnitOfWork() as work:
        row = queries.one(work.session, number)
    assert (row.state, row.outcome, row.closed_at) == ("closed", "confirmed", view.standing.closed_at)


def test_nobody_approves_their_own_proposal(database):
    number = opened()
    cases.propose(number, HEAD, "accepted", "Small.")
    for step in (cases.approve, cases.return_):
        with pytest.raises(CaseStepError, match="own proposal"):
            step(number, HEAD, "Fine.")


def test_an_officer_cannot_approve(database):
    with pytest.raises(CaseStepError, match="compliance:approve"):
        cases.approve(proposed(), person("second", Role.COMPLIANCE_OFFICER))


def test_a_returned_case_is_open_and_keeps_what_was_said(database):
    view = cases.return_(proposed(), HEAD, "Ask the broker.")
    assert view.standing.state is State.OPEN
    assert view.standing.outcome is None
    assert view.events[-2].body["reason"] == "The price was mistyped."
    assert Step.PROPOSED in cases.case(view.id, clocks(), OFFICER).steps


def test_a_closed_case_takes_only_words_until_it_is_reopened(database):
    number = proposed()
    cases.approve(number, HEAD)
    with pytest.raises(CaseStepError, match="closed"):
        cases.propose(number, OFFICER, "confirmed", "Again.")
    with pytest.raises(CaseStepError, match="closed"):
        cases.assign(number, OFFICER, "officer")
    assert cases.comment(number, OFFICER, "Filed.").is_closed
    view = cases.reopen(number, OFFICER, "New facts.")
    assert view.standing.state is State.OPEN
    assert view.standing.closed_at is None
    assert view.due_at > view.row.opened_at


@pytest.mark.parametrize("role", [role for role in Role if "compliance" not in role.value])
def test_only_compliance_moves_a_case(database, role):
    number = opened()
    for step in Step:
        with pytest.raises((NotPermitted, CaseStepError)):
            cases.take_step(number, step, person("other", role), {"text": "x", "kind": "trade", "ref": "T-1"})
    with UnitOfWork() as work:
        assert len(queries.events(work.session, known_at=now())[number]) == 1


@pytest.mark.parametrize("role", list(Role))
def test_only_those_of_compliance_and_auditors_see_cases(database, role):
    number = opened()
    if role in {Role.AUDITOR, Role.COMPLIANCE_HEAD, Role.COMPLIANCE_OFFICER}:
        assert cases.cases(clocks(), person("a", role))[0].id == number
        return
    with pytest.raises(NotPermitted):
        cases.cases(clocks(), person("a", role))
    with pytest.raises(NotPermitted):
        cases.case(number, clocks(), person("a", role))


def test_an_auditor_may_take_no_step(database):
    assert cases.case(opened(), clocks(), AUDITOR).steps == ()


@pytest.mark.parametrize(
    "body", [{"outcome": "confirmed", "reason": " "}, {"outcome": "guilty", "reason": "Because."}, {}]
)
def test_a_decision_needs_an_outcome_and_a_reason(database, body):
    with pytest.raises(CaseStepError):
        cases.take_step(opened(), Step.PROPOSED, OFFICER, body)


def test_an_owner_is_an_active_user_of_compliance(database):
    users.create_user("officer", "Olga Officer", "a long enough word 1", frozenset({Role.COMPLIANCE_OFFICER}))
    users.create_user("trader", "Tim Trader", "a long enough word 2", frozenset({Role.TRADER}))
    number = opened()
    assert cases.assign(number, OFFICER, "officer").standing.owner == "officer"
    assert cases.owners(OFFICER) == {"officer": "Olga Officer"}
    for wrong in ("trader", "nobody"):
        with pytest.raises(DomainError, match="cannot own"):
            cases.assign(number, OFFICER, wrong)


def test_severity_moves_the_deadline(database):
    view = cases.set_severity(opened(severity="low"), OFFICER, "critical", "Authority called.")
    assert view.standing.severity is Severity.CRITICAL
    assert view.due_at == view.row.opened_at + timedelta(hours=4)
    with pytest.raises(CaseStepError, match="no severity"):
        cases.set_severity(view.id, OFFICER, "extreme")


def test_evidence_and_links_are_kept(database):
    number = opened()
    cases.add_evidence(number, OFFICER, "The broker's message.", "msg-77")
    view = cases.link(number, OFFICER, "trade", "T-1040", "The trade on the other side.")
    assert [event.body["ref"] for event in view.events[1:]] == ["msg-77", "T-1040"]
    with pytest.raises(DomainError, match="nothing to link"):
        cases.link(number, OFFICER, "rumour", "x")
    with pytest.raises(DomainError, match="longer than"):
        cases.comment(number, OFFICER, "x" * 5000)


def test_a_case_is_seen_as_it_stood_then(database):
    number = proposed()
    between = Clocks(DAY, now(), live=False)
    cases.approve(number, HEAD)
    assert cases.case(number, between, OFFICER).standing.state is State.PROPOSED
    assert cases.case(number, clocks(), OFFICER).is_closed
    assert cases.cases(clocks(days=1), OFFICER) == ()
    with pytest.raises(NotFound):
        cases.case(number, clocks(days=1), OFFICER)
    with pytest.raises(NotFound):
        cases.comment(999, OFFICER, "x")


def test_the_undecided_stand_first_by_their_deadline(database):
    low, critical, decided = opened("a", "low"), opened("b", "critical"), proposed(key="c")
    cases.approve(decided, HEAD)
    assert [view.id for view in cases.cases(clocks(), OFFICER)] == [critical, low, decided]


def test_an_unknown_kind_or_severity_is_refused(database):
    with pytest.raises(DomainError, match="kind of case"):
        opened(kind="gossip")
    with pytest.raises(DomainError, match="no severity"):
        opened(severity="extreme")
