"""Monitoring > Usage and the question: what is shown to whom, and a figure that validates."""

from datetime import date

from plotly.graph_objects import Figure

from callbacks.monitoring import usage as page
from components.charts.usage import usage_figure
from components.survey import survey_card
from portal.core import clock
from portal.core.clock import Clocks
from portal.core.table import GridQuery
from tests.helpers.incidents import ADAM
from tests.helpers.layout import text_of


def now() -> Clocks:
    moment = clock.now()
    return Clocks(moment.date(), moment, live=True)


def test_an_empty_portal_says_so_and_who_may_not_sees_no_trading(database):
    said = text_of(page.draw({}, now(), ADAM))
    assert "Nobody has signed in within 30 days." in said
    assert "Volume and profit are shown to those who may read portfolios" in said
    assert "shown from 5 people on" in said
    assert len(page.load_days(GridQuery(), {}, now(), ADAM).rows) == 30


def test_the_figure_validates():
    shown = usage_figure([date(2026, 1, 1), date(2026, 1, 2)], [3, 0], [2, 1])
    assert len(Figure(shown).data) == 2
    assert usage_figure([date(2026, 1, 1)], [0], [0])["data"] == []


def test_the_question_says_how_often_and_can_be_left():
    said = text_of(survey_card())
    assert "Not now" in said
    assert "at most once in 30 days" in said
