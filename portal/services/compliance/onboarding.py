"""Onboarding of counterparties: registered, documented, screened, submitted by one person and approved by another.

API: ``register``, ``set_facts``, ``add_document``, ``set_owner``, ``screen``, ``submit``, ``approve``, ``reject``,
``suspend``, ``reopen``, ``start_review``, ``comment``. Where one stands is shown by
:mod:`portal.services.compliance.kyc_files`.
"""

import hashlib
import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from data.queries import parties as queries
from data.session import UnitOfWork
from data.writes import parties as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.compliance import onboarding as domain
from portal.domain.compliance.identifiers import lei_error
from portal.domain.compliance.onboarding import DOCUMENTS, RISKS, Standing, State
from portal.services import audit
from portal.services.compliance import kyc_checks, screening
from portal.services.compliance.kyc import happened

KINDS = ("exchange", "utility", "producer", "bank", "trader", "industrial")
DOCUMENT_TYPES = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
"""First bytes of the documents that are taken, with their media types."""
DOCUMENT_MB = 8
_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,19}")
_TEXT_LIMIT = 2000
_NAME = re.compile(r"[^\w.\- ()]+")


@dataclass(frozen=True, slots=True)
class NewOwner:
    """Who owns or controls a party; the newest of a ``code`` counts. ``owner_of`` is the party's or an owner's code."""

    code: str
    owner_of: str
    name: str
    kind: str  # person or company
    country: str
    pct: float
    birth_date: date | None = None
    has_control: bool = False
    is_pep: bool = False
    is_official: bool = False
    identified: bool = False


def register(
    actor: Actor, *, code: str, name: str, kind: str, country: str, lei: str = "", purpose: str = "",
    risk: str = "medium", contact: str = "",
) -> int:  # fmt: skip
    """Begin the onboarding of a new counterparty and return its number.

    Raises
    ------
    NotPermitted, DomainError, Conflict
        Who asks may not; something given cannot be; the code is taken.
    """
    actor.require(Permission.COMPLIANCE_DECIDE)
    code, name, country, lei = (
        code.strip().upper(),
        name.strip(),
        country.strip().upper(),
        lei.strip().upper(),
    )
    if not _CODE.fullmatch(code):
        raise DomainError(f"'{code[:30]}' is no code: 2 to 20 capital letters, digits and _, a letter first.")
    if not name or len(name) > 200:
        raise DomainError("The company needs a name of at most 200 characters.")
    if kind not in KINDS:
        raise DomainError(f"'{kind[:30]}' is none of {', '.join(KINDS)}.")
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise DomainError(f"'{country[:30]}' is no country: write its two letters, such as DE.")
    if lei and lei_error(lei):
        raise DomainError(lei_error(lei))
    facts = _facts({"purpose": purpose, "risk": risk, "contact": contact})
    with UnitOfWork(write=True) as work:
        at = clock.now()
        party = writes.add_party(
            work.session, code=code, name=name, kind=kind, country=country, lei=lei or None, rating=None,
            simulated=False, recorded_at=at,
        )  # fmt: skip
        if party is None:
            raise Conflict(f"The code {code} is taken. Choose another, or review that counterparty.")
        case = writes.open_case(
            work.session, counterparty_id=party, kind="onboarding", opened_by=actor.username, recorded_at=at
        )
        _store(work, case, "registered", actor, at, facts)
        audit.note(work, actor, "kyc.registered", "party", code)
        return party


def set_facts(party: int, actor: Actor, **facts: Any) -> None:
    """Enter purpose, risk, contact, senior_approval or lei_status; others stay as they are."""
    said = _facts(facts)
    with UnitOfWork(write=True) as work:
        _step(work, party, "facts", actor, said, noted={"fields": sorted(said)})


