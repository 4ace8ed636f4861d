"""Rankings: gains that are more than luck, multiple comparison, regimes, and models that failed."""

from dataclasses import replace

import numpy as np
import pytest

from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.cells import by_hour, by_month, by_step_blocks, by_steps
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.leaderboard import build_leaderboard, compare_groups
from portal.domain.forecast.pairs import holm, overlap
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.forecast.regimes import cut, regimes
from portal.domain.market.errors import BadParameter

RNG = np.random.default_rng(11)
ORIGINS, STEPS = 40, 24
ACTUAL = RNG.normal(50.0, 10.0, (ORIGINS, STEPS))
NAIVE = ACTUAL + RNG.normal(0.0, 6.0, ACTUAL.shape)


def made(sd: float, *, seed: int = 1, **more) -> Evaluation:
    """A model whose errors have a standard deviation, which it knows."""
    mean = ACTUAL + np.random.default_rng(seed).normal(0.0, sd, ACTUAL.shape)
    quantiles = np.stack([normal_quantiles(row, np.full(STEPS, sd)) for row in mean])
    parts = {
        "origins": 1000 + 24 * np.arange(ORIGINS),
        "actual": ACTUAL,
        "mean": mean,
        "quantiles": quantiles,
        "baseline": NAIVE,
        "scale": np.full(ORIGINS, 7.0),
        "per_day": 24,
    }
    return Evaluation(**{**parts, **more})


def stamps() -> np.ndarray:
    first = np.datetime64("2026-02-27T00", "s")  # a Friday
    return first + np.timedelta64(3600, "s") * (24 * np.arange(ORIGINS)[:, None] + np.arange(STEPS))


def naive() -> Evaluation:
    quantiles = np.stack([normal_quantiles(row, np.full(STEPS, 6.0)) for row in NAIVE])
    return made(1.0, mean=NAIVE, quantiles=quantiles)


@pytest.mark.parametrize("score", ["mae", "rmse", "crps", "winkler_80", "pinball", "rmae", "mase"])
def test_the_better_model_leads_and_its_gain_is_more_than_luck(score):
    board = build_leaderboard(
        {"seasonal_naive": naive(), "good": made(3.0), "same": made(6.0, seed=2), "bad": made(12.0, seed=3)},
        score,
    )
    assert board.rows[0].code == "good"
    assert board.rows[-1].code == "bad"
    assert [row.rank for row in board.rows] == [1, 2, 3, 4]
    assert board.row("good").significant
    assert not board.row("same").significant
    assert not board.row("bad").significant
    assert board.row("bad").gain < 0.0
    own = board.row("seasonal_naive")
    assert (own.significant, own.dm, own.gain) == (False, None, 0.0)
    assert board.row("good").gain == pytest.approx(0.5 if score != "rmse" else 0.75, abs=0.1)


def test_the_sentence_counts_tests_and_names_the_correction():
    board = build_leaderboard({"seasonal_naive": naive(), "good": made(3.0), "bad": made(12.0)})
    assert board.sentence == (
        "2 models were tested against the seasonal naive; 1 gained more than luck explains (Diebold-Mariano, "
        "one-sided, 5%). 2 tests at 5% would find a gain by luck alone in up to 10% of cases, so the p-values are "
        "corrected for their number by Holm's method."
    )


def test_twenty_models_of_luck_have_no_gain():
    lucky = {f"model {at}": made(6.0, seed=at) for at in range(20)}
    board = build_leaderboard({"seasonal_naive": naive(), **lucky})
    assert not any(row.significant for row in board.rows)
    assert min(row.dm.p_better for row in board.rows if row.dm) < 0.2
    assert "none gained" in board.sentence


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_without_an_evaluation_of_the_baseline_its_points_are_taken():
    board = build_leaderboard({"good": made(3.0)}, "crps")
    row = board.row("seasonal_naive")
    assert row.scores["crps"] == pytest.approx(row.scores["mae"])
    assert board.row("good").significant


def test_origins_that_failed_are_told_and_not_compared():
    good = made(3.0)
    mean, quantiles = good.mean.copy(), good.quantiles.copy()
    mean[:5], quantiles[:5] = np.nan, np.nan
    failed = replace(
        good, mean=mean, quantiles=quantiles, failures={1000 + 24 * at: "No." for at in range(5)}
    )
    row = build_leaderboard({"seasonal_naive": naive(), "good": failed}).row("good")
    assert (row.failures, row.origins, row.dm.n) == (5, 35, 35)
    assert row.note.startswith("Failed at 5 of 40 origins")


def test_few_origins_are_no_test_but_a_note():
    few = {
        name: replace(
            one, origins=one.origins[:3], actual=ACTUAL[:3], mean=one.mean[:3], quantiles=one.quantiles[:3],
            baseline=NAIVE[:3], scale=one.scale[:3],
        )
        for name, one in {"seasonal_naive": naive(), "good": made(3.0)}.items()
    }  # fmt: skip
    board = build_leaderboard(few)
    assert "needs at least 4 origins" in board.row("good").note
    assert not board.row("good").significant
    assert board.sentence == "No model could be tested against the seasonal naive."


