"""Onboarding from registration to approval by a second person, screening, hits and lists."""

from datetime import date, timedelta

import pytest

from data.queries import cases as case_queries
from data.queries import parties as party_queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks, now
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.compliance.errors import BadListError, OnboardingStepError
from portal.services.compliance import cases, kyc, lists, onboarding, screening_hits
from portal.services.compliance.onboarding import NewOwner

HEAD_ROW = "entry,kind,name,aliases,country,birth_year,imo,program\n"
PDF = b"%PDF-1.7 a document of the tests"


def person(number, name, role):
    return Actor(number, name, name.capitalize(), frozenset({role}))


OFFICER = person(71, "officer", Role.COMPLIANCE_OFFICER)
HEAD = person(72, "head", Role.COMPLIANCE_HEAD)
AUDITOR = person(73, "auditor", Role.AUDITOR)
TRADER = person(74, "trader", Role.TRADER)
_numbers = iter(range(1, 1000))


def clocks():
    at = now() + timedelta(seconds=1)
    return Clocks(at.date(), at)


def imported(*names, code="HOUSE", days_ago=0):
    rows = "".join(
        f"E{next(_numbers)},{kind},{name},,{country},{born},,TEST\n" for kind, name, country, born in names
    )
    content = (
        HEAD_ROW + rows + f"X{next(_numbers)},company,Nobody at all {next(_numbers)},,,,,TEST\n"
    ).encode()
    return lists.import_list(
        content, "list.csv", OFFICER, code=code, listed_on=now().date() - timedelta(days=days_ago)
    )


def registered(name="Sunny Valley Gas", **more):
    return onboarding.register(
        OFFICER, code=f"T{next(_numbers)}", name=name, kind="utility", country="DE", risk="medium", **more
    )


def complete(party, *, owner="Berta Beispiel", identified=True, is_pep=False):
    for kind in onboarding.DOCUMENTS:
        onboarding.add_document(party, OFFICER, kind=kind, file_name="a.pdf", content=PDF)
    with UnitOfWork() as work:
        code = party_queries.party(work.session, party).code
    onboarding.set_owner(
        party, OFFICER,
        NewOwner("O1", code, owner, "person", "DE", 60, date(1961, 4, 1), has_control=True, identified=identified,
                 is_pep=is_pep),
    )  # fmt: skip
    onboarding.screen(party, OFFICER)


def status(party):
    with UnitOfWork() as work:
        return kyc.status(work, party, clocks())


def test_a_party_is_approved_by_a_second_person(database):
    imported()
    party = registered()
    assert status(party).status == "pending"
    with pytest.raises(DomainError, match="Documents are missing: identity"):
        onboarding.submit(party, OFFICER)
    complete(party)
    onboarding.submit(party, OFFICER)
    with pytest.raises(NotPermitted):
        onboarding.approve(party, OFFICER)
    onboarding.approve(party, HEAD, "Complete.")
    found = status(party)
    assert (found.status, found.is_approved) == ("approved", True)
    onboarding.suspend(party, OFFICER, "News of an inquiry.")
    assert status(party).status == "pending"


def test_who_submits_does_not_approve(database):
    imported()
    party = registered()
    complete(party)
    onboarding.submit(party, HEAD)
    with pytest.raises(OnboardingStepError, match="second person"):
        onboarding.approve(party, HEAD)


@pytest.mark.parametrize(
    ("given", "said"),
    [({"identified": False}, "must be identified"), ({"is_pep": True}, "senior management has not approved")],
)
def test_rules_keep_a_party_from_being_submitted(database, given, said):
    imported()
    party = registered()
    complete(party, **given)
    with pytest.raises(DomainError, match=said):
        onboarding.submit(party, OFFICER)


def test_a_change_of_owners_needs_a_new_screening(database):
    imported()
    party = registered()
    complete(party)
    onboarding.set_owner(party, OFFICER, NewOwner("O2", "X", "Carl Case", "person", "DE", 5, identified=True))
    with pytest.raises(DomainError, match="not screened since"):
        onboarding.submit(party, OFFICER)


def test_only_compliance_works_on_a_party(database):
    with pytest.raises(NotPermitted):
        onboarding.register(TRADER, code="AA", name="A", kind="bank", country="DE")
    party = registered()
    for actor in (TRADER, AUDITOR):
        with pytest.raises(NotPermitted):
            onboarding.comment(party, actor, "hello")
    with pytest.raises(NotFound):
        onboarding.comment(987_654, OFFICER, "hello")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"code": "a b"}, "is no code"), ({"name": " "}, "needs a name"), ({"kind": "friend"}, "is none of"),
        ({"country": "Germany"}, "is no country"), ({"lei": "5493001KJTIIGC8Y1R13"}, "check digits"),
        ({"risk": "none"}, "no risk class"),
    ],
)  # fmt: skip
def test_a_bad_registration_is_refused(database, given, said):
    with pytest.raises(DomainError, match=said):
        onboarding.register(
            OFFICER, **{"code": "GOOD", "name": "Good", "kind": "bank", "country": "DE", **given}
        )


