"""Training: every trial stored and counted with its forecasts or its sentence; finished ones registered, others not."""

from datetime import timedelta
from typing import Any

import pytest

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.errors import DomainError, EnerscopeError
from portal.domain.forecast.base import all_models
from portal.services import clocks as clock_service
from portal.services import jobs
from portal.services.forecast import dataset, experiments, registry, training
from portal.services.forecast.training import Ask
from tests.helpers.forecasts import READER, add_prices

pytestmark = pytest.mark.usefixtures("database")
TARGET = "settle.OIL"
BASELINES = len(set(training.BASELINES) & set(all_models()))


def now() -> Clocks:
    return Clocks(clock_service.latest_day(), clock.now() + timedelta(minutes=1))


def train(models: tuple[str, ...] = ("steady",), **terms: Any) -> training.Trained:
    ask = Ask((TARGET,), models, terms.pop("sweep", "test"), origins=12, **terms)
    return training.train(ask, now(), run_by="trader", workers=1)


def test_every_combination_is_a_trial_and_every_finished_one_a_candidate() -> None:
    add_prices("OIL")
    made = train(grid={"steady": {"days": [5, 10, 20]}})
    views = experiments.trials(READER, TARGET)
    assert len(made.trials) == len(views) == 3 + BASELINES  # three combinations and the baselines
    assert sorted(view.row.trial for view in views) == list(range(1, 4 + BASELINES))
    assert [view.row.params for view in views if view.row.model == "steady"] == [
        {"days": 20}, {"days": 10}, {"days": 5},
    ]  # fmt: skip
    assert {view.name for view in registry.versions(READER)} == {"steady v1", "steady v2", "steady v3"}
    one = views[0].row
    assert one.origins == 12
    assert one.metrics["mae"] > 0.0
    assert one.metrics["naive_mae"] > 0.0
    assert len(one.data_hash) == len(one.fingerprint) == 64
    stored = experiments.stored(one.id, READER)
    assert stored.stamp.shape == (12, 20)
    assert stored.evaluation.actual.shape == (12, 20)


def test_a_failed_trial_is_kept_with_its_sentence_and_registers_nothing() -> None:
    add_prices("OIL")
    made = train(("steady", "never"))
    assert made.failed == 1
    failed = next(view for view in experiments.trials(READER, TARGET) if view.row.status == "failed")
    assert failed.row.model == "never"
    assert "All 12 origins failed: It never converges on this series." in (failed.row.error or "")
    assert failed.version is None
    assert {view.model for view in registry.versions(READER)} == {"steady"}
    assert experiments.count(READER)[TARGET] == experiments.Count(finished=1 + BASELINES, failed=1)


def test_a_constant_series_fails_every_trial_in_words() -> None:
    add_prices("OIL", constant=True)
    made = train()
    assert made.failed == len(made.trials)
    assert all("constant" in (view.row.error or "") or "equal" in (view.row.error or "")
               for view in experiments.trials(READER, TARGET))  # fmt: skip
    assert registry.versions(READER) == []


def test_ten_observations_fail_in_words() -> None:
    add_prices("OIL", days=10)
    made = train()
    assert made.failed == len(made.trials) > 0
    assert registry.versions(READER) == []


def test_what_was_tried_on_the_same_data_is_not_tried_again() -> None:
    add_prices("OIL")
    first = train()
    again = train(sweep="again")
    assert again.known == len(first.trials)
    assert again.trials == []
    assert len(registry.versions(READER)) == 1


def test_a_run_that_dies_leaves_whole_trials_and_the_next_attempt_goes_on_behind_them() -> None:
    add_prices("OIL")

    class Killed(Exception):  # noqa: N818
        pass

    def dies(share: float, _words: str) -> None:
        if share > 0.7:
            raise Killed

    ask = Ask((TARGET,), ("steady",), "test", origins=12)
    with pytest.raises(Killed):
        training.train(ask, now(), report=dies, run_by="trader", workers=1)
    half = experiments.trials(READER, TARGET)
    assert 0 < len(half) < 1 + BASELINES
    for view in half:
        assert experiments.stored(view.id, READER).evaluation.scored.any()
    made = training.train(ask, now(), run_by="trader", workers=1)
    assert made.known == len(half)
    assert len(experiments.trials(READER, TARGET)) == 1 + BASELINES


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"models": ("nonsense",)}, "no forecast model 'nonsense'"),
        ({"grid": {"steady": {"speed": [1]}}}, "no parameter 'speed'"),
        ({"grid": {"steady": {"days": []}}}, "at least one value for days"),
        ({"grid": {"ets": {"days": [1]}}}, "not among the models"),
        ({"grid": {"steady": {"days": list(range(401))}}}, "at most 400"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_tried(change: dict[str, Any], words: str) -> None:
    add_prices("OIL")
    with pytest.raises(EnerscopeError, match=words):
        train(**change)
    assert experiments.trials(READER) == []


def test_the_job_registers_candidates_and_is_shared() -> None:
    add_prices("OIL")
    params = {"targets": TARGET, "models": "steady", "origins": 12}
    job_id = jobs.submit("forecast.train", params, SYSTEM, queue="page")
    assert jobs.submit("forecast.train", params, SYSTEM, queue="page") == job_id
    assert jobs.run(job_id) == "done"
    done = jobs.job(job_id, SYSTEM)
    assert len(done.result["versions"]) == 1
    assert done.link == f"/forecast/models?target={TARGET}"
    assert experiments.trials(READER)[0].row.job_id == job_id


def test_a_job_all_of_whose_trials_fail_has_failed() -> None:
    add_prices("OIL", constant=True)
    job_id = jobs.submit("forecast.train", {"targets": [TARGET], "models": ["steady"]}, SYSTEM, queue="page")
    assert jobs.run(job_id) == "failed"
    assert "nothing was registered" in jobs.job(job_id, SYSTEM).error


def test_a_series_that_cannot_be_read_is_a_failed_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    add_prices("OIL")

    def gone(*_given: Any) -> None:
        raise DomainError("41 % of the days are missing.")

    monkeypatch.setattr(dataset, "load_series", gone)
    made = train()
    assert made.failed == len(made.trials) == 1 + BASELINES
    assert {view.row.error for view in experiments.trials(READER)} == {"41 % of the days are missing."}


def test_a_trial_of_other_data_is_another_trial() -> None:
    add_prices("OIL")
    train()
    earlier = Clocks(now().as_of - timedelta(days=7), now().known_at)
    training.train(Ask((TARGET,), ("steady",), "test", origins=12), earlier, workers=1)
    assert [view.version for view in registry.versions(READER)] == [2, 1]
    with UnitOfWork() as work:
        assert registry.champion(work, TARGET, now()) is None
