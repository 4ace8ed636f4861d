"""The cards of Portfolio > P&L explain: path, tiles, bridges, methods side by side, and the rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.portfolio.explain.ids import Ids
from components.attributes import attributes
from components.chart import chart_card
from components.charts.pnl_waterfall import waterfall_figure
from components.kpi import kpi_tile
from components.page import section
from components.states import empty, notice
from components.table import data_grid
from portal.core.clock import Clocks
from portal.core.format import number
from portal.core.metrics import Shown
from portal.core.table import GridQuery, Table
from portal.domain.portfolio import explain_metrics as metrics
from portal.domain.portfolio.explain import Line
from portal.domain.portfolio.explain_terms import THRESHOLD, unexplained_share
from portal.services.portfolio import explain_tables as tables
from portal.services.portfolio.explain import LONG, Explained
from portal.services.portfolio.explain_parts import parts, title_of, worths
from portal.services.portfolio.explain_rows import KEYS, Asked, described, factor_title, missing_rows

TableFunction = Callable[[Explained, Asked, GridQuery], Table]


@dataclass(frozen=True, eq=False)
class ExplainCards:
    """The parts of the page for one explanation and what was asked."""

    seen: Explained
    asked: Asked
    clocks: Clocks

    @property
    def params(self) -> dict[str, Any]:
        """What the grids of the page are asked with."""
        return self.asked.params(period=self.asked.period, factor=self.asked.factor)

    def path(self) -> Component:
        """The way back: all books, portfolios, trade, factor."""
        steps: list[tuple[str, str]] = [("All books", self._to(portfolio="", trade="", factor=""))]
        above = {node.id: node for node in self.seen.nodes}
        node, chain = self.seen.node, []
        while node is not None:
            chain.append(node)
            node = above.get(node.parent_id) if node.parent_id is not None else None
        steps += [(one.name, self._to(portfolio=one.code, trade="", factor="")) for one in reversed(chain)]
        if self.seen.trade is not None:
            steps.append((f"Trade {self.seen.trade}", self._to(factor="")))
        if self.asked.factor:
            steps.append((factor_title(self.asked.factor), self._to()))
        *before, last = steps
        items = [html.Li(dcc.Link(name, href=to, className="es-link")) for name, to in before]
        items.append(html.Li(last[0], **attributes({"aria-current": "page"})))
        return html.Nav(html.Ol(items, className="es-path"), **attributes({"aria-label": "Path"}))

    def _to(self, **changes: Any) -> str:
        return self.asked.address(self.seen, **changes)

    def said(self) -> list[Component]:
        """What must be known beside the figures: the period, what was left out, what could not be split."""
        days = (self.clocks.as_of - self.seen.since).days
        start, end = f"{self.seen.since:%Y-%m-%d}", f"{self.clocks.as_of:%Y-%m-%d}"
        lines = [f"From the close of {start} to the close of {end}, both as known at the same moment."]
        if days >= LONG:
            lines.append(
                f"Explained as one step of {days} days, from end to end: what was delivered or expired in between is "
                "under delivery and fixing, and a trade done in between is new with all of its value. The longer the "
                "step, the wider the bands and the more the sensitivities leave unexplained."
            )
        out: list[Component] = [html.P(" ".join(lines), className="es-note")]
        lost = missing_rows(self.seen)
        if len(lost):
            word, they = ("trade has", "It is") if len(lost) == 1 else ("trades have", "They are")
            out.append(
                notice(
                    f"{len(lost)} {word} no value at one of the ends and no part in the sums. {they} listed below with "
                    "the money that is left out.",
                    kind="warn",
                )
            )
        whole = int((self.seen.rows & self.seen.whole.found.whole).sum())
        if whole:
            word = "trade lacks" if whole == 1 else "trades lack"
            out.append(
                notice(
                    f"{whole} {word} a mark needed in between, so all of the change stands under price.",
                    kind="warn",
                )
            )
        return out

    def tiles(self) -> list[html.Div]:
        """Total, the biggest driver, what the sensitivities leave, and its share."""
        found = self.seen.combined
        lines, total = found.lines[:, 0], float(found.total[0])
        left = float(self.seen.whole.terms.unexplained[self.seen.known].sum())
        share = unexplained_share(left, lines)
        driver = Line(int(np.argmax(np.abs(lines))))
        low, high = float(found.low[driver, 0]), float(found.high[driver, 0])
        above = share is not None and share > THRESHOLD
        count = int(self.seen.known.sum())
        tiles = [
            kpi_tile(
                "P&L", self._shown(metrics.TOTAL, total), detail=f"{count:,} trade{'s' if count != 1 else ''}"
            ),
            kpi_tile(
                f"Biggest driver: {driver.label.lower()}",
                self._shown(metrics.LINE, float(lines[driver]), line=KEYS[driver]),
                detail=f"{number(low, 0, signed=True)} to {number(high, 0, signed=True)} in other orders"
                if high - low > 0.5
                else "whatever the order",
            ),
            kpi_tile(
                "Unexplained by sensitivities",
                self._shown(metrics.UNEXPLAINED, left, line="total"),
                detail="the revaluation leaves nothing",
            ),
            kpi_tile(
                "Unexplained share",
                self._shown(metrics.UNEXPLAINED_RATIO, share),
                detail=f"{'above' if above else 'within'} the threshold of {THRESHOLD:.0%}",
            ),
        ]
        lost = missing_rows(self.seen)
        if len(lost):
            money = float(self.seen.whole.notional[lost].sum())
            tiles.append(
                kpi_tile(
                    "Left out",
                    self._shown(metrics.LEFT_OUT, money),
                    detail=f"notional of {len(lost)} without a value",
                )
            )
        return tiles

    def _shown(self, metric: Any, value: float | None, **more: Any) -> Shown:
        return Shown(metric, value, "" if metric.percent else metric.unit, self.asked.params(**more))

    def bridge(self) -> Component:
        """From zero to the total by cause, with what other orders would say as whiskers."""
        found = self.seen.combined
        keep = [
            line
            for line in Line
            if abs(found.lines[line, 0]) > 0.005 or found.high[line, 0] > found.low[line, 0]
        ]
        at = [int(line) for line in keep]
        drawn = waterfall_figure(
            [line.label for line in keep],
            found.lines[at, 0],
            low=found.low[at, 0],
            high=found.high[at, 0],
            links=[self._to(factor=KEYS[line]) for line in keep],
        )
        return chart_card(
            "P&L by cause",
            drawn if keep else None,
            grid=Ids.BRIDGE,
            clocks=self.clocks.query(),
            params=self.params,
            note="Full revaluation, the mean over all orders of the causes. Whiskers: least and most in any one order.",
            simulated=self.seen.simulated,
            source=self.source,
            width="half",
            advice="Nothing changed in this period.",
        )

    def parts(self) -> Component:
        """From zero to the total by what lies right below."""
        kind, found = parts(self.seen, self.asked)
        drawn = waterfall_figure(
            [part.label for part in found], worths(found), links=[part.address for part in found]
        )
        return chart_card(
            title_of(self.seen, self.asked, kind),
            drawn if found else None,
            grid=Ids.PARTS,
            clocks=self.clocks.query(),
            params=self.params,
            note="A click on a bar looks at it alone; the names in the tables below do the same.",
            simulated=self.seen.simulated,
            source=self.source,
            width="half",
            advice="No part of this P&L goes back to this factor.",
        )

    @property
    def source(self) -> str:
        """The source line below a picture."""
        return "Source: trades, curves, volatilities, rates, exchange rates and fixings of both days"

    def _grid(
        self, name: Ids, title: str, make: TableFunction, *, note: str, search: bool = False
    ) -> Component:
        query = GridQuery()
        return section(
            title,
            [
                data_grid(
                    name,
                    make(self.seen, self.asked, query),
                    clocks=self.clocks.query(),
                    params=self.params,
                    query=query,
                    searchable=search,
                    caption=title,
                )
            ],
            note=note,
        )

    def methods(self) -> Component:
        """The three methods side by side."""
        return self._grid(
            Ids.CAUSES,
            "Three methods side by side",
            tables.cause_table,
            note="Order-free and in stated order revalue in full and sum to the total. The order: time, delivery and "
            "fixing, rates, prices, volatilities, terms, exchange rates. Sensitivities: those of the start times the "
            "moves; deals and fixings are taken over, the rest is left unexplained.",
        )

    def tree(self) -> Component:
        """Portfolio by cause."""
        return self._grid(
            Ids.TREE, "By portfolio", tables.portfolio_table, note="Each line with all below it."
        )

    def tenors(self) -> Component:
        """The price line by curve and month."""
        return self._grid(
            Ids.TENORS,
            "Price by curve and month",
            tables.tenor_table,
            note="Delta and half gamma of the start times the move; the last row is what no single price explains.",
            search=True,
        )

    def trades(self) -> Component:
        """The trades, largest first."""
        about = f": {factor_title(self.asked.factor)}" if self.asked.factor else ""
        return self._grid(
            Ids.TRADES, f"By trade{about}", tables.trade_table, note="The largest first.", search=True
        )

    def missing(self) -> list[Component]:
        """The trades without a value, if there are any."""
        if not len(missing_rows(self.seen)):
            return []
        query = GridQuery()
        table = tables.missing_table(self.seen, query)
        return [
            section(
                "Without a value",
                [
                    data_grid(
                        Ids.MISSING,
                        table,
                        clocks=self.clocks.query(),
                        params=self.params,
                        query=query,
                        searchable=False,
                        caption="Trades without a value",
                    )
                ],
                note="Open a trade to see which mark it lacks.",
            )
        ]

    def trade(self) -> Component:
        """What the trade is, with the way to its terms."""
        rows = np.flatnonzero(self.seen.rows)
        kind, curve, delivery = described(self.seen, int(rows[-1]))
        query = urlencode({"id": self.seen.trade, **self.clocks.query()})
        return html.P(
            [
                f"{kind} on {curve}, delivery {delivery}. ",
                dcc.Link("Terms and history", href=f"/portfolio/trade?{query}", className="es-link"),
            ],
            className="es-note",
        )

    def nothing_known(self) -> Component:
        """The card where not one trade has a value."""
        return empty(
            "No trade has a value at both ends",
            "Load the curves, volatilities and exchange rates of both days, or choose another period.",
        )
