"""The page of limits: who is offered what, one limit by itself, the form, and the rows behind the pictures."""

from datetime import UTC, datetime, timedelta

import pytest

from callbacks.risk import limits
from callbacks.risk.limits import Ids, grids
from callbacks.risk.limits.form import read_form, replayed
from callbacks.risk.limits.rows import FIRST, cells_of, choices, read_row, row_cards
from callbacks.risk.overview import limits as card
from portal.core.actor import Actor
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import evaluation, passports
from portal.services.risk.limit_demo import seed_limits
from portal.services.risk.limit_measures import subjects
from portal.services.risk.limit_proposals import trial
from portal.services.risk.limit_trials import draft_text
from tests.helpers.layout import components, text_of
from tests.helpers.risk import DAY, add_run
from tests.helpers.trades import BOOKS, add_desk
from tests.portal.services.risk.test_limits import add_days

CODES = frozenset(code for code, _ in BOOKS)
FIELDS = {
    "code": "gas_es", "title": "Gas", "node": "GAS", "join": "any", "from": DAY.isoformat(), "until": "",
    "reason": "Why not.",
}  # fmt: skip


def person(name, role):
    return Actor(7, name, name.capitalize(), frozenset({role}), CODES)


RISK, TRADER = person("risk", Role.RISK_OFFICER), person("trader", Role.TRADER)


@pytest.fixture(scope="module")
def desk(module_database: str) -> Clocks:
    add_desk()
    add_run()
    add_days([40.0, 60.0, 90.0])
    seed_limits(DAY)
    return Clocks(DAY, now() + timedelta(hours=2))


def cells(**first):
    return {
        "measure": "expected_shortfall",
        "method": "historical",
        "level": "0.975",
        "hard": "2.5m",
        **first,
    }


def buttons(tree):
    return [
        (part.children, getattr(part, "hidden", False))
        for part in components(tree)
        if type(part).__name__ == "Button" and isinstance(part.children, str)
    ]


def test_the_page_shows_limits_proposals_and_breaches(desk):
    tree = limits.draw({"portfolio": "all", "limit": "all"}, desk, RISK)
    said = text_of(tree)
    for words in (
        "In breach",
        "POWER_ES",
        "Proposals that wait",
        "OIL_ES",
        "Open breaches",
        "Propose a limit",
    ):
        assert words in said
    assert "NaN" not in said
    assert ("Withdraw", False) in buttons(tree)
    assert ("Approve", True) in buttons(tree)


def test_others_are_offered_what_they_may_do(desk):
    tree = limits.draw({}, desk, person("boss", Role.EXECUTIVE))
    assert ("Approve", False) in buttons(tree)
    assert "Propose a limit" not in text_of(tree)
    tree = limits.draw({}, desk, TRADER)
    assert ("Approve", True) in buttons(tree)
    assert ("Acknowledge", False) in buttons(tree)
    auditor = limits.draw({}, desk, person("auditor", Role.AUDITOR))
    assert "moving it on is for others" in text_of(auditor)
    past = limits.draw({}, Clocks(DAY, desk.known_at, live=False), RISK)
    assert ("Withdraw", True) in buttons(past)
    assert ("Acknowledge", False) not in buttons(past)


def test_one_limit_by_itself(desk):
    said = text_of(limits.draw({"limit": "GAS_ES"}, desk, RISK))
    for words in ("Use by day", "Versions", "Headroom", "Soft tier", "Breaches", "new version of GAS_ES"):
        assert words in said
    assert "no limit 'MOON'" in text_of(limits.draw({"limit": "MOON"}, desk, RISK))
    assert "no portfolio 'MOON'" in text_of(limits.draw({"portfolio": "MOON"}, desk, RISK))


def test_empty_database_says_so(database):
    said = text_of(limits.draw({}, Clocks(DAY, datetime(2099, 1, 1, tzinfo=UTC)), RISK))
    assert "No limit is in force" in said


def test_the_form_is_read_with_its_mistakes():
    rows = {0: cells(), 3: {"measure": "stress:GAS_SPIKE", "hard": "10m", "node": "OIL", "soft": " "}}
    draft = read_form(FIELDS, rows)
    first, second = draft.terms["any"]
    assert (draft.code, first["hard"], first["soft"], first["level"]) == ("GAS_ES", 2.5e6, 2e6, 0.975)
    assert (second["basis"], second["node"], second["soft"]) == ("loss", "OIL", 8e6)
    assert "method" not in second
    for fields, given, words in (
        (FIELDS, {0: cells(hard="much")}, "no amount"),
        (FIELDS, {0: cells(measure="concentration_curve", hard="many")}, "index between 0 and 1"),
        (FIELDS, {0: cells(measure="")}, "Choose a measure"),
        (FIELDS, {}, "Choose a measure"),
        (FIELDS, {0: cells(measure="position:abs_net", of="MOON")}, "no commodity or curve 'MOON'"),
        (FIELDS | {"from": "soon"}, {0: cells()}, "no day"),
        (FIELDS | {"from": ""}, {0: cells()}, "from which day"),
    ):
        with pytest.raises(DomainError, match=words):
            read_form(fields, given)


