"""Shocks as people write them, one a line, and back.

API: ``read_lines(text) -> tuple of Line``, ``write(shock) -> str``.

A line is ``price gas +25% winter months 1-6``, ``price POWER_FR +40``, ``price WTI 1:-31%, 12:-14%``,
``slope oil -10% months 1-24``, ``season gas +15%``, ``vol power +40% floor 20``, ``vol TTF +10pt``,
``correlation POWER_DE_LU:TTF to 1 by 50%``, ``fx USD -5%``, ``rate EUR +100bp``. ``# Cold snap`` opens a layer, and
``use COLD_SNAP`` is a layer of the library.
"""

import re
from dataclasses import dataclass

from portal.domain.market.errors import BadParameter
from portal.domain.risk.stress.shocks import LAST_TENOR, MOST_SHOCKS, Factor, Layer, Measure, Months, Shock

FIRST_TITLE = "Own shocks"
SLOPE_MONTHS = (1, 24)
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_SIZE = re.compile(rf"^({_NUMBER})\s*(%|bp|pts?)?$", re.IGNORECASE)
_NODE = re.compile(rf"^(\d+):({_NUMBER})(%?)$")
_SPAN = re.compile(r"^(\d+)(?:-(\d+))?$")
_WORDS = {"corr": "correlation", "volatility": "vol", "rates": "rate", "prices": "price"}
EXAMPLE = "price gas +25% winter months 0-6"


@dataclass(frozen=True, slots=True)
class Line:
    """One part of a text: a layer typed, or the code of a scenario whose layers come in its place."""

    layer: Layer | None = None
    code: str = ""


def read_lines(text: str) -> tuple[Line, ...]:
    """Read layers of shocks.

    Parameters
    ----------
    text : str
        One shock a line; empty lines are passed over.

    Returns
    -------
    tuple of Line
        Layers in their order; layers without a shock are left out.

    Raises
    ------
    BadParameter
        A line cannot be read, or there are too many.

    Examples
    --------
    >>> read_lines("price gas +25%")[0].layer.shocks[0].size
    0.25
    """
    rows = [row.strip() for row in text.splitlines() if row.strip()]
    if len(rows) > MOST_SHOCKS:
        raise BadParameter(
            f"There are {len(rows)} lines; keep to {MOST_SHOCKS}.", name="shocks", value=len(rows)
        )
    found: list[Line] = []
    title = FIRST_TITLE
    shocks: list[Shock] = []

    def close() -> None:
        if shocks:
            found.append(Line(Layer(title, tuple(shocks))))
            shocks.clear()

    for row in rows:
        if row.startswith("#"):
            close()
            title = row.lstrip("# ").strip()[:80] or FIRST_TITLE
        elif row.lower().startswith("use "):
            close()
            found.append(Line(code=row[4:].strip().upper()[:60]))
        else:
            shocks.append(read_shock(row))
    close()
    return tuple(found)


def read_shock(row: str) -> Shock:
    """Read one line.

    Parameters
    ----------
    row : str
        Such as ``vol power +40% floor 20``.

    Returns
    -------
    Shock
        What it means.

    Raises
    ------
    BadParameter
        A word is not understood; the message names it.
    """
    words = re.sub(r"\s*,\s*", ",", row).split()
    factor = _factor(row, words[0] if words else "")
    if len(words) < 3:
        raise _unreadable(row, "it needs what moves, of what, and by how much")
    terms: dict[str, object] = {"factor": factor, "scope": words[1] if words[1].lower() != "all" else "all"}
    if factor is Factor.SLOPE:
        terms["first"], terms["last"] = SLOPE_MONTHS
    rest = words[2:]
    if factor is Factor.CORRELATION:
        rest = _towards(row, rest, terms)
    else:
        _size(row, rest.pop(0), factor, terms)
    _options(row, rest, terms)
    return Shock(**terms)  # type: ignore[arg-type]  # built word by word above


def _factor(row: str, word: str) -> Factor:
    name = _WORDS.get(word.lower(), word.lower())
    if name not in {factor.value for factor in Factor}:
        raise _unreadable(row, f"'{word[:30]}' is none of {', '.join(factor.value for factor in Factor)}")
    return Factor(name)


def _towards(row: str, rest: list[str], terms: dict[str, object]) -> list[str]:
    """Read ``to 1 by 50%``."""
    if len(rest) < 2 or rest[0].lower() != "to" or rest[1].lstrip("+-") not in ("0", "1"):
        raise _unreadable(row, "a correlation goes 'to 1', 'to 0' or 'to -1'")
    terms["target"], terms["size"] = float(rest[1]), 1.0
    if len(rest) >= 4 and rest[2].lower() == "by":
        found = _SIZE.match(rest[3])
        if found is None or found.group(2) != "%":
            raise _unreadable(row, f"'{rest[3][:30]}' is not a share such as 50%")
        terms["size"] = float(found.group(1)) / 100.0
        return rest[4:]
    return rest[2:]


