"""The job centre: whose jobs it lists, what it says of one, and that each of its figures has a passport that agrees."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from callbacks.monitoring import jobs as centre
from callbacks.monitoring.jobs import Ids
from portal.core import clock
from portal.core.clock import Clocks
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.monitoring import job_metrics as metrics
from portal.services import evaluation, jobs, passports
from portal.services.monitoring import job_tables
from tests.helpers import job_kinds
from tests.helpers.job_kinds import somebody
from tests.helpers.layout import components, text_of

ANN, BOB = somebody("ann"), somebody("bob")
AUDITOR = somebody("audrey", Role.AUDITOR)
TRADER = somebody("tom", Role.TRADER)


@pytest.fixture(scope="module")
def found(module_database: str) -> Iterator[dict[str, int]]:
    """Jobs in all the states that ann and bob can bring about."""
    job_kinds.register()
    made = {}
    for name, params, who in (
        ("done", {"steps": 2, "seconds": 0.05}, ANN),
        ("failed", {"end": "refused"}, ANN),
        ("of bob", {"steps": 3}, BOB),
    ):
        made[name] = jobs.submit("test-steps", params, who)
        jobs.run(made[name])
    made["cancelled"] = jobs.submit("test-steps", {"steps": 8}, ANN)
    jobs.cancel(made["cancelled"], ANN)
    made["waiting"] = jobs.submit("test-steps", {"steps": 9}, ANN)
    jobs.submit("test-steps", {"steps": 9}, BOB)
    return made


def now() -> Clocks:
    moment = clock.now()
    return Clocks(moment.date(), moment, live=True)


def drawn(actor: Any, **filters: str) -> str:
    return text_of(centre.draw({"whose": "mine", "state": "all", "job": "", **filters}, now(), actor))


def listed(actor: Any, **filters: str) -> list[Any]:
    return centre.load_list(GridQuery(), {"whose": "mine", "state": "all", **filters}, now(), actor).column(
        "id"
    )


def test_mine_are_what_i_asked_for_or_share(found):
    assert listed(BOB) == [str(found["waiting"]), str(found["of bob"])]
    assert str(found["failed"]) not in listed(BOB)
    assert listed(TRADER) == []
    assert "No jobs yet" in drawn(TRADER)


def test_what_a_button_said_is_not_in_the_part_that_is_drawn_anew_as_jobs_move(found):
    parts = components(centre.draw({"whose": "mine", "state": "all", "job": ""}, now(), ANN))
    assert Ids.NOTE not in [getattr(part, "id", None) for part in parts]


def test_everybodys_only_with_the_right(found):
    assert len(listed(AUDITOR, whose="everybody")) == 5
    assert listed(BOB, whose="everybody") == listed(BOB), (
        "a link from somebody with the right shows one's own"
    )
    with pytest.raises(NotPermitted):
        job_tables.figures("everybody", BOB)
    with pytest.raises(NotPermitted):
        job_tables.figures("ann", BOB)


def test_states_narrow_the_list(found):
    assert listed(ANN, state="unsuccessful") == [str(found["failed"])]
    assert listed(ANN, state="active") == [str(found["waiting"])]
    assert "No such jobs" in drawn(BOB, state="cancelled")
    assert listed(ANN, state="made up") == listed(ANN)


def test_cards_of_what_is_under_way(found):
    said = drawn(ANN)
    assert "Waiting for a worker" in said
    assert "asked by ann, bob" in said
    assert "Stop" not in said.split("Your jobs")[0].split("Under way")[-1], (
        "it is shared, so ann cannot stop it"
    )


def test_one_job_with_its_log(found):
    said = drawn(ANN, job=str(found["done"]))
    for words in (
        "Steps of a test",
        "Open the result",
        "Run again",
        "2 steps were taken",
        "Usually takes",
        '"steps": 2',
    ):
        assert words in said
    failed = drawn(ANN, job=str(found["failed"]))
    assert "The run failed" in failed
    assert "The book ATLANTIS has no positions." in failed
    assert "Open the result" not in failed


@pytest.mark.parametrize("asked", ["x", "-1", "9" * 30, "999999"])
def test_a_job_that_is_not_there_says_so(found, asked):
    assert "No such job" in drawn(ANN, job=asked)


def test_a_job_of_somebody_else_is_not_there(found):
    assert f"There is no job {found['failed']} of yours" in drawn(BOB, job=str(found["failed"]))
    assert "Steps of a test" in drawn(AUDITOR, job=str(found["failed"]))


def passport(metric: Any, params: dict[str, Any], actor: Any, clocks: Clocks | None = None) -> Any:
    return passports.open_passport(metric.id, params, clocks or now(), actor).evaluation


def test_every_figure_is_computed_again_from_its_rows(found):
    shown = job_tables.figures("ann", ANN)
    assert (shown.under_way, shown.unsuccessful) == (1, 1)
    whose = {"whose": "ann", "moment": shown.moment.isoformat()}
    cases = [
        (metrics.UNDER_WAY, whose, 1.0),
        (metrics.UNSUCCESSFUL, whose, 1.0),
        (metrics.DURATION, {"job": found["done"]}, jobs.job(found["done"], ANN).seconds),
        (metrics.TYPICAL, {"kind": "test-steps"}, job_tables.typical_seconds("test-steps")),
    ]
    for metric, params, value in cases:
        clocks = now()
        seen = passport(metric, params, ANN, clocks)
        assert seen.value == pytest.approx(value), metric.id
        replay = evaluation.evaluator(metric.id).replay
        assert replay is not None
        rows = [
            {key: str(cell) if isinstance(cell, datetime) else cell for key, cell in row.items()}
            for row in seen.inputs.records()
        ]
        clean = evaluation.clean_params(metric.id, params)
        assert replay(rows, clean, clocks).value == pytest.approx(value), metric.id


def test_counts_of_an_earlier_moment_are_those_of_then(found):
    before = datetime(2020, 1, 1, tzinfo=UTC)
    clocks = Clocks(before.date(), before, live=False)
    assert passport(metrics.UNDER_WAY, {"whose": "ann"}, ANN, clocks).value == 0.0
    assert passport(metrics.TYPICAL, {"kind": "test-steps"}, ANN, clocks).value is None
    later = clock.now() + timedelta(days=3)
    assert (
        passport(metrics.UNSUCCESSFUL, {"whose": "ann"}, ANN, Clocks(later.date(), later, live=False)).value
        == 0.0
    )


def test_passports_keep_the_rights_of_the_page(found):
    with pytest.raises(NotFound):
        passport(metrics.DURATION, {"job": found["failed"]}, BOB)
    with pytest.raises(NotPermitted):
        passport(metrics.UNDER_WAY, {"whose": "ann"}, BOB)
    assert passport(metrics.UNDER_WAY, {"whose": "everybody"}, AUDITOR).value == 1.0


def test_the_ids_of_the_page():
    assert all(re.fullmatch(r"monitoring-jobs(-[a-z]+)?", name) for name in Ids)
