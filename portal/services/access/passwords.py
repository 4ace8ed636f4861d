"""Passwords: what is refused, and Argon2id with parameters that are raised at the next login.

Length decides, not composition: 12 to 256 characters of any kind, compared exactly as typed. What people try first
is refused: common passwords, the house's own words, the user's name, and rows, repeats and walks over the keyboard.
"""

import re
from functools import lru_cache
from importlib.resources import files
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.core.errors import DomainError

SHORTEST = 12
LONGEST = 256
HOUSE_WORDS = ("enerscope", "energytrading", "tradingportal")
_DISGUISES = str.maketrans("013457@$!|", "oieastasii")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qazwsxedcrfvtgbyhnujm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
)

_hasher = PasswordHasher(
    time_cost=3, memory_cost=64 * 1024, parallelism=4
)  # RFC 9106, second recommended option
_slots = BoundedSemaphore(4)  # each check takes 64 MiB for its duration, so a burst of logins must queue


class WeakPassword(DomainError):  # noqa: N818  (named for what happened, as all errors of the portal)
    """The chosen password is one that is guessed early."""

    code = "weak-password"


def hash_password(password: str) -> str:
    """Return the Argon2id hash with its own salt and parameters."""
    with _slots:
        return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Tell whether ``password`` is the one behind the hash; an unknown user (None) costs the same time."""
    decoy = _decoy()  # asked for known users too, so that the first try of all costs them the same
    reference = decoy if password_hash is None else password_hash
    with _slots:
        try:
            _hasher.verify(reference, password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None and len(password) <= LONGEST


def is_outdated(password_hash: str) -> bool:
    """Tell whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _hasher.hash("the password of somebody who does not exist")


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Return the list of passwords and words that are tried first, in lower case."""
    text = files("portal.services.access").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(
        line.strip().casefold() for line in text.splitlines() if line.strip() and not line.startswith("#")
    )


def check_password(password: str, *, username: str, name: str = "") -> None:
    """Judge a new password.

    Raises
    ------
    WeakPassword
        Too short or long, common, predictable, or made of the product's or the user's name.
    """
    if len(password) < SHORTEST:
        raise WeakPassword(
            f"The password has {len(password)} characters; it needs at least {SHORTEST}. "
            "A sentence of four or more words is easy to remember and hard to guess.",
            username=username,
        )
    if len(password) > LONGEST:
        raise WeakPassword(
            f"The password has {len(password)} characters; at most {LONGEST} are taken. Choose a shorter one.",
            username=username,
        )
    reason = _predictable(password, username, name)
    if reason:
        raise WeakPassword(
            f"This password is guessed early: it {reason}. Choose another, for example four or more unrelated words.",
            username=username,
        )


def _predictable(password: str, username: str, name: str) -> str | None:
    plain = password.casefold()
    letters = re.sub(r"[^a-z0-9]", "", plain)
    undisguised = re.sub(r"[^a-z]", "", plain.translate(_DISGUISES))
    core = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    for word in HOUSE_WORDS:
        if word in letters or word in undisguised:
            return f"contains '{word}'"
    for word in re.findall(r"[^\W_]{4,}", f"{username} {name}".casefold()):
        if word in plain or word in undisguised:
            return "contains your own name"
    common = common_passwords()
    if {plain, letters, core, undisguised, core.translate(_DISGUISES)} & common:
        return "is on the list of common passwords"
    if len(set(plain)) < 5:
        return "repeats a few characters"
    if _is_pattern(letters):
        return "is a repeated pattern or a row of keys"
    return None


def _is_pattern(text: str) -> bool:
    """Tell whether ``text`` is one short piece repeated, or is covered by rows of the keyboard or alphabet."""
    if re.fullmatch(r"(.{1,6}?)\1+.{0,3}", text):
        return True
    covered = place = 0
    while place < len(text):
        run = max((_run_length(text, place, row) for row in _ROWS), default=1)
        covered += run if run >= 4 else 0
        place += max(run, 1)
    return bool(text) and covered >= 0.8 * len(text)


def _run_length(text: str, start: int, row: str) -> int:
    """Return how far ``text`` follows ``row``, forwards or backwards, from ``start``."""
    best = 1
    for line in (row, row[::-1]):
        length = 1
        while start + length < len(text) + 1 and text[start : start + length] in line:
            best = max(best, length)
            length += 1
    return best
