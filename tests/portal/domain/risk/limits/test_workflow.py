"""The life of a breach, and six eyes on a proposal: legal and illegal moves, deadlines, four eyes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.actor import SYSTEM, Actor
from portal.core.permissions import Role
from portal.domain.risk.errors import IllegalMove
from portal.domain.risk.limits.approval import Decision, Stage, check_decision, read_approval
from portal.domain.risk.limits.breach import Event, State, Step, after, is_overdue, read
from portal.domain.risk.limits.limit import Tier
from portal.domain.risk.limits.workflow import allowed_steps, due_at, move, open_breach

FRIDAY = datetime(2026, 5, 8, 16, tzinfo=UTC)


def somebody(name: str, role: Role) -> Actor:
    return Actor(7, name, name.capitalize(), frozenset({role}))


TRADER, COLLEAGUE = somebody("tina", Role.TRADER), somebody("tom", Role.TRADER)
RISK, CHIEF = somebody("rita", Role.RISK_OFFICER), somebody("carl", Role.COMPLIANCE_OFFICER)
AUDITOR = somebody("ada", Role.AUDITOR)


def told(*steps: tuple[Step, Actor, dict]) -> list[Event]:
    """Open a hard breach of tina's and take steps, an hour each."""
    events = [open_breach(Tier.HARD, 1.2, at=FRIDAY, owner="tina")]
    for hour, (step, actor, more) in enumerate(steps, start=1):
        options = {"note": "because", **more}
        events.append(move(read(events), step, actor, at=FRIDAY + timedelta(hours=hour), **options))
    return events


ACK, EXPLAIN = (Step.ACKNOWLEDGED, TRADER, {}), (Step.EXPLAINED, TRADER, {"note": "prices rose"})
APPROVE, EASE, CLOSE = (Step.APPROVED, RISK, {}), (Step.EASED, SYSTEM, {"used": 0.7}), (Step.CLOSED, RISK, {})


def test_the_whole_life():
    events = told(ACK, EXPLAIN, APPROVE, EASE, CLOSE)
    found = read(events)
    assert found.state is State.CLOSED
    assert (found.explained_by, found.explanation, found.approved_by) == ("tina", "prices rose", "rita")
    assert (found.used, found.worst_used, found.is_over, found.due) == (0.7, 1.2, True, None)
    assert events[4].by == "system"


def test_deadlines_run_on_business_days():
    assert due_at(FRIDAY, State.OPEN, Tier.HARD) == datetime(2026, 5, 11, 16, tzinfo=UTC)
    assert due_at(FRIDAY, State.OPEN, Tier.HARD, holidays={date(2026, 5, 11)}).day == 12
    assert due_at(FRIDAY, State.OPEN, Tier.SOFT).day == 12
    assert due_at(FRIDAY, State.CLOSED, Tier.SOFT) is None
    found = read(told(ACK))
    assert found.due == datetime(2026, 5, 11, 17, tzinfo=UTC)
    assert not is_overdue(found, found.due)
    assert is_overdue(found, found.due + timedelta(seconds=1))


def test_a_note_moves_no_deadline():
    assert read(told(ACK, (Step.NOTED, RISK, {}))).due == read(told(ACK)).due


def test_who_acknowledges_what_nobody_owns_becomes_the_owner():
    breach = read([open_breach(Tier.SOFT, 0.9, at=FRIDAY)])
    assert move(breach, Step.ACKNOWLEDGED, COLLEAGUE, at=FRIDAY).owner == "tom"


def test_an_assigned_breach_is_the_new_owners():
    found = read(told((Step.ASSIGNED, RISK, {"owner": "tom"})))
    assert found.owner == "tom"
    assert Step.ACKNOWLEDGED in allowed_steps(found, COLLEAGUE)
    assert Step.ACKNOWLEDGED not in allowed_steps(found, TRADER)


def test_a_breach_that_becomes_hard_starts_again():
    events = [open_breach(Tier.SOFT, 0.9, at=FRIDAY, owner="tina")]
    for step, actor in ((Step.ACKNOWLEDGED, TRADER), (Step.EXPLAINED, TRADER), (Step.APPROVED, RISK)):
        events.append(move(read(events), step, actor, at=FRIDAY, note="x"))
    events.append(move(read(events), Step.WORSENED, SYSTEM, at=FRIDAY, tier=Tier.HARD, used=1.1))
    found = read(events)
    assert (found.state, found.tier, found.explanation) == (State.OPEN, Tier.HARD, None)
    assert found.due == due_at(FRIDAY, State.OPEN, Tier.HARD)
    events.append(move(found, Step.WORSENED, SYSTEM, at=FRIDAY, tier=Tier.HARD, used=1.5))
    assert (read(events).worst_used, read(events).state) == (1.5, State.OPEN)


def test_an_explanation_is_sent_back():
    found = read(told(ACK, EXPLAIN, (Step.REOPENED, RISK, {"note": "not enough"})))
    assert (found.state, found.explained_by, found.reopened) == (State.ACKNOWLEDGED, None, 1)
    again = read(told(ACK, EXPLAIN, APPROVE, EASE, CLOSE, (Step.REOPENED, RISK, {})))
    assert again.state is State.OPEN
    assert again.due is not None


