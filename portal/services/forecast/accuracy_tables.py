"""The rows of Forecast > Accuracy: the leaderboard, errors by step, hour and month, regimes, calibration and money."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from portal.core.metrics import Metric
from portal.core.precision import price_decimals
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.forecast import accuracy_metrics as metrics
from portal.domain.forecast.cells import Group, by_hour, by_month, by_step_blocks, by_steps
from portal.domain.forecast.leaderboard import Cut, Leader, compare_groups
from portal.domain.forecast.regimes import regimes
from portal.domain.forecast.scores import score_of
from portal.services.forecast.accuracy import Accuracy, Entry

PATH = "/forecast/accuracy"
BESIDE = (
    ("mae", PHONE), ("rmse", PHONE), ("rmae", PHONE), ("mase", LAPTOP), ("crps", PHONE), ("coverage_80", PHONE),
    ("width_80", LAPTOP), ("winkler_80", LAPTOP),
)  # fmt: skip
"""Scores beside the one that ranks, with the screens that have room for them."""
DRAWN = 5  # models in a picture, the naive among them
SHARES = (50, 80, 95)
GAIN, NO_GAIN, BASE, UNTESTED = "significant gain", "no significant gain", "baseline", "not tested"
Rows = list[tuple[Cell, ...]]
Passports = dict[str, Mapping[str, str | int | float | None]]


def metric_of(score: str) -> Metric:
    """Return the metric that a score is an instance of."""
    if score.startswith("coverage"):
        return metrics.COVERAGE
    return metrics.RATIO if score_of(score).unit == "1" else metrics.LOSS


def unit_of(found: Accuracy, score: str) -> str:
    """Return the unit of a score of this target."""
    return found.subject.unit if metric_of(score) is metrics.LOSS else ""


def address(found: Accuracy, **other: str) -> str:
    """Return the address of the page with some of what it is asked changed, under the same clocks."""
    asked = found.ask.params() | {"target": found.subject.code} | found.clocks.query() | other
    return f"{PATH}?{urlencode({name: value for name, value in asked.items() if value})}"


def score_column(
    found: Accuracy, key: str, title: str, score: str, *, room: int = 0, trial: int = 0
) -> Column:
    """Return the column of a score; with ``trial`` all its rows are of that one."""
    metric = metric_of(score)
    unit = unit_of(found, score)
    more = (("trial", str(trial)),) if trial else ()
    return Column(
        key, title, "percent" if metric.percent else "number", unit,
        decimals=metric.decimals if metric is not metrics.LOSS else price_decimals(unit),
        metric=metric.id, coloured=False, room=room, params=(("score", score), *more),
    )  # fmt: skip


def verdict(row: Leader, baseline: str) -> str:
    """Return what the test against the naive says of a model."""
    if row.code == baseline:
        return BASE
    return UNTESTED if row.dm is None else GAIN if row.significant else NO_GAIN


def leader_table(query: GridQuery, found: Accuracy) -> Table:
    """Return the leaderboard, best first; models without a significant gain are muted."""
    first = found.ask.score
    scores = [(first, 0), *((code, room) for code, room in BESIDE if code != first)]
    columns = (
        Column("model", "Model", link="address"),
        Column("settings", "Settings", room=LAPTOP),
        *(score_column(found, code, score_of(code).title, code, room=room) for code, room in scores),
        Column(
            "gain", f"Gain, {score_of(found.ask.score).title}", "percent", decimals=1, signed=True,
            metric=metrics.GAIN.id, help="Lower mean loss than the seasonal naive",
        ),
        Column("p", "p value", "number", decimals=4, metric=metrics.P_GAIN.id, coloured=False),
        Column("verdict", "Verdict", "badge"),
        Column("origins", "Origins", "integer", room=PHONE),
        Column("address", "Address", hidden=True),
    )  # fmt: skip
    rows: Rows = []
    muted: list[str] = []
    baseline = found.naive.label
    for row in found.board.rows:
        entry = found.entry(row.code)
        said = verdict(row, baseline)
        gain = None if row.code == baseline else row.gain
        values = [row.scores[code] for code, _ in scores]
        rows.append(
            (
                row.code, settings(entry), *values, gain, row.p_adjusted, said, row.origins,
                address(found, model=entry.row.model),
            )
        )  # fmt: skip
        if said in (NO_GAIN, UNTESTED):
            muted.append(row.code)
    params: Passports = {entry.label: found.params(entry) for entry in found.entries}
    return sort_rows(
        Table(columns, rows, simulated=found.simulated, extra={"params": params, "muted": muted}), query
    )


def settings(entry: Entry) -> str | None:
    """Return the parameters of a trial as text; None for a model without."""
    return ", ".join(f"{name} {value}" for name, value in sorted(entry.row.params.items())) or None


def drawn(found: Accuracy) -> list[Entry]:
    """Return the models of the pictures: the chosen one, the naive, and the best of the others, in that order."""
    best = [found.entry(row.code) for row in found.leaders]
    kept = {entry.label: entry for entry in [found.chosen, found.naive, *best]}
    return list(kept.values())[:DRAWN]


@dataclass(frozen=True)
class Profile:
    """The score of some models by group: ``values`` holds a list for each model, in the order of the groups."""

    groups: tuple[Group, ...]
    values: Mapping[str, list[float | None]]


def profile(found: Accuracy, by: str) -> Profile:
    """Return the score of the drawn models by ``step``, ``hour`` or ``month``, over all forecasts."""
    stamp = found.naive.stamp
    groups = (
        by_steps(found.naive.made) if by == "step" else by_hour(stamp) if by == "hour" else by_month(stamp)
    )
    score = score_of(found.ask.score)
    masks = [group.cells for group in groups]
    values = {entry.label: score.by_groups(entry.made, masks) for entry in drawn(found)}
    kept = [at for at in range(len(groups)) if any(line[at] is not None for line in values.values())]
    return Profile(
        tuple(groups[at] for at in kept), {label: [line[at] for at in kept] for label, line in values.items()}
    )


def profile_table(query: GridQuery, found: Accuracy, by: str) -> Table:
    """Return the rows of a profile, a column for each model."""
    made = profile(found, by)
    title = {"step": step_title(found), "hour": "Hour (local)", "month": "Month"}[by]
    columns = (
        Column("group", title),
        *(
            score_column(found, f"model_{at}", label, found.ask.score, trial=found.entry(label).row.id)
            for at, label in enumerate(made.values)
        ),
    )
    lines = list(made.values.values())
    rows: Rows = [(group.title, *(line[at] for line in lines)) for at, group in enumerate(made.groups)]
    params: Passports = {group.title: {"cells": group.code} for group in made.groups}
    return sort_rows(Table(columns, rows, simulated=found.simulated, extra={"params": params}), query)


def step_title(found: Accuracy) -> str:
    """Return what the steps of this target are."""
    return "Hours after the first" if found.naive.made.per_day > 1 else "Days ahead"


def cuts(found: Accuracy) -> list[Cut]:
    """Return all models compared on blocks of the horizon and in every regime."""
    made, stamp = found.naive.made, found.naive.stamp
    groups = [*by_step_blocks(made), *(group for pair in regimes(made, stamp).values() for group in pair)]
    evaluations = {entry.label: entry.made for entry in found.entries}
    return compare_groups(evaluations, found.ask.score, groups, baseline=found.naive.label)


def regime_table(query: GridQuery, found: Accuracy) -> Table:
    """Return who leads where, and the gain of the chosen model there."""
    score, chosen = found.ask.score, found.chosen
    columns = (
        Column("group", "Forecasts", link="address"),
        Column("leader", "Best model", room=PHONE),
        score_column(found, "score", chosen.label, score),
        score_column(found, "naive", found.naive.label, score, room=PHONE, trial=found.naive.row.id),
        Column("gain", "Gain", "percent", decimals=1, signed=True, metric=metrics.GAIN.id),
        Column("p", "p value", "number", decimals=4, metric=metrics.P_GAIN.id, coloured=False),
        Column("gainers", "Models that gain", "integer", room=PHONE),
        Column("address", "Address", hidden=True),
    )
    rows: Rows = []
    params: Passports = {}
    for one in cuts(found):
        pair = one.pairs.get(chosen.label)
        rows.append(
            (
                one.group.title, one.leader, one.scores[chosen.label], one.scores[found.naive.label],
                pair.gain if pair is not None else None, one.p_values.get(chosen.label), one.gainers,
                address(found, cells=one.group.code),
            )
        )  # fmt: skip
        params[one.group.title] = found.params(chosen) | {"cells": one.group.code}
    return sort_rows(Table(columns, rows, simulated=found.simulated, extra={"params": params}), query)


def versus_table(query: GridQuery, found: Accuracy) -> Table:
    """Return the tests of the chosen model against each of the others."""
    columns = (
        Column("model", f"{found.chosen.label} against"),
        Column("gain", "Gain", "percent", decimals=1, signed=True, metric=metrics.GAIN.id),
        Column("statistic", "DM", "number", decimals=2, metric=metrics.PAIR_STATISTIC.id, coloured=False),
        Column("p", "DM p value", "number", decimals=4, metric=metrics.PAIR_P.id, coloured=False),
        Column(
            "gw", "GW p value", "number", decimals=4, metric=metrics.PAIR_CONDITIONAL_P.id, coloured=False
        ),
    )
    rows: Rows = []
    params: Passports = {}
    for leader in found.leaders:
        other = found.entry(leader.code)
        if other is found.chosen:
            continue
        pair = found.pair(found.chosen, other)
        dm, gw = pair.test()[0], pair.test_conditionally()
        rows.append(
            (
                other.label, pair.gain, dm.statistic if dm else None, dm.p_value if dm else None,
                gw.p_value if gw else None,
            )
        )  # fmt: skip
        params[other.label] = found.params(found.chosen, against=other.row.id)
    return sort_rows(Table(columns, rows, simulated=found.simulated, extra={"params": params}), query)