def test_what_cannot_be_ranked_is_refused():
    with pytest.raises(BadParameter, match="not ranked by 'bias'"):
        build_leaderboard({"good": made(3.0)}, "bias")
    with pytest.raises(BadParameter, match="different origins"):
        build_leaderboard({"good": made(3.0), "other": made(3.0, origins=np.arange(ORIGINS))})
    with pytest.raises(BadParameter, match="at least one"):
        build_leaderboard({})


def test_a_model_that_is_good_in_one_regime_is_seen_there():
    low = NAIVE.mean(axis=1) <= np.median(NAIVE.mean(axis=1))
    mean = np.where(low[:, None], made(2.0).mean, made(9.0, seed=5).mean)
    one = made(2.0, mean=mean, quantiles=np.repeat(mean[..., None], len(LEVELS), axis=-1))
    found = regimes(one, stamps())
    assert set(found) == {"volatility", "level", "day", "season"}
    boards = {
        group.code: build_leaderboard({"seasonal_naive": naive(), "one": one}, cells=group.cells)
        for group in found["level"]
    }
    assert boards["low"].row("one").significant
    assert not boards["high"].row("one").significant
    assert boards["low"].row("one").dm.n == low.sum()


def test_regimes_do_not_look_at_what_happened():
    one = made(2.0)
    other = replace(one, actual=ACTUAL[::-1].copy())
    for left, right in zip(regimes(one, stamps()).values(), regimes(other, stamps()).values(), strict=True):
        assert all(np.array_equal(a.cells, b.cells) for a, b in zip(left, right, strict=True))


def test_weekends_and_seasons_are_those_of_the_calendar():
    found = regimes(made(2.0), stamps())
    weekday, weekend = found["day"]
    assert weekend.cells[:4, 0].tolist() == [False, True, True, False]
    assert not (weekday.cells & weekend.cells).any()
    winter, summer = found["season"]
    assert winter.cells[:33].all()  # until the end of March
    assert summer.cells[33:].all()


def test_a_regime_that_never_occurs_is_left_out():
    days = (
        np.datetime64("2026-06-01", "s")
        + np.timedelta64(3600, "s") * np.arange(STEPS)
        + np.zeros((ORIGINS, 1), "m8[s]")
    )
    assert set(regimes(made(2.0), days)) == {"volatility", "level"}


def test_groups_of_cells_cover_what_is_served():
    one = made(2.0, lead=0)
    assert [group.title for group in by_step_blocks(one)] == [
        "Hours 1 to 6", "Hours 7 to 12", "Hours 13 to 18", "Hours 19 to 24",
    ]  # fmt: skip
    assert sum(group.cells.sum() for group in by_steps(one)) == ONE_DAY * ORIGINS
    assert [group.code for group in by_hour(stamps())] == [f"hour-{hour:02d}" for hour in range(24)]
    assert [group.title for group in by_month(stamps())] == ["Feb 2026", "Mar 2026", "Apr 2026"][
        : len(by_month(stamps()))
    ]
    late = made(2.0, lead=6)
    assert len(by_steps(late)) == 18
    assert not by_step_blocks(late)[0].cells[:, :6].any()


ONE_DAY = 24


def test_daily_blocks_grow():
    one = made(2.0, per_day=1)
    assert [group.title for group in by_step_blocks(one)] == [
        "Day 1",
        "Days 2 to 5",
        "Days 6 to 10",
        "Days 11 to 20",
    ]


def test_overlap_is_that_of_the_last_counted_step():
    one = made(2.0, origins=1000 + 5 * np.arange(ORIGINS), per_day=1)
    assert overlap(one) == 5
    cells = np.zeros(one.actual.shape, dtype=bool)
    cells[:, :5] = True
    assert overlap(one, cells) == 1


@pytest.mark.parametrize(
    "code", ["all", "calm", "high", "weekend", "summer", "block-2", "step-24", "hour-07", "month-2026-03"]
)
def test_any_cut_is_found_by_its_code(code):
    one = made(2.0)
    group = cut(one, stamps(), code)
    assert group.code == code
    assert (group.cells & one.scored).any()


@pytest.mark.parametrize("code", ["block-9", "step-99", "hour-77", "month-1999-01", "luck", ""])
def test_a_cut_that_is_not_there_is_refused(code):
    with pytest.raises(BadParameter, match="choose all of them"):
        cut(made(2.0), stamps(), code)


def test_groups_are_compared_as_a_leaderboard_of_each_would():
    models = {"seasonal_naive": naive(), "good": made(3.0), "bad": made(12.0, seed=3)}
    groups = [cut(models["good"], stamps(), code) for code in ("calm", "block-1", "all")]
    for found in compare_groups(models, "crps", groups):
        board = build_leaderboard(models, "crps", cells=found.group.cells)
        assert found.leader == "good"
        assert found.gainers == 1
        for code in ("good", "bad"):
            assert found.scores[code] == board.row(code).score
            assert found.p_values[code] == board.row(code).p_adjusted
            assert found.pairs[code].gain == board.row(code).gain
