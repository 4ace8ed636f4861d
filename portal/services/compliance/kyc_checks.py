"""What the rules say of a party: facts of its file put to the engine, and what keeps it from being approved."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from data.queries import parties as queries
from data.queries import screening as screening_queries
from data.queries.parties import KycEventRow, OwnerRow, PartyRow
from data.queries.screening import DecisionRow, HitRow
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.domain.compliance import onboarding
from portal.domain.compliance.base import Action, Case, all_rules
from portal.domain.compliance.engine import Verdict, evaluate
from portal.domain.compliance.onboarding import DOCUMENTS
from portal.domain.compliance.parameters import Parameters
from portal.domain.compliance.working_days import WorkingDays
from portal.services.compliance import parameters
from portal.services.compliance.kyc import happened, is_open

RULES = ("GL-SN-01", "GL-SN-02", "GL-SN-06", "GL-KY-02", "GL-KY-03", "GL-KY-04", "GL-KY-05")
_EMPTY_LIST = {"name": "nobody", "aliases": [], "program": "none"}


def party_facts(work: UnitOfWork, counterparty_id: int, clocks: Clocks) -> dict[str, Any]:
    """Return what is known of a party as the rules read it; what is not known is left out.

    Raises
    ------
    NotFound
        There is no such counterparty.
    """
    party = queries.party(work.session, counterparty_id)
    if party is None:
        raise NotFound(f"There is no counterparty {counterparty_id}.", party=counterparty_id)
    given = parameters.in_force(work, clocks)
    rows = queries.events(work.session, known_at=clocks.known_at, counterparty_id=party.id).get(party.id, [])
    owners = queries.owners(work.session, known_at=clocks.known_at, reveal=True, counterparty_id=party.id)
    hits = screening_queries.hits(work.session, known_at=clocks.known_at, counterparty_id=party.id)
    decided = screening_queries.decisions(
        work.session, known_at=clocks.known_at, hit_ids=[row.id for row in hits]
    )
    standing = onboarding.fold(happened(_newest(rows)))
    facts = {"kind": "party", "party": _party(party, owners, standing.facts, rows)}
    facts |= _ownership(owners, hits, decided, given, clocks.as_of)
    return facts | _names(work, hits, decided, clocks)


def judge(work: UnitOfWork, counterparty_id: int, clocks: Clocks) -> Verdict:
    """Return what the rules about parties say of one."""
    case = Case(
        party_facts(work, counterparty_id, clocks),
        clocks.as_of,
        parameters.in_force(work, clocks),
        WorkingDays(),
    )
    known = all_rules()
    return evaluate(case, rules=[known[code] for code in RULES])


def problems(work: UnitOfWork, counterparty_id: int, clocks: Clocks) -> tuple[str, ...]:
    """Return what keeps a party from being submitted or approved, in sentences; () when nothing does."""
    rows = queries.events(work.session, known_at=clocks.known_at, counterparty_id=counterparty_id).get(
        counterparty_id, []
    )
    found = [*_missing(work, rows, clocks)]
    verdict = judge(work, counterparty_id, clocks)
    found += [
        fired.finding.message
        for fired in verdict.fired
        if fired.finding.action is Action.BLOCK or fired.code == "GL-KY-03"
    ]
    return tuple(found)


def _missing(work: UnitOfWork, rows: Sequence[KycEventRow], clocks: Clocks) -> list[str]:
    """Return what the file lacks: documents, a screening after the last change."""
    case_ids = {row.case_id for row in rows}
    documents = queries.documents(work.session, case_ids, known_at=clocks.known_at)
    valid = {
        row.kind for row in documents if row.expires_on is None or row.expires_on >= clocks.known_at.date()
    }
    lacking = [title.lower() for kind, title in DOCUMENTS.items() if kind not in valid]
    found = [f"Documents are missing: {', '.join(lacking)}."] if lacking else []
    newest = _newest(rows)
    screened = max((row.recorded_at for row in newest if row.step == "screened"), default=None)
    changed = max((row.recorded_at for row in newest if row.step in ("registered", "owner")), default=None)
    if screened is None or (changed is not None and screened < changed):
        found.append("The party was not screened since its owners were last changed. Screen it.")
    return found


def _newest(rows: Sequence[KycEventRow]) -> list[KycEventRow]:
    case = max((row.case_id for row in rows), default=0)
    return [row for row in rows if row.case_id == case]


def _party(
    party: PartyRow, owners: Sequence[OwnerRow], facts: Mapping[str, Any], rows: Sequence[KycEventRow]
) -> dict[str, Any]:
    control = next((row.code for row in owners if row.has_control), None)
    found: dict[str, Any] = {
        "id": party.code, "name": party.name, "country": party.country,
        "jurisdiction": "US" if party.country == "US" else "EU",
        "owners": [
            {"name": f"{party.code}/{row.code}", "pct": row.pct, "identified": row.identified}
            for row in owners
            if row.pct > 0 and row.is_person
        ],
        "control_person": control,
        "pep": any(row.is_pep for row in owners),
        "senior_approval": facts.get("senior_approval"),
        "risk": str(facts.get("risk", "medium")),
    }  # fmt: skip
    approved = max((row.recorded_at.date() for row in rows if row.step == "approved"), default=None)
    if approved is not None:
        found["last_review"] = approved.isoformat()
    if party.lei:
        found |= {"lei": party.lei, "lei_status": str(facts.get("lei_status", "ISSUED"))}
    return found


def _ownership(
    owners: Sequence[OwnerRow], hits: Sequence[HitRow], decided: Mapping[int, Sequence[DecisionRow]],
    given: Parameters, day: date,
) -> dict[str, Any]:  # fmt: skip
    """Return the edges of ownership, and who counts as blocked: confirmed, or not cleared with the score of a hold."""
    hold_from = float(given.in_force("GL-SN-01.block_score", day).value)
    blocked = {
        row.party.rpartition("/")[2]
        for row in hits
        if _is_confirmed(decided.get(row.id, ()))
        or (row.score >= hold_from and is_open(decided.get(row.id, ())))
    }
    return {
        "ownership": [{"owner": row.code, "owned": row.owner_of, "pct": row.pct} for row in owners],
        "blocked": sorted(blocked),
    }


def _is_confirmed(decided: Sequence[DecisionRow]) -> bool:
    return bool(decided) and decided[-1].decision == "confirmed"


def _names(
    work: UnitOfWork, hits: Sequence[HitRow], decided: Mapping[int, Sequence[DecisionRow]], clocks: Clocks
) -> dict[str, Any]:
    """Return the worst hit that is not cleared, as the rule of names reads it, and the age of the oldest list."""
    lists = screening_queries.newest_lists(work.session, known_at=clocks.known_at)
    if not lists:
        return {}
    uncleared = [row for row in hits if not decided.get(row.id) or decided[row.id][-1].decision != "cleared"]
    worst = max(uncleared, key=lambda row: row.score, default=None)
    age = max((clocks.known_at - row.recorded_at).total_seconds() / 3600 for row in lists)
    listed = (
        {"name": f"entry {worst.entry}", "aliases": [], "program": str(worst.detail.get("list", ""))}
        if worst
        else _EMPTY_LIST
    )
    return {
        "list": [listed], "list_age_hours": max(age, 0.0), "precomputed_score": worst.score if worst else 0.0
    }  # fmt: skip