def _size(row: str, word: str, factor: Factor, terms: dict[str, object]) -> None:
    if ":" in word:
        _nodes(row, word, terms)
        return
    found = _SIZE.match(word)
    if found is None:
        raise _unreadable(row, f"'{word[:30]}' is no size such as +25%, -12.5 or +100bp")
    unit = (found.group(2) or "").lower()
    allowed = {Factor.RATE: ("bp", "%"), Factor.FX: ("%",), Factor.VOL: ("%", "pt", "pts")}.get(
        factor, ("%", "")
    )
    if unit not in allowed:
        raise _unreadable(
            row, f"the size of {factor.value} ends in {' or '.join(one or 'nothing' for one in allowed)}"
        )
    by = {"%": 0.01, "bp": 0.0001}.get(unit, 1.0)
    relative = unit == "%" and factor is not Factor.RATE
    terms["measure"] = Measure.RELATIVE if relative else Measure.ABSOLUTE
    terms["size"] = float(found.group(1)) * by


def _nodes(row: str, word: str, terms: dict[str, object]) -> None:
    parts = [_NODE.match(part) for part in word.split(",")]
    if not all(parts) or len({part.group(3) for part in parts if part}) != 1:
        raise _unreadable(row, "sizes by month read like 1:-31%,12:-14%")
    percent = any(part.group(3) == "%" for part in parts if part)
    by = 0.01 if percent else 1.0
    nodes = tuple((int(part.group(1)), float(part.group(2)) * by) for part in parts if part)
    terms["measure"] = Measure.RELATIVE if percent else Measure.ABSOLUTE
    terms["nodes"], terms["size"] = nodes, nodes[0][1]


def _options(row: str, rest: list[str], terms: dict[str, object]) -> None:
    words = [word.lower() for word in rest]
    while words:
        word = words.pop(0)
        if word in (Months.WINTER.value, Months.SUMMER.value):
            terms["months"] = Months(word)
        elif word in ("months", "month") and words and _SPAN.match(words[0]):
            first, last = _SPAN.match(words.pop(0)).groups()  # type: ignore[union-attr]  # matched above
            terms["first"], terms["last"] = int(first), int(last or first)
        elif word == "floor" and words and _SIZE.match(words[0]):
            terms["floor"] = float(_SIZE.match(words.pop(0)).group(1))  # type: ignore[union-attr]  # matched above
        else:
            raise _unreadable(
                row, f"'{word[:30]}' is not understood; use winter, summer, months 1-6 or floor 20"
            )


def _unreadable(row: str, why: str) -> BadParameter:
    return BadParameter(
        f"The shock '{row[:80]}' cannot be read: {why}. Write it like '{EXAMPLE}'.",
        name="shock",
        value=row[:80],
    )


def write(shock: Shock) -> str:
    """The line that reads as this shock.

    Parameters
    ----------
    shock : Shock
        Any shock.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> write(read_shock("vol power +40% floor 20"))
    'vol power +40% floor 20'
    """
    words = [shock.factor.value, shock.scope, _written_size(shock)]
    if shock.months is not Months.ALL:
        words.append(shock.months.value)
    span = (shock.first, shock.last)
    usual = SLOPE_MONTHS if shock.factor is Factor.SLOPE else (0, LAST_TENOR)
    if span != usual and shock.factor in (Factor.PRICE, Factor.SLOPE, Factor.SEASON, Factor.VOL):
        words.append(f"months {span[0]}-{span[1]}" if span[0] != span[1] else f"months {span[0]}")
    if shock.floor is not None:
        words.append(f"floor {shock.floor:g}")
    return " ".join(words)


def _written_size(shock: Shock) -> str:
    if shock.factor is Factor.CORRELATION:
        return f"to {shock.target:g} by {shock.size * 100:g}%"
    if shock.factor is Factor.RATE:
        return f"{round(shock.size * 1e4, 6):+g}bp"
    percent = shock.measure is Measure.RELATIVE
    by, sign = (100.0, "%") if percent else (1.0, "pt" if shock.factor is Factor.VOL else "")
    if shock.nodes:
        return ",".join(
            f"{tenor}:{round(size * by, 4):+g}{sign if percent else ''}" for tenor, size in shock.nodes
        )
    return f"{round(shock.size * by, 6):+g}{sign}"
