"""Compliance > KYC and Training, drawn for those who decide, those who read, and everybody."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest

from callbacks.compliance import training as training_page
from callbacks.compliance.kyc import cards, draw, page
from callbacks.compliance.kyc.grids import hit_rows, list_rows, party_rows
from data.demo.parties import PARTIES
from data.session import UnitOfWork
from data.writes import parties as writes
from portal.core.actor import Actor
from portal.core.clock import Clocks, now
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.compliance import kyc_metrics as metrics
from portal.services import evaluation, passports  # noqa: F401  (with the evaluators)
from portal.services.compliance import demo_parties, kyc_files, kyc_tables, screening_hits, training
from tests.helpers.layout import text_of

COUNTED = (metrics.APPROVED, metrics.BARRED, metrics.OVERDUE, metrics.WAITING)
LAST = date(2026, 5, 8)
SEEN = datetime(2015, 1, 1, tzinfo=UTC)


def person(name, role):
    return Actor(7, name, name.capitalize(), frozenset({role}))


OFFICER = person("officer", Role.COMPLIANCE_OFFICER)
HEAD = person("head", Role.COMPLIANCE_HEAD)
AUDITOR = person("auditor", Role.AUDITOR)
TRADER = person("trader", Role.TRADER)


@pytest.fixture
def clocks(database):
    with UnitOfWork(write=True) as work:
        for party in PARTIES:
            writes.add_party(work.session, **asdict(party), lei=None, simulated=True, recorded_at=SEEN)
    demo_parties.load(LAST, lambda _: None)
    return Clocks(LAST, now() + timedelta(seconds=1))


def said(filters, clocks, actor):
    return " ".join(text_of(part) for part in draw(filters, clocks, actor))


def test_the_page_shows_the_desk(clocks):
    seen = said({}, clocks, OFFICER)
    assert "MAKEBELIEVE" in seen
    assert "Register a counterparty" in seen
    assert "Register a counterparty" not in said({}, clocks, AUDITOR)
    with pytest.raises(NotPermitted):
        draw({}, clocks, TRADER)
    assert {view.state for view in screening_hits.hits(clocks, OFFICER)} >= {"open", "cleared"}
    assert len(party_rows(cards.PAGE, {}, clocks, AUDITOR).rows) == 13
    assert len(hit_rows(cards.PAGE, {}, clocks, AUDITOR).rows) == 3
    assert [row[0] for row in list_rows(cards.PAGE, {}, clocks, AUDITOR).rows] == ["HOUSE"]


def test_a_counterparty_is_shown_whole_and_people_masked(clocks):
    seen = said({"party": "PHANTOM"}, clocks, OFFICER)
    assert "source of funds" in seen
    assert "Phineas Ghostly" in seen
    assert "not identified" in seen
    masked = said({"party": "PHANTOM"}, clocks, AUDITOR)
    assert "Phineas" not in masked
    assert "masked" in masked
    with pytest.raises(NotPermitted):
        kyc_files.document(1, AUDITOR)
    assert "Not here" in said({"party": "NOBODY"}, clocks, OFFICER)


def test_a_hit_is_compared_and_decided_by_those_who_may(clocks):
    by_party = {view.row.party: view for view in screening_hits.hits(clocks, OFFICER)}
    true = by_party["MAKEBELIEVE"]
    seen = said({"hit": str(true.row.id)}, clocks, OFFICER)
    assert "100.0 of 100" in seen or "100.0" in seen
    assert "Confirm: it is them" in seen
    assert "Propose to clear" not in seen
    assert "Confirm: it is them" not in said({"hit": str(true.row.id)}, clocks, AUDITOR)
    assert "Cleared" in said({"hit": str(by_party["ATLANTIS/O1"].row.id)}, clocks, OFFICER)
    assert "Not here" in said({"hit": "999999"}, clocks, OFFICER)
    assert "Not here" in said({"hit": "1; drop"}, clocks, OFFICER)


def test_everybody_acknowledges_a_training_once(clocks):
    before = " ".join(text_of(part) for part in training_page.draw({}, clocks, HEAD))
    assert "I have read this" in before
    for course in training.COURSES:
        training.acknowledge(course.code, HEAD)
    later = Clocks(LAST, now() + timedelta(seconds=1))
    after = " ".join(text_of(part) for part in training_page.draw({}, later, HEAD))
    assert "I have read this" not in after
    with pytest.raises(NotFound):
        training.acknowledge("none", HEAD)


def test_the_first_state_ignores_what_is_not_there(clocks, monkeypatch):
    monkeypatch.setattr(page, "current_actor", lambda: OFFICER)
    monkeypatch.setattr(page.clock_service, "resolve", lambda _: clocks)
    assert page.view({"party": "nobody at all"}).party == page.EVERYBODY
    assert page.view({"party": "NOWHERE"}).party == "NOWHERE"


def test_every_figure_of_the_page_has_a_passport_that_replays(clocks):
    desk = kyc_tables.desk(clocks, OFFICER)
    hit = desk.hits[0]
    asked = [
        *((metric, desk.figure(metric).params, desk.figure(metric).value) for metric in COUNTED),
        (metrics.SCORE, {"hit": hit.row.id, "moment": clocks.known_at.isoformat()}, hit.row.score),
        (metrics.LIST_AGE, {"list": "HOUSE", "moment": clocks.known_at.isoformat()}, desk.lists[0].age_hours),
    ]
    for metric, params, shown in asked:
        found = evaluation.evaluate(metric.id, params, clocks, OFFICER)
        assert found.value == pytest.approx(shown, abs=0.01), metric.id
        again = evaluation.evaluator(metric.id).replay(
            found.inputs.records(), {"moment": "known at", **params}, clocks
        )
        assert again.value == found.value
