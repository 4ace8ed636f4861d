"""Accuracy over a real database: what is compared, rankings, cuts, rights, refusals, and passports of every figure."""

from dataclasses import replace
from datetime import date

import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.metrics import Metric
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.forecast import accuracy_metrics as metrics
from portal.services.evaluation import EVALUATORS, clean_params
from portal.services.forecast import accuracy as service
from portal.services.forecast import accuracy_details as details
from portal.services.forecast import accuracy_tables as tables
from portal.services.forecast.accuracy import AccuracyAsk
from portal.services.passports import open_passport
from tests.helpers.forecast_trials import DAY, add_hourly_trials

QUERY = GridQuery(limit=None)
MINE = {found.id for found in vars(metrics).values() if isinstance(found, Metric)}


@pytest.fixture(scope="module")
def trials(module_database):
    old = add_hourly_trials(data="o")
    new = add_hourly_trials()
    late = add_hourly_trials("load.DE_LU", lead=24)
    return {"old": old, "new": new, "load": late}


def clocks(day=DAY):
    return Clocks(day, now(), live=True)


def found_of(**asked):
    return service.accuracy(AccuracyAsk.of({"target": "power.DE_LU", **asked}), clocks(), SYSTEM)


def test_the_newest_trials_of_one_question_are_compared(trials):
    found = found_of()
    new = trials["new"]
    assert {entry.row.id for entry in found.entries} == {
        new[code] for code in ("seasonal_naive", "drift", "lear", "theta")
    }
    assert found.naive.row.model == "seasonal_naive"
    assert found.chosen.row.model == "lear"
    assert found.failed == 2
    assert found.board.rows[0].code == found.chosen.label
    assert [one.code for one in service.evaluated_targets(clocks(), SYSTEM)] == ["power.DE_LU", "load.DE_LU"]


def test_a_passport_of_an_older_comparison_stays_with_it(trials):
    params = {"trial": trials["old"]["lear"], "score": "mae", "cells": "all"}
    made = open_passport(metrics.GAIN.id, params, clocks(), SYSTEM).evaluation
    assert made.value == pytest.approx(0.5, abs=0.1)


def test_models_without_a_gain_are_muted_and_the_verdicts_say_so(trials):
    table = tables.leader_table(QUERY, found_of())
    by_model = {row["model"]: row for row in table.records()}
    assert by_model["LEAR"]["verdict"] == tables.GAIN
    assert by_model["Seasonal naive"]["verdict"] == tables.BASE
    assert by_model["Seasonal naive"]["p"] is None
    assert "Seasonal naive" not in table.extra["muted"]
    assert "LEAR" not in table.extra["muted"]
    assert {name for name, row in by_model.items() if row["verdict"] == tables.NO_GAIN} == set(
        table.extra["muted"]
    )
    assert table.extra["muted"]


def test_a_score_a_cut_and_a_model_are_chosen(trials):
    found = found_of(score="crps", cells="weekend", model="theta")
    assert found.chosen.row.model == "theta"
    assert found.board.score == "crps"
    whole = found_of(score="crps")
    assert found.board.row("LEAR").cells < whole.board.row("LEAR").cells
    assert "cells=weekend" in tables.address(found)
    assert [column.key for column in tables.leader_table(QUERY, found_of(score="pinball")).columns][2:4] == [
        "pinball", "mae",
    ]  # fmt: skip
    assert found_of(model="tea").chosen.row.model == "lear"


def test_profiles_regimes_and_tests_have_their_rows(trials):
    found = found_of()
    assert len(tables.profile_table(QUERY, found, "step").rows) == 24
    assert [row[0] for row in tables.profile_table(QUERY, found, "hour").rows][:2] == ["00:00", "01:00"]
    assert [row[0] for row in tables.profile_table(QUERY, found, "month").rows] == [
        "May 2026",
        "Jun 2026",
        "Jul 2026",
    ]
    groups = {row["group"]: row for row in tables.regime_table(QUERY, found).records()}
    assert {"Hours 1 to 6", "Calm", "Volatile", "Weekends"} <= set(groups)
    assert groups["Calm"]["leader"] == "LEAR"
    assert len(tables.versus_table(QUERY, found).rows) == 3
    assert len(details.calibration_table(QUERY, found).rows) == 15
    assert sum(row[1] for row in details.pit_table(QUERY, found).rows) == pytest.approx(1.0)


