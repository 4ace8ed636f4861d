"""One thing in a file that is not as the receipt has it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST = 25  # findings that are told one by one
_LONGEST = 80  # characters of a text that is quoted


@dataclass(frozen=True, slots=True)
class Finding:
    """Where it is, as a short name for programs, and a sentence for people."""

    where: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two lists laid side by side: places of pairs that differ, of what is only in one, and of what was moved."""

    changed: tuple[tuple[int, int], ...]
    gone: tuple[int, ...]
    added: tuple[int, ...]
    moved: tuple[tuple[int, int], ...]


class NoReceiptError(ValueError):
    """The file holds no receipt; ``is_ours`` when it says nevertheless that it is one of Enerscope's."""

    def __init__(self, sentence: str, *, is_ours: bool) -> None:
        super().__init__(sentence)
        self.is_ours = is_ours


def quoted(text: object) -> str:
    """Return a text in quotation marks, cut where it is long."""
    words = " ".join(str(text).split())
    return f"'{words[: _LONGEST - 1]}…'" if len(words) > _LONGEST else f"'{words}'"


def pairs(issued: Sequence[str], found: Sequence[str]) -> Pairs:
    """Lay two lists side by side; what stands in both but elsewhere was moved."""
    changed: list[tuple[int, int]] = []
    gone: list[int] = []
    added: list[int] = []
    for what, low, high, begin, end in SequenceMatcher(None, issued, found, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        if what == "replace" and high - low == end - begin:
            changed += zip(range(low, high), range(begin, end), strict=True)
        else:
            gone += range(low, high)
            added += range(begin, end)
    moved = []
    for at in list(gone):
        to = next((other for other in added if found[other] == issued[at]), None)
        if to is not None:
            moved.append((at, to))
            gone.remove(at)
            added.remove(to)
    swapped = [(a, b) for a, b in changed if issued[a] in found and found[b] in issued]
    if len(swapped) > 1:  # pairs of what exists elsewhere: they changed places
        moved += [(a, list(found).index(issued[a])) for a, _ in swapped]
        changed = [pair for pair in changed if pair not in swapped]
    return Pairs(tuple(changed), tuple(gone), tuple(added), tuple(moved))


def told(findings: Iterable[Finding]) -> list[str]:
    """Return the sentences of the first findings, and how many more there are."""
    all_of_them = list(findings)
    more = len(all_of_them) - MOST
    return [finding.sentence for finding in all_of_them[:MOST]] + (
        [f"And {more:,} more differences like these."] if more > 0 else []
    )
