"""The rows of Risk > Backtests: tests, methods, portfolios, days and exceptions."""

from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.core.table import PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.risk import backtest_metrics as metrics
from portal.domain.risk.backtests.run import Backtest
from portal.domain.risk.backtests.traffic_light import zone_bounds
from portal.services.risk.backtest_tests import BY_CODE, TESTS
from portal.services.risk.backtests import TITLES, Backtested, Series

PATH = "/risk/backtests"
SHORT = {
    "historical": "Historical",
    "age_weighted": "Age-weighted",
    "filtered_ewma": "Filtered",
    "parametric": "Parametric",
}
Rows = list[tuple[Cell, ...]]
Passports = dict[str, Mapping[str, Cell]]


def _p(test: str, title: str, *, room: int = 0) -> Column:
    return Column(
        f"p_{test}", title, "number", decimals=3, metric=metrics.P_VALUE.id, coloured=False,
        params=(("test", test),), help=BY_CODE[test].asks, room=room,
    )  # fmt: skip


TEST_COLUMNS = (
    Column("test", "Test"),
    Column("asks", "What it asks", room=PHONE),
    Column("statistic", "Statistic", "number", decimals=3, metric=metrics.STATISTIC.id, coloured=False),
    Column("p", "p value", "number", decimals=4, metric=metrics.P_VALUE.id, coloured=False),
    Column("verdict", "Verdict", "badge"),
)
METHOD_COLUMNS = (
    Column("method", "Method", link="address"),
    Column("days", "Days", "integer", metric=metrics.DAYS.id, room=PHONE),
    Column("exceptions", "Exceptions", "integer", metric=metrics.EXCEPTIONS.id),
    Column(
        "expected", "Expected", "number", decimals=1, metric=metrics.EXPECTED.id, coloured=False, room=PHONE
    ),
    Column("zone", "Zone", "badge"),
    _p("kupiec", "Kupiec p"),
    _p("coverage", "Coverage p"),
    _p("haas", "Mixed p"),
    _p("z2", "ES Z2 p"),
    _p("du_mean", "ES mean p"),
    Column("mean_var", "Mean VaR", "number", "EUR", decimals=0, metric=metrics.MEAN_VAR.id, coloured=False),
    Column("score", "FZ0 score", "number", decimals=3, metric=metrics.LOSS.id, coloured=False),
    Column("address", "Address", hidden=True),
)
NODE_COLUMNS = (
    Column("portfolio", "Portfolio", link="address"),
    Column("name", "Name", room=PHONE),
    *(
        column
        for code, title in TITLES.items()
        for column in (
            Column(
                f"{code}_exceptions", SHORT.get(code, title), "integer", metric=metrics.EXCEPTIONS.id,
                params=(("method", code),), help=f"{title}: exceptions of the period",
            ),
            Column(f"{code}_zone", "zone", "badge"),
        )
    ),
    Column("address", "Address", hidden=True),
)  # fmt: skip
DAY_COLUMNS = (
    Column("day", "Day", "date"),
    Column("pnl", "P&L", "number", "EUR", decimals=0, signed=True, metric=metrics.PNL.id),
    Column("var", "VaR forecast", "number", "EUR", decimals=0, metric=metrics.VAR.id, coloured=False),
    Column("es", "ES forecast", "number", "EUR", decimals=0, metric=metrics.ES.id, coloured=False),
    Column("exception", "Exception", "badge"),
)
EXCEPTION_COLUMNS = (
    Column("day", "Day", "date"),
    Column("pnl", "P&L", "number", "EUR", decimals=0, signed=True, metric=metrics.PNL.id),
    Column(
        "var", "VaR forecast", "number", "EUR", decimals=0, metric=metrics.VAR.id, coloured=False, room=PHONE
    ),
    Column(
        "es", "ES forecast", "number", "EUR", decimals=0, metric=metrics.ES.id, coloured=False, room=PHONE
    ),
    Column("excess", "Loss over VaR", "number", decimals=2, metric=metrics.EXCESS.id, coloured=False),
    Column("explain", "Why", link="explained"),
    Column("comment", "Comment", link="address"),
    Column("explained", "P&L explain", hidden=True),
    Column("address", "Address", hidden=True),
)


def zone(found: Backtest | None) -> str | None:
    """Return the zone of the traffic light in words."""
    return None if found is None else f"{found.light.zone.value} zone"


def tests_table(query: GridQuery, found: Backtested) -> Table:
    """Return every test of the series that is looked at; none when there are too few days."""
    rows: Rows = []
    made = found.tests
    if made is not None:
        for test in TESTS:
            verdict = zone(made) if test.code == "traffic_light" else test.verdict(made)
            rows.append((test.title, test.asks, test.statistic(made), test.p(made), verdict))
    params: Passports = {test.title: found.params() | {"test": test.code} for test in TESTS}
    return sort_rows(Table(TEST_COLUMNS, rows, simulated=found.simulated, extra={"params": params}), query)


def method_table(query: GridQuery, found: Backtested) -> Table:
    """Return the tests that matter most for every method, over the same days."""
    rows: Rows = []
    params: Passports = {}
    for code, title in TITLES.items():
        made = found.series(method=code).test(found.ask.level)
        if made is None:
            continue
        shortfall = made.shortfall
        figures = [BY_CODE[test].p(made) for test in ("kupiec", "coverage", "haas", "z2", "du_mean")]
        rows.append(
            (
                title, made.n, made.exceptions, made.expected, zone(made), *figures, made.mean_var,
                shortfall.fz0_mean if shortfall else None, address(found, method=code),
            )
        )  # fmt: skip
        params[title] = found.params(method=code)
    return sort_rows(Table(METHOD_COLUMNS, rows, simulated=found.simulated, extra={"params": params}), query)


