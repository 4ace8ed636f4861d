"""Many names against many: all pairs whose likeness reaches a score, found without comparing each pair in Python.

Spelling comes from one matrix of similarities for each block of names; sound from an index of how words sound.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from portal.domain.compliance.names import normalised, sound_agreement, sounds

BLOCK = 256
_YEARS_APART = 2


@dataclass(frozen=True, slots=True)
class Match:
    """Name number ``ours`` is like name number ``theirs``; scores are 0 to 100."""

    ours: int
    theirs: int
    spelling: float
    sound: float

    @property
    def score(self) -> float:
        """The higher of both."""
        return max(self.spelling, self.sound)


@dataclass(frozen=True, slots=True)
class Traits:
    """What may tell two of the same name apart; None is not known."""

    kind: str | None = None
    country: str | None = None
    birth_year: int | None = None


def matches(ours: Sequence[str], theirs: Sequence[str], from_score: float) -> list[Match]:
    """Return all pairs of names with a score of at least ``from_score``, by our number, then by score.

    Parameters
    ----------
    ours, theirs : sequence of str
        Names as they are written; those without letters match nothing.
    from_score : float
        0 to 100.
    """
    found: dict[tuple[int, int], list[float]] = {}
    for left, right, spelling in _by_spelling(ours, theirs, from_score):
        found[left, right] = [spelling, -1.0]
    for left, right, sound in _by_sound(ours, theirs, from_score):
        found.setdefault((left, right), [-1.0, -1.0])[1] = sound
    filled = [_filled(ours, theirs, left, right, *scores) for (left, right), scores in found.items()]
    return sorted(filled, key=lambda item: (item.ours, -item.score, item.theirs))


def differences(ours: Traits, theirs: Traits) -> tuple[str, ...]:
    """Return in what two differ strongly: known on both sides, and not the same.

    Years of birth differ when they are more than two apart.
    """
    found = []
    years = (ours.birth_year, theirs.birth_year)
    if None not in years and abs(years[0] - years[1]) > _YEARS_APART:  # type: ignore[operator]  # both are numbers
        found.append("birth_year")
    if ours.country and theirs.country and ours.country != theirs.country:
        found.append("country")
    if ours.kind and theirs.kind and ours.kind != theirs.kind:
        found.append("type")
    return tuple(found)


def _by_spelling(
    ours: Sequence[str], theirs: Sequence[str], from_score: float
) -> Iterator[tuple[int, int, float]]:
    from rapidfuzz.distance import JaroWinkler
    from rapidfuzz.process import cdist

    right = [normalised(name) for name in theirs]
    if not any(right):
        return
    for start in range(0, len(ours), BLOCK):
        left = [normalised(name) for name in ours[start : start + BLOCK]]
        likeness = cdist(
            left, right, scorer=JaroWinkler.similarity, score_cutoff=from_score / 100 - 1e-6, dtype=np.float64
        )
        for row, column in np.argwhere(likeness > 0):
            if left[row] and right[column]:
                exact = 100.0 * JaroWinkler.similarity(left[row], right[column])
                if exact >= from_score:
                    yield start + int(row), int(column), exact


def _by_sound(
    ours: Sequence[str], theirs: Sequence[str], from_score: float
) -> Iterator[tuple[int, int, float]]:
    heard = [_numbered(sounds(name)) for name in theirs]
    index: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, words in enumerate(heard):
        for word in words:
            index[word].append(number)
    for number, name in enumerate(ours):
        words = _numbered(sounds(name))
        shared = Counter(other for word in words for other in index.get(word, ()))
        for other, count in shared.items():
            agreement = 100.0 * count / max(len(words), len(heard[other]))
            if agreement >= from_score:
                yield number, other, agreement


def _numbered(words: Sequence[str]) -> list[tuple[str, int]]:
    """Return each word with how often it came before, so that words that come twice are counted twice."""
    seen: Counter[str] = Counter()
    found = []
    for word in words:
        found.append((word, seen[word]))
        seen[word] += 1
    return found


def _filled(
    ours: Sequence[str], theirs: Sequence[str], left: int, right: int, spelling: float, sound: float
) -> Match:
    """Return a pair with both scores, of which only one was found."""
    from rapidfuzz.distance import JaroWinkler

    if spelling < 0:
        spelling = 100.0 * JaroWinkler.similarity(normalised(ours[left]), normalised(theirs[right]))
    if sound < 0:
        sound = 100.0 * sound_agreement(sounds(ours[left]), sounds(theirs[right]))
    return Match(left, right, spelling, sound)