def test_a_position_is_limited_in_its_own_unit(desk):
    known = subjects()
    row = cells(measure="position:gross", of="TTF", delivery="2027", hard="300k MWh", level="0.99")
    terms = read_form(FIELDS, {0: row}, known).terms
    assert terms == {
        "measure": "position:TTF:2027", "hard": 3e5, "soft": 2.4e5, "unit": "MWh", "basis": "gross",
    }  # fmt: skip
    again = read_row({"soft": "", **cells_of(terms)}, known)
    assert again == terms
    with pytest.raises(DomainError, match="no delivery"):
        read_form(FIELDS, {0: row | {"delivery": "soon"}}, known)
    assert known["crude"].unit == "MWh"
    assert known["BRENT"].unit == "bbl"
    assert known["carbon"].unit == "t"


def test_rows_are_added_and_taken_away(desk):
    known = choices(RISK)
    one = row_cards({0: FIRST}, known)
    assert [hidden for label, hidden in buttons(one) if label == "Remove"] == [True]
    three = row_cards({0: FIRST, 4: cells(hard="7m"), 5: FIRST}, known)
    assert [hidden for label, hidden in buttons(three) if label == "Remove"] == [False] * 3
    values = {
        str(part.id): part.value
        for part in components(three)
        if getattr(part, "id", None) and hasattr(part, "value")
    }
    assert values[str({"type": "limit-term", "row": 4, "name": "hard"})] == "7m"


def test_the_replay_is_shown_before_anything_is_stored(desk):
    draft = read_form(FIELDS | {"code": "NEW_ES"}, {0: cells(hard="50")})
    said = text_of(replayed(draft, trial(draft, desk, RISK), desk, may_propose=True))
    assert "broken on 2 days of 3" in said
    assert "Propose it" in said
    rows = grids.replay_rows(GridQuery(), {"draft": draft_text(draft.portfolio, draft.terms)}, desk, RISK)
    assert rows.column("status") == ["over limit", "over limit", "near limit"]
    assert "NEW_ES" not in text_of(limits.draw({}, desk, RISK))


def test_every_grid_has_rows(desk):
    asked = {"portfolio": "all", "limit": "GAS_ES"}
    for name in ("limit_rows", "bar_rows", "breach_rows", "day_rows", "version_rows"):
        assert getattr(grids, name)(GridQuery(), asked, desk, RISK).rows, name


def test_every_figure_is_computed_again_from_its_rows(desk):
    power = grids.limit_rows(GridQuery(), {}, desk, RISK)
    number = power.extra["params"]["POWER_ES"]["limit"]
    breach = grids.breach_rows(GridQuery(), {}, desk, RISK).column("breach")[0]
    draft = {
        "draft": draft_text(
            "GAS", {"measure": "expected_shortfall", "level": 0.975, "hard": 50.0, "soft": 40.0}
        )
    }
    day = str(DAY - timedelta(days=1))
    gas = power.extra["params"]["GAS_ES"]["limit"]
    for metric, params in (
        ("risk.limit_use", {"limit": number}),
        ("risk.limit_value", {"limit": number}),
        ("risk.limit_headroom", {"limit": number}),
        ("risk.limit_tier", {"limit": number, "tier": "soft"}),
        ("risk.limit_count", {"status": "breach"}),
        ("risk.limit_overdue", {}),
        ("risk.limit_breach_use", {"breach": int(str(breach)), "at": "worst"}),
        ("risk.limit_day_use", {"limit": gas, "day": day}),
        ("risk.limit_replay_days", {**draft, "status": "breach"}),
        ("risk.limit_replay_use", draft),
    ):
        found = passports.open_passport(metric, params, desk, RISK).evaluation
        again = evaluation.evaluator(metric).replay
        known = evaluation.clean_params(metric, params)
        assert found.value is not None, metric
        assert again(found.inputs.records(), known, desk).value == pytest.approx(found.value, rel=1e-12), (
            metric
        )


def test_the_overview_shows_what_is_left_at_its_portfolio(desk):
    said = text_of(card.limits_card("GAS", desk, RISK))
    assert "GAS_ES" in said
    assert "OIL_ES" not in said
    assert card.limits_card("GAS_EU", desk, RISK) is None
    assert card.limit_rows(GridQuery(), {"portfolio": "GAS"}, desk, RISK).column("limit") == ["GAS_ES"]


def test_ids_are_unlike():
    assert len(set(Ids)) == len(list(Ids))
