"""Onboarding of the demo desk: every counterparty with its owners, documents and reviews, and a simulated list."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from data.queries import parties as queries
from data.queries import screening as screening_queries
from data.session import UnitOfWork
from data.writes import parties as writes
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.domain.compliance.screening_lists import Entry
from portal.services.compliance import lists, screening

if TYPE_CHECKING:
    from data.demo.compliance_parties import DemoFile, DemoStep

FIRST_SEEN = datetime(2015, 1, 1, tzinfo=UTC)


def load(last: date, say: Callable[[str], None]) -> None:
    """Store the onboarding of every counterparty of the demo; ``last`` is the desk's last day."""
    from data.demo import compliance_parties as demo  # the generator, which nobody else needs

    say("Onboarding counterparties")
    with UnitOfWork(write=True) as work:
        session = work.session
        writes.add_party(
            session, code=demo.PROSPECT, name="Phantom Shipping (fictitious)", kind="trader", country="GB", lei=None,
            rating=None, simulated=True, recorded_at=FIRST_SEEN,
        )  # fmt: skip
        known = {row.code: row.id for row in queries.parties(session, known_at=clock.now())}
        ids = {code: known[code] for code in (*demo.FILES, demo.PROSPECT) if code in known}
        writes.remove_party_files(session, list(ids.values()))
        first = queries.first_trades(session)
        for code, party in ids.items():
            if code == demo.PROSPECT:
                _store(work, code, party, demo.PROSPECT_FILE, demo.prospect_steps(last))
            else:
                _store(work, code, party, demo.FILES[code], demo.steps(code, first.get(party), last))
        if not queries.trainings(session, known_at=clock.now(), username=demo.CONTACT):
            at = datetime.combine(last - timedelta(days=90), time(12), UTC)
            writes.add_training(
                session, username=demo.CONTACT, course="kyc", version="2026.1", recorded_at=at
            )
        _screen(work, last)


def _screen(work: UnitOfWork, last: date) -> None:
    """Import both editions of the simulated list and decide the hits of the first, as people would have."""
    from data.demo import compliance_parties as demo

    writes.remove_simulated_lists(work.session)
    for edition, days in enumerate(demo.EDITION_DAYS):
        at = datetime.combine(last - timedelta(days=days), time(8), UTC)
        rows = demo.list_entries(edition)
        text = repr(rows).encode()
        entries = tuple(Entry(**{**row, "aliases": tuple(row["aliases"]["names"])}) for row in rows)
        lists.store(
            work, entries, demo.LIST_CODE, at - timedelta(hours=8), f"simulated-{at:%Y-%m-%d}.json",
            hashlib.sha256(text + str(last).encode()).hexdigest(), demo.OFFICER, at, simulated=True,
        )  # fmt: skip
        screening.screen(work, at=at, actor=SYSTEM)
    for hit in screening_queries.hits(work.session, known_at=clock.now()):
        said = demo.DECISIONS.get(hit.party, ())
        for number, (decision, by, reason) in enumerate(said, start=1):
            writes.add_decision(
                work.session, hit_id=hit.id, decision=decision, reason=reason, by=by,
                recorded_at=hit.recorded_at + timedelta(hours=3 * number),
            )  # fmt: skip


def _store(work: UnitOfWork, code: str, party: int, file: "DemoFile", steps: "Iterable[DemoStep]") -> None:
    """Store the cases of one counterparty with their steps, documents and owners."""
    session, cases = work.session, dict[int, int]()
    for step in steps:
        if step.case not in cases:
            cases[step.case] = writes.open_case(
                session, counterparty_id=party, kind="review" if step.case else "onboarding", opened_by=step.by,
                recorded_at=step.at,
            )  # fmt: skip
        case = cases[step.case]
        writes.add_event(
            session, case_id=case, step=step.step, by=step.by, body=dict(step.body), recorded_at=step.at
        )
        if step.step == "document":
            _store_document(work, code, case, str(step.body["kind"]), step)
        if step.step == "owner":
            _store_owner(work, code, party, file, str(step.body["code"]), step)


def _store_document(work: UnitOfWork, code: str, case: int, kind: str, step: "DemoStep") -> None:
    from data.demo.compliance_parties import document_of

    content = document_of(code, kind, step.at.date())
    writes.add_document(
        work.session, case_id=case, kind=kind, file_name=f"{code.lower()}-{kind}.txt", media_type="text/plain",
        sha256=hashlib.sha256(content).hexdigest(), content=content, issued_on=step.at.date(), expires_on=None,
        added_by=step.by, recorded_at=step.at,
    )  # fmt: skip


def _store_owner(
    work: UnitOfWork, code: str, party: int, file: "DemoFile", owner_code: str, step: "DemoStep"
) -> None:
    owner = file.owners[int(owner_code[1:]) - 1]
    row = {
        "counterparty_id": party, "code": owner_code, "owner_of": code, "name": owner.name, "kind": owner.kind,
        "country": owner.country, "birth_date": owner.born, "pct": owner.pct, "has_control": owner.has_control,
        "is_pep": owner.is_pep, "is_official": False, "identified": owner.identified, "recorded_by": step.by,
        "recorded_at": step.at,
    }  # fmt: skip
    writes.add_owners(work.session, [row])
