"""Sign-ins that are not like the others."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.monitoring.sign_ins import KINDS, SEVERITIES, Try, browser, sentence, unusual

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
LATER = START + timedelta(days=30)


def tries(*rows, user="ada", address="10.0.0.1"):
    """Tries of one user from one address at minutes after LATER; a leading minus marks a failure."""
    return [Try(user, address, LATER + timedelta(minutes=abs(row)), row >= 0) for row in rows]


def kinds(rows):
    return [one.kind for one in unusual(rows, since=LATER)]


def test_a_success_after_three_failures_looks_guessed():
    assert kinds(tries(-1, -2, -3, 4)) == ["guessed"]
    assert kinds(tries(-1, -2, 4)) == []
    assert kinds(tries(-1, -2, -3, 30)) == []  # the window has passed
    assert kinds(tries(-1, -2, -3, 4, 5)) == ["guessed"]  # and a success ends the count


def test_one_address_that_tries_many_accounts_is_told_of_once():
    rows = [Try(f"user{n}", "10.9.9.9", LATER + timedelta(minutes=n), False) for n in range(8)]
    assert kinds(rows) == ["many-accounts"]
    assert kinds(rows[:4]) == []


def test_one_account_failing_from_many_addresses():
    rows = [Try("ada", f"10.0.0.{n}", LATER + timedelta(minutes=n), False) for n in range(3)]
    found = unusual(rows, since=LATER)
    assert [one.kind for one in found] == ["many-places"]
    assert (found[0].username, found[0].address, found[0].facts) == ("ada", "", {"addresses": 3})


def test_a_new_address_is_new_only_for_those_who_have_one():
    known = Try("ada", "10.0.0.1", START, True)
    assert kinds([known, Try("ada", "10.0.0.2", LATER, True)]) == ["new-place"]
    assert kinds([Try("ada", "10.0.0.2", LATER, True)]) == []
    assert kinds([known, Try("ada", "10.0.0.1", LATER, True)]) == []


def test_an_update_makes_no_new_browser():
    old, new = "Mozilla/5.0 (X11) Chrome/128.0.1", "Mozilla/5.0 (X11) Chrome/131.0.7"
    assert browser(old) == browser(new)
    rows = [Try("ada", "a", START, True, old), Try("ada", "a", LATER, True, new)]
    assert kinds(rows) == []
    assert kinds([*rows, Try("ada", "a", LATER + timedelta(hours=1), True, "curl/8.5")]) == ["new-browser"]


def test_an_hour_is_unusual_only_against_a_habit():
    habit = [Try("ada", "a", START + timedelta(days=n), True) for n in range(20)]
    night = [Try("ada", "a", LATER.replace(hour=3), True)]
    near = [Try("ada", "a", LATER.replace(hour=12), True)]
    since = LATER.replace(hour=0)
    assert [one.kind for one in unusual(habit + night, since=since)] == ["odd-hour"]
    assert unusual(habit + near, since=since) == []
    assert unusual(habit[:19] + night, since=since) == []


def test_midnight_is_no_border():
    habit = [Try("ada", "a", START.replace(hour=23) + timedelta(days=n), True) for n in range(20)]
    assert unusual([*habit, Try("ada", "a", LATER.replace(hour=1), True)], since=LATER.replace(hour=0)) == []


def test_what_was_before_is_history_and_is_not_told_again():
    assert unusual(tries(-1, -2, -3, 4), since=LATER + timedelta(hours=1)) == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_rule_has_a_severity_and_a_sentence(kind):
    assert SEVERITIES[kind] in ("info", "warning", "critical")
    facts = dict.fromkeys(("failures", "accounts", "addresses", "known", "hours_away", "sign_ins"), 3)
    from portal.domain.monitoring.sign_ins import Unusual

    said = sentence(Unusual(kind, "ada", "a", LATER, facts), "Ada", "10.0.x.x")
    assert said.endswith(".")
    assert "Ada" in said or "10.0.x.x" in said


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"), st.sampled_from(["p", "q", "r"]), st.integers(0, 5000), st.booleans()
        ),
        max_size=40,
    )
)
def test_the_order_of_tries_does_not_matter(rows):
    made = [
        Try(user, place, LATER + timedelta(seconds=at), done)
        for user, place, at, done in {row[2]: row for row in rows}.values()
    ]
    assert unusual(made, since=LATER) == unusual(made[::-1], since=LATER)
