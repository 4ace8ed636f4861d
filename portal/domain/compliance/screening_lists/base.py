"""A list as it is read from a file, and what it must fulfil."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from portal.domain.compliance.errors import BadListError
from portal.domain.compliance.screening_lists.countries import country_code

KINDS = ("person", "company", "vessel")
LISTS = {
    "OFAC-SDN": "OFAC Specially Designated Nationals",
    "EU": "EU consolidated financial sanctions",
    "UK": "UK sanctions list",
    "UN": "UN Security Council consolidated list",
    "UAE-LOCAL": "UAE local terrorist list",
    "PEP": "Politically exposed persons",
    "HOUSE": "House list",
}
"""Codes of lists, with their headings."""
NAME_LIMIT, MOST_NAMED = 400, 5
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_IMO = re.compile(r"(?<!\d)\d{7}(?!\d)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A name on a list; ``country`` is ISO 3166 alpha-2, None when it is not known."""

    entry: str
    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    country: str | None = None
    birth_year: int | None = None
    imo: str | None = None
    program: str = ""


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list as read: its code ("" when the format does not tell it) and the moment of the edition."""

    code: str
    listed_at: datetime | None
    entries: tuple[Entry, ...]


@dataclass(slots=True)
class Draft:
    """An entry as it is found in a file; ``row`` says where, for a refusal."""

    row: str
    entry: str
    kind: str
    name: str
    aliases: list[str]
    country: str = ""
    birth: str = ""
    imo: str = ""
    program: str = ""


def finished(code: str, listed_at: datetime | None, drafts: Iterable[Draft]) -> ListFile:
    """Return the list with all entries checked.

    Raises
    ------
    BadListError
        The file has no entry, or bad ones: the first are named.
    """
    entries: dict[str, Entry] = {}
    bad: list[str] = []
    for draft in drafts:
        problem = _problem(draft, entries)
        if problem:
            bad.append(f"{draft.row}: {problem}")
        else:
            entries[draft.entry] = _entry(draft)
    if bad:
        more = f", and {len(bad) - MOST_NAMED} more" if len(bad) > MOST_NAMED else ""
        raise BadListError(
            f"Nothing was imported; {len(bad)} {'row is' if len(bad) == 1 else 'rows are'} bad: "
            f"{'; '.join(bad[:MOST_NAMED])}{more}. Correct the file and import it again."
        )
    if not entries:
        raise BadListError("The file has no names in it. Check that it is the list that you meant.")
    return ListFile(code, listed_at, tuple(entries.values()))


def year_of(text: str) -> int | None:
    """Return the first year in a text such as ``circa 15 Jan 1965``; None when there is none."""
    found = _YEAR.search(text)
    return int(found[0]) if found else None


def imo_of(text: str) -> str | None:
    """Return the seven digits of an IMO number in a text; None when there are none."""
    found = _IMO.search(text)
    return found[0] if found else None


def moment_of(text: str, *forms: str) -> datetime | None:
    """Return the moment that a text names, in ISO 8601 or one of ``forms`` of strptime; None for another text."""
    text = text.strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        for form in forms:
            try:
                found = datetime.strptime(text, form)  # noqa: DTZ007  (a zone is given below)
                break
            except ValueError:
                continue
        else:
            return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _problem(draft: Draft, known: dict[str, Entry]) -> str:
    if not draft.name.strip():
        return "it has no name"
    if len(draft.name) > NAME_LIMIT:
        return f"its name is longer than {NAME_LIMIT} characters"
    if not draft.entry.strip():
        return "it has no number of its own"
    if draft.entry in known:
        return f"the number {draft.entry} is there twice"
    if draft.kind not in KINDS:
        return f"'{draft.kind}' is none of {', '.join(KINDS)}"
    if draft.birth and year_of(draft.birth) is None:
        return f"'{draft.birth[:30]}' is no date or year of birth"
    if draft.imo and imo_of(draft.imo) is None:
        return f"'{draft.imo[:30]}' is no IMO number of seven digits"
    return ""


def _entry(draft: Draft) -> Entry:
    aliases = dict.fromkeys(name.strip()[:NAME_LIMIT] for name in draft.aliases)
    aliases.pop("", None)
    aliases.pop(draft.name.strip(), None)
    return Entry(
        draft.entry.strip(), draft.kind, draft.name.strip(), tuple(aliases), country_code(draft.country),
        year_of(draft.birth), imo_of(draft.imo), draft.program.strip(),
    )  # fmt: skip