def test_money_is_that_of_the_kind_of_target(trials):
    found = found_of(slots="3")
    value = details.worth(found, found.chosen)
    assert value.origins == 39  # one day has a gap
    assert value.naive <= value.perfect
    assert value.gain > 0.0
    load = service.accuracy(AccuracyAsk(target="load.DE_LU", cost=10.0), clocks(), SYSTEM)
    assert details.rule(load).code == "schedule"
    assert details.worth(load, load.chosen).perfect == 0.0
    assert load.naive.made.scored[:, :24].sum() == 0


def test_what_is_not_there_is_refused(trials):
    with pytest.raises(NotFound, match=r"No model of 'wind\.MOON' had been evaluated"):
        service.accuracy(AccuracyAsk(target="wind.MOON"), clocks(), SYSTEM)
    assert service.accuracy(AccuracyAsk(), clocks(date(2020, 1, 1)), SYSTEM) is None
    with pytest.raises(NotPermitted):
        service.accuracy(AccuracyAsk(), clocks(), Actor(5, "ada", "Ada", frozenset({Role.ADMINISTRATOR})))
    for asked, said in (
        ({"score": "luck"}, "not ranked by 'luck'"),
        ({"cells": "moon"}, "no forecasts under 'moon'"),
        ({"slots": "99"}, "flexible slots must be a number from 1 to 20"),
        ({"cost": "dear"}, "imbalance cost must be a number"),
    ):
        with pytest.raises(DomainError, match=said):
            AccuracyAsk.of(asked)


def figures(found):
    """Every figure of the tables with the parameters that its button carries."""
    made = (
        tables.leader_table(QUERY, found), tables.profile_table(QUERY, found, "hour"),
        tables.profile_table(QUERY, found, "month"), tables.profile_table(QUERY, found, "step"),
        tables.regime_table(QUERY, found), tables.versus_table(QUERY, found), details.calibration_table(QUERY, found),
        details.interval_table(QUERY, found), details.value_table(QUERY, found),
    )  # fmt: skip
    for table in made:
        for at, column in enumerate(table.columns):
            shown = [row for row in table.rows if column.metric is not None and row[at] is not None]
            for row in shown[:2]:
                params = table.extra["params"][str(row[0])]
                yield column.metric, {**params, **dict(column.params)}, float(row[at])


@pytest.mark.parametrize(
    "asked", [{}, {"score": "crps", "cells": "high"}, {"target": "load.DE_LU", "score": "mase"}]
)
def test_passports_equal_every_figure_and_replay_from_their_rows(trials, asked):
    shown = list(figures(found_of(**asked)))
    assert {metric for metric, _, _ in shown} == MINE
    for metric, params, value in shown:
        made = open_passport(metric, params, clocks(), SYSTEM).evaluation
        assert made.value == value, (metric, params)
        cleaned = clean_params(metric, params)
        again = EVALUATORS[metric].replay(made.inputs.records(), cleaned, clocks())
        assert again.value == pytest.approx(value, rel=1e-12), (metric, params)
        assert again.unit == made.unit


def test_a_passport_of_what_is_not_there_says_so(trials):
    new = trials["new"]
    with pytest.raises(NotFound, match="no trial 99999"):
        open_passport(metrics.LOSS.id, {"trial": 99999}, clocks(), SYSTEM)
    with pytest.raises(NotFound, match="is not in this comparison"):
        open_passport(
            metrics.PAIR_P.id, {"trial": new["lear"], "against": trials["old"]["lear"]}, clocks(), SYSTEM
        )
    with pytest.raises(DomainError, match="no forecasts under 'moon'"):
        open_passport(metrics.LOSS.id, {"trial": new["lear"], "cells": "moon"}, clocks(), SYSTEM)
    before = replace(clocks(), as_of=date(2020, 1, 1))
    with pytest.raises(NotFound):
        open_passport(metrics.LOSS.id, {"trial": new["lear"]}, before, SYSTEM)