@pytest.mark.parametrize(
    ("before", "step", "actor", "options", "words"),
    [
        ((), Step.EXPLAINED, TRADER, {}, "cannot explain a breach that is open: it must be acknowledged"),
        ((), Step.OPENED, SYSTEM, {}, "it is open already"),
        (
            (ACK, EXPLAIN, APPROVE, EASE, CLOSE),
            Step.ASSIGNED,
            RISK,
            {"owner": "x"},
            "a breach that is closed",
        ),
        ((), Step.ACKNOWLEDGED, COLLEAGUE, {}, "belongs to tina, who has to acknowledge it"),
        ((), Step.ACKNOWLEDGED, AUDITOR, {}, "needs the right 'risk:comment'"),
        ((), Step.EASED, RISK, {}, "Only the program itself may ease"),
        ((ACK,), Step.EXPLAINED, TRADER, {"note": "  "}, "say why: the note is empty"),
        ((ACK, EXPLAIN), Step.APPROVED, TRADER, {}, "needs the right 'limit:approve'"),
        ((ACK, (Step.EXPLAINED, RISK, {})), Step.APPROVED, RISK, {}, "Nobody approves their own explanation"),
        ((ACK, EXPLAIN, APPROVE), Step.CLOSED, RISK, {}, "The limit is still broken"),
        ((), Step.ASSIGNED, RISK, {}, "name its new owner"),
        ((), Step.NOTED, AUDITOR, {}, "'risk:comment' or 'limit:approve'"),
    ],
)
def test_illegal_moves_are_refused_with_a_sentence(before, step, actor, options, words):
    breach = read(told(*before))
    with pytest.raises(IllegalMove, match=words):
        move(breach, step, actor, at=FRIDAY + timedelta(days=1), **{"note": "because", **options})


def test_a_history_must_begin_with_an_opening_and_go_forward_in_time():
    with pytest.raises(IllegalMove, match="must begin with its opening"):
        read([])
    with pytest.raises(IllegalMove, match="must begin with its opening"):
        read([Event(Step.NOTED, "x", FRIDAY)])
    breach = read([open_breach(Tier.HARD, 1.2, at=FRIDAY)])
    with pytest.raises(IllegalMove, match="the step before it is of 2026-05-08 16:00"):
        after(breach, Event(Step.NOTED, "x", FRIDAY - timedelta(seconds=1)))


TRIES = st.lists(
    st.tuples(st.sampled_from(Step), st.sampled_from([TRADER, RISK, CHIEF, AUDITOR, SYSTEM])), max_size=25
)


@given(TRIES)
def test_nobody_ever_approves_their_own_words_and_nothing_closes_while_broken(tries):
    events = [open_breach(Tier.SOFT, 0.9, at=FRIDAY)]
    for step, actor in tries:
        breach = read(events)
        options = {"note": "x", "owner": "tom", "tier": Tier.HARD, "used": 1.1}
        if step in allowed_steps(breach, actor):
            events.append(move(breach, step, actor, at=FRIDAY, **options))
        else:
            with pytest.raises(IllegalMove):
                move(breach, step, actor, at=FRIDAY, **options)
    found = read(events)
    if found.state in (State.APPROVED, State.CLOSED):
        assert found.approved_by != found.explained_by
    if found.state is State.CLOSED:
        assert found.is_over
    assert (found.due is None) == (found.state is State.CLOSED)


def test_six_eyes():
    proposal = read_approval(2, "rita", [])
    assert (proposal.stage, proposal.missing) == (Stage.PROPOSED, 2)
    one = read_approval(2, "rita", [("carl", Decision.APPROVED), ("carl", Decision.APPROVED)])
    assert one.sentence == "Proposed by rita, approved by carl; it needs 1 more approval."
    both = read_approval(2, "rita", [("carl", Decision.APPROVED), ("eve", Decision.APPROVED)])
    assert (both.stage, both.approved_by) == (Stage.APPROVED, ("carl", "eve"))
    own = read_approval(1, "rita", [("rita", Decision.APPROVED)])
    assert own.stage is Stage.PROPOSED
    assert read_approval(2, "rita", [("carl", Decision.REJECTED)]).stage is Stage.REJECTED
    assert read_approval(2, "rita", [("rita", Decision.WITHDRAWN)]).stage is Stage.WITHDRAWN
    assert read_approval(0, "rita", []).stage is Stage.APPROVED


@pytest.mark.parametrize(
    ("decisions", "decision", "actor", "words"),
    [
        ([], Decision.APPROVED, RISK, "Nobody decides on their own proposal"),
        ([], Decision.WITHDRAWN, CHIEF, "Only rita, who proposed it, may withdraw"),
        ([], Decision.APPROVED, TRADER, "needs the right 'limit:approve'"),
        ([("carl", Decision.APPROVED)], Decision.APPROVED, CHIEF, "Carl has approved this already"),
        ([("carl", Decision.REJECTED)], Decision.APPROVED, CHIEF, "is rejected already"),
    ],
)
def test_decisions_that_are_refused(decisions, decision, actor, words):
    with pytest.raises(IllegalMove, match=words):
        check_decision(read_approval(2, "rita", decisions), decision, actor)


def test_decisions_that_are_not():
    proposal = read_approval(2, "rita", [])
    for decision, actor in (
        (Decision.APPROVED, CHIEF),
        (Decision.REJECTED, CHIEF),
        (Decision.WITHDRAWN, RISK),
    ):
        check_decision(proposal, decision, actor)
