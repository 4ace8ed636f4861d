"""The stage of a version follows from events; nobody approves what they proposed."""

import pytest

from portal.core.actor import Actor
from portal.core.errors import NotPermitted
from portal.core.permissions import Role
from portal.domain.forecast.errors import IllegalStep
from portal.domain.forecast.stages import (
    Event,
    Stage,
    Standing,
    Step,
    champion,
    champions,
    check_step,
    may,
    standings,
)

TRADER = Actor(1, "ann", "Ann", frozenset({Role.TRADER}))
RISK = Actor(2, "bob", "Bob", frozenset({Role.RISK_OFFICER}))
READER = Actor(3, "cid", "Cid", frozenset({Role.AUDITOR}))


def events(*given: tuple[int, Step, str]) -> list[Event]:
    return [Event(*item) for item in given]


HISTORY = events(
    (1, Step.REGISTERED, "ann"),
    (1, Step.PROPOSED, "ann"),
    (1, Step.APPROVED, "bob"),
    (2, Step.REGISTERED, "ann"),
    (2, Step.PROPOSED, "ann"),
    (2, Step.APPROVED, "bob"),
    (1, Step.RETIRED, "bob"),
    (3, Step.REGISTERED, "ann"),
)


def test_an_approval_makes_the_champion_and_retires_the_one_before() -> None:
    found = standings(HISTORY)
    assert [found[key].stage for key in (1, 2, 3)] == [Stage.RETIRED, Stage.CHAMPION, Stage.CANDIDATE]
    assert champion(HISTORY) == 2
    assert champion([]) is None
    assert standings(HISTORY[:5])[1].stage is Stage.CHAMPION
    assert standings(HISTORY[:5])[2].proposed_by == "ann"


def test_a_rollback_makes_an_earlier_champion_the_champion_again() -> None:
    back = [*HISTORY, Event(1, Step.ROLLED_BACK, "bob"), Event(2, Step.RETIRED, "bob")]
    assert champion(back) == 1
    assert standings(back)[2].stage is Stage.RETIRED
    assert champions(back) == (1, 2)


def test_fallbacks_are_the_champions_before() -> None:
    assert champions(HISTORY) == (2, 1)
    assert champions([*HISTORY, Event(2, Step.RETIRED, "bob")]) == (1, 2)


@pytest.mark.parametrize("step", [Step.REJECTED, Step.WITHDRAWN])
def test_what_was_turned_down_stays_a_candidate_and_may_be_proposed_again(step: Step) -> None:
    found = standings(events((1, Step.PROPOSED, "ann"), (1, step, "bob")))[1]
    assert found.stage is Stage.CANDIDATE
    assert not found.waits
    check_step(found, Step.PROPOSED, TRADER, comment="")


def test_nobody_approves_what_they_proposed() -> None:
    waiting = Standing(1, proposed_by="bob")
    with pytest.raises(IllegalStep, match="Nobody decides on their own proposal"):
        check_step(waiting, Step.APPROVED, RISK, comment="")
    with pytest.raises(NotPermitted):
        check_step(waiting, Step.APPROVED, TRADER, comment="")
    check_step(Standing(1, proposed_by="ann"), Step.APPROVED, RISK, comment="")


def test_the_gate_stands_before_a_proposal_and_before_an_approval_but_not_before_a_rollback() -> None:
    with pytest.raises(IllegalStep, match="does not pass the gate"):
        check_step(Standing(1), Step.PROPOSED, TRADER, comment="", passed=False)
    with pytest.raises(IllegalStep, match="any more"):
        check_step(Standing(1, proposed_by="ann"), Step.APPROVED, RISK, comment="", passed=False)
    former = Standing(1, Stage.RETIRED, was_champion=True)
    check_step(former, Step.ROLLED_BACK, RISK, comment="It drifts.", passed=False)


@pytest.mark.parametrize(
    ("now", "step", "words"),
    [
        (Standing(1, Stage.CHAMPION, was_champion=True), Step.ROLLED_BACK, "already"),
        (Standing(1), Step.ROLLED_BACK, "never champion"),
        (Standing(1, Stage.RETIRED, was_champion=True), Step.ROLLED_BACK, "Say why"),
        (Standing(1, proposed_by="ann"), Step.REJECTED, "Say why"),
        (Standing(1), Step.APPROVED, "Nobody has proposed"),
        (Standing(1, proposed_by="ann"), Step.WITHDRAWN, "Only ann"),
        (Standing(1, Stage.CHAMPION), Step.PROPOSED, "champion already"),
        (Standing(1, proposed_by="ann"), Step.PROPOSED, "waits already"),
    ],
)
def test_a_step_that_is_not_possible_is_refused_with_a_sentence(
    now: Standing, step: Step, words: str
) -> None:
    with pytest.raises(IllegalStep, match=words):
        check_step(now, step, RISK, comment=" ")


def test_buttons_follow_the_right_and_the_standing() -> None:
    assert may(Standing(1), TRADER, passed=True) == (Step.PROPOSED,)
    assert may(Standing(1), TRADER, passed=False) == ()
    assert may(Standing(1), READER, passed=True) == ()
    assert may(Standing(1, proposed_by="ann"), TRADER, passed=True) == (Step.WITHDRAWN,)
    assert may(Standing(1, proposed_by="ann"), RISK, passed=True) == (Step.APPROVED, Step.REJECTED)
    assert may(Standing(1, proposed_by="ann"), RISK, passed=False) == (Step.REJECTED,)
    assert Step.ROLLED_BACK in may(Standing(1, Stage.RETIRED, was_champion=True), RISK, passed=False)