def test_a_code_is_taken_once_and_documents_are_documents(database):
    party = registered()
    with UnitOfWork() as work:
        code = party_queries.party(work.session, party).code
    with pytest.raises(Conflict, match="is taken"):
        onboarding.register(OFFICER, code=code, name="Other", kind="bank", country="DE")
    with pytest.raises(DomainError, match="PDF, PNG or JPEG"):
        onboarding.add_document(party, OFFICER, kind="identity", file_name="a.exe", content=b"MZ")
    with pytest.raises(DomainError, match="expired"):
        onboarding.add_document(
            party, OFFICER, kind="identity", file_name="a.pdf", content=PDF, expires_on=date(2020, 1, 1)
        )


def test_a_new_list_holds_a_party_until_two_people_clear_the_hit(database):
    imported()
    name = f"Zanzibar Helium {next(_numbers)}"
    party = registered(name)
    complete(party)
    onboarding.submit(party, OFFICER)
    onboarding.approve(party, HEAD)
    done = imported(("person", name, "SY", ""))
    assert len(done.screened.new_hits) == 1
    assert (status(party).status, status(party).open_hits) == ("pending", 1)
    (hit,) = screening_hits.hits(clocks(), OFFICER, party)
    assert (hit.state, hit.row.score, hit.differences, hit.may_clear) == (
        "open",
        100,
        ("country", "type"),
        True,
    )
    with UnitOfWork() as work:
        assert case_queries.one(work.session, hit.case_id).severity == "critical"
    screening_hits.decide(hit.row.id, "proposed-clear", "Another country, and a person.", OFFICER)
    assert cases.case(hit.case_id, clocks(), OFFICER).standing.state == "proposed"
    with pytest.raises(NotPermitted):
        screening_hits.decide(hit.row.id, "cleared", "", OFFICER)
    assert screening_hits.decide(hit.row.id, "cleared", "", HEAD).state == "cleared"
    assert cases.case(hit.case_id, clocks(), OFFICER).is_closed
    assert status(party).status == "approved"
    assert imported(("person", name, "SY", "")).screened.new_hits != done.screened.new_hits


def test_the_same_entry_is_found_once_and_a_true_hit_suspends(database):
    imported()
    name = f"Kilimanjaro Neon {next(_numbers)}"
    party = registered(name)
    complete(party)
    onboarding.submit(party, OFFICER)
    onboarding.approve(party, HEAD)
    row = f"SAME,company,{name},,DE,,,TEST\n"
    for filler in ("One", "Two"):
        content = (HEAD_ROW + row + f"F{filler},company,Filler {filler} {next(_numbers)},,,,,T\n").encode()
        lists.import_list(content, "again.csv", OFFICER, code="HOUSE", listed_on=now().date())
    (hit,) = screening_hits.hits(clocks(), OFFICER, party)
    with pytest.raises(DomainError, match="strong differences"):
        screening_hits.decide(hit.row.id, "proposed-clear", "I know them.", OFFICER)
    screening_hits.decide(hit.row.id, "confirmed", "The same register number.", OFFICER)
    assert status(party).status == "pending"
    with pytest.raises(OnboardingStepError):
        onboarding.submit(party, OFFICER)


def test_owners_are_screened_and_masked(database):
    name = f"Quirin Nebelhorn{next(_numbers)}"
    imported(("person", name, "DE", "1961"))
    party = registered()
    complete(party, owner=name)
    (seen,) = screening_hits.hits(clocks(), OFFICER, party)
    (masked,) = screening_hits.hits(clocks(), AUDITOR, party)
    assert seen.row.party.endswith("/O1")
    assert "quirin" in seen.row.detail["ours"]
    assert "quirin" not in masked.row.detail["ours"]
    assert masked.row.detail["compared"]["birth_year"][0] is None
    with UnitOfWork() as work:
        title = case_queries.one(work.session, seen.case_id).title
    assert "uirin" not in title


def test_a_list_is_imported_once_and_never_an_older_one(database):
    content = (HEAD_ROW + f"A,company,Only {next(_numbers)},,,,,T\n").encode()
    today = now().date()
    lists.import_list(content, "a.csv", OFFICER, code="PEP", listed_on=today)
    with pytest.raises(Conflict, match="imported before"):
        lists.import_list(content, "b.csv", OFFICER, code="PEP", listed_on=today)
    with pytest.raises(Conflict, match="is older than"):
        imported(code="PEP", days_ago=3)
    with pytest.raises(BadListError, match="does not tell which list"):
        lists.import_list(content + b"B,company,Other,,,,,T\n", "c.csv", OFFICER, listed_on=today)
    with pytest.raises(BadListError, match="does not tell its date"):
        lists.import_list(content + b"B,company,Other,,,,,T\n", "c.csv", OFFICER, code="PEP")
    with pytest.raises(BadListError, match="cannot be"):
        imported(code="PEP", days_ago=-2)
    with pytest.raises(NotPermitted):
        lists.import_list(content, "a.csv", AUDITOR, code="PEP", listed_on=today)
    (newest,) = [view for view in lists.newest(clocks(), AUDITOR) if view.row.code == "PEP"]
    assert (newest.row.entries, newest.is_old) == (1, False)
