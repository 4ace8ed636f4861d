"""What a counterparty is at any moment, and the onboarding of the demo desk."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest

from data.demo.parties import PARTIES
from data.queries import parties as queries
from data.session import UnitOfWork
from data.writes import parties as writes
from portal.core.clock import Clocks, now
from portal.domain.compliance import onboarding
from portal.services.compliance import demo_parties, kyc

LAST = date(2026, 5, 8)
SEEN = datetime(2015, 1, 1, tzinfo=UTC)


def clocks(moment=None):
    return Clocks(LAST, moment or now() + timedelta(seconds=1))


@pytest.fixture
def desk(database):
    with UnitOfWork(write=True) as work:
        for party in PARTIES:
            writes.add_party(work.session, **asdict(party), lei=None, simulated=True, recorded_at=SEEN)
    demo_parties.load(LAST, lambda _: None)
    with UnitOfWork() as work:
        return {row.code: row.id for row in queries.parties(work.session, known_at=now())}


def test_a_party_that_nobody_knows_is_pending(database):
    with UnitOfWork() as work:
        found = kyc.status(work, 987_654, clocks())
    assert (found.status, found.approved_at, found.facts()) == (
        "pending", None, {"status": "pending", "approved_at": None}
    )  # fmt: skip


def test_the_demo_desk_is_onboarded_but_for_two(desk):
    end = datetime(2026, 5, 8, 18, tzinfo=UTC)
    with UnitOfWork() as work:
        found = kyc.statuses(work, clocks(end))
        spans = kyc.spans(work, clocks())
    by_code = {code: found[party].status for code, party in desk.items() if party in found}
    assert by_code.pop("DRAGON") == "expired"
    assert by_code.pop("PHANTOM") == "pending"
    by_code.pop("MAKEBELIEVE")
    assert len(by_code) == 10
    assert set(by_code.values()) == {"approved"}
    dragon = spans[desk["DRAGON"]]
    assert onboarding.at(dragon, end - timedelta(days=12)).status == "approved"


def test_loading_again_changes_nothing(desk):
    with UnitOfWork() as work:
        before = {party: len(rows) for party, rows in queries.events(work.session, known_at=now()).items()}
    demo_parties.load(LAST, lambda _: None)
    with UnitOfWork() as work:
        after = {party: len(rows) for party, rows in queries.events(work.session, known_at=now()).items()}
    assert before == after


def test_people_are_masked_without_the_right(desk):
    with UnitOfWork() as work:
        asked = {"known_at": now(), "counterparty_id": desk["NOWHERE"]}
        masked = queries.owners(work.session, reveal=False, **asked)
        whole = queries.owners(work.session, reveal=True, **asked)
    assert [row.name for row in masked] == ["Nowhere Holding (fictitious)", "B••• N•••"]
    assert [row.birth_date for row in masked] == [None, None]
    assert whole[1].name == "Beat Nirgends"
    assert whole[1].birth_date is not None
