"""A deal as a trader types it, read into the named values of a trade.

API: ``read_deal("buy 50 MW POWER_DE_LU peak Q1-27 @ 82.5") -> DealText``.

One line is one deal. It begins with what to do: ``buy`` or ``sell`` for a candidate, or ``scale``, ``flip`` or
``remove`` with the number of a trade of the book. The order of the other words is free, but an amount comes before its
unit and a value after its name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from portal.core.errors import DomainError
from portal.domain.market.delivery_periods import parse_period
from portal.domain.portfolio.trade import Kind, Profile, VolModel

Action = Literal["add", "scale", "flip", "remove"]
LONGEST = 300
"""Characters of one line."""

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([km])?", re.IGNORECASE | re.ASCII)
_TRADE = re.compile(r"#?(\d{1,18})", re.ASCII)
_WORD = re.compile(r"[^\s,;]+(?:,\d{3})*(?:\.\d+)?")
_SIDES = {"buy": "buy", "b": "buy", "long": "buy", "sell": "sell", "s": "sell", "short": "sell"}
_KINDS = {
    **{kind.key: kind.key for kind in Kind},
    "fut": "future",
    "futures": "future",
    "forward": "forward_physical",
    "physical": "forward_physical",
    "financial": "forward_financial",
    "swp": "swap",
}
_PROFILES = {"base": "base", "baseload": "base", "peak": "peak", "offpeak": "offpeak", "off-peak": "offpeak"}
_OPTIONS = {"call": "call", "put": "put", "c": "call", "p": "put"}
_MODELS = {model.key: model.key for model in VolModel}
_VALUES = {
    "@": "price",
    "at": "price",
    "price": "price",
    "strike": "strike",
    "k": "strike",
    "premium": "premium",
    "prem": "premium",
    "shift": "shift",
    "ratio1": "ratio1",
    "ratio2": "ratio2",
}
_TEXTS = {"with": "counterparty", "cpty": "counterparty", "in": "book", "book": "book", "against": "curve2"}
_SCALES = {"k": 1e3, "m": 1e6}
_UNITS = frozenset({"mw", "mwh", "lot", "lots", "bbl", "gal", "t", "kt", "therm", "therms", "mmbtu", "tco2e"})
_NOISE = frozenset({"of", "a", "the", "per", "month", "each", "delivery", "for", "/month"})


@dataclass(frozen=True)
class DealText:
    """One line as read.

    Attributes
    ----------
    action : {"add", "scale", "flip", "remove"}
        What to do.
    text : str
        The line.
    values : mapping of str to value
        Of a candidate: what was stated, by the columns of a file of trades.
    trade_id : int or None
        The trade that is changed.
    factor : float
        What its quantity is multiplied with: the number after ``scale``, -1 for ``flip``, 0 for ``remove``.
    """

    action: Action
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    trade_id: int | None = None
    factor: float = 1.0


def read_deal(line: str) -> DealText:
    """Read one line.

    Parameters
    ----------
    line : str
        Such as ``sell 200 lots BRENT 2027-03 @ 68.1``, ``buy 50,000 bbl BRENT 2027-03 call strike 75 premium 2.1
        expiry 2027-01-26`` or ``scale #1042 by 0.5``.

    Returns
    -------
    DealText
        What it says.

    Raises
    ------
    DomainError
        The line cannot be read; the sentence names the word.

    Examples
    --------
    >>> read_deal("buy 50 MW POWER_DE_LU peak 2027-Q1 @ 82.5").values["quantity"]
    50.0
    """
    text = " ".join(line.split())
    if not text or len(text) > LONGEST:
        raise DomainError(
            f"A deal is one line of up to {LONGEST} characters, such as 'buy 50 MW POWER_DE_LU 2027-Q1 @ 82.5'.",
            line=text[:80],
        )
    words = _WORD.findall(text.replace("@", " @ "))
    first = words[0].lower()
    if first in ("scale", "flip", "remove"):
        return _change(first, words[1:], text)
    if first not in _SIDES:
        raise _unread(
            words[0], text, "Begin with buy or sell, or with scale, flip or remove and a trade number."
        )
    return DealText("add", text, {"side": _SIDES[first], **_candidate(words[1:], text)})


def _change(action: str, words: list[str], text: str) -> DealText:
    rest = [word for word in words if word.lower() not in ("by", "x", "to", "trade")]
    found = _TRADE.fullmatch(rest[0]) if rest else None
    if found is None:
        raise _unread(
            rest[0] if rest else action, text, f"Write the number of a trade, such as '{action} #1042'."
        )
    number = int(found[1])
    if action == "scale":
        if len(rest) != 2 or not _NUMBER.fullmatch(rest[1]):
            raise _unread(rest[-1], text, f"Write what to multiply with, such as 'scale #{number} by 0.5'.")
        return DealText("scale", text, trade_id=number, factor=_amount(rest[1]))
    if len(rest) > 1:
        raise _unread(rest[1], text, f"'{action} #{number}' is all that is needed.")
    return (
        DealText("flip", text, trade_id=number, factor=-1.0)
        if action == "flip"
        else DealText("remove", text, trade_id=number, factor=0.0)
    )


def _candidate(words: list[str], text: str) -> dict[str, Any]:
    """What the words after the side state."""
    found: dict[str, Any] = {}
    at = 0
    while at < len(words):
        word, following = words[at], words[at + 1] if at + 1 < len(words) else None
        low = word.lower()
        if low in _NOISE:
            at += 1
        elif low in _VALUES or low in _TEXTS or low == "expiry":
            if following is None:
                raise _unread(word, text, "A value must follow it.")
            _named(found, low, following, text)
            at += 2
        elif _NUMBER.fullmatch(word) and "quantity" not in found and following is not None:
            found |= {"quantity": _amount(word), "unit": _unit(following)}
            at += 2
        else:
            _single(found, word, text)
            at += 1
    return _completed(found, text)


def _named(found: dict[str, Any], name: str, value: str, text: str) -> None:
    """Take the value that follows its name."""
    if name in _TEXTS:
        found[_TEXTS[name]] = value
    elif name == "expiry":
        try:
            found["expiry"] = date.fromisoformat(value)
        except ValueError:
            raise _unread(value, text, "Write the expiry as YYYY-MM-DD.") from None
    elif _NUMBER.fullmatch(value):
        found[_VALUES[name]] = _amount(value)
    else:
        raise _unread(value, text, f"A number must follow '{name}'.")


def _single(found: dict[str, Any], word: str, text: str) -> None:
    """Take a word that says by itself what it is; what is none of them is the curve."""
    low = word.lower()
    for names, key in (
        (_KINDS, "kind"),
        (_PROFILES, "profile"),
        (_OPTIONS, "option"),
        (_MODELS, "vol_model"),
    ):
        if low in names:
            found[key] = names[low]
            return
    if low in _UNITS:
        raise _unread(word, text, f"Write the quantity before its unit, such as 50 {word}.")
    if _is_period(word):
        key, value = "product", word
    elif re.fullmatch(r"[A-Z][A-Z0-9_]{1,40}", word.upper()):
        key, value = ("curve", word.upper())
    else:
        raise _unread(
            word, text, "It is no amount, product, kind or curve. Write a product as 2027-Q1 or Cal-27."
        )
    if key in found:
        raise _unread(word, text, f"The deal has its {key} already: {found[key]}.")
    found[key] = value


def _is_period(word: str) -> bool:
    try:
        parse_period(word)
    except DomainError:
        return False
    return True


def _completed(found: dict[str, Any], text: str) -> dict[str, Any]:
    """Fill in the kind that the words imply, and refuse a deal that lacks what all deals need."""
    for key, example in (
        ("quantity", "50 MW or 200 lots"),
        ("curve", "TTF or POWER_DE_LU"),
        ("product", "2027-Q1"),
    ):
        if key not in found:
            raise DomainError(f"'{text}' names no {key}. Add one, such as {example}.", line=text, column=key)
    if "kind" not in found:
        found["kind"] = _implied(found)
    if found["kind"] in (Kind.OPTION.key, Kind.SPREAD_OPTION.key):
        found.setdefault("vol_model", VolModel.BLACK76.key)
    found.setdefault("profile", Profile.BASE.key)
    return found


def _implied(found: Mapping[str, Any]) -> str:
    if "curve2" in found:
        return Kind.SPREAD_OPTION.key
    if "option" in found or "strike" in found:
        return Kind.OPTION.key
    return Kind.FUTURE.key if "expiry" in found else Kind.FORWARD_FINANCIAL.key


def _amount(word: str) -> float:
    scale = _SCALES.get(word[-1].lower(), 1.0)
    return float(word.rstrip("kKmM").replace(",", "")) * scale


def _unit(word: str) -> str:
    return re.sub(r"(/month|/mth|pm)$", "", word, flags=re.IGNORECASE)


def _unread(word: str, text: str, advice: str) -> DomainError:
    return DomainError(f"'{word[:40]}' in '{text[:120]}' cannot be read. {advice}", word=word, line=text)
