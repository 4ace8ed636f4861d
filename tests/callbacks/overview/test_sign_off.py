"""The page of sign-offs: what each role is shown and offered, and that every figure has a passport."""

import json
import re

import pytest

from callbacks.overview import sign_off
from callbacks.overview.sign_off import grids
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.signoff.steps import Step
from portal.services import evaluation, passports
from portal.services.signoff import adjustments, signing
from portal.services.signoff.adjustments import Decision
from tests.helpers.layout import components, text_of
from tests.helpers.signed_desk import (
    BOSS,
    GAS_ONLY,
    OPS,
    RISK,
    TRADER,
    correct,
    damage,
    live,
    person,
    sign_all,
)  # fmt: skip
from tests.helpers.valued_desk import DAY, add_valued_desk


@pytest.fixture
def desk(database, monkeypatch):
    for module in ("signing", "adjustments"):
        monkeypatch.setattr(f"portal.services.signoff.{module}.clock_service.latest_day", lambda: DAY)
    return add_valued_desk()


def buttons(tree):
    return [
        part.children for part in components(tree)
        if type(part).__name__ == "Button" and isinstance(getattr(part, "id", None), dict) and "step" in part.id
        and part.id["type"] == "sign-off-step"
    ]  # fmt: skip


def asked(tree):
    for part in components(tree):
        given = getattr(part, "data-passport", None)
        if given:
            yield json.loads(given)


def test_the_days_of_all_portfolios(desk):
    sign_all(until=2)
    said = text_of(sign_off.draw({"portfolio": "all"}, live(), BOSS))
    for words in (
        "Wait for you",
        "Approve GAS",
        "Portfolios by day",
        "reviewed",
        "Who signed",
        "Adjustments",
    ):
        assert words in said
    assert "POWER" not in text_of(sign_off.draw({}, live(), GAS_ONLY))
    assert "Waits for you" not in text_of(sign_off.draw({}, live(), person("audit", Role.AUDITOR)))


def test_each_role_is_offered_its_step(desk):
    sign_all(until=2)
    assert buttons(sign_off.draw({"portfolio": "GAS"}, live(), BOSS)) == ["Approve", "Reopen"]
    assert buttons(sign_off.draw({"portfolio": "GAS"}, live(), RISK)) == ["Reopen"]
    for who in (OPS, TRADER, person("audit", Role.AUDITOR)):
        assert buttons(sign_off.draw({"portfolio": "GAS"}, live(), who)) == []
    past = Clocks(DAY, live().known_at, live=False)
    assert buttons(sign_off.draw({"portfolio": "GAS"}, past, BOSS)) == []
    assert "No such portfolio" in text_of(sign_off.draw({"portfolio": "POWER"}, live(), GAS_ONLY))


def test_a_changed_figure_is_shown_three_times(desk):
    sign_all()
    correct()
    said = text_of(sign_off.draw({"portfolio": "GAS"}, live(), BOSS))
    assert "Something recorded since has changed figures" in said
    assert "differs now" in said
    assert "NaN" not in said


def test_every_figure_opens_its_passport(desk):
    sign_all()
    correct()
    number = adjustments.propose("GAS_EU", DAY, "portfolio.dtd", "-12.50", "A fee.", TRADER)
    adjustments.decide(number, Decision.APPROVED, "", BOSS)
    found = 0
    for portfolio in ("GAS", "all"):
        for ask in asked(sign_off.draw({"portfolio": portfolio}, live(), BOSS)):
            passport = passports.open_passport(ask["metric"], ask["params"], live(), BOSS)
            replay = evaluation.EVALUATORS[ask["metric"]].replay
            records = json.loads(json.dumps(passport.evaluation.inputs.records(), default=str))
            if ask["metric"].startswith("signoff."):
                outcome = replay(records, passport.params, passport.clocks)
                assert (outcome.value, outcome.unit) == (passport.evaluation.value, passport.evaluation.unit)
            found += 1
    assert found > 15


def test_each_figure_has_its_own_total_of_what_stands_beside_it(desk):
    for metric in ("portfolio.dtd", "portfolio.mtd"):
        number = adjustments.propose("GAS_EU", DAY, metric, "100,000", "Booked late.", TRADER)
        said = text_of(sign_off.draw({"portfolio": "GAS"}, live(), BOSS))
        assert ("None of them is approved." in said) is (metric == "portfolio.dtd")
        adjustments.decide(number, Decision.APPROVED, "", BOSS)
    said = text_of(sign_off.draw({"portfolio": "GAS"}, live(), BOSS))
    for title in ("Day to date", "Month to date"):
        assert re.search(rf"Beside {title}: \s*\+100,000\.00\s* EUR", said), said
    assert "200,000" not in said


def test_figures_that_were_altered_before_a_reopening_stay_in_sight(desk):
    sign_all(until=1)
    damage("prepared")
    assert "The stored figures are not those" in text_of(sign_off.draw({"portfolio": "GAS"}, live(), BOSS))
    signing.sign("GAS", DAY, Step.REOPENED, OPS, note="Its stored figures were altered.")
    sign_all(until=2)
    correct()
    said = text_of(sign_off.draw({"portfolio": "GAS"}, live(), BOSS))
    assert "Figures stored before it was reopened are not those that were signed" in said
    assert "altered" in said
    assert "Something recorded since has changed figures" in said


def test_the_grid_of_adjustments_is_for_others_too(desk):
    number = adjustments.propose("GAS_EU", DAY, "portfolio.dtd", "-12.50", "A fee.", TRADER)
    rows = grids.load_adjustments(GridQuery(), {"portfolio": "GAS"}, live(), BOSS).records()
    assert [(row["number"], row["amount"], row["state"]) for row in rows] == [
        (str(number), -12.5, "proposed")
    ]
    assert not grids.load_adjustments(GridQuery(), {"portfolio": "POWER"}, live(), BOSS).rows
    assert len(grids.load_signed(GridQuery(), {}, live(), BOSS).rows) == 0
