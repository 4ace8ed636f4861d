"""The rows of Risk > Overview: by method, by portfolio below, and by day."""

from collections.abc import Mapping
from urllib.parse import urlencode

import numpy as np

from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.risk import figure_metrics, overview_metrics
from portal.domain.risk.reading import Measure
from portal.services.risk.overview import Overview, day_rows
from portal.services.risk.runs import METHODS

METHOD_COLUMNS = (
    Column("method", "Method"),
    Column("as_of", "As of", "date"),
    Column("var", "VaR", "number", "EUR", decimals=0, metric=figure_metrics.VAR.id, coloured=False),
    Column(
        "es", "Expected shortfall", "number", "EUR", decimals=0, metric=figure_metrics.ES.id, coloured=False
    ),
    Column(
        "low", "95 % band, from", "number", "EUR", decimals=0, help="Of the measure chosen; in its passport"
    ),
    Column("high", "to", "number", "EUR", decimals=0),
    Column("scenarios", "Scenarios", "integer"),
    Column("run", "Run", link="address"),
    Column("address", "Address", hidden=True),
)
NODE_COLUMNS = (
    Column("portfolio", "Portfolio", link="address"),
    Column("name", "Name"),
    Column("var", "VaR", "number", "EUR", decimals=0, metric=figure_metrics.VAR.id, coloured=False),
    Column(
        "es", "Expected shortfall", "number", "EUR", decimals=0, metric=figure_metrics.ES.id, coloured=False
    ),
    Column("address", "Address", hidden=True),
)
DAY_COLUMNS = (
    Column("day", "Day", "date"),
    Column(
        "hypothetical", "Hypothetical P&L", "number", "EUR", decimals=0, signed=True,
        metric=overview_metrics.HYPOTHETICAL.id,
    ),
    Column("actual", "Actual P&L", "number", "EUR", decimals=0, signed=True, metric=overview_metrics.ACTUAL.id),
    Column("var", "VaR forecast", "number", "EUR", decimals=0, metric=overview_metrics.FORECAST_VAR.id, coloured=False),
    Column("es", "ES forecast", "number", "EUR", decimals=0, metric=overview_metrics.FORECAST_ES.id, coloured=False),
    Column("exception", "Exception", "badge"),
)  # fmt: skip


def method_table(query: GridQuery, found: Overview) -> Table:
    """Return the figures of the node by every method that has a run."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    level, measure = found.ask.level, str(found.ask.measure)
    for method, title in METHODS.items():
        run = found.runs.get(method)
        var, es = (found.figure(method, str(name), level) for name in (Measure.VAR, Measure.ES))
        if run is None or var is None or es is None:
            continue
        band = es if measure == str(Measure.ES) else var
        address = _address("/risk/drill", found, method=method, run=str(run.id))
        rows.append(
            (title, run.as_of, var.value, es.value, band.low, band.high, run.scenarios, str(run.id), address)
        )
        params[title] = {"run": run.id, "portfolio": found.node.code, "level": level}
    return sort_rows(
        Table(METHOD_COLUMNS, rows, simulated=_simulated(found), extra={"params": params}), query
    )


def node_table(query: GridQuery, found: Overview) -> Table:
    """Return the figures of the portfolios right below, each by itself."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    run, level = found.runs.get(found.ask.method), found.ask.level
    for node in found.below if run is not None else []:
        var, es = (
            found.figure(found.ask.method, str(name), level, node.id) for name in (Measure.VAR, Measure.ES)
        )
        if run is None or var is None or es is None:
            continue
        address = _address("/risk", found, portfolio=node.code)
        rows.append((node.code, node.name, var.value, es.value, address))
        params[node.code] = {"run": run.id, "portfolio": node.code, "level": level}
    return sort_rows(Table(NODE_COLUMNS, rows, simulated=_simulated(found), extra={"params": params}), query)


def day_table(query: GridQuery, found: Overview) -> Table:
    """Return the days of the trend, newest first."""
    method = found.ask.method
    rows: list[tuple[Cell, ...]] = [
        (
            record["day"],
            record["hypothetical"],
            record["actual"],
            record["value_at_risk"],
            record["expected_shortfall"],
            "exception" if record["exception"] else None,
        )
        for record in reversed(day_rows(found))
    ]
    params = {
        str(row[0]): {
            "portfolio": found.node.code, "method": method, "level": found.ask.level, "day": str(row[0])
        }
        for row in rows
    }  # fmt: skip
    return sort_rows(Table(DAY_COLUMNS, rows, simulated=_simulated(found), extra={"params": params}), query)


def _address(path: str, found: Overview, **changes: str) -> str:
    """Return an address with what is looked at, under the same clocks, except for ``changes``."""
    given = found.ask.params() | {"portfolio": found.node.code} | changes
    return f"{path}?{urlencode(given | found.clocks.query())}"


def _simulated(found: Overview) -> bool:
    return any(run.simulated for run in found.runs.values())


def spread(values: Mapping[str, float]) -> float | None:
    """Return highest less lowest over the median; None with fewer than two methods or a median of zero."""
    figures = np.array(list(values.values()))
    middle = float(np.median(figures)) if len(figures) > 1 else 0.0
    return float(np.ptp(figures)) / abs(middle) if middle else None
