"""The card of Portfolio > What-if that says what the deals add to value at risk and expected shortfall."""

from collections.abc import Mapping
from typing import Any

from dash.development.base_component import Component

from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table, sort_rows
from portal.domain.risk import marginal_metrics
from portal.domain.risk.reading import Measure
from portal.services.portfolio.what_if import Answer, Question, evaluate
from portal.services.risk.ask import RiskAsk
from portal.services.risk.marginal import Marginal, marginal, marginal_table
from portal.services.risk.runs import LEVELS
from portal.web.views import grid

GRID = "portfolio-what-if-risk"
LEVEL_OPTIONS = [(f"{level:g}", f"{100 * level:g} %") for level in LEVELS]
_TILES = (
    (Measure.ES, "Change of ES", marginal_metrics.MARGINAL_ES),
    (Measure.VAR, "Change of VaR", marginal_metrics.MARGINAL_VAR),
)


def level_of(given: str | None) -> str:
    """Return the level of an address as text; the usual one where there is none such."""
    try:
        return f"{RiskAsk.of({'level': given}).level:g}"
    except DomainError:
        return f"{RiskAsk().level:g}"


@grid(GRID, title="What-if, risk before and after", permission=Permission.RISK_READ)
def load_risk(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the figures of risk of each portfolio that the deals change."""
    question = Question.of(str(filters.get("deals") or ""), str(filters.get("book") or ""))
    answer = evaluate(question, clocks, actor)
    found = marginal(answer, clocks, actor, level=RiskAsk.of(filters).level)
    if found is None:
        raise NotFound("There is no run of risk by then. Choose a later day, or start a run.")
    return sort_rows(marginal_table(found), query)


def risk_card(answer: Answer, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return what the deals add to value at risk and expected shortfall, or why that is not known."""
    if not actor.can(Permission.RISK_READ):
        return []
    try:
        level = RiskAsk.of(filters).level
        found = marginal(answer, clocks, actor, level=level)
    except DomainError as refusal:
        return [section("Risk with the deals", [notice(refusal.message, kind="warn")])]
    if found is None:
        words = f"No run of risk stands as of {clocks.as_of:%Y-%m-%d} or before: there is nothing to add the deals to."
        return [section("Risk with the deals", [notice(words)])]
    table, run = marginal_table(found), found.run.row
    shown = data_grid(
        GRID,
        table,
        clocks=clocks.query(),
        params={"deals": answer.question.text, "book": answer.question.book, "level": f"{level:g}"},
        searchable=False,
        caption="Risk before and after",
    )
    note = (
        f"{100 * level:g} % in the {run.scenarios:,} historical scenarios of run {run.id}, as of {run.as_of:%Y-%m-%d}. "
        "Losses are positive; a change below zero hedges."
    )
    return [_tiles(found, table), section("Risk with the deals", [shown], note=note)]


def _tiles(found: Marginal, table: Table) -> Component:
    """The changes of the book asked about and of the topmost portfolio."""
    records = {str(row["code"]): row for row in table.records()}
    codes = dict.fromkeys((found.answer.question.book, next(iter(records))))
    return kpi_row(
        [
            kpi_tile(
                f"{title}, {code}",
                Shown(metric, float(str(records[code][f"{measure}_change"])), "EUR", found.params(code)),
            )
            for code in codes
            for measure, title, metric in _TILES
        ]
    )
