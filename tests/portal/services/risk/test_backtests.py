"""Backtests over a real database: periods, methods, portfolios, comments, rights, refusals, and passports."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.risk import backtest_metrics as metrics
from portal.domain.risk.backtests.run import run_backtest
from portal.services.evaluation import EVALUATORS, clean_params
from portal.services.passports import open_passport
from portal.services.risk import backtest_comments as comments
from portal.services.risk import backtest_filling as filling
from portal.services.risk import backtest_tables as tables
from portal.services.risk import backtests as service
from portal.services.risk.backtest_tests import POWERLESS, TESTS
from portal.services.risk.backtests import BacktestAsk
from tests.helpers.backtests import LAST, add_days
from tests.helpers.trades import add_desk, add_level

QUERY = GridQuery(limit=None)


@pytest.fixture(scope="module")
def days(module_database):
    add_desk()
    return add_days()


def clocks(day=LAST):
    return Clocks(day, now(), live=True)


def person(*roles, codes=("GAS_EU",), name="mara"):
    return Actor(7, name, name.title(), frozenset(roles), frozenset(codes))


def judged(actor=SYSTEM, **asked):
    return service.backtest(BacktestAsk.of(asked), clocks(), actor)


def test_without_a_period_the_last_250_days_are_tested(days):
    found = judged()
    assert found.node.code == "DESK"
    assert (len(found.chosen), found.first, found.last) == (250, days[50], days[-1])
    assert found.tests.exceptions == 4  # of five, the first lies before
    series = found.chosen
    again = run_backtest(series.pnl, series.var, series.es, level=0.975)
    assert again.findings == found.tests.findings
    assert [row[0] for row in tables.exception_table(QUERY, found).rows] == [
        days[at] for at in (290, 201, 200, 100)
    ]


def test_a_period_a_level_and_a_pnl_are_chosen(days):
    whole = judged(first=days[0].isoformat(), last=days[-1].isoformat())
    assert (len(whole.chosen), whole.tests.exceptions) == (300, 5)
    part = judged(first=days[90].isoformat(), last=days[150].isoformat(), level="0.99")
    assert (len(part.chosen), part.tests.exceptions, part.chosen.var[0]) == (61, 1, 150.0)
    actual = judged(pnl="actual", level="0.95")
    assert actual.chosen.pnl[-1] == pytest.approx(judged().chosen.pnl[-1] - 100.0)
    assert judged(first="2020-01-01", last="2020-02-01").tests is None
    short = judged(first=days[-5].isoformat())
    assert (len(short.chosen), short.tests) == (5, None)
    later = service.backtest(BacktestAsk(), clocks(days[100]), SYSTEM)
    assert later.last == days[100]
    before = service.backtest(
        BacktestAsk(), Clocks(LAST, datetime(2026, 1, 1, tzinfo=UTC), live=False), SYSTEM
    )
    assert len(before.chosen) == 0


def test_methods_and_portfolios_are_compared_over_the_same_days(days):
    found = judged()
    by_method = {row["method"]: row for row in tables.method_table(QUERY, found).records()}
    assert by_method["Historical"]["exceptions"] == 4
    assert by_method["Parametric"]["exceptions"] == 0
    assert by_method["Parametric"]["mean_var"] == 360.0
    nodes = tables.node_table(QUERY, found).records()
    assert {row["portfolio"] for row in nodes} == {"DESK", "GAS", "GAS_EU", "OIL"}
    assert {row["historical_zone"] for row in nodes} == {"green zone"}
    assert [row["portfolio"] for row in tables.node_table(QUERY, judged(portfolio="GAS")).records()] == [
        "GAS", "GAS_EU"
    ]  # fmt: skip
    so_far, counts, bounds = tables.cumulative(found)
    assert len(so_far) == bounds.shape[1] == 250
    assert [int(values[-1]) for values in counts.values()] == [4, 4, 4, 0]
    assert bounds[:, -1].tolist() == pytest.approx([6.25, 11.0, 17.0])
    assert np.all(bounds[1] <= bounds[2])
    assert len(tables.cumulative_table(QUERY, found).rows) == 250


def test_tests_without_power_show_no_p_value(days):
    rows = {row["test"]: row for row in tables.tests_table(QUERY, judged(method="parametric")).records()}
    assert len(rows) == len(TESTS)
    independence = rows["Independence (Christoffersen)"]
    assert (independence["p"], independence["verdict"]) == (None, POWERLESS)
    assert rows["Proportion of failures (Kupiec)"]["verdict"] == "rejected"  # none where six are promised
    assert rows["Basel traffic light"]["verdict"] == "green zone"


def test_an_exception_leads_to_its_explanation(days):
    row = tables.exception_table(QUERY, judged(portfolio="GAS")).records()[0]
    for part in (f"since={days[289]}", f"as_of={days[290]}", "portfolio=GAS", "period=since"):
        assert part in row["explained"]
    assert f"day={days[290]}" in row["address"]
    first = judged(first=days[100].isoformat())
    monday = next(day for day in days if day.weekday() == 0)
    assert tables.day_before(first.chosen, monday) == date.fromordinal(monday.toordinal() - 3)


def test_a_comment_is_kept_and_seen_by_those_who_see_the_book(days):
    officer = person(Role.RISK_OFFICER, codes=("DESK", "GAS", "GAS_EU", "OIL"), name="rita")
    before = now()
    comments.say("GAS_EU", days[290], "historical", "market", "  Norwegian outage, gas up 9 %.  ", officer)
    comments.say("GAS_EU", days[290], "historical", "position", "And we were short.", person(Role.TRADER))
    found = judged(person(Role.AUDITOR), portfolio="GAS_EU")
    said = found.said(days[290])
    assert [(row.cause, row.comment, row.written_by) for row in said] == [
        ("position", "And we were short.", "mara"), ("market", "Norwegian outage, gas up 9 %.", "rita"),
    ]  # fmt: skip
    assert tables.exception_table(QUERY, found).records()[0]["comment"] == "position, mara (+1)"
    assert judged(portfolio="GAS").said(days[290]) == []
    then = service.backtest(BacktestAsk("GAS_EU"), Clocks(LAST, before, live=False), SYSTEM)
    assert then.said(days[290]) == []


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"day": 289}, DomainError, "is no exception of GAS_EU"),
        ({"cause": "weather"}, DomainError, "Choose what caused"),
        ({"words": " no "}, DomainError, "5 to 1,000 characters"),
        ({"words": "x" * 1001}, DomainError, "this one has 1,001"),
        ({"method": "monte_carlo_t"}, DomainError, "no backtest by the method"),
        ({"portfolio": "OIL"}, NotFound, "no portfolio 'OIL' that you may see"),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_stored(days, asked, error, said):
    def stored():
        with UnitOfWork() as work:
            return work.session.scalar(text("SELECT count(*) FROM backtest_comments"))

    known = stored()
    given = {
        "portfolio": "GAS_EU",
        "day": 290,
        "method": "historical",
        "cause": "market",
        "words": "An outage",
    } | asked
    with pytest.raises(error, match=said):
        comments.say(
            given["portfolio"],
            days[given["day"]],
            given["method"],
            given["cause"],
            given["words"],
            person(Role.TRADER),
        )
    assert stored() == known


def test_an_exception_of_the_actual_pnl_may_be_spoken_of(days):
    loss = judged(pnl="actual", level="0.95", portfolio="OIL")
    assert loss.chosen.hits[-1] == (-loss.chosen.pnl[-1] > 100.0)
    if loss.chosen.hits[-1]:
        comments.say("OIL", days[-1], "historical", "data", "A cancellation.", SYSTEM_OFFICER)


SYSTEM_OFFICER = person(Role.RISK_OFFICER, codes=("OIL",))


def test_rights_hold(days):
    with pytest.raises(NotPermitted):
        judged(person(Role.ADMINISTRATOR))
    with pytest.raises(NotPermitted):
        comments.say("GAS_EU", days[290], "historical", "market", "An outage", person(Role.AUDITOR))
    with pytest.raises(NotFound, match="no portfolio 'OIL'"):
        judged(person(Role.TRADER), portfolio="OIL")
    mine = judged(person(Role.TRADER))
    assert [node.code for node in mine.shown] == ["GAS_EU"]
    assert service.backtest(BacktestAsk(), clocks(), person(Role.TRADER, codes=())) is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"method": "monte_carlo_t"}, "is not backtested day by day"),
        ({"pnl": "imagined"}, "no P&L 'imagined'"),
        ({"level": "0.42"}, "is not kept"),
        ({"first": "soon"}, "first day 'soon' is no day"),
        ({"first": "2026-02-01", "last": "2026-01-01"}, "before it begins"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(asked, said):
    with pytest.raises(DomainError, match=said):
        BacktestAsk.of(asked)


def figures():
    """Every figure of the tables with the parameters that its button carries."""
    found = judged(portfolio="GAS")
    made = (
        tables.tests_table(QUERY, found), tables.method_table(QUERY, found), tables.node_table(QUERY, found),
        tables.exception_table(QUERY, found),
    )  # fmt: skip
    for table in made:
        for at, column in enumerate(table.columns):
            for row in table.rows:
                if column.metric is not None and row[at] is not None:
                    params = table.extra["params"][str(row[0])]
                    yield column.metric, {**params, **dict(column.params)}, float(row[at])
    for metric, value in (
        (metrics.MULTIPLIER, found.tests.light.multiplier_frtb),
        (metrics.MULTIPLIER_1996, found.tests.light.multiplier_1996),
        (metrics.LONGEST, float(found.tests.longest_run)),
    ):
        yield metric.id, found.params(), value


def test_passports_equal_every_figure_and_replay_from_their_rows(days):
    shown = list(figures())
    assert {metric for metric, _, _ in shown} == {
        metric for metric in EVALUATORS if metric.startswith("risk.backtest_")
    }
    for metric, params, value in shown:
        evaluation = open_passport(metric, params, clocks(), SYSTEM).evaluation
        assert evaluation.value == value, (metric, params)
        again = EVALUATORS[metric].replay(evaluation.inputs.records(), clean_params(metric, params), clocks())
        assert again.value == value, (metric, params)


def test_a_passport_of_what_is_not_there_says_so(days):
    params = judged().params()
    with pytest.raises(NotFound, match="no test 'luck'"):
        open_passport(metrics.P_VALUE.id, params | {"test": "luck"}, clocks(), SYSTEM)
    nothing = open_passport(metrics.PNL.id, params | {"day": "2020-01-02"}, clocks(), SYSTEM).evaluation
    assert (nothing.value, nothing.note) == (None, "There is no backtest of 2020-01-02 by then.")
    none = open_passport(
        metrics.EXCEPTIONS.id, params | {"last": "2020-01-02", "first": "2020-01-01"}, clocks(), SYSTEM
    )
    assert none.evaluation.value is None


def test_what_a_period_lacks_is_filled(days):
    officer = person(Role.RISK_OFFICER)
    with pytest.raises(DomainError, match="No curve was quoted on two days"):
        filling.days_to_fill(BacktestAsk(), clocks(), officer)
    with pytest.raises(NotPermitted):
        filling.days_to_fill(BacktestAsk(), clocks(), person(Role.TRADER))
    around = [date(2025, 5, 15), date(2025, 5, 16), *days, date(2026, 7, 15), date(2026, 7, 16)]
    for day in (*around[:2], days[0], days[-1], *around[-2:]):
        add_level("TTF", day, 30.0, [date(2026, 12, 1)])
    wide = BacktestAsk(first=date(2025, 5, 1))
    assert filling.days_to_fill(wide, clocks(), officer) == (around[0], around[1])
    assert filling.days_to_fill(BacktestAsk(first=days[0]), clocks(around[-1]), officer) == tuple(around[-2:])
    assert filling.days_to_fill(wide, clocks(around[-1]), officer) == (around[0], around[-1])
    assert filling.days_to_fill(BacktestAsk(first=days[0]), clocks(), officer) == (days[0], days[-1])
