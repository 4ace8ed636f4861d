"""Names as screening compares them: normalised, then by spelling (Jaro-Winkler) and by sound (metaphone).

The method is that of the public search tool of OFAC: one score of characters and one of sounds, the higher counts. No
legal threshold exists; ours are house policy (``GL-SN-01.block_score`` and ``GL-SN-01.flag_score``). Similarity comes
from rapidfuzz, metaphone from jellyfish.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import jellyfish
from rapidfuzz.distance import JaroWinkler

_FORMS = """ab ag aktiengesellschaft aktiebolag aps as asa bhd bsc bv bvba cia co company corp corporation cv dmcc doo
    eood fz fzc fzco fze gesmbh gmbh inc incorporated jsc kft kg kgaa kk limited llc llp lp ltd ltda mbh nv oao ojsc
    ood ooo oy oyj pao pjsc plc psc pte pty qpsc qsc sa sab sae saog sarl sas sasu sci sdn se sl slu snc spa
    spk spolka spzoo srl sro tbk ulc vof wll zao zrt"""
LEGAL_FORMS = frozenset(_FORMS.split())
"""Tokens that only say what kind of company it is."""
_SPECIAL = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"}
)
_PHRASES = re.compile(r"\b(?:sp z o ?o|s r o|s a r l|a s|sa de cv)\b")
_INITIALS = re.compile(r"\b\w(?:\.\w)+\b\.?")
_APOSTROPHES = re.compile(r"['’‘`´]")
_SLASHED = re.compile(r"\ba/s\b")
_BREAKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much two names are alike, 0 to 100 each; ``score`` is the higher of both."""

    spelling: float
    sound: float
    left: str  # both as they were compared
    right: str

    @property
    def score(self) -> float:
        """The score that is held against the thresholds."""
        return max(self.spelling, self.sound)


@lru_cache(maxsize=65_536)
def tokens(name: str) -> tuple[str, ...]:
    """Return the words of a name, sorted: no accents, capitals, punctuation, legal forms; () for none.

    A name of nothing but legal forms keeps them, so that "AS" is still a name.
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = plain.casefold().translate(_SPECIAL)
    plain = _SLASHED.sub(" as ", _APOSTROPHES.sub("", plain))
    plain = _INITIALS.sub(lambda found: found[0].replace(".", ""), plain)
    plain = _PHRASES.sub(" ", _BREAKS.sub(" ", plain).strip())
    words = [word for word in plain.split() if word != "and"]
    kept = [word for word in words if word not in LEGAL_FORMS]
    return tuple(sorted(kept or words))


def normalised(name: str) -> str:
    """Return a name as it is compared: its :func:`tokens` with blanks between them."""
    return " ".join(tokens(name))


@lru_cache(maxsize=65_536)
def _sound(word: str) -> str:
    """Return how a word sounds; the word itself when it has no sound, such as a number or another script."""
    return (jellyfish.metaphone(word) if word.isascii() else "") or word


def sounds(name: str) -> tuple[str, ...]:
    """Return how the words of a name sound, in the order of :func:`tokens`."""
    return tuple(_sound(word) for word in tokens(name))


def sound_agreement(left: Sequence[str], right: Sequence[str]) -> float:
    """Return the share of words that sound alike, 0 to 1, of the longer of two names; each word counts once."""
    if not left or not right:
        return 0.0
    return (Counter(left) & Counter(right)).total() / max(len(left), len(right))


def likeness(left: str, right: str) -> Likeness:
    """Return how much two names are alike; 0 when one of them has no letters."""
    first, second = normalised(left), normalised(right)
    if not first or not second:
        return Likeness(0.0, 0.0, first, second)
    return Likeness(
        100.0 * JaroWinkler.similarity(first, second),
        100.0 * sound_agreement(sounds(left), sounds(right)),
        first,
        second,
    )


def best_likeness(name: str, others: Iterable[str]) -> tuple[str, Likeness] | None:
    """Return the one of ``others`` that is most like ``name``; None when there is none."""
    found = [(other, likeness(name, other)) for other in others]
    return max(found, key=lambda item: item[1].score, default=None)
