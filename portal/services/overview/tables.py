"""The rows of the overview that no other page has."""

from dataclasses import replace

from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.risk import figure_metrics
from portal.domain.risk.reading import Measure
from portal.services.overview.home import Home

_LIMITS = ("limit", "use", "headroom", "unit", "status", "address")
_BREACHES = ("breach", "limit", "tier", "state", "used", "due", "address")
_PROMISED = ("code", "title", "promised", "attained", "left", "state", "known", "address")


def carried_table(query: GridQuery, home: Home) -> Table:
    """Return the curves with what each adds to the expected shortfall."""
    columns = (
        Column("curve", "Curve"),
        Column(
            "component", "Adds", "number", "EUR", decimals=0, signed=True, coloured=False,
            metric=figure_metrics.COMPONENT.id,
        ),
        Column(
            "share", "Share", "percent", decimals=1, signed=True, coloured=False,
            metric=figure_metrics.COMPONENT_SHARE.id,
        ),
    )  # fmt: skip
    found = home.risk
    row = found.runs.get(found.ask.method) if found is not None else None
    if found is None or row is None:
        return Table(columns, [])
    whole = sum(worth for _, worth in home.carried)
    rows: list[tuple[Cell, ...]] = [
        (name, worth, worth / whole if whole else None) for name, worth in home.carried
    ]
    asked = {
        "run": row.id, "portfolio": found.node.code, "level": found.ask.level, "measure": str(Measure.ES),
        "method": row.method, "by": "curve",
    }  # fmt: skip
    params = {name: {**asked, "key": name} for name, _ in home.carried}
    return sort_rows(Table(columns, rows, simulated=row.simulated, extra={"params": params}), query)


def promised(table: Table) -> Table:
    """Return the objectives with the columns that fit beside other cards."""
    return _narrowed(table, _PROMISED)


def short_limits(table: Table) -> Table:
    """Return the limits with the columns that fit beside other cards."""
    return _narrowed(table, _LIMITS)


def short_breaches(table: Table) -> Table:
    """Return the breaches with the columns that fit beside other cards."""
    return _narrowed(table, _BREACHES)


def _narrowed(table: Table, keys: tuple[str, ...]) -> Table:
    keep = [at for at, column in enumerate(table.columns) if column.key in keys]
    return replace(
        table,
        columns=tuple(table.columns[at] for at in keep),
        rows=[tuple(row[at] for at in keep) for row in table.rows],
    )
