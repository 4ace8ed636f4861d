"""The page of sign-offs: what each role is shown and offered, and that every figure has a passport."""

import json

import pytest

from callbacks.overview import sign_off
from callbacks.overview.sign_off import grids
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import evaluation, passports
from portal.services.signoff import adjustments
from portal.services.signoff.adjustments import Decision
from tests.helpers.layout import components, text_of
from tests.helpers.signed_desk import (
    BOSS,
    GAS_ONLY,
    OPS,
    RISK,
    TRADER,
    correct,
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


def test_the_grid_of_adjustments_is_for_others_too(desk):
    number = adjustments.propose("GAS_EU", DAY, "portfolio.dtd", "-12.50", "A fee.", TRADER)
    rows = grids.load_adjustments(GridQuery(), {"portfolio": "GAS"}, live(), BOSS).records()
    assert [(row["number"], row["amount"], row["state"]) for row in rows] == [
        (str(number), -12.5, "proposed")
    ]
    assert not grids.load_adjustments(GridQuery(), {"portfolio": "POWER"}, live(), BOSS).rows
    assert len(grids.load_signed(GridQuery(), {}, live(), BOSS).rows) == 0
