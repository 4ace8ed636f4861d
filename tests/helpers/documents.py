"""A document with one of everything that a page can hold."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from components.charts.risk_overview import method_figure
from components.charts.theme import figure, typed
from portal.core.clock import Clocks
from portal.core.document import Chapter, Chart, Document, Gap, Rows, Section, Tile, Tiles, Words
from portal.core.table import Column, Table

CLOCKS = Clocks(date(2024, 12, 31), datetime(2025, 1, 2, 6, 45, 0, 123456, tzinfo=UTC), live=False)
DAYS = [date(2024, 12, 2) + timedelta(days=n) for n in range(20)]
PNL = [1200.25 * (-1) ** n + 37.5 * n for n in range(20)]
VAR = [-2500.0 - 11 * n for n in range(20)]

LIMITS = Table(
    (
        Column("portfolio", "Portfolio", link="href"),
        Column("value", "Value", "number", unit="EUR", decimals=0, metric="portfolio.value"),
        Column("change", "Change", "number", unit="EUR", decimals=2, signed=True),
        Column("used", "Used", "percent", decimals=1),
        Column("trades", "Trades", "integer"),
        Column("day", "Last trade", "date"),
        Column("at", "Valued", "moment"),
        Column("line", "Trend", "spark"),
        Column("href", "Address", hidden=True),
        Column("state", "State", "badge"),
        Column("price", "Price", "number", unit_from="unit"),
        Column("unit", "Unit"),
    ),
    [
        (
            "Gas",
            1299.5,
            -20.5,
            0.125,
            3,
            DAYS[0],
            CLOCKS.known_at,
            [1.0, 2.0],
            "/p/gas",
            "ok",
            31.25,
            "EUR/MWh",
        ),
        ("=1+1", -300.25, 7.25, None, 2, None, None, [], "/p/x", "warn", float("nan"), "EUR/MWh"),
        ("Total", 999.25, -13.25, 0.5, 5, DAYS[1], None, [], "", "", None, ""),
    ],
    note="Values of the close.",
)


def trend() -> dict[str, Any]:
    """Return bars under a line, over days."""
    x = [day.isoformat() for day in DAYS]
    return figure(
        [
            {"type": "bar", "name": "P&L", "x": x, "y": typed(PNL), "marker": {"color": "#7b8794"}},
            {"type": "scatter", "mode": "lines", "name": "VaR", "x": x, "y": typed(VAR)},
        ],
        y_title="EUR",
        xaxis={"type": "date"},
    )


def trend_table() -> Table:
    """Return the rows of :func:`trend`."""
    columns = (
        Column("day", "Day", "date"),
        Column("pnl", "P&L", "number", unit="EUR", signed=True),
        Column("var", "VaR", "number", unit="EUR", decimals=0),
    )
    return Table(columns, list(zip(DAYS, PNL, VAR, strict=True)), total=20)


def risk_chapter() -> Chapter:
    """Return a chapter with tiles, words, charts and tables."""
    tiles = Tiles(
        (
            Tile("VaR 99 %", "1,200", "EUR", 1200.4, "risk.var", {"portfolio": "Gas"}, "of 5,000", "warn"),
            Tile("Used", "24.0 %", "", 0.24, "risk.used"),
            Tile("Day", "–", "EUR"),
        )
    )
    words = Words("P&L −1.2 M EUR, of which TTF Q1 −0.9 M.", "lead", "down")
    bars = Chart("By method", method_figure(["a", "b"], [1.0, 2.0], [0.5, None], [1.5, 2.5]))
    return Chapter(
        "Risk: today & tomorrow",
        (
            Section("Figures", (words, tiles), note="In EUR.", width="half", origin="/risk"),
            Section(
                "Trend",
                (
                    Chart(
                        "P&L and VaR", trend(), trend_table(), "risk-trend", "A note.", "ECB", simulated=True
                    ),
                    bars,
                ),
            ),
            Section("Limits", (Rows("Limits", LIMITS, "risk-limits", {"portfolio": "Gas"}), Words("End."))),
        ),
        lead="All is well.",
        filters=(("Portfolio", "Gas"),),
        address="/risk?portfolio=Gas",
    )


def pack() -> Document:
    """Return a document of two chapters with a gap."""
    second = Chapter("Notes", (Section("Empty", ()), Section("Limits", (Rows("Limits", LIMITS),))))
    return Document(
        "Morning pack",
        "morning",
        "1",
        CLOCKS,
        "Rita Risk (risk)",
        (risk_chapter(), second),
        rights="all portfolios",
        gaps=(Gap("The curve TTF", "It did not arrive.", "at most 41,000 EUR"),),
        due_at=datetime(2025, 1, 2, 5, 45, tzinfo=UTC),
        simulated=True,
        params={"portfolio": "Gas"},
    )
