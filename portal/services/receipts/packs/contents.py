"""How one sealed document differs from another, in words: field, section, figure, cell."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from portal.services.packs import sealing
from portal.services.receipts.packs.finding import Finding, quoted

_APART = ("chapters", "gaps", "code_version", "writers", *sealing.UNHASHED)
MOST_CELLS = 5  # of one table that are told one by one


def differences(stated: Mapping[str, Any], found: Mapping[str, Any]) -> list[Finding]:
    """Return what the document ``stated`` says otherwise than ``found``, which was made anew."""
    return list(_differences(stated, found))


def _differences(stated: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Finding]:
    for name in stated:
        if name not in _APART and stated[name] != found.get(name):
            was, now = quoted(stated[name]), quoted(found.get(name))
            yield Finding(name, f"The field '{name}': the file says {was}, made anew it is {now}.")
    gaps = [{tuple(sorted(gap.items())) for gap in side["gaps"]} for side in (stated, found)]
    if gaps[0] != gaps[1]:
        yield Finding("gaps", "The file names other gaps than the pack made anew has.")
    yield from _lists("chapter", "", stated["chapters"], found["chapters"])


def _lists(
    what: str, where: str, stated: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    """Yield the differences of chapters or sections, laid side by side by title and turn."""
    mine, theirs = _named(stated), _named(found)
    for key in dict.fromkeys([*mine, *theirs]):
        name = f"{what} {key[0]}"
        if key not in theirs:
            yield Finding(name, f"The {what} '{key[0]}'{where} is in the file and not in the pack made anew.")
        elif key not in mine:
            yield Finding(name, f"The {what} '{key[0]}'{where} is in the pack made anew and not in the file.")
        elif mine[key] != theirs[key]:
            yield from _inside(what, mine[key], theirs[key])


def _named(items: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], Mapping[str, Any]]:
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    for item in items:
        turn = sum(title == item["title"] for title, _ in found)
        found[item["title"], turn] = item
    return found


def _inside(what: str, stated: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Finding]:
    below = "sections" if what == "chapter" else "parts"
    for name in stated:
        if name != below and stated[name] != found.get(name):
            was, now = quoted(stated[name]), quoted(found.get(name))
            yield Finding(
                f"{what} {stated['title']}",
                f"The {name} of the {what} '{stated['title']}': the file says {was}, made anew it is {now}.",
            )
    if what == "chapter":
        yield from _lists("section", f" of '{stated['title']}'", stated[below], found[below])
        return
    for at, (mine, theirs) in enumerate(zip_longest(stated[below], found[below]), start=1):
        if mine != theirs:
            yield from _part(f"section {stated['title']}", at, mine, theirs)


def _part(
    section: str, at: int, stated: Mapping[str, Any] | None, found: Mapping[str, Any] | None
) -> Iterator[Finding]:
    where = f"Part {at} of the {section}"
    if stated is None or found is None:
        side = "the pack made anew" if stated is None else "the file"
        yield Finding(section, f"{where} is only in {side}.")
    elif stated["kind"] != found["kind"]:
        yield Finding(
            section, f"{where} is of the kind {stated['kind']}, and made anew it is {found['kind']}."
        )
    elif stated["kind"] == "words":
        was, now = quoted(stated["text"]), quoted(found["text"])
        yield Finding(section, f"{where}: the file says {was}, made anew it says {now}.")
    elif stated["kind"] == "tiles":
        yield from _tiles(section, stated["tiles"], found["tiles"])
    else:
        yield from _table(section, where, stated, found)


def _tiles(
    section: str, stated: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    for mine, theirs in zip_longest(stated, found):
        if mine == theirs:
            continue
        title = (mine or theirs or {}).get("title", "")
        was, now = (
            "nothing" if one is None else quoted(f"{one['text']} {one['unit']} ({one['value']})")
            for one in (mine, theirs)
        )
        yield Finding(
            section, f"The figure '{title}' of the {section}: the file says {was}, made anew it is {now}."
        )


def _table(
    section: str, where: str, stated: Mapping[str, Any], found: Mapping[str, Any]
) -> Iterator[Finding]:
    mine, theirs = stated.get("table"), found.get("table")
    where = f"The {'chart' if stated['kind'] == 'chart' else 'table'} '{stated['title']}' of the {section}"
    if mine is None or theirs is None or mine == theirs:
        yield Finding(section, f"{where} is another one in the pack made anew.")
        return
    if mine["columns"] != theirs["columns"]:
        yield Finding(section, f"{where} has other columns in the pack made anew.")
        return
    if len(mine["rows"]) != len(theirs["rows"]):
        counts = f"{len(mine['rows']):,} rows in the file and {len(theirs['rows']):,} in the pack made anew"
        yield Finding(section, f"{where} has {counts}.")
    cells = list(_cells(section, where, mine, theirs))
    yield from cells[:MOST_CELLS]
    if len(cells) > MOST_CELLS:
        yield Finding(section, f"{where} has {len(cells) - MOST_CELLS:,} more cells that differ.")
    if not cells and len(mine["rows"]) == len(theirs["rows"]):
        yield Finding(section, f"{where} says something else about its rows in the pack made anew.")


def _cells(section: str, where: str, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Finding]:
    titles = [column["title"] for column in mine["columns"]]
    for at, (row, other) in enumerate(zip(mine["rows"], theirs["rows"], strict=False), start=1):
        for title, was, now in zip(titles, row, other, strict=True):
            if was != now:
                sentence = f"{where}, row {at}, '{title}': the file says {was}, made anew it is {now}."
                yield Finding(section, sentence)
