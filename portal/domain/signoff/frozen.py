"""What a signature stands for: figures and adjustments at one pair of clocks, with the digest that finds an alteration.

API: ``freeze(figures, adjustments) -> document``, ``digest_of(portfolio, clocks, document)``, ``compare(then, now)``.
Names of people are not in the document, so that it stays as it is when somebody's name is erased.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from portal.core import canonical
from portal.core.clock import Clocks

SCHEMA = "enerscope.sign-off"
VERSION = 1
CENT = 0.005
"""Money that differs by less is the same: sums are added in another order on another machine."""
ROUNDING = 1e-9
PART = 5e-6
"""Shares that differ by less, half of what 0.001 % is, are the same."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that is signed.

    Attributes
    ----------
    key : str
        What it is called in the document, such as ``value``.
    metric : str
        Id of its metric; ``params`` are the parameters that its passport opens with.
    value : float or None
        As computed; None when there is none, which ``note`` explains.
    unit : str
        Unit; ``fraction`` for a share.
    """

    key: str
    metric: str
    title: str
    value: float | None
    unit: str
    params: Mapping[str, str | int | float | None]
    note: str = ""

    @property
    def is_share(self) -> bool:
        """Whether the value is a fraction."""
        return self.unit.startswith("fraction")


@dataclass(frozen=True, slots=True)
class Beside:
    """An approved adjustment that stood beside the figures; ``amount`` as text with two decimals."""

    id: int
    metric: str
    amount: str
    currency: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure as it was signed and as it is now.

    Attributes
    ----------
    then, now : Figure or None
        None on the side on which there was no such figure.
    """

    then: Figure | None
    now: Figure | None

    @property
    def any(self) -> Figure:
        """One of both, for title and unit."""
        found = self.now or self.then
        if found is None:
            raise ValueError("a comparison of nothing")
        return found

    @property
    def difference(self) -> float | None:
        """Now less then; None when either has no value."""
        if self.then is None or self.now is None or self.then.value is None or self.now.value is None:
            return None
        return self.now.value - self.then.value

    @property
    def differs(self) -> bool:
        """Whether somebody who signed would see another figure now."""
        then, now = (None if side is None else side.value for side in (self.then, self.now))
        if then is None or now is None:
            return then is not now
        return not isclose(then, now, rel_tol=ROUNDING, abs_tol=PART if self.any.is_share else CENT)


def freeze(figures: Sequence[Figure], adjustments: Sequence[Beside], *, simulated: bool) -> dict[str, Any]:
    """Return figures and adjustments as the document that is kept.

    Parameters
    ----------
    figures : sequence of Figure
        In the order in which they are read.
    adjustments : sequence of Beside
        Those approved by then.
    simulated : bool
        Whether any figure rests on simulated data.

    Returns
    -------
    dict
        Plain JSON.
    """
    document: dict[str, Any] = canonical.plain(
        {
            "schema": SCHEMA,
            "version": VERSION,
            "simulated": simulated,
            "figures": [
                {
                    "key": one.key, "metric": one.metric, "title": one.title, "value": one.value, "unit": one.unit,
                    "params": dict(one.params), "note": one.note,
                }
                for one in figures
            ],
            "adjustments": [
                {"id": one.id, "metric": one.metric, "amount": one.amount, "currency": one.currency}
                for one in adjustments
            ],
        }
    )  # fmt: skip
    return document


def digest_of(portfolio: str, clocks: Clocks, document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what is signed: portfolio, both clocks, figures and adjustments.

    Parameters
    ----------
    portfolio : str
        Code of the node.
    clocks : Clocks
        Day, and moment up to which records counted.
    document : mapping
        As :func:`freeze` returns it, or as it was stored.

    Returns
    -------
    str
        64 hexadecimal digits; the same for a document that was stored and read back.
    """
    figures = [{**one, "value": _number(one.get("value"))} for one in document.get("figures", ())]
    return canonical.digest(
        canonical.plain(
            {
                "portfolio": portfolio,
                "as_of": clocks.as_of,
                "known_at": clocks.known_at,
                "document": {**document, "figures": figures},
            }
        )
    )


def _number(value: Any) -> Any:
    """Return a stored number as the float that it was; what is no number stays, and so changes the digest."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def figures_of(document: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Return the figures of a stored document.

    Parameters
    ----------
    document : mapping
        As stored.

    Returns
    -------
    tuple of Figure
        In their order.
    """
    return tuple(
        Figure(
            str(one["key"]), str(one["metric"]), str(one["title"]), _number(one["value"]), str(one["unit"]),
            dict(one["params"]), str(one.get("note", "")),
        )
        for one in document.get("figures", ())
    )  # fmt: skip


def adjustments_of(document: Mapping[str, Any]) -> tuple[Beside, ...]:
    """Return the adjustments of a stored document.

    Parameters
    ----------
    document : mapping
        As stored.

    Returns
    -------
    tuple of Beside
        In their order.
    """
    return tuple(
        Beside(int(one["id"]), str(one["metric"]), str(one["amount"]), str(one["currency"]))
        for one in document.get("adjustments", ())
    )


def compare(then: Sequence[Figure], now: Sequence[Figure]) -> tuple[Compared, ...]:
    """Put figures side by side.

    Parameters
    ----------
    then, now : sequence of Figure
        As signed, and as found now.

    Returns
    -------
    tuple of Compared
        In the order of ``now``; what was signed and is no more comes last.
    """
    signed = {one.key: one for one in then}
    found = [Compared(signed.pop(one.key, None), one) for one in now]
    return (*found, *(Compared(one, None) for one in then if one.key in signed))
