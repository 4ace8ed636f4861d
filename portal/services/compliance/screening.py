"""Screening: names of counterparties and their owners against the newest edition of every list.

API: ``screen(work, ...)`` finds hits and opens a case for each new one; ``hits(...)`` lists them.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.queries import parties as party_queries
from data.queries import screening as queries
from data.queries.parties import OwnerRow, PartyRow
from data.queries.screening import EntryRow, ListRow
from data.session import UnitOfWork
from data.writes import parties as writes
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.domain.compliance.matching import Match, Traits, differences, matches
from portal.domain.compliance.names import normalised
from portal.services import audit
from portal.services.compliance import cases, parameters
from portal.services.compliance.cases import NewCase

_MADE_UP = " (fictitious)"  # how the demo marks its companies; not a part of their names


@dataclass(frozen=True, slots=True)
class Subject:
    """A name of ours; ``code`` is of the counterparty, or of it and its owner: ``NOWHERE/O2``."""

    counterparty_id: int
    code: str
    name: str
    traits: Traits
    is_person: bool


@dataclass(frozen=True, slots=True)
class Screened:
    """What a screening did: names of ours and names on lists that were compared, and the new hits."""

    subjects: int
    names: int
    lists: tuple[str, ...]
    new_hits: tuple[int, ...]


def screen(
    work: UnitOfWork, *, at: datetime, actor: Actor, counterparty_ids: Collection[int] | None = None
) -> Screened:
    """Screen all counterparties, or some, with their owners; each new hit is stored and gets a case.

    A name that was found on an earlier edition of the list is not found again.

    Parameters
    ----------
    work : UnitOfWork
        A writing unit of work.
    at : datetime
        The moment that is noted.
    actor : Actor
        Who asked.
    counterparty_ids : collection of int, optional
        Which parties; None is all.
    """
    clocks = Clocks(at.date(), at)
    given = parameters.in_force(work, clocks)
    hold_from = float(given.in_force("GL-SN-01.block_score", clocks.as_of).value)
    look_from = float(given.in_force("GL-SN-01.flag_score", clocks.as_of).value)
    newest = queries.newest_lists(work.session, known_at=at)
    if not newest:
        raise DomainError("There is no list to screen against. Import one first.")
    entries = queries.entries(work.session, [row.id for row in newest])
    ours = subjects(work, at, counterparty_ids)
    found = _best(ours, entries, look_from)
    lists = {row.id: row for row in newest}
    rows = {
        row["fingerprint"]: row
        for row in (
            _hit(ours[mine], entries[theirs], lists, match, at) for (mine, theirs), match in found.items()
        )
    }
    made = writes.add_hits(work.session, list(rows.values()))
    _open_cases(work, [(made[key], rows[key]) for key in made], hold_from, actor)
    names = sum(len(entry.names) for entry in entries)
    done = Screened(len(ours), names, tuple(row.code for row in newest), tuple(made.values()))
    audit.note(
        work, actor, "screening.run", "lists", " ".join(done.lists),
        {"subjects": done.subjects, "names": done.names, "new_hits": len(made)},
    )  # fmt: skip
    return done


def subjects(
    work: UnitOfWork, known_at: datetime, counterparty_ids: Collection[int] | None = None
) -> list[Subject]:
    """Return our names: of counterparties and of everybody who owns or controls them."""
    wanted = None if counterparty_ids is None else set(counterparty_ids)
    parties = {
        row.id: row
        for row in party_queries.parties(work.session, known_at=known_at)
        if wanted is None or row.id in wanted
    }
    owners = party_queries.owners(work.session, known_at=known_at, reveal=True)
    return [_of_party(row) for row in parties.values()] + [
        _of_owner(row, parties[row.counterparty_id])
        for row in owners
        if row.counterparty_id in parties and row.name
    ]


def _of_party(row: PartyRow) -> Subject:
    return Subject(
        row.id, row.code, row.name.removesuffix(_MADE_UP), Traits("company", row.country), is_person=False
    )


def _of_owner(row: OwnerRow, party: PartyRow) -> Subject:
    year = row.birth_date.year if row.birth_date else None
    traits = Traits(row.kind, row.country, year)
    name = row.name.removesuffix(_MADE_UP)
    return Subject(party.id, f"{party.code}/{row.code}", name, traits, is_person=row.is_person)


def _best(
    ours: Sequence[Subject], entries: Sequence[EntryRow], look_from: float
) -> dict[tuple[int, int], tuple[Match, str]]:
    """Return the best match of each of our names with each entry, and the name on the list that gave it."""
    named = [(place, name) for place, entry in enumerate(entries) for name in entry.names]
    found: dict[tuple[int, int], tuple[Match, str]] = {}
    for match in matches([subject.name for subject in ours], [name for _, name in named], look_from):
        place, name = named[match.theirs]
        found.setdefault((match.ours, place), (match, name))  # the best of a name comes first
    return found


def _hit(
    subject: Subject, entry: EntryRow, lists: dict[int, ListRow], found: tuple[Match, str], at: datetime
) -> dict[str, Any]:
    match, listed_name = found
    theirs = Traits(entry.kind, entry.country, entry.birth_year)
    code = lists[entry.list_id].code
    key = "|".join((subject.code, normalised(subject.name), code, entry.entry, normalised(entry.name)))
    return {
        "fingerprint": hashlib.sha256(key.encode()).hexdigest(), "counterparty_id": subject.counterparty_id,
        "party": subject.code, "list_id": entry.list_id, "entry": entry.entry, "score": round(match.score, 2),
        "detail": {
            "is_person": subject.is_person, "list": code, "listed_name": listed_name,
            "ours": normalised(subject.name), "theirs": normalised(listed_name),
            "spelling": round(match.spelling, 2), "sound": round(match.sound, 2),
            "compared": {
                "type": [subject.traits.kind, theirs.kind],
                "country": [subject.traits.country, theirs.country],
                "birth_year": [subject.traits.birth_year, theirs.birth_year],
            },
            "differences": list(differences(subject.traits, theirs)),
        },
        "recorded_at": at,
    }  # fmt: skip


def _open_cases(
    work: UnitOfWork, made: Sequence[tuple[int, dict[str, Any]]], hold_from: float, actor: Actor
) -> None:
    """Open a case for each new hit; a title names codes, never people."""
    wanted = [
        NewCase(
            f"screening:{row['fingerprint'][:48]}", "screening", "GL-SN-01",
            f"{row['party']} looks like entry {row['entry']} of the list {row['detail']['list']}: "
            f"{row['score']:.1f} of 100.",
            "party", row["party"], "critical" if row["score"] >= hold_from else "high", hit_id=hit,
            by=actor.username,
            body={"score": row["score"], "list": row["detail"]["list"], "entry": row["entry"]},
        )
        for hit, row in made
    ]  # fmt: skip
    cases.open_cases(work, wanted, actor)
