"""The page of models: who is offered what, two trials side by side, and figures whose passports say the same."""

from datetime import timedelta
from typing import Any

import pytest

from callbacks.forecast import models
from callbacks.forecast.models import Ids, grids
from callbacks.forecast.models.cards import BUTTONS
from callbacks.forecast.models.compare import compared
from callbacks.forecast.models.one import one_version
from callbacks.forecast.models.train import ask, plan_lines, train_section
from portal.core import clock
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import metric
from portal.core.table import GridQuery, Table
from portal.services import clocks as clock_service
from portal.services import evaluation, passports
from portal.services.forecast import registry
from tests.helpers.forecasts import EXECUTIVE, READER, RISK, TRADER, add_prices, add_trial, add_version
from tests.helpers.layout import components, text_of

OFFERED = [words for words, _look in BUTTONS.values()]
ALL: dict[str, Any] = {"target": "all", "version": "all"}


@pytest.fixture(scope="module")
def desk(module_database: str) -> Clocks:
    del module_database
    add_prices("TTF")
    champion = add_version(error=1.0)
    registry.propose(champion, TRADER)
    registry.approve(champion, RISK, "Good.")
    waiting = add_version(error=0.8, model="ets")
    registry.propose(waiting, RISK, "Better still.")
    add_version(error=1.5, model="mstl")
    add_trial(model="sarimax", status="failed")
    return Clocks(clock_service.latest_day(), clock.now() + timedelta(hours=1))


def version(model: str) -> int:
    return next(view.id for view in registry.versions(READER) if view.model == model)


def buttons(tree: Any) -> list[str]:
    found = [part for part in components(tree) if type(part).__name__ == "Button"]
    return [part.children for part in found if isinstance(part.children, str)]


def test_the_page_shows_versions_proposals_and_every_trial(desk: Clocks) -> None:
    said = text_of(models.draw(ALL, desk, READER))
    for words in (
        "Champions", "settle.TTF theta v1", "Proposals that wait", "proposed by risk", "Experiments",
        "It did not converge.", "Compare two trials",
    ):  # fmt: skip
        assert words in said
    assert "NaN" not in said
    assert "nan" not in said.lower().split()


def test_an_empty_portal_says_what_to_do(database: str) -> None:
    del database
    said = text_of(models.draw(ALL, Clocks(clock.now().date(), clock.now()), READER))
    assert "No version yet" in said


@pytest.mark.parametrize(
    ("actor", "model", "expected"),
    [
        (READER, "ets", []),
        (TRADER, "ets", []),
        (RISK, "ets", ["Withdraw"]),
        (EXECUTIVE, "ets", ["Approve", "Reject"]),
        (TRADER, "mstl", []),
        (RISK, "theta", []),
    ],
)
def test_each_person_is_offered_what_they_may_do(
    desk: Clocks, actor: Any, model: str, expected: list[str]
) -> None:
    tree = one_version(str(version(model)), desk, actor)
    assert [words for words in buttons(tree) if words in OFFERED] == expected
    assert "gate" in text_of(tree)


def test_a_view_of_the_past_decides_nothing(desk: Clocks) -> None:
    past = Clocks(desk.as_of, desk.known_at, live=False)
    tree = one_version(str(version("ets")), past, EXECUTIVE)
    assert "In a view of the past" in text_of(tree)
    assert "Approve" not in buttons(tree)


def test_a_version_that_is_not_there_is_said(desk: Clocks) -> None:
    assert "No such version" in text_of(models.draw({"version": "99999"}, desk, READER))
    with pytest.raises(NotFound):
        one_version("DROP", desk, READER)


def test_two_trials_stand_side_by_side(desk: Clocks) -> None:
    first, second = (registry.version(version(model), READER).experiment_id for model in ("theta", "mstl"))
    said = text_of(compared(first, second, desk, READER))
    for words in ("A: trial", "Data hash", "Training window", "Pinball", "Error by step ahead"):
        assert words in said or words == "Pinball"
    table = grids.compare_rows(GridQuery(), {"first": first, "second": second}, desk, READER)
    row = next(row for row in table.records() if row["score"] == "rMAE")
    assert row["better"] == "A"
    assert row["difference"] < 0  # type: ignore[operator]


