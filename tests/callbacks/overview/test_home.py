"""The overview as it is drawn: which groups each role gets, what opens, and refusals as sentences."""

import json
import re
from html import unescape

import pytest
from plotly.utils import PlotlyJSONEncoder

from callbacks.overview import home as page
from callbacks.overview.home.tree import below
from portal.core.actor import Actor
from portal.core.clock import Clocks, now
from portal.core.permissions import Role
from portal.services.overview.causes import Branch
from portal.services.signoff import adjustments
from tests.portal.services.portfolio.test_explain import BEFORE, DAY, desk  # noqa: F401  # a fixture

BOOKS = frozenset({"POWER_DE"})


def actor(role):
    return Actor(3, "somebody", "S", frozenset({role}), BOOKS)


def written(parts):
    return unescape(json.dumps(parts, cls=PlotlyJSONEncoder, ensure_ascii=False))


@pytest.fixture
def clocks(desk):  # noqa: F811
    return Clocks(DAY, now())


def test_groups_follow_the_rights_of_the_reader(clocks):
    seen = {
        role: written(page.draw({}, clocks, actor(role))) for role in (Role.EXECUTIVE, Role.ADMINISTRATOR)
    }
    assert "P&L today" in seen[Role.EXECUTIVE]
    assert "P&L on the day" in seen[Role.EXECUTIVE]
    assert "Compliance score" in seen[Role.EXECUTIVE]
    assert "home-cases" not in seen[Role.EXECUTIVE]  # how many there are, none of them
    assert "P&L" not in seen[Role.ADMINISTRATOR]


def test_a_node_opens_to_the_next_and_a_wrong_one_says_so(clocks):
    found = written(below(Branch(BEFORE.isoformat(), group="market").path(), clocks, actor(Role.EXECUTIVE)))
    assert "data-passport" in found
    assert "no node of the cause tree" in written(below("nonsense", clocks, actor(Role.EXECUTIVE)))
    assert "no day" in written(below("soon|market||||||", clocks, actor(Role.EXECUTIVE)))


def test_adjustments_stand_beside_the_figures_and_are_in_none(clocks, monkeypatch):
    monkeypatch.setattr("portal.services.signoff.adjustments.clock_service.latest_day", lambda: DAY)
    before = written(page.draw({}, clocks, actor(Role.EXECUTIVE)))
    assert "A late fee." not in before
    adjustments.propose(
        "POWER_DE", DAY, "portfolio.dtd", "-1,250.50", "A late fee.", actor(Role.RISK_OFFICER)
    )
    after = written(page.draw({}, Clocks(DAY, now()), actor(Role.EXECUTIVE)))
    assert "A late fee." in after
    figures = re.compile(r"P&L (?:today|this month|this year).{0,600}?es-num[^>]*>([^<]+)<")
    assert len(figures.findall(before)) >= 3
    assert figures.findall(after)[:3] == figures.findall(before)[:3]
