"""The body of Market > Curves: what it shows, what it says when there is nothing, and its grids."""

from datetime import date, timedelta

import numpy as np
import pytest

from callbacks.market import curves
from callbacks.market.curves import grids
from callbacks.market.curves.ids import Ids
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.table import GridQuery
from portal.web.views import BODIES, GRIDS
from tests.helpers.layout import components, text_of
from tests.helpers.market import add_curve, evening

LAST = date(2026, 11, 20)
FILTERS = {"curve": "TTF", "compare": ["day"], "view": "month", "range": "1y", "near": "M1", "far": "none"}


def clocks(day: date = LAST) -> Clocks:
    return Clocks(day, evening(day) + timedelta(hours=1), live=False)


@pytest.fixture
def ttf(database: str) -> None:
    start = np.datetime64("2026-12", "M")
    add_curve(
        "TTF",
        {
            LAST - timedelta(days=1): [(str(start + i), 30.0 - i / 10) for i in range(26)],
            LAST: [
                (str(start + i), 31.0 - i / 10, "interpolated" if i > 20 else "quoted") for i in range(26)
            ],
        },
    )


def test_body_has_tiles_pictures_and_tables(ttf):
    tree = curves.draw(FILTERS, clocks(), SYSTEM)
    text = text_of(tree)
    assert "Front, Dec-26 31.00 EUR/MWh" in text
    assert "Dec-26 on the day +1.00" in text
    assert "Backwardation −3.5 %" in text
    graphs = [part.id["grid"] for part in components(tree) if type(part).__name__ == "Graph"]
    assert graphs == [Ids.NODES, Ids.MAP, Ids.REPLAY, Ids.HISTORY]


@pytest.mark.parametrize("kind", ["quarter", "season", "year"])
def test_other_delivery_periods(ttf, kind):
    text = text_of(curves.draw({**FILTERS, "view": kind}, clocks(), SYSTEM))
    assert "weighted by days" in text
    assert "Not shown, since a month of it is not on the curve" in text


def test_a_clock_before_the_first_curve_says_so(ttf):
    text = text_of(curves.draw(FILTERS, clocks(date(2020, 1, 2)), SYSTEM))
    assert "No prices of the curve TTF" in text
    with pytest.raises(NotFound):
        grids.load_nodes(GridQuery(), {**FILTERS, "compare": "day"}, clocks(date(2020, 1, 2)), SYSTEM)


def test_every_grid_answers_its_own_parameters(ttf):
    params = {**FILTERS, "compare": "day,week", "far": ""}
    for name in (Ids.NODES, Ids.PRODUCTS, Ids.SPREADS, Ids.MAP, Ids.REPLAY, Ids.HISTORY):
        assert GRIDS[name].load(GridQuery(limit=None), params, clocks(), SYSTEM).rows, name
    assert Ids.BODY in BODIES


def test_url_is_read_with_care():
    asked = curves._filters({"curve": "NOPE", "view": "week", "range": "9y"}, ["BRENT"])
    assert (asked["curve"], asked["view"], asked["range"]) == ("BRENT", "month", "1y")
    assert (asked["compare"], asked["near"], asked["far"]) == (["day", "week", "month"], "M1", "none")
    assert curves._filters({"curve": "TTF", "compare": ""}, ["TTF"])["compare"] == []