def node_table(query: GridQuery, found: Backtested) -> Table:
    """Return exceptions and zone of the node and each below it, by every method."""
    rows: Rows = []
    params: Passports = {}
    for node in found.shown:
        cells: list[Cell] = []
        for code in TITLES:
            made = found.series(node, code).test(found.ask.level)
            cells += [made.exceptions if made else None, zone(made)]
        if any(cell is not None for cell in cells):
            rows.append((node.code, node.name, *cells, address(found, portfolio=node.code)))
            params[node.code] = found.params(node)
    return sort_rows(Table(NODE_COLUMNS, rows, simulated=found.simulated, extra={"params": params}), query)


def day_table(query: GridQuery, found: Backtested) -> Table:
    """Return the days of the series that is looked at, newest first."""
    series = found.chosen
    rows: Rows = [
        (*cells, "exception" if hit else None)
        for cells, hit in zip(_days(series), series.hits.tolist(), strict=True)
    ][::-1]
    return sort_rows(
        Table(DAY_COLUMNS, rows, simulated=found.simulated, extra={"params": _by_day(found, rows)}), query
    )


def exception_table(query: GridQuery, found: Backtested) -> Table:
    """Return the exceptions, newest first, each with its explanation and what was said about it."""
    series = found.chosen
    days = series.dates()
    rows: Rows = []
    for at, cells in enumerate(_days(series)):
        if not series.hits[at]:
            continue
        day, pnl, var = days[at], float(series.pnl[at]), float(series.var[at])
        rows.append(
            (
                *cells, -pnl / var if var > 0.0 else None, "P&L explain", _said(found, day),
                explain_address(found, day), address(found, day=day.isoformat()),
            )
        )  # fmt: skip
    rows.reverse()
    return sort_rows(
        Table(EXCEPTION_COLUMNS, rows, simulated=found.simulated, extra={"params": _by_day(found, rows)}),
        query,
    )


def explain_address(found: Backtested, day: date) -> str:
    """Return where the P&L of the node on ``day`` is explained: from the business day before, as of that day."""
    asked = {
        "portfolio": found.node.code, "period": "since", "since": day_before(found.chosen, day).isoformat(),
        "as_of": day.isoformat(),
    }  # fmt: skip
    return f"/portfolio/explain?{urlencode(asked)}"


def day_before(series: Series, day: date) -> date:
    """Return the day before ``day`` in the backtest, else the weekday before."""
    days = series.dates()
    at = days.index(day) if day in days else 0
    if at:
        return days[at - 1]
    return day - timedelta(days=3 if day.weekday() == 0 else 1)


def address(found: Backtested, **other: str) -> str:
    """Return the address of the page with some of what it is asked changed, under the same clocks."""
    asked = found.ask.params() | {"portfolio": found.node.code} | found.clocks.query() | other
    return f"{PATH}?{urlencode({name: value for name, value in asked.items() if value})}"


def _days(series: Series) -> list[tuple[Cell, ...]]:
    columns = (series.dates(), series.pnl.tolist(), series.var.tolist(), series.es.tolist())
    return list(zip(*columns, strict=True))


def _by_day(found: Backtested, rows: Rows) -> Passports:
    base = {name: value for name, value in found.params().items() if name not in ("first", "last")}
    return {str(row[0]): base | {"day": str(row[0])} for row in rows}


def _said(found: Backtested, day: date) -> str:
    said = found.said(day)
    if not said:
        return "None yet"
    more = f" (+{len(said) - 1})" if len(said) > 1 else ""
    return f"{said[0].cause}, {said[0].written_by}{more}"


def cumulative(found: Backtested) -> tuple[list[date], dict[str, FloatArray1D], FloatArray2D]:
    """Return the days, exceptions so far by title of method, and three bounds of shape (3, n).

    The bounds are the exceptions expected so far and the counts at which the yellow and the red zone begin.
    """
    series, p = found.chosen, 1.0 - found.ask.level
    counts = {
        title: np.cumsum(other.hits).astype(np.float64)
        for title, other in ((title, found.series(method=code)) for code, title in TITLES.items())
        if np.array_equal(other.day, series.day)
    }
    n = np.arange(1, len(series) + 1)
    zones = [zone_bounds(count, p) for count in n.tolist()]
    bounds = np.array([n * p, *np.array(zones, np.float64).reshape(-1, 2).T])
    return series.dates(), counts, bounds


def cumulative_table(query: GridQuery, found: Backtested) -> Table:
    """Return exceptions so far by day and method, beside what is expected and where zones begin; newest first."""
    days, counts, bounds = cumulative(found)
    columns = (
        Column("day", "Day", "date"),
        *(Column(f"method_{at}", title, "integer") for at, title in enumerate(counts)),
        Column("expected", "Expected", "number", decimals=1),
        Column("yellow", "Yellow zone from", "integer"),
        Column("red", "Red zone from", "integer"),
    )
    values = [each.tolist() for each in (*counts.values(), *bounds)]
    rows: Rows = list(zip(days, *values, strict=True))[::-1]
    return sort_rows(Table(columns, rows, simulated=found.simulated), query)