def shown_in(table: Table) -> list[tuple[str, dict[str, Any], Any]]:
    """Metric, parameters and value of every cell that has a passport."""
    names = table.columns[0].key
    return [
        (column.metric, {**table.extra["params"][record[names]], **dict(column.params)}, record[column.key])
        for record in table.records()
        for column in table.columns
        if column.metric and record[column.key] is not None
    ]


@pytest.mark.parametrize("name", ["versions", "trials", "compare", "steps"])
def test_every_figure_of_the_tables_opens_to_the_same_value(desk: Clocks, name: str) -> None:
    first, second = (registry.version(version(model), READER).experiment_id for model in ("theta", "mstl"))
    asked = {"first": first, "second": second, "target": "settle.TTF"}
    load = {
        "versions": grids.version_rows, "trials": grids.trial_rows, "compare": grids.compare_rows,
        "steps": grids.step_rows,
    }[name]  # fmt: skip
    cells = shown_in(load(GridQuery(limit=None), asked, desk, READER))
    assert cells
    for code, params, value in cells:
        known = {item.name for item in evaluation.evaluator(code).parameters}
        passport = passports.open_passport(
            code, {k: v for k, v in params.items() if k in known}, desk, READER
        )
        assert passport.evaluation.value == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("forecast.trial_score", {"score": "rmse"}),
        ("forecast.trial_score", {"score": "rmae"}),
        ("forecast.trial_coverage", {}),
        ("forecast.gain_p", {}),
        ("forecast.step_error", {"step": 2, "side": "naive"}),
        ("forecast.score_difference", {"score": "mae"}),
    ],
)
def test_receipts_recompute_from_their_own_rows(desk: Clocks, code: str, params: dict[str, Any]) -> None:
    trials = [registry.version(version(model), READER).experiment_id for model in ("theta", "mstl")]
    asked: dict[str, Any] = {"trial": trials[0], **params}
    if code == "forecast.score_difference":
        asked["other"] = trials[1]
    found = evaluation.evaluate(code, asked, desk, READER)
    again = evaluation.evaluator(code).replay
    assert again is not None
    clean = evaluation.clean_params(code, asked)
    assert again(found.inputs.records(), clean, desk).value == pytest.approx(found.value)
    assert metric(code).title


@pytest.mark.parametrize(
    ("code", "params", "value"),
    [
        ("forecast.versions", {"stage": "champion"}, 1),
        ("forecast.versions", {"stage": "waits"}, 1),
        ("forecast.versions", {"stage": "candidate", "target": "settle.TTF"}, 2),
        ("forecast.trials", {}, 4),
        ("forecast.trials", {"status": "failed"}, 1),
    ],
)
def test_counts_open_to_what_they_count(desk: Clocks, code: str, params: dict[str, Any], value: int) -> None:
    assert evaluation.evaluate(code, params, desk, READER).value == value


def test_the_run_dialog_says_what_it_would_do_and_asks_for_it(desk: Clocks) -> None:
    filters = {"train": ["settle.TTF"], "models": ["theta"], "origins": 12, "grid": "theta.window=250,500"}
    assert "4 trials for 1 target" in text_of(plan_lines(filters, desk, TRADER))
    asked = ask(filters, desk, TRADER)
    assert asked["grid"] == {"theta": {"window": [250, 500]}}
    assert asked["targets"] == ["settle.TTF"]
    assert asked["as_of"] == desk.as_of.isoformat()
    assert "Choose at least one model" in text_of(plan_lines({**filters, "models": []}, desk, TRADER))
    with pytest.raises(DomainError, match="cannot be read"):
        ask({**filters, "grid": "quick please"}, desk, TRADER)


def test_only_those_who_may_run_see_the_dialog(desk: Clocks) -> None:
    assert train_section(desk, READER, {}) is None
    assert Ids.TRAIN in str(train_section(desk, TRADER, {}))
