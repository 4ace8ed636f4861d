"""The pages that are opened, what must be on screen before one counts as painted, and which input is changed."""

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

Shown = dict[str, tuple[int, int]]
"""How many elements of a selector must be there: fewest and most."""
MANY = 100_000


@dataclass(frozen=True)
class Side:
    """One of the two apps: where the page is, and how its input is changed, if it is."""

    path: str
    change: Callable[[Page], None] | None = None


@dataclass(frozen=True)
class View:
    """A page, where there is one in both apps; ``first`` and ``then`` are on screen before and after the change."""

    name: str
    portal: Side
    bare: Side | None
    first: Shown
    then: Shown = field(default_factory=dict)
    legend: str = ""


def _press(label: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_text(label, exact=True).first.click()


def _choose(label: str, value: str) -> Callable[[Page], None]:
    def change(page: Page) -> None:
        page.get_by_label(label).first.select_option(value)

    return change


CANDLES = ".js-plotly-plot .boxlayer path.box"
LINES = ".js-plotly-plot .scatterlayer .trace"

VIEWS = (
    View(
        "/market/prices",
        Side("/market/prices", _choose("Commodity", "gas")),
        Side("/prices/", _press("gas")),
        {"tbody tr": (35, MANY), "tbody img": (30, MANY)},
        {"tbody tr": (1, 12)},
    ),
    View(
        "/market/instrument/TTF",
        Side("/market/instrument/TTF", _press("3 M")),
        Side("/instrument/", _press("3 M")),
        {CANDLES: (240, 300), LINES: (3, 3), ".js-plotly-plot .barlayer .point": (200, 300)},
        {CANDLES: (50, 75), LINES: (3, 3)},
    ),
    View(
        "/market/volatility",
        Side("/market/volatility", _press("60")),
        Side("/volatility/", _press("60")),
        {".js-plotly-plot .main-svg .cartesianlayer": (3, 6), LINES: (12, MANY), "tbody tr": (3, MANY)},
        {".js-plotly-plot .main-svg .cartesianlayer": (3, 6), LINES: (12, MANY)},
        legend="realised, 60 days",
    ),
    View(
        "/market/correlation",
        Side("/market/correlation", _press("120")),
        Side("/correlation/", _press("120")),
        {".js-plotly-plot .heatmaplayer image": (1, 1), LINES: (6, 6)},
        {".js-plotly-plot .heatmaplayer image": (1, 1), LINES: (6, 6)},
    ),
    *(
        View(path, Side(path), None, {".js-plotly-plot .main-svg": (charts, MANY)})
        for path, charts in (
            ("/market/curves", 1),
            ("/market/spreads", 1),
            ("/market/seasonality", 1),
            ("/market/quality", 0),
        )
    ),
)
