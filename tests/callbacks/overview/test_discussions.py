"""The page of discussions and the part of the passport panel: the list, one of them, and what is offered."""

import pytest

from callbacks import discussion, passport
from callbacks.overview import discussions
from components.discussion import PANEL, talk_id
from portal.services.discussion import threads
from tests.helpers.layout import components, text_of
from tests.helpers.signed_desk import BOSS, GAS_ONLY, RISK, live
from tests.helpers.valued_desk import add_valued_desk

ASKED = {"metric": "portfolio.value", "params": {"portfolio": "POWER"}, "clocks": {"as_of": "2026-07-15"}}


@pytest.fixture(scope="module")
def number(module_database):
    add_valued_desk()
    return threads.begin("portfolio.value", {"portfolio": "POWER"}, live(), "Why so high?", BOSS).thread_id


def test_the_list_is_of_those_who_may_read(number):
    said = text_of(discussions.draw({"show": "open"}, live(), RISK))
    assert "Value: POWER" in said
    assert "Why so high?" in said
    assert "Nothing is discussed here" in text_of(discussions.draw({"show": "open"}, live(), GAS_ONLY))
    assert "Nothing is discussed here" in text_of(discussions.draw({"show": "mine"}, live(), RISK))


def test_one_discussion_and_one_that_is_not_for_the_reader(number):
    said = text_of(discussions.draw({"thread": str(number)}, live(), RISK))
    for words in ("Value: POWER", "As it was read", "boss", "Why so high?", "Answer", "Resolve"):
        assert words in said
    for asked in (str(number), "x", "9" * 30):
        assert "No such discussion" in text_of(discussions.draw({"thread": asked}, live(), GAS_ONLY))


def test_the_panel_counts_and_offers(number):
    tree = passport.draw(ASKED, RISK)
    said = text_of(tree)
    assert "Discuss: 1 comment" in said
    assert "Why so high?" in said
    assert "Begin another discussion" in said
    boxes = [part.id for part in components(tree) if getattr(part, "id", None) == talk_id("box", PANEL)]
    assert len(boxes) == 1
    assert "Why so high?" not in text_of(passport.draw(ASKED, GAS_ONLY))


def test_a_figure_of_ones_own_offers_no_discussion(number):
    asked = {"metric": "alerts.open", "params": {}, "clocks": {}}
    said = text_of(passport.draw(asked, RISK))
    assert discussion.PERSONAL in said
    assert "Begin a discussion" not in said