def add_document(
    party: int, actor: Actor, *, kind: str, file_name: str, content: bytes, issued_on: date | None = None,
    expires_on: date | None = None,
) -> int:  # fmt: skip
    """Store a document of the onboarding and return its number.

    Raises
    ------
    DomainError
        It is of no kind that is asked for, empty, too large, or neither PDF, PNG nor JPEG.
    """
    if kind not in DOCUMENTS:
        raise DomainError(f"'{kind[:30]}' is none of {', '.join(DOCUMENTS)}.")
    media = next((media for start, media in DOCUMENT_TYPES.items() if content.startswith(start)), None)
    if media is None:
        raise DomainError("The document must be a PDF, PNG or JPEG file.")
    if len(content) > DOCUMENT_MB * 2**20:
        raise DomainError(f"The document is larger than {DOCUMENT_MB} MB. Make it smaller.")
    if expires_on is not None and expires_on < clock.now().date():
        raise DomainError(f"The document expired on {expires_on}. Ask for a new one.")
    digest = hashlib.sha256(content).hexdigest()
    plain = _NAME.sub("_", file_name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")[-100:] or "document"
    with UnitOfWork(write=True) as work:
        case, at = _step(work, party, "document", actor, {"kind": kind, "sha256": digest})
        return writes.add_document(
            work.session, case_id=case, kind=kind, file_name=plain, media_type=media, sha256=digest,
            content=content, issued_on=issued_on, expires_on=expires_on, added_by=actor.username, recorded_at=at,
        )  # fmt: skip


def set_owner(party: int, actor: Actor, owner: NewOwner) -> None:
    """Store who owns or controls a party, in place of what was known under that code.

    Raises
    ------
    DomainError
        A share, country, birth date or kind that cannot be.
    """
    if owner.kind not in ("person", "company"):
        raise DomainError(f"'{owner.kind[:30]}' is neither person nor company.")
    if not owner.name.strip() or not owner.code.strip():
        raise DomainError("The owner needs a code and a name.")
    if not 0 <= owner.pct <= 100:
        raise DomainError(f"A share of {owner.pct:g} % cannot be; it is 0 to 100.")
    if not re.fullmatch(r"[A-Z]{2}", owner.country):
        raise DomainError(f"'{owner.country[:30]}' is no country: write its two letters, such as DE.")
    if owner.birth_date is not None and owner.birth_date >= clock.now().date():
        raise DomainError("The day of birth lies ahead. Correct it.")
    with UnitOfWork(write=True) as work:
        _, at = _step(work, party, "owner", actor, {"code": owner.code})
        row = {**asdict(owner), "counterparty_id": party, "recorded_by": actor.username, "recorded_at": at}
        writes.add_owners(work.session, [row])


def screen(party: int, actor: Actor) -> tuple[int, ...]:
    """Screen a party and its owners now and return the numbers of new hits."""
    with UnitOfWork(write=True) as work:
        actor.require(Permission.COMPLIANCE_DECIDE)
        at = clock.now()
        found = screening.screen(work, at=at, actor=actor, counterparty_ids=[party])
        _step(work, party, "screened", actor, {"lists": list(found.lists), "hits": len(found.new_hits)})
        return found.new_hits


def submit(party: int, actor: Actor) -> None:
    """Ask a second person to approve.

    Raises
    ------
    DomainError
        Something is missing or blocks it; the sentence says what.
    """
    with UnitOfWork(write=True) as work:
        _step(work, party, "submitted", actor, {})
        _refuse(kyc_checks.problems(work, party, _now()))


def approve(party: int, actor: Actor, reason: str = "") -> None:
    """Approve what somebody else submitted: from now on we trade with it.

    Raises
    ------
    NotPermitted, DomainError
        Who asks may not approve, submitted it, or something came up that blocks it.
    """
    with UnitOfWork(write=True) as work:
        actor.require(Permission.COMPLIANCE_APPROVE)
        _step(work, party, "approved", actor, {"reason": _said(reason, needed=False)})
        _refuse(kyc_checks.problems(work, party, _now()))


def reject(party: int, actor: Actor, reason: str) -> None:
    """Turn down what somebody else submitted, with a reason."""
    with UnitOfWork(write=True) as work:
        actor.require(Permission.COMPLIANCE_APPROVE)
        _step(work, party, "rejected", actor, {"reason": _said(reason)})


def suspend(party: int, actor: Actor, reason: str) -> None:
    """Take the approval away at once, with a reason; one person may, since it only stops."""
    with UnitOfWork(write=True) as work:
        _step(work, party, "suspended", actor, {"reason": _said(reason)})


def reopen(party: int, actor: Actor, reason: str) -> None:
    """Work on an onboarding again that was submitted, rejected or suspended."""
    with UnitOfWork(write=True) as work:
        _step(work, party, "reopened", actor, {"reason": _said(reason)})


def comment(party: int, actor: Actor, text: str) -> None:
    """Say something about an onboarding."""
    with UnitOfWork(write=True) as work:
        _step(work, party, "comment", actor, {"text": _said(text)})


def start_review(party: int, actor: Actor) -> int:
    """Begin the periodic review of an approved party, or a new onboarding of an expired one; return its case."""
    actor.require(Permission.COMPLIANCE_DECIDE)
    with UnitOfWork(write=True) as work:
        _, standing, code = _standing(work, party)
        if standing is not None and standing.state is not State.APPROVED:
            raise Conflict(f"The onboarding of {code} is {standing.state}. End it before another begins.")
        at = clock.now()
        case = writes.open_case(
            work.session, counterparty_id=party, kind="review" if standing else "onboarding",
            opened_by=actor.username, recorded_at=at,
        )  # fmt: skip
        _store(work, case, "registered", actor, at, dict(standing.facts) if standing else {"risk": "medium"})
        audit.note(work, actor, "kyc.review_started", "party", code)
        return case


def _step(
    work: UnitOfWork, party: int, step: str, actor: Actor, body: dict[str, Any],
    noted: dict[str, Any] | None = None,
) -> tuple[int, datetime]:  # fmt: skip
    """Store a step of the newest case of a party, if it may follow; return the case and the moment."""
    actor.require(Permission.COMPLIANCE_DECIDE)
    case, standing, code = _standing(work, party)
    if standing is None:
        raise NotFound(f"Nobody has begun the onboarding of {code}. Begin it first.")
    domain.check_step(standing, step, actor.username)
    at = clock.now()
    _store(work, case, step, actor, at, body)
    audit.note(work, actor, f"kyc.{step}", "party", code, noted)
    return case, at


def _store(work: UnitOfWork, case: int, step: str, actor: Actor, at: datetime, body: dict[str, Any]) -> None:
    writes.add_event(work.session, case_id=case, step=step, by=actor.username, body=body, recorded_at=at)


def _standing(work: UnitOfWork, party: int) -> tuple[int, Standing | None, str]:
    """Return the newest case of a party, where it stands (None without a case), and the party's code."""
    writes.lock_party(work.session, party)
    found = queries.party(work.session, party)
    if found is None:
        raise NotFound(f"There is no counterparty {party}.", party=party)
    rows = queries.events(work.session, known_at=clock.now(), counterparty_id=party).get(party, [])
    if not rows:
        return 0, None, found.code
    newest = max(row.case_id for row in rows)
    return newest, domain.fold(happened([row for row in rows if row.case_id == newest])), found.code


def _facts(given: dict[str, Any]) -> dict[str, Any]:
    known = {"purpose", "risk", "contact", "senior_approval", "lei_status"}
    unknown = set(given) - known
    if unknown:
        raise DomainError(f"{sorted(unknown)} are no facts of an onboarding.")
    said = {key: str(value).strip() for key, value in given.items() if value not in (None, "")}
    if "risk" in said and said["risk"] not in RISKS:
        raise DomainError(f"'{said['risk'][:30]}' is no risk class. Choose one of {', '.join(RISKS)}.")
    for value in said.values():
        _said(value)
    return said


def _said(text: str, *, needed: bool = True) -> str:
    plain = text.strip()
    if needed and not plain:
        raise DomainError("Say why, in writing.")
    if len(plain) > _TEXT_LIMIT:
        raise DomainError(f"The text is longer than {_TEXT_LIMIT} characters. Shorten it.")
    return plain


def _refuse(problems: tuple[str, ...]) -> None:
    if problems:
        raise DomainError(" ".join(problems))


def _now() -> Clocks:
    at = clock.now()
    return Clocks(at.date(), at)
