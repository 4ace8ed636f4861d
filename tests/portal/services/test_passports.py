"""Every metric has a passport, and a passport's figure is the figure on the page, whatever the clocks."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

import callbacks  # noqa: F401  (all areas register their metrics)
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.metrics import METRICS
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import evaluation, passports
from portal.services.market import overview, prices
from tests.helpers.imports import add_batch, add_hours, add_prices
from tests.helpers.market import add_instrument, evening

MONDAY = date(2024, 3, 4)
DAYS = np.busday_offset(MONDAY, range(60), roll="forward").astype(object).tolist()
LAST_DAY = DAYS[-1]
CORRECTED = evening(LAST_DAY) + timedelta(hours=5)
READER = Actor(7, "tess", "Tess Trader", frozenset({Role.TRADER}))


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    """A small desk: positive, negative, sparse, silent, empty and hourly series, one of them corrected."""
    noise = np.random.default_rng(7).normal(0, 1, (3, len(DAYS)))
    brent = 80 + noise[0].cumsum()
    add_instrument("BRENT", list(zip(DAYS, brent.tolist(), strict=True)))
    wti = add_instrument("WTI", list(zip(DAYS, (brent - 4 + noise[1]).tolist(), strict=True)))
    add_instrument(
        "RBOB", list(zip(DAYS[:-1], (2.4 + noise[2][:-1] / 50).tolist(), strict=True)), unit="USD/gal"
    )
    add_instrument("SWING", [(d, float(v)) for d, v in zip(DAYS, noise[0] * 9, strict=True)], unit="EUR/MWh")
    add_instrument("SHORT", [(DAYS[-2], 5.0), (DAYS[-1], -1.0)], unit="EUR/MWh", simulated=True)
    add_instrument("ONE", [(DAYS[-3], 12.5)])
    add_instrument("OLD", [(date(2019, 1, 3), 46.9)])
    add_instrument("EMPTY", [])
    hourly = add_instrument("POWER", [], unit="EUR/MWh", commodity="power")
    for n, day in enumerate(DAYS[-30:]):
        at = evening(day) - timedelta(days=1)
        add_hours(
            hourly,
            day,
            [40.0 + n + 0.1 * hour for hour in range(24)],
            at,
            add_batch(at, file_name=f"{day}.csv"),
        )
    batch = add_batch(CORRECTED, file_name="correction.csv")
    add_prices(wti, {LAST_DAY: 71.25, DAYS[-2]: 70.5}, CORRECTED, batch)
    add_hours(hourly, LAST_DAY, [-10.0 + hour for hour in range(23)], CORRECTED, batch)
    return module_database


CLOCKS = {
    "after the correction": Clocks(LAST_DAY, CORRECTED, live=False),
    "before the correction": Clocks(LAST_DAY, CORRECTED - timedelta(microseconds=1), live=False),
    "an earlier day": Clocks(DAYS[30], evening(DAYS[30]), live=False),
    "a weekend after the end": Clocks(
        LAST_DAY + timedelta(days=2), CORRECTED + timedelta(days=9), live=False
    ),
    "before the evening": Clocks(LAST_DAY, evening(LAST_DAY) - timedelta(hours=1), live=False),
    "before there was anything": Clocks(date(2018, 1, 1), CORRECTED, live=False),
    "now": Clocks(LAST_DAY, datetime(2099, 1, 1, tzinfo=UTC)),
}


def evaluate(metric_id: str, clocks: Clocks, **params: object) -> evaluation.Evaluation:
    return passports.open_passport(metric_id, params, clocks, READER).evaluation


def of_prices() -> set[str]:
    """The metrics of daily prices; those of other rows have tests of their own."""
    names = {metric: {p.name for p in found.parameters} for metric, found in evaluation.EVALUATORS.items()}
    own = {"curve", "dataset"}
    return {
        metric
        for metric in METRICS
        if not metric.startswith(
            (
                "portfolio.",
                "whatif.",
                "risk.",
                "forecast.",
                "overview.",
                "jobs.",
                "packs.",
                "alerts.",
                "compliance.",
                "audit.",
                "backup.",
                "monitoring.",
                "security.",
                "signoff.",
            )
        )
        and not own & names.get(metric, set())
    }


def test_every_metric_can_be_computed_again():
    assert set(evaluation.EVALUATORS) == set(METRICS)


def test_every_parameter_has_a_title_and_every_evaluator_a_replay():
    for found in evaluation.EVALUATORS.values():
        assert all(parameter.title for parameter in found.parameters), found.metric_id
        assert found.replay is not None, found.metric_id


@pytest.mark.parametrize("clocks", CLOCKS.values(), ids=CLOCKS)
def test_passports_equal_every_figure_of_the_watchlist(desk, clocks):
    table = prices.watchlist(GridQuery(limit=None), clocks, READER)
    assert len(table.rows) == 9
    compared = 0
    for record in table.records():
        params = table.extra["params"][record["code"]]
        for column in table.columns:
            if column.metric is not None:
                found = evaluate(column.metric, clocks, **params)
                assert found.value == record[column.key], (record["code"], column.key)
                assert found.value is not None or found.note
                compared += 1
    assert compared == 9 * 5


@pytest.mark.parametrize("clocks", CLOCKS.values(), ids=CLOCKS)
def test_passports_equal_the_biggest_moves(desk, clocks):
    table = overview.movers(prices.quotes(clocks, READER), GridQuery(limit=None), clocks)
    for record in table.records():
        found = evaluate("market.move", clocks, instrument=record["code"], window=prices.VOL_WINDOW)
        assert found.value == record["moves"]
        assert found.unit == "sd"


@pytest.mark.parametrize("clocks", CLOCKS.values(), ids=CLOCKS)
@pytest.mark.parametrize("metric_id", sorted(of_prices()))
def test_the_value_follows_from_the_rows_alone(desk, metric_id, clocks):
    for code in ("BRENT", "WTI", "SWING", "SHORT", "OLD", "EMPTY", "POWER"):
        passport = passports.open_passport(metric_id, params_for(code), clocks, READER)
        records = _as_read_from_a_file(passport.evaluation)
        replay = evaluation.EVALUATORS[metric_id].replay
        if not records:
            continue  # without a row the unit is not known to the file either
        outcome = replay(records, passport.params, clocks)
        assert (outcome.value, outcome.unit) == (passport.evaluation.value, passport.evaluation.unit)
        assert bool(outcome.note) == bool(passport.evaluation.note)


def params_for(code: str) -> dict[str, object]:
    """Parameters about ``code`` that any metric can be computed from."""
    return {
        "instrument": code,
        "formula": f"{code} - 2*{code}",
        "set": f"{code},BRENT,WTI,POWER",
        "first": "BRENT",
        "second": "WTI",
    }


def _as_read_from_a_file(found: evaluation.Evaluation) -> list[dict[str, object]]:
    return [
        {k: v.isoformat() if isinstance(v, (date, datetime)) else v for k, v in record.items()}
        for record in found.inputs.records()
    ]


def test_correction_decides_by_known_at_and_names_its_file(desk):
    before = evaluate("market.last", CLOCKS["before the correction"], instrument="WTI")
    after = evaluate("market.last", CLOCKS["after the correction"], instrument="WTI")
    assert before.value != 71.25
    assert after.value == 71.25
    (row,) = after.inputs.records()
    assert (row["day"], row["recorded_at"], row["file"]) == (LAST_DAY, CORRECTED, "correction.csv")
    assert before.inputs.records()[0]["batch"] == 0


def test_change_shows_two_rows_and_volatility_all_that_it_read(desk):
    clocks = CLOCKS["now"]
    assert [r["day"] for r in evaluate("market.change", clocks, instrument="BRENT").inputs.records()] == DAYS[
        -2:
    ]
    read = evaluate("market.realised_vol", clocks, instrument="BRENT").inputs.records()
    assert read[-1]["day"] == LAST_DAY
    assert read[0]["day"] >= LAST_DAY - timedelta(days=prices.LOOK_BACK - 1)
    assert len(read) == 50


def test_hours_behind_a_day_are_shown_with_their_import(desk):
    found = evaluate("market.last", CLOCKS["before the correction"], instrument="POWER")
    day, *hours = found.inputs.records()
    assert (day["level"], day["intervals"], day["file"]) == ("day", 24, f"{LAST_DAY}.csv")
    assert {row["level"] for row in hours} == {"interval"}
    assert np.mean([row["value"] for row in hours]) == pytest.approx(found.value)
    corrected = evaluate("market.last", CLOCKS["after the correction"], instrument="POWER")
    assert corrected.value == pytest.approx(1.0)
    assert len(corrected.inputs.rows) == 1 + 23  # the corrected day is whole: the hour it dropped is gone


def test_spread_is_taken_on_the_newest_day_that_all_legs_have(desk):
    found = evaluate("market.spread", CLOCKS["now"], formula="RBOB * 42 - WTI")
    rbob, wti = (
        {row["day"]: row["value"] for row in found.inputs.records() if row["instrument"] == code}
        for code in ("RBOB", "WTI")
    )
    assert LAST_DAY not in rbob
    assert found.value == pytest.approx(rbob[DAYS[-2]] * 42 - wti[DAYS[-2]])
    assert found.unit == "USD/bbl"
    assert found.steps[0].value == f"{DAYS[-2]}"


def test_spread_without_a_common_day_says_so(desk):
    found = evaluate("market.spread", CLOCKS["now"], formula="OLD - BRENT")
    assert found.value is None
    assert "no day in the range" in found.note


def test_freshness_and_simulation_are_told(desk):
    found = evaluate("market.last", CLOCKS["now"], instrument="OLD")
    assert "Old is late: Source test promises it within 24 business hours" in found.late
    assert evaluate("market.last", CLOCKS["now"], instrument="SHORT").simulated
    brent = evaluate("market.last", CLOCKS["now"], instrument="BRENT")
    assert not brent.late
    assert not brent.simulated
    assert [(s.code, s.licence) for s in brent.sources] == [("test", "public domain")]


def test_a_wider_window_reads_more_days(desk):
    found = evaluate("market.realised_vol", CLOCKS["now"], instrument="BRENT", window=55)
    assert len(found.inputs.rows) == 60
    assert [step.value for step in found.steps if step.name == "Returns used"] == [55.0]
    short = evaluate("market.realised_vol", CLOCKS["now"], instrument="BRENT", window=80)
    assert short.value is None
    assert "needs 81 prices" in short.note


@pytest.mark.parametrize(
    ("metric_id", "params", "words"),
    [
        ("market.last", {}, "needs the parameter 'instrument'"),
        ("market.last", {"instrument": ""}, "needs the parameter"),
        ("market.last", {"instrument": 5}, "must be a text"),
        ("market.last", {"instrument": ["BRENT"]}, "must be a text"),
        (
            "market.realised_vol",
            {"instrument": "BRENT", "window": "many"},
            "must be an integer from 2 to 1000",
        ),
        ("market.realised_vol", {"instrument": "BRENT", "window": 1}, "from 2 to 1000"),
        ("market.realised_vol", {"instrument": "BRENT", "window": True}, "must be an integer"),
        ("market.spread", {"formula": "BRENT -"}, "formula"),
        ("market.spread", {"formula": "BRENT - SWING"}, "SWING|unit"),
    ],
)
def test_bad_parameters_are_refused_in_sentences(desk, metric_id, params, words):
    with pytest.raises(DomainError, match=words):
        passports.open_passport(metric_id, params, CLOCKS["now"], READER)


def test_unknown_metric_or_instrument_is_not_found(desk):
    with pytest.raises(NotFound, match="There is no metric"):
        passports.open_passport("market.none", {}, CLOCKS["now"], READER)
    with pytest.raises(NotFound, match="no instrument 'NONE'"):
        passports.open_passport("market.last", {"instrument": "NONE"}, CLOCKS["now"], READER)


@pytest.mark.parametrize("metric_id", sorted(METRICS))
def test_a_passport_needs_the_right_of_its_metric(desk, metric_id):
    nobody = Actor(9, "nobody", "Nobody", frozenset())
    with pytest.raises(NotPermitted):  # before anything is said about the parameters
        passports.open_passport(metric_id, {}, CLOCKS["now"], nobody)


def test_parameters_that_the_metric_does_not_know_are_left_out(desk):
    passport = passports.open_passport(
        "market.last", {"instrument": "BRENT", "window": 20, "x": 1}, CLOCKS["now"], SYSTEM
    )
    assert dict(passport.params) == {"instrument": "BRENT"}
    assert not passport.clocks.live


def test_rows_come_newest_first_without_empty_columns_and_in_pages(desk):
    params = {"instrument": "BRENT"}
    table = passports.rows_behind(
        GridQuery(limit=10, offset=10), "market.realised_vol", params, CLOCKS["now"], READER
    )
    days: Sequence[date] = table.column("day")
    assert list(days) == DAYS[-11:-21:-1]
    assert table.total == 50
    assert {column.key for column in table.columns if column.hidden} == {"start", "intervals"}
