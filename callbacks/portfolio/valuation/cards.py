"""The cards of Portfolio > Valuation for one portfolio: tiles, tree, trades, gaps, pictures."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from callbacks.portfolio.valuation.ids import Ids
from components.chart import chart_card
from components.charts.portfolio_value import history_figure, split_figure
from components.kpi import kpi_tile
from components.number import shown
from components.page import section
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Shown
from portal.core.table import GridQuery, Table
from portal.domain.portfolio import valuation_metrics as metrics
from portal.domain.portfolio.rollup import PERIODS, total
from portal.services.portfolio import valuation_tables as tables
from portal.services.portfolio.valuation import Profits
from portal.services.signoff import tables as signoff_tables
from portal.services.signoff.adjustments import listed


@dataclass(frozen=True, eq=False)  # profits hold arrays
class ValuationCards:
    """The parts of the page for one portfolio (empty: all that the actor may see), split and clocks."""

    found: Profits
    clocks: Clocks
    actor: Actor
    portfolio: str
    split: str

    @property
    def params(self) -> dict[str, Any]:
        """What the grids of the page are asked with."""
        return {"portfolio": self.portfolio, "split": self.split}

    @property
    def is_book(self) -> bool:
        """Whether the portfolio chosen is a book, whose trades are shown."""
        nodes = self.found.now.nodes
        return len(nodes) == 1 and nodes[0].is_book

    def tiles(self) -> list[html.Div]:
        """Value, unrealised, realised, and the profits of day, month and year."""
        values = self.found.now.valuation
        missing = int(values.is_missing.sum())
        left_out = f"{missing} trade{'s' if missing > 1 else ''} without a value" if missing else ""
        return [
            kpi_tile(
                "Value",
                self._shown(metrics.VALUE, total(values.total_eur)),
                detail=left_out or f"{len(self.found.now.book):,} trades",
            ),
            kpi_tile(
                "Unrealised", self._shown(metrics.UNREALISED, total(values.unrealised_eur)), detail="at marks"
            ),
            kpi_tile(
                "Realised",
                self._shown(metrics.REALISED, total(values.realised_eur)),
                detail="since the start",
            ),
            *(
                kpi_tile(
                    title,
                    self._shown(metrics.BY_PERIOD[key], self.found.total(key)),
                    detail=f"since {self.found.since[key]:%Y-%m-%d}",
                )
                for key, title in PERIODS.items()
            ),
        ]

    def _shown(self, metric: Metric, value: float) -> Shown:
        return Shown(metric, value, "EUR", {"portfolio": self.portfolio})

    def adjustments(self) -> Component | None:
        """What people put beside the figures of the day; none of it is in them. None when there is nothing."""
        beside = listed(self.clocks, self.actor, portfolio=self.portfolio or None, first=self.clocks.as_of)
        if not beside:
            return None
        query = GridQuery()
        grid = data_grid(
            "adjustments",
            signoff_tables.adjustment_table(query, beside, self.clocks),
            clocks=self.clocks.query(),
            params={"portfolio": self.portfolio or "all", "day": "1"},
            query=query,
            searchable=False,
            caption="Adjustments",
        )
        return section("Adjustments", [grid], note=signoff_tables.BESIDE)

    def tree(self) -> Component:
        """The portfolios below the one chosen."""
        query = GridQuery()
        return section(
            "Portfolios",
            [self._grid(Ids.TREE, tables.tree_table(query, self.found), query, "Value of portfolios", False)],
            note="In EUR at the exchange rates of the day. A portfolio holds all below it; a click opens it.",
        )

    def trades(self) -> Component:
        """The trades of a book."""
        query = GridQuery()
        table = tables.trade_table(query, self.found.now, self.actor)
        return section(
            f"Trades of {self.portfolio}",
            [self._grid(Ids.TRADES, table, query, "Trades with value and sensitivities", True)],
            note="Delta is a volume; vega for a point of volatility (0.01, or one price unit where it is normal), "
            "theta for a calendar day, rho for a basis point.",
        )

    def gaps(self) -> Component | None:
        """What is missing or stale, with the money that rests on it; nothing when all is there."""
        gaps = self.found.now.gaps
        if not gaps:
            return None
        query = GridQuery(limit=8)
        lost = sum(gap.notional_eur for gap in gaps if not gap.valued)
        stale = sum(gap.notional_eur for gap in gaps if gap.valued)
        table = tables.gap_table(query, self.found.now, portfolio=self.portfolio)
        said = html.P(
            [
                shown(self._shown(metrics.GAP_LOST, lost)),
                " EUR of volume has no value and is left out of all sums; ",
                shown(self._shown(metrics.GAP_OLD, stale)),
                " EUR is valued at old marks.",
            ],
            className="es-note",
        )
        grid = self._grid(Ids.GAPS, table, query, "Missing and stale inputs", True)
        return section("Marks that are missing or stale", [said, grid])

    def _grid(self, name: str, table: Table, query: GridQuery, caption: str, searchable: bool) -> Component:
        return data_grid(
            name,
            table,
            clocks=self.clocks.query(),
            params=self.params,
            query=query,
            searchable=searchable,
            caption=caption,
        )

    @cached_property
    def _history(self) -> tables.History:
        return tables.stored_history(self.clocks, self.actor, portfolio=self.portfolio)

    def history(self) -> Component:
        """The stored closes over time."""
        found = self._history
        return chart_card(
            "Value over time in EUR",
            history_figure(found.day, found.value, keep=self.portfolio) if found.day else None,
            grid=Ids.HISTORY,
            clocks=self.clocks.query(),
            params=self.params,
            note="Realised and unrealised since the first trade, at the close of each day.",
            simulated=self.found.now.simulated,
            width="two-thirds",
            advice="No day has been closed yet: run 'enerscope value --from DAY --to DAY'.",
        )

    def split_card(self) -> Component:
        """Value by commodity or kind."""
        table = tables.split_table(GridQuery(limit=None), self.found, self.split, portfolio=self.portfolio)
        parts, columns = [str(part) for part in table.column("part")], ("unrealised", "realised")
        unrealised, realised = (np.array(table.column(name), dtype=np.float64).tolist() for name in columns)
        return chart_card(
            f"Value by {tables.SPLITS[self.split].lower()} in EUR",
            split_figure(parts, unrealised, realised),
            grid=Ids.SPLIT,
            clocks=self.clocks.query(),
            params=self.params,
            simulated=self.found.now.simulated,
            width="third",
        )
