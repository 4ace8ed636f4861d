"""Which field, chapter, section or part of a sealed document does not agree with its digest."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.core import canonical
from portal.services.packs import sealing
from portal.services.receipts.packs.finding import Finding, pairs

_KINDS = {"tiles": "the figures", "words": "the words", "chart": "the chart", "rows": "the table"}


def altered(content: Mapping[str, Any]) -> list[Finding]:
    """Return what was altered in a sealed document since its digests were written; empty when it is whole.

    Raises
    ------
    ValueError
        It does not hold what a pack has.
    """
    body = {name: item for name, item in content.items() if name != "sha256"}
    computed = canonical.digest(body)
    try:
        own, stated = sealing.digests(content), content["digests"]
        found = [*_fields(own, stated), *_chapters(content, own["chapters"], stated["chapters"])]
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"it does not hold what a pack has ({problem})") from None
    if computed == content["sha256"]:
        return found
    if not found:
        sentence = (
            "Every part agrees with its own digest, so the stated SHA-256 or the list of digests was altered."
        )
        found = [Finding("sha256", sentence)]
    return found


def _fields(own: Mapping[str, Any], stated: Mapping[str, Any]) -> Iterator[Finding]:
    for name in own:
        if name == "chapters":
            continue
        if name not in stated:
            yield Finding(name, f"It has a field that was not there when it was issued: {name}.")
        elif stated[name] != own[name]:
            yield Finding(name, f"The field '{name}' does not agree with its digest.")
    for name in sorted(set(stated) - set(own)):
        yield Finding(name, f"The field '{name}' was removed.")


def _chapters(
    content: Mapping[str, Any], own: Sequence[Mapping[str, Any]], stated: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    sides = pairs([canonical.digest(one) for one in stated], [canonical.digest(one) for one in own])
    yield from _lost("chapter", sides.gone, sides.added, sides.moved, own, stated, "")
    for was, at in sides.changed:
        yield from _chapter(content["chapters"][at], own[at], stated[was])


def _lost(
    what: str,
    gone: Sequence[int],
    added: Sequence[int],
    moved: Sequence[tuple[int, int]],
    own: Sequence[Mapping[str, Any]],
    stated: Sequence[Mapping[str, Any]],
    where: str,
) -> Iterator[Finding]:
    for at in gone:
        title = stated[at]["title"]
        yield Finding(
            f"{what} {title}", f"The {what} '{title}'{where} was removed, or altered beyond recognition."
        )
    for at in added:
        title = own[at]["title"]
        yield Finding(f"{what} {title}", f"The {what} '{title}'{where} was added or altered.")
    for was, at in moved:
        title = stated[was]["title"]
        sentence = f"The {what} '{title}'{where} was moved from place {was + 1} to place {at + 1}."
        yield Finding(f"{what} {title}", sentence)


def _chapter(
    chapter: Mapping[str, Any], own: Mapping[str, Any], stated: Mapping[str, Any]
) -> Iterator[Finding]:
    title = chapter["title"]
    count = len(stated["sections"])
    if canonical.digest({**chapter, "sections": count}) != stated["sha256"]:
        sentence = (
            f"The title, lead, filters or address of the chapter '{title}' does not agree with its digest."
        )
        yield Finding(f"chapter {title}", sentence)
    of_stated, of_own = stated["sections"], own["sections"]
    sides = pairs([canonical.digest(one) for one in of_stated], [canonical.digest(one) for one in of_own])
    yield from _lost("section", sides.gone, sides.added, sides.moved, of_own, of_stated, f" of '{title}'")
    for was, at in sides.changed:
        yield from _section(title, chapter["sections"][at], of_own[at], of_stated[was])


def _section(
    chapter: str, section: Mapping[str, Any], own: Mapping[str, Any], stated: Mapping[str, Any]
) -> Iterator[Finding]:
    title = section["title"]
    name, where = f"section {title}", f"the section '{title}' of '{chapter}'"
    if canonical.digest({**section, "parts": len(stated["parts"])}) != stated["sha256"]:
        yield Finding(name, f"The title, note, origin or width of {where} does not agree with its digest.")
    sides = pairs(stated["parts"], own["parts"])
    for at in sides.gone:
        yield Finding(name, f"Part {at + 1} of {where} was removed.")
    for at in sides.added:
        yield Finding(name, f"Part {at + 1} of {where}, {_part(section['parts'][at])}, was added or altered.")
    for was, at in sides.moved:
        yield Finding(
            name,
            f"{_part(section['parts'][at]).capitalize()} of {where} was moved from place {was + 1} to {at + 1}.",
        )
    for _, at in sides.changed:
        sentence = f"Part {at + 1} of {where}, {_part(section['parts'][at])}, does not agree with its digest."
        yield Finding(name, sentence)


def _part(part: Mapping[str, Any]) -> str:
    kind = _KINDS.get(str(part.get("kind")), "a part")
    title = part.get("title")
    return f"{kind} '{title}'" if title else kind
