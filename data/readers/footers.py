"""Lines that belong to a table without being rows of it: totals and notes at its end, and its heading repeated."""

import re
from collections.abc import Sequence
from typing import Any

from data.readers.source import cell_text

_WORDS = re.compile(
    r"\W*(?:sub-?total|grand total|total|sum|average|avg|mean|median|min|minimum|max|maximum|count|std|"
    r"sources?|data "
    r"sources?|notes?|footnotes?|n\.b\.|copyright|\(c\)|©|disclaimer|licen[cs]e|generated|exported|downloaded|"
    r"retrieved|last updated?|updated|as of|end of|quelle|summe|mittelwert|stand)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^\W\d_]{3,}")


def is_footer(cells: Sequence[Any]) -> bool:
    """Tell whether a row without a day reads as a total or a note: by its first word, or as one lone sentence."""
    filled = [text for cell in cells if (text := cell_text(cell).strip())]
    if not filled:
        return False
    if _WORDS.match(filled[0]) or filled[0].startswith(("*", "©")):
        return True
    return len(filled) == 1 and " " in filled[0] and bool(_SENTENCE.search(filled[0]))


def repeats_heading(cells: Sequence[Any], names: Sequence[str]) -> bool:
    """Tell whether a row is the heading again, as in files that were joined."""
    return [cell_text(cell).strip() for cell in cells] == [name.strip() for name in names]
