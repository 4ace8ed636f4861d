"""How the figures of Risk > Backtests are computed again: from the days of the period, or from one of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.risk import backtest_metrics as metrics
from portal.domain.risk.backtests.run import Backtest, run_backtest
from portal.services.evaluation import Replay, evaluates
from portal.services.risk.backtest_tests import BY_CODE, Criterion
from portal.services.risk.backtests import KINDS, TITLES, BacktestAsk, Backtested, backtest_in
from portal.services.risk.figure_passports import LEVEL, PORTFOLIO

Records = Sequence[Mapping[str, Any]]
Read = Callable[[Backtest], float | None]

METHOD = Parameter("method", "Method", default="historical")
KIND = Parameter("pnl", "P&L", default="hypothetical")
FIRST = Parameter("first", "First day")
LAST = Parameter("last", "Last day")
DAY = Parameter("day", "Day")
TEST = Parameter("test", "Test")
PERIOD = (PORTFOLIO, METHOD, LEVEL, KIND, FIRST, LAST)

COLUMNS = (
    Column("day", "Day", "date"),
    Column("pnl", "P&L", "number", "EUR", decimals=2, signed=True),
    Column("var", "VaR forecast", "number", "EUR", decimals=2),
    Column("es", "ES forecast", "number", "EUR", decimals=2),
)


def _seen(work: UnitOfWork, asked: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Backtested:
    found = backtest_in(work, BacktestAsk.of(asked), clocks, actor, alone=True)
    if found is None:
        raise NotFound("There is no portfolio that you may see. Ask an administrator for one.")
    return found


def _table(found: Backtested) -> Table:
    series = found.chosen
    columns = (series.dates(), series.pnl.tolist(), series.var.tolist(), series.es.tolist())
    return Table(COLUMNS, list(zip(*columns, strict=True)), simulated=found.simulated)


def _subject(found: Backtested) -> str:
    return f"{found.node.name}, {TITLES[found.ask.method].lower()}"


def _steps(found: Backtested, value: Backtest | None) -> tuple[Step, ...]:
    said = (
        Step("Method", TITLES[found.ask.method]),
        Step("P&L", KINDS[found.ask.kind]),
        Step("Level", found.ask.level),
        Step("Days", float(len(found.chosen)), "days"),
    )
    if value is None:
        return said
    return (
        *said,
        Step("Exceptions", float(value.exceptions), "days"),
        Step("Expected", value.expected, "days"),
        Step("Zone", value.light.zone.value),
    )


NO_TEST = "There are too few days, or nothing to test."


def _tested(records: Records, params: Params) -> Backtest | None:
    """Return the tests of days that are already there."""
    if not records:
        return None
    columns = ([float(row[name]) for row in records] for name in ("pnl", "var", "es"))
    return run_backtest(*columns, level=float(params["level"] or 0))


def _of_period(metric: Metric, read: Read) -> None:
    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        made = _tested(records, params)
        return Outcome(None if made is None else read(made), metric.unit)

    @evaluates(metric.id, permission=Permission.RISK_READ, parameters=PERIOD, replay=replay)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = _seen(work, params, clocks, actor)
        value = None if found.tests is None else read(found.tests)
        return Evaluation(
            _subject(found), value, metric.unit, _table(found), _steps(found, found.tests), newest=found.last,
            note="" if value is not None else NO_TEST,
        )  # fmt: skip


_OF_PERIOD: tuple[tuple[Metric, Read], ...] = (
    (metrics.DAYS, lambda made: float(made.n)),
    (metrics.EXCEPTIONS, lambda made: float(made.exceptions)),
    (metrics.EXPECTED, lambda made: made.expected),
    (metrics.LONGEST, lambda made: float(made.longest_run)),
    (metrics.MEAN_VAR, lambda made: made.mean_var),
    (metrics.MULTIPLIER, lambda made: made.light.multiplier_frtb),
    (metrics.MULTIPLIER_1996, lambda made: made.light.multiplier_1996),
    (metrics.LOSS, lambda made: made.shortfall.fz0_mean if made.shortfall else None),
)
for _metric, _read in _OF_PERIOD:
    _of_period(_metric, _read)


def _test(params: Params) -> Criterion:
    code = str(params["test"])
    if code not in BY_CODE:
        raise NotFound(
            f"There is no test '{code[:40]}'. Open the figure again from the page.", test=code[:40]
        )
    return BY_CODE[code]


def _of_test(metric: Metric, pick: Callable[[Criterion, Backtest], float | None]) -> None:
    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        made = _tested(records, params)
        return Outcome(None if made is None else pick(_test(params), made), metric.unit)

    @evaluates(metric.id, permission=Permission.RISK_READ, parameters=(TEST, *PERIOD), replay=replay)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        test = _test(params)
        found = _seen(work, params, clocks, actor)
        value = None if found.tests is None else pick(test, found.tests)
        steps = (Step("Test", test.title), Step("Asks", test.asks), *_steps(found, found.tests))
        return Evaluation(
            _subject(found), value, metric.unit, _table(found), steps, newest=found.last,
            note="" if value is not None else NO_TEST,
        )  # fmt: skip


_of_test(metrics.STATISTIC, lambda test, made: test.statistic(made))
_of_test(metrics.P_VALUE, lambda test, made: test.p(made))


def _of_day(metric: Metric, read: Callable[[Mapping[str, Any]], float | None]) -> None:
    @evaluates(
        metric.id,
        permission=Permission.RISK_READ,
        parameters=(PORTFOLIO, METHOD, LEVEL, KIND, DAY),
        replay=_pick(metric, read),
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        asked = {**params, "first": params["day"], "last": params["day"]}
        found = _seen(work, asked, clocks, actor)
        table = _table(found)
        records = table.records()
        value = read(records[0]) if records else None
        missing = int(found.chosen.missing[0]) if records else 0
        note = "" if records else f"There is no backtest of {params['day']} by then."
        if missing:
            note = f"{missing} trades had no value on the day or the one before and are left out."
        steps = _steps(found, None)[:-1]
        return Evaluation(_subject(found), value, metric.unit, table, steps, newest=found.last, note=note)


def _pick(metric: Metric, read: Callable[[Mapping[str, Any]], float | None]) -> Replay:
    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        return Outcome(read(records[0]) if records else None, metric.unit)

    return replay


def excess(row: Mapping[str, Any]) -> float | None:
    """Return the loss of a day over its VaR forecast; None where that is not above zero."""
    var = float(row["var"])
    return float(np.divide(-float(row["pnl"]), var)) if var > 0.0 else None


_of_day(metrics.PNL, lambda row: float(row["pnl"]))
_of_day(metrics.VAR, lambda row: float(row["var"]))
_of_day(metrics.ES, lambda row: float(row["es"]))
_of_day(metrics.EXCESS, excess)
