"""The sign-off: rights, three people, two at once, what is frozen, and what a later correction does to it."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.portfolio.rollup import period_start
from portal.domain.signoff.steps import Step
from portal.services.signoff import signing, standing
from portal.services.signoff.signing import clocks_of, signed
from tests.helpers.audit import rows
from tests.helpers.signed_desk import (
    BOSS,
    CODES,
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
    monkeypatch.setattr("portal.services.signoff.signing.clock_service.latest_day", lambda: DAY)
    return add_valued_desk()


def values(found, side):
    return {
        one.any.key: None if getattr(one, side) is None else getattr(one, side).value for one in found.figures
    }


def test_three_people_sign_the_same_figures(desk):
    found = sign_all()
    assert found.round.is_approved
    assert found.round.by == ("ops", "risk", "boss")
    assert len({row.digest for row in found.steps}) == 1
    assert len({row.known_at for row in found.steps}) == 1
    assert not found.differs
    assert not found.altered
    assert values(found, "then") == values(found, "now")
    assert values(found, "then")["value"] != 0.0
    assert {"value", "pnl_day", "var", "expected_shortfall", "breaches", "stale"} <= set(
        values(found, "then")
    )


def test_nobody_signs_twice_and_nothing_out_of_turn(desk):
    with pytest.raises(Conflict, match="must be prepared before"):
        signing.sign("GAS", DAY, Step.REVIEWED, RISK)
    first = signing.sign(
        "GAS", DAY, Step.PREPARED, RISK
    )  # a risk officer may prepare and review, but not both
    with pytest.raises(NotPermitted, match="three different people"):
        signing.sign("GAS", DAY, Step.REVIEWED, RISK, seen=first.digest)
    with pytest.raises(Conflict, match="prepared it already"):
        signing.sign("GAS", DAY, Step.PREPARED, OPS)
    with pytest.raises(Conflict, match="must be reviewed before"):
        signing.sign("GAS", DAY, Step.APPROVED, BOSS, seen=first.digest)
    other = person("risk2", Role.RISK_OFFICER)
    signing.sign("GAS", DAY, Step.REVIEWED, other, seen=first.digest)
    done = signing.sign("GAS", DAY, Step.APPROVED, BOSS, seen=first.digest)
    with pytest.raises(Conflict, match="approved already"):
        signing.sign("GAS", DAY, Step.APPROVED, person("boss2", Role.EXECUTIVE), seen=done.digest)


def test_each_step_needs_its_right_and_the_portfolio(desk):
    for who in (BOSS, person("audit", Role.AUDITOR)):
        with pytest.raises(NotPermitted):
            signing.sign("GAS", DAY, Step.PREPARED, who)
    found = signing.sign("GAS", DAY, Step.PREPARED, TRADER)
    with pytest.raises(NotPermitted):
        signing.sign("GAS", DAY, Step.REVIEWED, OPS, seen=found.digest)
    with pytest.raises(NotFound, match="no portfolio 'POWER'"):
        signing.sign("POWER", DAY, Step.PREPARED, GAS_ONLY)
    with pytest.raises(NotFound):
        signed("POWER", live(), GAS_ONLY)
    with pytest.raises(NotPermitted):
        signed("GAS", live(), person("admin", Role.ADMINISTRATOR))
    seen = standing.standing(live(), GAS_ONLY)
    assert {cell.node.code for cell in seen.cells} == {"GAS", "GAS_EU"}


def test_the_profit_of_a_signed_day_counts_from_the_signed_day_before():
    days = standing.days_until(date(2027, 1, 29), 280)
    assert [period_start(day, "dtd") for day in days[:-1]] == list(days[1:])


def test_figures_do_not_depend_on_who_looks(desk):
    wide, narrow = signed("GAS", live(), BOSS), signed("GAS", live(), GAS_ONLY)
    assert values(wide, "now") == values(narrow, "now")


def test_two_at_once_and_one_of_them_is_told(desk):
    people = [person(f"ops{at}", Role.OPERATIONS) for at in range(4)]

    def act(who):
        try:
            return signing.sign("GAS", DAY, Step.PREPARED, who).round.by
        except Conflict as refusal:
            return refusal.message

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(act, people))
    assert sum(isinstance(one, tuple) for one in said) == 1
    assert sum("already" in one for one in said if isinstance(one, str)) == 3
    assert len(signed("GAS", live(), BOSS).steps) == 1


def test_what_was_looked_at_is_what_is_signed(desk):
    found = sign_all(until=1)
    with pytest.raises(Conflict, match="before your eyes"):
        signing.sign("GAS", DAY, Step.REVIEWED, RISK, seen="0" * 64)
    signing.sign(
        "GAS", DAY, Step.REOPENED, OPS, note="A trade was missing."
    )  # one's own, as nobody else has signed
    correct()
    again = signing.sign("GAS", DAY, Step.PREPARED, OPS)
    assert again.digest != found.digest
    with pytest.raises(Conflict, match="before your eyes"):
        signing.sign("GAS", DAY, Step.REVIEWED, RISK, seen=found.digest)


def test_a_correction_after_signing_shows_both_and_leaves_the_hash(desk):
    before = sign_all()
    correct()
    after = signed("GAS", live(), BOSS)
    assert after.differs
    assert not after.altered
    assert after.digest == before.digest
    assert after.round.is_approved
    value = next(one for one in after.figures if one.any.key == "value")
    assert value.then.value == next(one for one in before.figures if one.any.key == "value").then.value
    assert value.difference == pytest.approx(value.now.value - value.then.value)
    assert value.difference > 0
    trades = next(one for one in after.figures if one.any.key == "trades")
    assert trades.difference == 1.0
    assert signing.reproduce(after.signature, BOSS)  # under its own clocks it is found as it was
    assert not signed("GAS", clocks_of(after.signature), BOSS).differs
    other = signed("POWER", live(), BOSS)
    assert not other.differs


def test_figures_that_changed_meanwhile_are_signed_only_with_a_reason(desk):
    found = sign_all(until=1)
    correct()
    with pytest.raises(DomainError, match="has changed these figures"):
        signing.sign("GAS", DAY, Step.REVIEWED, RISK, seen=found.digest)
    kept = signing.sign("GAS", DAY, Step.REVIEWED, RISK, seen=found.digest, note="It counts tomorrow.")
    assert kept.digest == found.digest
    assert kept.differs


def test_altered_figures_are_found_by_the_hash(desk):
    sign_all(until=2)
    damage("prepared")
    found = signed("GAS", live(), BOSS)
    assert [row.step for row in found.altered] == ["prepared"]
    with pytest.raises(Conflict, match="digest says otherwise"):
        signing.sign("GAS", DAY, Step.APPROVED, BOSS, seen=found.digest)
    with UnitOfWork(write=True) as work:  # another document with a digest that fits it
        work.session.execute(text("UPDATE sign_offs SET known_at = known_at + interval '1 second'"))
    assert len(signed("GAS", live(), BOSS).altered) == 2


def test_a_day_with_an_altered_step_is_signed_again_once_it_was_reopened(desk):
    sign_all(until=2)
    damage("prepared")
    signing.sign("GAS", DAY, Step.REOPENED, RISK, note="Its stored figures were altered.")
    found = sign_all()
    assert found.round.is_approved
    assert [(row.id, row.step) for row in found.altered] == [(found.steps[0].id, "prepared")]
    assert not found.is_altered_now


def test_a_whole_forgery_of_one_step_is_found_by_the_others(desk):
    found = sign_all(until=2)
    first = found.signature
    forged = {**first.figures, "figures": [{**one, "value": 5.0} for one in first.figures["figures"]]}
    digest = signing.digest_of("GAS", clocks_of(first), forged)
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text("UPDATE sign_offs SET figures = CAST(:figures AS jsonb), digest = :digest WHERE id = :id"),
            {"figures": json.dumps(forged), "digest": digest, "id": first.id},
        )
    assert [row.step for row in signed("GAS", live(), BOSS).altered] == ["reviewed"]


def test_reopening_says_why_and_begins_anew(desk):
    sign_all()
    with pytest.raises(DomainError, match="why it is reopened"):
        signing.sign("GAS", DAY, Step.REOPENED, BOSS)
    with pytest.raises(NotPermitted):
        signing.sign("GAS", DAY, Step.REOPENED, OPS, note="Mine was wrong.")
    found = signing.sign("GAS", DAY, Step.REOPENED, RISK, note="A trade was booked late.")
    assert found.round.state == "reopened"
    assert found.signature is None
    with pytest.raises(Conflict, match="nothing to reopen"):
        signing.sign("GAS", DAY, Step.REOPENED, BOSS, note="Once more.")
    correct()
    again = sign_all()
    assert again.round.is_approved
    assert len(again.steps) == 7
    assert not again.differs


def test_only_business_days_with_data_are_signed(desk):
    with pytest.raises(DomainError, match="no business day"):
        signing.sign("GAS", date(2026, 7, 12), Step.PREPARED, OPS)
    with pytest.raises(DomainError, match="No data has come in"):
        signing.sign("GAS", DAY + timedelta(days=1), Step.PREPARED, OPS)


def test_a_past_pair_shows_what_was_signed_then(desk):
    found = sign_all(until=1)
    then = Clocks(DAY, found.signature.recorded_at + timedelta(microseconds=1), live=False)
    sign_all_rest = signing.sign("GAS", DAY, Step.REVIEWED, RISK, seen=found.digest)
    assert sign_all_rest.round.state == "reviewed"
    assert signed("GAS", then, BOSS).round.state == "prepared"
    before = replace(then, known_at=found.signature.known_at)
    assert signed("GAS", before, BOSS).round.state == "due"


def test_each_step_is_in_the_audit_log_without_names(desk):
    found = sign_all()
    noted = [row.entry for row in rows() if '"sign-off.' in row.entry]
    assert [
        step for step in ("prepared", "reviewed", "approved") if any(f"sign-off.{step}" in n for n in noted)
    ]
    assert len(noted) == 3
    assert all(found.digest in entry and "boss" not in entry for entry in noted)


def test_standing_counts_what_is_due_for_whom(desk):
    sign_all(until=2)
    for who, expected in ((BOSS, {("GAS", Step.APPROVED)}), (RISK, None)):
        waiting = {
            (cell.node.code, step)
            for cell in standing.standing(live(), who).waiting()
            for step in cell.mine
            if step is not Step.REOPENED and cell.day == DAY
        }
        if expected is not None:
            assert waiting == expected
        else:
            assert ("GAS", Step.APPROVED) not in waiting
            assert ("DESK", Step.PREPARED) in waiting
    assert not standing.standing(replace(live(), live=False), BOSS).waiting()
    assert {cell.node.code for cell in standing.standing(live(), BOSS).cells} == CODES
