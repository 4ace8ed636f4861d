"""Names of sheets: legal in a spreadsheet, unique whatever the case, and as near to the title as that allows."""

import re

LONGEST = 31  # UTF-16 units
_ILLEGAL = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]")


class SheetNames:
    """The names given out in one workbook; ``reserved`` ones are never given."""

    def __init__(self, *reserved: str) -> None:
        self._taken = {name.casefold() for name in ("History", *reserved)}  # Excel keeps "History" to itself

    def take(self, title: str) -> str:
        """Return the name of the next sheet that is about ``title``."""
        clean = " ".join(_ILLEGAL.sub(" ", title).split()).strip("' ") or "Sheet"
        name, n = _cut(clean, LONGEST), 1
        while name.casefold() in self._taken:
            n += 1
            ending = f" ({n})"
            name = _cut(clean, LONGEST - len(ending)) + ending
        self._taken.add(name.casefold())
        return name


def _cut(text: str, length: int) -> str:
    units = text.encode("utf-16-le")[: 2 * length]
    return units.decode("utf-16-le", "ignore").strip("' ")
