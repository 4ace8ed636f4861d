"""The page of one instrument: what it refuses, and what it shows of a series that has ended."""

from datetime import date, timedelta

import numpy as np
import pytest

from callbacks.market.instrument import draw
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from tests.helpers.layout import components, text_of
from tests.helpers.market import add_instrument, evening

DAYS = np.busday_offset(date(2024, 1, 1), range(260), roll="forward").astype(object).tolist()
CLOCKS = Clocks(DAYS[-1], evening(DAYS[-1]), live=False)
FILTERS = {"code": "WTI", "range": "3m", "style": "line", "study": "ma", "scale": "log", "compare": []}


def axis_type(tree) -> str:
    (graph,) = [part for part in components(tree) if type(part).__name__ == "Graph"]
    return graph.figure["layout"]["yaxis"]["type"]


@pytest.mark.parametrize(
    ("place", "axis"), [(-5, "linear"), (10, "log")], ids=["in-the-picture", "in-the-warm-up"]
)
def test_log_is_refused_for_the_prices_of_the_picture_only(database, place, axis):
    rows = [(day, 70.0) for day in DAYS]
    rows[place] = (rows[place][0], -36.98)
    add_instrument("WTI", rows)
    tree = draw(FILTERS, CLOCKS, SYSTEM)
    assert axis_type(tree) == axis
    assert ("at or below zero" in text_of(tree)) == (axis == "linear")


def test_series_that_ended_is_shown_to_its_end_and_says_so(database):
    add_instrument("WTI", [(day, 70.0) for day in DAYS[:60]])
    tree = draw(FILTERS, CLOCKS, SYSTEM)
    assert "the picture ends there" in text_of(tree)
    assert axis_type(tree) == "log"


def test_instrument_without_prices_says_what_to_do(database):
    add_instrument("WTI", [])
    assert "Choose a later day" in text_of(draw(FILTERS, CLOCKS, SYSTEM))


def test_comparison_without_a_common_day_is_a_sentence(database):
    add_instrument("WTI", [(day, 70.0) for day in DAYS])
    add_instrument("OLD", [(DAYS[0] - timedelta(days=700), 1.0)])
    tree = draw({**FILTERS, "range": "max", "compare": ["OLD"]}, CLOCKS, SYSTEM)
    assert len([part for part in components(tree) if type(part).__name__ == "Graph"]) == 1
