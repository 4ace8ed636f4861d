"""Versions: proposed by one, approved by another, rolled back with a reason; each step is kept with its gate."""

from datetime import timedelta

import pytest

from data.session import UnitOfWork
from portal.core import clock
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.domain.forecast.errors import IllegalStep
from portal.domain.forecast.stages import Stage, Step
from portal.services import clocks as clock_service
from portal.services.forecast import experiments, registry
from tests.helpers.forecasts import EXECUTIVE, NOBODY, READER, RISK, TRADER, add_trial, add_version

pytestmark = pytest.mark.usefixtures("database")


def now() -> Clocks:
    return Clocks(clock_service.latest_day(), clock.now() + timedelta(minutes=1))


def champion(target: str = "settle.TTF", clocks: Clocks | None = None) -> int | None:
    with UnitOfWork() as work:
        found = registry.champion(work, target, clocks or now())
    return None if found is None else found.id


def test_a_second_person_makes_a_candidate_the_champion() -> None:
    version = add_version()
    assert registry.version(version, READER).stage is Stage.CANDIDATE
    assert champion() is None
    registry.propose(version, RISK, "Better than the naive in every month.")
    with pytest.raises(IllegalStep, match="own proposal"):
        registry.approve(version, RISK)
    with pytest.raises(NotPermitted):
        registry.approve(version, TRADER)
    view = registry.approve(version, EXECUTIVE, "Seen.")
    assert view.stage is Stage.CHAMPION
    assert champion() == version
    assert [step.step for step in view.decisions] == ["registered", "proposed", "approved"]
    assert view.decisions[1].gate["passed"] is True
    assert len(view.decisions[2].gate["reasons"]) == 6
    assert [step.decided_by for step in view.decisions] == ["trader", "risk", "executive"]


def test_the_champion_before_is_retired_and_can_be_rolled_back_to() -> None:
    first, second = add_version(error=1.0), add_version(error=0.9, model="ets")
    for version in (first, second):
        registry.propose(version, TRADER)
        registry.approve(version, RISK)
    before = now()
    assert champion() == second
    assert registry.version(first, READER).stage is Stage.RETIRED
    with pytest.raises(IllegalStep, match="Say why"):
        registry.roll_back(first, RISK, "")
    with pytest.raises(NotPermitted):
        registry.roll_back(first, TRADER, "It drifts.")
    registry.roll_back(first, RISK, "The second one misses the holidays.")
    assert champion() == first
    assert registry.version(second, READER).stage is Stage.RETIRED
    assert registry.version(second, READER).decisions[-1].comment == "Rolled back to theta v1."
    with UnitOfWork() as work:
        assert [view.id for view in registry.fallbacks(work, "settle.TTF", now())] == [first, second]
    earlier = Clocks(
        before.as_of, registry.version(first, READER).decisions[-1].recorded_at - timedelta(microseconds=1)
    )
    assert champion(clocks=earlier) == second


def test_a_worse_version_than_the_champion_does_not_pass() -> None:
    best, worse = add_version(error=0.8), add_version(error=1.2, model="ets")
    registry.propose(best, TRADER)
    registry.approve(best, RISK)
    gate = registry.gate(worse, READER)
    assert [reason.name for reason in gate.reasons if not reason.passed] == ["champion"]
    assert "15 common origins" in gate.sentence
    with pytest.raises(IllegalStep, match="does not pass the gate"):
        registry.propose(worse, TRADER)


def test_without_a_significant_gain_nothing_is_proposed() -> None:
    with pytest.raises(IllegalStep, match="does not pass the gate"):
        registry.propose(add_version(gain_p=0.4), TRADER)


def test_a_rejection_needs_a_reason_and_a_proposal_can_be_withdrawn() -> None:
    version = add_version()
    registry.propose(version, TRADER)
    with pytest.raises(IllegalStep, match="Say why"):
        registry.reject(version, RISK, " ")
    assert registry.reject(version, RISK, "Wait for the winter.").stage is Stage.CANDIDATE
    registry.propose(version, TRADER)
    with pytest.raises(IllegalStep, match="Only trader"):
        registry.withdraw(version, RISK)
    assert registry.withdraw(version, TRADER).standing.steps[-1] is Step.WITHDRAWN


def test_nothing_is_registered_from_a_failed_trial() -> None:
    trial = add_trial(status="failed")
    with UnitOfWork(write=True) as work, pytest.raises(DomainError, match="no version is registered"):
        registry.register_in(work, experiments.trial_in(work, trial))
    assert registry.versions(READER) == []
    assert experiments.count(READER)["settle.TTF"].failed == 1
    with pytest.raises(NotFound, match="It did not converge"):
        experiments.evaluation(trial, READER)


def test_versions_count_up_for_each_target_and_model() -> None:
    for model in ("theta", "theta", "ets"):
        add_version(model=model)
    add_version(target="settle.BRENT")
    names = {(view.target, view.name) for view in registry.versions(READER)}
    assert names == {
        ("settle.TTF", "theta v1"), ("settle.TTF", "theta v2"), ("settle.TTF", "ets v1"), ("settle.BRENT", "theta v1"),
    }  # fmt: skip
    assert {view.target for view in registry.versions(READER, "settle.BRENT")} == {"settle.BRENT"}


def test_a_version_of_later_data_is_not_champion_of_an_earlier_day() -> None:
    version = add_version()
    registry.propose(version, TRADER)
    registry.approve(version, RISK)
    assert champion() == version
    assert champion(clocks=Clocks(now().as_of - timedelta(days=1), now().known_at)) is None


def test_forecasts_of_a_trial_come_back_as_they_were() -> None:
    trial = add_trial(error=1.0)
    stored = experiments.stored(trial, READER)
    assert stored.stamp.shape == stored.evaluation.actual.shape == (15, 4)
    assert stored.evaluation.scored.all()
    assert [view.id for view in experiments.trials(READER, "settle.TTF")] == [trial]


def test_who_may_not_read_forecasts_sees_nothing() -> None:
    for ask in (registry.versions, experiments.trials, experiments.count):
        with pytest.raises(NotPermitted):
            ask(NOBODY)
    with pytest.raises(NotPermitted):
        registry.gate(1, NOBODY)
    with pytest.raises(NotFound):
        registry.version(1, READER)
