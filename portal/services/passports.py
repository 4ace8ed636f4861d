"""The passport of a figure: what it means, what it is under the reader's clocks, and the rows behind it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import metric
from portal.core.passport import Passport
from portal.core.table import GridQuery, Table, sort_rows
from portal.services import evaluation
from portal.services.market import passports as market_passports

AREAS = (market_passports,)  # importing an area's module registers its evaluators


def open_passport(metric_id: str, params: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Passport:
    """Return the passport of ``metric_id`` for ``params`` under ``clocks``.

    Raises
    ------
    NotFound
        There is no such metric, or what the parameters name does not exist.
    NotPermitted
        The actor may not see this metric.
    DomainError
        A parameter is missing or cannot be read.
    """
    pinned = replace(clocks, live=False)
    return Passport(
        metric(metric_id),
        evaluation.evaluator(metric_id).parameters,
        evaluation.clean_params(metric_id, params),
        pinned,
        evaluation.evaluate(metric_id, params, pinned, actor),
    )


def rows_behind(
    query: GridQuery, metric_id: str, params: Mapping[str, Any], clocks: Clocks, actor: Actor
) -> Table:
    """Return the rows behind a figure as a grid asks for them, newest first unless sorted otherwise."""
    found = evaluation.evaluate(metric_id, params, clocks, actor).inputs
    asked = (
        query
        if query.sort or "day" not in {c.key for c in found.columns}
        else replace(query, sort="day", descending=True)
    )
    return sort_rows(without_empty_columns(found), asked)


def without_empty_columns(table: Table) -> Table:
    """Return ``table`` with the columns hidden that say nothing in any row."""
    columns = tuple(
        replace(column, hidden=True) if all(row[at] is None for row in table.rows) else column
        for at, column in enumerate(table.columns)
    )
    return replace(table, columns=columns)
