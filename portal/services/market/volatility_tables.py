"""The rows behind the volatility pictures: the paths, the cone, the term structure, the parameters."""

from dataclasses import replace
from math import isfinite

import numpy as np

from portal.core.precision import price_decimals
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.market.volatility import CONE_PERCENTILES, rolling_volatility
from portal.services.market.volatility import LISTED_HORIZONS, Garch, Study

_NAMED = {0.0: "Lowest", 50.0: "Median", 100.0: "Highest"}
STUDY_COLUMNS = (
    Column("day", "Day", "date"),
    Column("settle", "Settle", "number"),
    Column("return", "Return", "percent", signed=True),
    Column("realised", "Realised", "percent", decimals=1),
    Column("ewma", "EWMA", "percent", decimals=1),
    Column("garch", "GARCH, next day", "percent", decimals=1),
)
CONE_COLUMNS = (
    Column("window", "Window", "integer", unit="days"),
    Column("now", "Now", "percent", decimals=1),
    Column(
        "rank",
        "Rank of now",
        "percent",
        decimals=0,
        help="Share of the windows that were at or below today's",
    ),
    *(Column(f"p{p:.0f}", _NAMED.get(p, f"{p:.0f} %"), "percent", decimals=1) for p in CONE_PERCENTILES),
    Column(
        "windows", "Windows", "integer", help="They overlap: a year holds one independent window of a year"
    ),
)
TERM_COLUMNS = (
    Column("horizon", "Horizon", "integer", unit="days"),
    Column("term", "Over h days", "percent", decimals=1, help="Annualised volatility of the h-day return"),
    Column("at", "On day h", "percent", decimals=1, help="Annualised volatility of day h alone"),
    Column("move", "One sd of the h-day return", "percent", help="Not annualised"),
    Column("ratio", "Against √h", "number", decimals=3, help="1 where scaling with root time would be right"),
)
PARAMETER_COLUMNS = (
    Column("name", "Parameter"),
    Column("value", "Estimate", "number", decimals=6),
    Column("error", "Std. error", "number", decimals=6, help="Robust (sandwich)"),
    Column("t", "t", "number", decimals=2),
    Column("meaning", "Meaning"),
)


def study_table(query: GridQuery, study: Study) -> Table:
    """Return the volatilities day by day, newest first unless sorted otherwise."""
    garch = study.garch.path if study.garch else np.full(len(study.day), np.nan)
    numbers = (study.settle, study.returns, study.realised, study.ewma, garch)
    cells = [[value if isfinite(value) else None for value in array.tolist()] for array in numbers]
    rows = list(zip(study.day, *cells, strict=True))
    asked = query if query.sort else replace(query, sort="day", descending=True)
    settle = replace(
        STUDY_COLUMNS[1], unit=study.instrument.unit, decimals=price_decimals(study.instrument.unit)
    )
    columns = (STUDY_COLUMNS[0], settle, *(_in_unit(column, study) for column in STUDY_COLUMNS[2:]))
    return _table(columns, rows, study, asked)


def cone_table(query: GridQuery, study: Study) -> Table:
    """Return the percentiles of the rolling volatility, one row for each window length."""
    cone = study.cone
    rows: list[tuple[Cell, ...]] = []
    for at, window in enumerate(cone.horizons if cone else ()):
        history = rolling_volatility(study.returns, window)[window - 1 :]
        rank = float(np.mean(history <= history[-1]))
        rows.append((window, float(cone.current[at]), rank, *cone.table[at].tolist(), int(cone.windows[at])))  # type: ignore[union-attr]  # no rows without a cone
    columns = tuple(column if column.key == "rank" else _in_unit(column, study) for column in CONE_COLUMNS)
    return _table(columns, rows, study, query)


def term_table(query: GridQuery, study: Study) -> Table:
    """Return the volatility by horizon that the fitted model expects."""
    rows = [] if study.garch is None else [_term_row(study.garch, h, study.per_year) for h in LISTED_HORIZONS]
    return _table(tuple(_in_unit(column, study) for column in TERM_COLUMNS), rows, study, query)


def _term_row(garch: Garch, horizon: int, per_year: float) -> tuple[Cell, ...]:
    found, at = garch.structure, horizon - 1
    return (
        horizon,
        float(garch.term[at]),
        float(np.sqrt(found.variance_at_h[at] * per_year)),
        float(np.sqrt(found.cumulative_variance[at])),
        float(found.sqrt_time_ratio[at]),
    )


def parameter_table(query: GridQuery, study: Study) -> Table:
    """Return the estimates with their standard errors; relative returns are stated in percent."""
    if study.garch is None:
        return _table(PARAMETER_COLUMNS, [], study, query)
    fit = study.garch.fit
    scale = 100.0 if study.relative else 1.0
    factors = {"mu": scale, "omega": scale**2}
    unit = "%" if study.relative else study.instrument.unit
    meanings = {
        "mu": f"mean return, {unit} a day",
        "omega": f"constant of the variance, ({unit})² a day",
        "alpha[1]": "weight of yesterday's squared shock",
        "beta[1]": "weight of yesterday's variance",
    }
    rows: list[tuple[Cell, ...]] = []
    for name, value in fit.params.items():
        error, factor = fit.standard_errors.get(name, np.nan), factors.get(name, 1.0)
        known = bool(np.isfinite(error)) and error > 0
        rows.append(
            (
                name.removesuffix("[1]"),
                value * factor,
                error * factor if known else None,
                value / error if known else None,
                meanings.get(name, ""),
            )
        )
    return _table(PARAMETER_COLUMNS, rows, study, query)


def _in_unit(column: Column, study: Study) -> Column:
    """Return a percent column as one in the unit of the price where the study is of price changes."""
    if study.relative or column.kind != "percent":
        return column
    unit = study.instrument.unit
    return replace(column, kind="number", unit=unit, decimals=price_decimals(unit))


def _table(
    columns: tuple[Column, ...], rows: list[tuple[Cell, ...]], study: Study, query: GridQuery
) -> Table:
    table = Table(columns, rows, note=study.basis, simulated=study.instrument.simulated)
    return sort_rows(table, query)
