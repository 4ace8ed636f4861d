"""Requests of persons: what is held of whom, what may go, who decides, and that nothing of it is left."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import String, Text, insert, text

from data.base import Base
from data.models.access import LoginAttempt, User, UserSession
from data.models.compliance import Case, CaseEvent, OrderEvent
from data.models.operations import Channel, Delivery, DeliveryAttempt, SecurityEvent, SurveyAnswer
from data.models.parties import (
    BeneficialOwner,
    KycCase,
    KycDocument,
    KycEvent,
    ScreeningHit,
    ScreeningList,
    TrainingRecord,
)
from data.queries import audit as audit_queries
from data.queries import privacy as queries
from data.session import UnitOfWork
from data.writes import parties as party_writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.compliance.audit_chain import judge
from portal.domain.compliance.record_classes import CLASSES, USER
from portal.domain.compliance.retention import DUTIES
from portal.services import audit
from portal.services.compliance import privacy

NAME, USERNAME = "Anna Muster", "anna.muster"
LONG_AGO = datetime(2010, 3, 1, 9, tzinfo=UTC)


def person(name, role):
    return Actor(7, name, name.capitalize(), frozenset({role}))


OFFICER, HEAD = person("olga", Role.COMPLIANCE_OFFICER), person("hans", Role.COMPLIANCE_HEAD)
SECOND = person("oskar", Role.COMPLIANCE_OFFICER)
AUDITOR, TRADER = person("ada", Role.AUDITOR), person("tim", Role.TRADER)


def clocks():
    return Clocks(clock.now().date(), clock.now() + timedelta(seconds=1))


def today():
    return clock.now().date()


def fill(username, name, *, at):
    """Store rows of every kind about a user."""
    with UnitOfWork(write=True) as work:
        session = work.session
        values = {
            "username": username,
            "name": name,
            "password_hash": "x",
            "is_active": True,
            "is_demo": False,
        }
        user_id = session.execute(insert(User).values(**values).returning(User.id)).scalar_one()
        session.execute(insert(UserSession).values(
            token_hash=username, user_id=user_id, created_at=at, last_seen_at=at, expires_at=at, revoked_at=None,
            address="192.0.2.1", agent="Browser",
        ))  # fmt: skip
        session.execute(
            insert(LoginAttempt).values(username=username, address="192.0.2.1", at=at, succeeded=True)
        )
        session.execute(insert(OrderEvent).values(
            at=at, event="new", order_ref="O-1", trader=name, curve_id=1, contract="TTF", month=date(2010, 4, 1),
            side=1, price=20.0, quantity=1.0, venue="XXXX", is_algo=False, simulated=False,
        ))  # fmt: skip
        channel = session.execute(insert(Channel).values(
            username=username, kind="mail", title="Mail", sealed_address="x", shown_address=f"{username}@x",
            severities={}, rules={}, timezone="UTC", enabled=True, recorded_at=at,
        ).returning(Channel.id)).scalar_one()  # fmt: skip
        sent = session.execute(insert(Delivery).values(
            key=username, channel_id=channel, subject="An alert", message="Something.", attachment={}, state="sent",
            attempt=1, not_before=at, sent_at=at, error="", recorded_at=at,
        ).returning(Delivery.id)).scalar_one()  # fmt: skip
        session.execute(
            insert(DeliveryAttempt).values(delivery_id=sent, attempt=1, outcome="sent", error="", at=at)
        )
        session.execute(insert(SurveyAnswer).values(
            username=username, day=at.date(), score=4, comment="", page="/", recorded_at=at
        ))  # fmt: skip
        session.execute(insert(SecurityEvent).values(
            key=username, kind="sign-in", at=at, last_at=at, username=username, severity="info", message="Somebody.",
            facts={}, count=1,
        ))  # fmt: skip
        case = session.execute(insert(Case).values(
            key=hashlib.sha256(username.encode()).hexdigest(), kind="manual",
            title=f"Call of {name}", subject_kind="matter", subject=name, severity="low",
            owner=username, state="open", opened_by=username, opened_at=at, due_at=at,
        ).returning(Case.id)).scalar_one()  # fmt: skip
        body = {"owner": username, "text": f"{name} called Bert Beispiel."}
        session.execute(
            insert(CaseEvent).values(case_id=case, step="assigned", by=username, body=body, recorded_at=at)
        )
        party_writes.add_training(session, username=username, course="MAR", version="1", recorded_at=at)
        audit.note(work, Actor(user_id, username, name, frozenset()), "login.succeeded", "user", username)


def party(at, *, over=True):
    """Store a counterparty with one person behind it, and return its code."""
    with UnitOfWork(write=True) as work:
        session = work.session
        number = party_writes.add_party(
            session, code="NIRGENDS", name="Nirgends (fictitious)", kind="trader", country="CH", rating=None, lei=None,
            simulated=True, recorded_at=at,
        )  # fmt: skip
        case = session.execute(
            insert(KycCase).values(counterparty_id=number, kind="onboarding", opened_by="olga", recorded_at=at)
            .returning(KycCase.id)
        ).scalar_one()  # fmt: skip
        session.execute(insert(KycEvent).values(
            case_id=case, step="suspended" if over else "approved", by="olga", body={}, recorded_at=at
        ))  # fmt: skip
        session.execute(insert(BeneficialOwner).values(
            counterparty_id=number, code="P1", owner_of="NIRGENDS", name="Clara Fall", kind="person", country="CH",
            birth_date=date(1970, 1, 2), pct=60.0, has_control=True, is_pep=False, is_official=False, identified=True,
            recorded_by="olga", recorded_at=at,
        ))  # fmt: skip
        session.execute(insert(KycDocument).values(
            case_id=case, kind="identity", file_name="Clara Fall passport.pdf", media_type="application/pdf",
            sha256="0", content=b"of Clara Fall", added_by="olga", recorded_at=at,
        ))  # fmt: skip
        listed = session.execute(insert(ScreeningList).values(
            code="HOUSE", title="House", listed_at=at, file_name="x", sha256="0", entries=1, simulated=True,
            imported_by="olga", recorded_at=at,
        ).returning(ScreeningList.id)).scalar_one()  # fmt: skip
        session.execute(insert(ScreeningHit).values(
            fingerprint="f", counterparty_id=number, party="NIRGENDS/P1", list_id=listed, entry="1", score=90.0,
            detail={"is_person": True, "list": "HOUSE", "ours": "clara fall", "theirs": "clara fal",
                    "compared": {"birth_year": [1970, 1970]}}, recorded_at=at,
        ))  # fmt: skip


@pytest.fixture
def old(database):
    """Everything about Anna and Bert is older than any duty to keep it."""
    fill(USERNAME, NAME, at=LONG_AGO)
    fill("bert.beispiel", "Bert Beispiel", at=LONG_AGO)


@pytest.fixture
def fresh(database):
    fill(USERNAME, NAME, at=clock.now() - timedelta(days=20))


def asked(kind="erasure", subject_kind=USER, subject=USERNAME):
    return privacy.receive(OFFICER, kind, subject_kind, subject, today())


def erased(**subject):
    number = asked(**subject)
    privacy.propose(number, OFFICER, "By letter, with a copy of the passport.")
    return privacy.approve(number, HEAD)


def tables_that_hold(*words):
    """Return every table of the database with a row that holds one of the words."""
    found = set()
    with UnitOfWork() as work:
        for name in Base.metadata.tables:
            for word in words:
                statement = text(f"SELECT count(*) FROM {name} AS t WHERE t::text ILIKE :word")  # noqa: S608  (our own names)
                if work.session.scalar(statement, {"word": f"%{word}%"}):
                    found.add(name)
    return found


def is_whole():
    with UnitOfWork() as work:
        return judge(audit_queries.stream(work.session), []).is_whole


def test_every_column_that_names_somebody_belongs_to_a_class():
    known = {(source.table, name) for item in CLASSES for source in item.sources for name in source.who}
    tables = Base.metadata.tables
    for table in tables.values():
        for column in table.columns:
            names = column.name.endswith("_by") or column.name in ("by", "trader", "username")
            if names and column.name != "group_by" and isinstance(column.type, (String, Text)):
                assert (table.name, column.name) in known, f"{table.name}.{column.name}"
    for item in CLASSES:
        assert set(item.regimes) <= set(DUTIES)
        for source in item.sources:
            columns = set(tables[source.table].columns.keys())
            days = {source.day} - {""}
            named = {*source.who, *source.shown, *source.texts, *source.documents, *days}
            assert named <= columns, f"{source.table}: {named - columns}"


def test_a_request_is_due_in_a_month_and_in_three_when_extended(fresh):
    number = privacy.receive(OFFICER, "access", USER, USERNAME, today())
    first = privacy.detail(number, clocks(), OFFICER).request.row
    assert 27 <= (first.due_at.date() - today()).days <= 31
    assert first.subject_ref.startswith("p-")
    privacy.extend(number, OFFICER, "Many records.")
    row = privacy.detail(number, clocks(), OFFICER).request.row
    assert row.extended
    assert 88 <= (row.due_at.date() - today()).days <= 92
    with pytest.raises(Conflict, match="extended before"):
        privacy.extend(number, OFFICER, "Again.")


def test_after_the_first_month_nothing_is_extended(fresh):
    number = privacy.receive(OFFICER, "access", USER, USERNAME, today() - timedelta(days=40))
    with pytest.raises(Conflict, match="first month"):
        privacy.extend(number, OFFICER, "Late.")


def test_the_export_holds_everything_and_only_theirs(old):
    number = asked("access")
    file = privacy.export(number, OFFICER)
    told = json.loads(file.content)
    tables = {name: rows for item in told["classes"] for name, rows in item["tables"].items()}
    expected = {
        "users", "sessions", "login_attempts", "order_events", "cases", "case_events", "training_records",
        "audit_people", "audit_log", "privacy_requests", "channels", "deliveries", "delivery_attempts",
        "security_events", "survey_answers",
    }  # fmt: skip
    assert set(tables) == expected
    assert all(len(rows) == 1 for name, rows in tables.items())
    said = file.content.decode()
    assert NAME in said
    assert "Bert" not in said
    assert "bert.beispiel" not in said
    assert "password_hash" not in said
    with UnitOfWork() as work:
        search = audit_queries.Search(until=clock.now(), group="export.made")
        assert audit_queries.found_entries(work.session, search)[1] == 1


def test_an_answer_needs_the_export(fresh):
    number = asked("access")
    with pytest.raises(Conflict, match="export"):
        privacy.answer(number, OFFICER)
    privacy.export(number, OFFICER)
    privacy.answer(number, OFFICER)
    assert privacy.detail(number, clocks(), OFFICER).request.state == "done"


def test_nothing_is_left_when_no_duty_runs(old):
    before = tables_that_hold("muster")
    assert {"users", "order_events", "cases", "case_events", "training_records", "audit_people"} <= before
    found = {item["class"]: item["done"] for item in erased()}
    assert "restricted" not in found.values()
    assert tables_that_hold("muster") == set()
    assert "users" in tables_that_hold("beispiel")
    assert is_whole()


def test_under_retention_is_restricted_and_the_rest_is_erased(fresh):
    found = {item["class"]: item for item in erased()}
    restricted = {code for code, item in found.items() if item["done"] == "restricted"}
    assert restricted == {"orders", "cases", "training"}
    assert all(
        item["until"] and "must be kept" in item["reason"]
        for code, item in found.items()
        if code in restricted
    )
    assert tables_that_hold("muster") == {"order_events", "cases", "case_events", "training_records"}
    assert is_whole()
    with UnitOfWork() as work:
        assert queries.user(work.session, USERNAME).user_id is None


def test_what_was_kept_goes_at_a_later_request(fresh, monkeypatch):
    erased()
    later = clock.now() + timedelta(days=365 * 12)
    monkeypatch.setattr(clock, "now", lambda: later)
    erased()
    assert tables_that_hold(USERNAME) == set()
    erased(subject=NAME)  # the account that told both names apart is gone
    assert tables_that_hold("muster") == set()
    assert is_whole()


def test_a_legal_hold_keeps_what_no_duty_keeps(old):
    number = asked()
    ref = privacy.detail(number, clocks(), OFFICER).request.row.subject_ref
    hold = privacy.set_hold(OFFICER, "training", ref, "Court file 12")
    kept = {item.record_class.code: item.kept for item in privacy.detail(number, clocks(), OFFICER).items}
    assert kept["training"].keep
    assert "legal hold" in kept["training"].reason
    assert not kept["orders"].keep
    privacy.release_hold(hold, HEAD)
    items = privacy.detail(number, clocks(), OFFICER).items
    assert not any(item.kept.keep for item in items)
    with pytest.raises(Conflict, match="not in force"):
        privacy.release_hold(hold, HEAD)


def test_an_owner_is_emptied_once_the_relation_is_long_over(database):
    party(LONG_AGO)
    number = asked("access", "owner", "NIRGENDS/P1")
    said = privacy.export(number, OFFICER).content.decode()
    assert "Clara Fall" in said
    assert "1970-01-02" in said
    found = {item["class"]: item["done"] for item in erased(subject_kind="owner", subject="NIRGENDS/P1")}
    assert found == {"owners": "empty", "documents": "empty", "screening": "empty"}
    assert tables_that_hold("clara", "1970-01-02") == set()


def test_an_owner_of_a_running_relation_is_kept(database):
    party(LONG_AGO, over=False)
    found = erased(subject_kind="owner", subject="NIRGENDS/P1")
    assert {item["done"] for item in found} == {"restricted"}
    assert "beneficial_owners" in tables_that_hold("Clara Fall")


def test_nobody_approves_their_own(fresh):
    number = asked()
    privacy.propose(number, OFFICER, "Passport seen.")
    with pytest.raises(NotPermitted, match="own proposal"):
        privacy.approve(number, OFFICER)
    with pytest.raises(NotPermitted, match="own proposal"):
        privacy.reject(number, OFFICER, "No.")
    privacy.reject(number, HEAD, "The passport has expired.")
    with pytest.raises(Conflict, match="Propose it first"):
        privacy.approve(number, HEAD)
    privacy.propose(number, HEAD, "New passport seen.")
    privacy.approve(number, SECOND)
    with pytest.raises(Conflict, match="was answered"):
        privacy.propose(number, OFFICER, "Again.")


def test_nobody_works_on_what_is_about_themselves(fresh):
    number = asked()
    anna = person(USERNAME, Role.COMPLIANCE_HEAD)
    for step in (lambda: privacy.propose(number, anna, "Me."), lambda: privacy.export(number, anna)):
        with pytest.raises(NotPermitted, match="about yourself"):
            step()


@pytest.mark.parametrize("actor", [AUDITOR, TRADER])
def test_without_the_right_nothing_is_possible(fresh, actor):
    number = asked()
    steps = (
        lambda: privacy.receive(actor, "access", USER, USERNAME, today()),
        lambda: privacy.requests(clocks(), actor),
        lambda: privacy.detail(number, clocks(), actor),
        lambda: privacy.export(number, actor),
        lambda: privacy.propose(number, actor, "x"),
        lambda: privacy.approve(number, actor),
        lambda: privacy.set_hold(actor, "all", "", "x"),
        lambda: privacy.release_hold(1, actor),
    )
    for step in steps:
        with pytest.raises(NotPermitted):
            step()


def test_bad_requests_are_refused_with_a_sentence(fresh):
    with pytest.raises(NotFound, match="holds nothing"):
        privacy.receive(OFFICER, "access", USER, "nobody.here", today())
    with pytest.raises(NotFound, match="holds nothing"):
        privacy.receive(OFFICER, "access", "owner", "NIRGENDS", today())
    with pytest.raises(DomainError, match="lies ahead"):
        privacy.receive(OFFICER, "access", USER, USERNAME, today() + timedelta(days=2))
    with pytest.raises(DomainError, match="Leave it out"):
        privacy.receive(OFFICER, "access", USER, USERNAME, today(), f"Letter of {NAME}")
    with pytest.raises(NotFound, match="no class"):
        privacy.set_hold(OFFICER, "photos", "", "x")
    with UnitOfWork() as work:
        assert TrainingRecord.__tablename__ in tables_that_hold(USERNAME)
        assert queries.requests(work.session, known_at=clock.now()) == []
