"""What a party is from its onboarding on."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.compliance.errors import OnboardingStepError
from portal.domain.compliance.onboarding import (
    Happened,
    State,
    at,
    check_step,
    fold,
    may_follow,
    spells,
    with_holds,
)

BEGIN = datetime(2025, 1, 10, 9, tzinfo=UTC)
MONTHS = {"high": 12, "medium": 24, "low": 60}


def step(name, days=0, by="officer", case=1, **body):
    return Happened(name, by, BEGIN + timedelta(days=days), case, body)


ONBOARDED = [step("registered", risk="high"), step("submitted", 5), step("approved", 6, by="head")]


def on(found, days):
    return at(found, BEGIN + timedelta(days=days))


def test_a_party_is_pending_until_a_second_person_approves():
    found = spells(ONBOARDED, MONTHS, 30)
    assert [on(found, day).status for day in (-1, 0, 5, 6)] == ["pending", "pending", "pending", "approved"]
    assert on(found, 6).approved_at == BEGIN + timedelta(days=6)


def test_an_approval_expires_after_review_and_grace():
    found = spells(ONBOARDED, MONTHS, 30)
    assert on(found, 100).next_review == datetime(2026, 1, 16).date()
    assert at(found, datetime(2026, 2, 15, 23, 59, tzinfo=UTC)).status == "approved"
    assert at(found, datetime(2026, 2, 16, tzinfo=UTC)).status == "expired"


def test_a_review_in_time_goes_on_with_the_same_approval():
    review = [step("registered", 350, case=2, risk="high"), step("approved", 360, by="head", case=2)]
    found = spells(ONBOARDED + review, MONTHS, 30)
    assert on(found, 355).status == "approved"
    assert on(found, 361).approved_at == BEGIN + timedelta(days=6)
    assert on(found, 500).status == "approved"


def test_a_late_review_begins_a_new_approval():
    found = spells([*ONBOARDED, step("approved", 420, by="head", case=2, risk="high")], MONTHS, 30)
    assert on(found, 419).status == "expired"
    assert on(found, 421).approved_at == BEGIN + timedelta(days=420)


@pytest.mark.parametrize(("name", "status"), [("rejected", "rejected"), ("suspended", "pending")])
def test_an_approval_ends(name, status):
    found = spells([*ONBOARDED, step(name, 20)], MONTHS, 30)
    assert (on(found, 19).status, on(found, 20).status, on(found, 900).status) == ("approved", status, status)


def test_a_hit_holds_an_approval_until_it_is_cleared():
    hold = (BEGIN + timedelta(days=10), BEGIN + timedelta(days=12))
    found = with_holds(spells(ONBOARDED, MONTHS, 30), [hold])
    assert [on(found, day).status for day in (9, 10, 11, 12)] == [
        "approved",
        "pending",
        "pending",
        "approved",
    ]
    assert on(found, 12).approved_at == BEGIN + timedelta(days=6)
    forever = with_holds(spells(ONBOARDED, MONTHS, 30), [(BEGIN + timedelta(days=10), None)])
    assert on(forever, 100).status == "pending"
    assert on(forever, 900).status == "expired"


def test_nothing_known_is_pending():
    assert at((), BEGIN).status == "pending"


def test_steps_follow_each_other():
    draft = fold(ONBOARDED[:1])
    assert (draft.state, draft.risk) == (State.DRAFT, "high")
    check_step(draft, "submitted", "officer")
    with pytest.raises(OnboardingStepError, match="while the onboarding is draft"):
        check_step(draft, "approved", "head")
    sent = fold(ONBOARDED[:2])
    with pytest.raises(OnboardingStepError, match="second person"):
        check_step(sent, "approved", "officer")
    assert may_follow(sent, "approved", "head")
    assert not may_follow(fold(ONBOARDED), "submitted", "officer")
