"""The tables of the spreads page: history, distribution, legs, years over each other."""

import re
from dataclasses import replace

import numpy as np

from portal.core.arrays import FloatArray1D, IntArray1D
from portal.core.precision import price_decimals
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.market import spread_metrics as metrics
from portal.domain.market.seasonality import YearOverlay, year_overlay
from portal.domain.market.spread_terms import Contribution, contributions
from portal.services.market.spreads import LEVELS, Spread, Study

LEAP_START = np.datetime64("2000-01-01")


def leg_labels(parts: tuple[Contribution, ...]) -> list[str]:
    """Return a name for each term; a leg that occurs again gets a number."""
    labels: list[str] = []
    for part in parts:
        name, again = part.leg or "constant", 2
        while name in labels:
            name, again = f"{part.leg or 'constant'} ({again})", again + 1
        labels.append(name)
    return labels


def factor_words(part: Contribution) -> str:
    """Return how a factor is made, as it is redone by hand: ``− ÷ 0.5 MWh/MWh``."""
    sign = "− " if part.factor < 0 else ""
    steps = [re.sub(r"\.0(?=\[|$)", "", step).replace("[", " ").replace("]", "") for step in part.steps]
    return sign + (" ".join(steps) or "1")


def leg_table(found: Spread, query: GridQuery) -> Table:
    """Return today's value by leg: price, unit, factor and how it is made, contribution, and its change on the day."""
    study = found.study
    columns = (
        Column("leg", "Leg", sortable=False),
        Column("price", "Price", "number", decimals=4, sortable=False),
        Column("unit", "Unit", sortable=False),
        Column("factor", "Factor", "number", decimals=4, sortable=False, signed=True, coloured=False),
        Column("how", "Factor is", sortable=False),
        Column(
            "value",
            "Contribution",
            "number",
            study.unit,
            price_decimals(study.unit),
            metric=metrics.SPREAD_CONTRIBUTION.id,
            sortable=False,
            signed=True,
            coloured=False,
        ),
        Column("change", "Δ day", "number", "", price_decimals(study.unit), sortable=False, signed=True),
    )
    before = _before(study)
    rows: list[tuple[Cell, ...]] = [
        (
            label,
            part.price if part.leg else None,
            study.units.get(part.leg, ""),
            part.factor,
            factor_words(part),
            part.value,
            part.value - then.value if then else None,
        )
        for label, part, then in zip(leg_labels(study.parts), study.parts, before, strict=True)
    ]
    if rows and study.standing:
        rows.append(("Spread", None, study.unit, None, "sum", study.standing.latest, study.standing.change))
    params = {
        str(row[0]): {
            "formula": study.formula.text,
            "range": found.span,
            "position": 0 if row[4] == "sum" else at,
        }
        for at, row in enumerate(rows, start=1)
    }
    table = Table(columns, rows, simulated=found.simulated, extra={"params": params})
    return sort_rows(table, replace(query, sort=None))


def _before(study: Study) -> list[Contribution | None]:
    """Return the contributions of the day before; None where there was none."""
    if len(study.day) < 2 or not study.parts:
        return [None] * len(study.parts)
    prices = {code: float(column[-2]) for code, column in study.prices.items()}
    return list(contributions(study.formula, prices, study.rates))


def history_table(found: Spread, query: GridQuery) -> Table:
    """Return each day's spread with its legs, percentile bands and z-score, newest first unless sorted otherwise."""
    study, unit = found.study, found.study.unit
    decimals = price_decimals(unit)
    columns = (
        Column("day", "Day", "date"),
        Column("value", "Spread", "number", unit, decimals, signed=True, coloured=False),
        Column("z", "z-score", "number", "sd", 2, signed=True, coloured=False),
        *(Column(f"p{level:.0f}", f"{level:.0f}th pct.", "number", unit, decimals) for level in LEVELS),
        *(Column(code, code, "number", study.units[code], 4) for code in study.prices),
    )
    arrays = [study.value, study.zscore, *study.bands, *study.prices.values()]
    cells = [
        [value if np.isfinite(value) else None for value in array[study.shown :].tolist()] for array in arrays
    ]
    rows = list(zip(study.day[study.shown :].tolist(), *cells, strict=True))
    asked = query if query.sort else replace(query, sort="day", descending=True)
    return sort_rows(Table(columns, rows, simulated=found.simulated), asked)


def overlay(study: Study) -> YearOverlay:
    """Return the shown years of the spread over each other, by day."""
    return year_overlay(study.day[study.shown :], study.value[study.shown :])


def overlay_table(found: Spread, query: GridQuery) -> Table:
    """Return the years over each other: one row for each day of the year that has a value, one column a year."""
    study = found.study
    laid = overlay(study)
    columns = (
        Column("place", "Day of year"),
        *(
            Column(str(year), str(year), "number", study.unit, price_decimals(study.unit))
            for year in laid.years.tolist()
        ),
    )
    rows = [
        (
            str(LEAP_START + at)[5:],
            *(value if np.isfinite(value) else None for value in laid.values[:, at].tolist()),
        )
        for at in range(laid.values.shape[1])
        if np.isfinite(laid.values[:, at]).any()
    ]
    return sort_rows(Table(columns, rows, simulated=found.simulated), query)


def distribution_table(found: Spread, query: GridQuery, edge: FloatArray1D, count: IntArray1D) -> Table:
    """Return the bars of the histogram: from, to, days."""
    unit = found.study.unit
    columns = (
        Column("from", "From", "number", unit, price_decimals(unit)),
        Column("to", "To", "number", unit, price_decimals(unit)),
        Column("days", "Days", "integer"),
    )
    rows = list(zip(edge[:-1].tolist(), edge[1:].tolist(), count.tolist(), strict=True))
    return sort_rows(Table(columns, rows, simulated=found.simulated), query)
