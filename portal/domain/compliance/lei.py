"""Legal Entity Identifiers (ISO 17442): 18 letters or digits and two check digits (ISO 7064, MOD 97-10)."""

import re

_FORM = re.compile(r"[A-Z0-9]{18}[0-9]{2}")


def check_digits(base: str) -> str:
    """Return the two check digits of the first 18 characters of an LEI.

    Raises
    ------
    ValueError
        They are not 18 capital letters or digits.
    """
    if not re.fullmatch(r"[A-Z0-9]{18}", base):
        raise ValueError(f"'{base}' is not 18 capital letters or digits.")
    return f"{98 - _number(base + '00') % 97:02d}"


def problem(lei: str) -> str:
    """Return what is wrong with an LEI as a sentence; "" for a valid one."""
    if not _FORM.fullmatch(lei):
        return f"'{lei}' is no LEI: it must be 18 capital letters or digits and two check digits."
    if _number(lei) % 97 != 1:
        return f"The check digits of the LEI {lei} are wrong; {lei[:18]} ends in {check_digits(lei[:18])}."
    return ""


def _number(text: str) -> int:
    return int("".join(str(int(letter, 36)) for letter in text))
