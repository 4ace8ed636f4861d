"""How much of a limit is used: of one day as sentences and headroom, of many days as arrays.

API: ``measured(values, basis)``, ``judge(terms, values) -> Judgement``, ``judge_days(terms, values) -> Days``.

Values come by the key of their metric, as one number, or as positions where the basis nets or adds them; None and NaN
are "no data", which is a status of its own and never 0. Warnings begin exactly at the soft tier, breaches just above
(below, for a floor) the hard one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from portal.core.arrays import FloatArray, FloatArray1D
from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.risk.limits.limit import AllOf, Basis, Comparison, Condition, Terms, conditions

_DUST = 1e-12  # relative: rounding in the last digits neither warns nor breaks a limit


class Status(IntEnum):
    """How a limit stands, worst last."""

    NO_DATA = -1
    OK = 0
    WARNING = 1
    BREACH = 2

    @property
    def word(self) -> str:
        """The status as it is written: ``ok``, ``warning``, ``breach``, ``no-data``."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True)
class Use:
    """One condition on one day.

    Attributes
    ----------
    condition : Condition
        What is judged.
    value : float
        What was measured, after netting; NaN without data.
    use : float
        Share of the hard tier: 1 is exactly at the limit, infinite where any use of a limit of 0 is too much; NaN
        without data.
    headroom : float
        How far the value may still go, in the unit of the limit; negative in breach, NaN without data.
    status : Status
        How it stands.
    """

    condition: Condition
    value: float
    use: float
    headroom: float
    status: Status


@dataclass(frozen=True)
class Judgement:
    """A whole limit on one day.

    Attributes
    ----------
    status : Status
        Of the tree.
    use : float
        Of the condition that decides: the most used of an ``or``, the least used of an ``and``.
    parts : tuple of Use
        Every condition, from left to right.
    deciding : Use
        The condition whose use that is; the first without data when that leaves the answer open.
    sentence : str
        The result in words.
    """

    status: Status
    use: float
    parts: tuple[Use, ...]
    deciding: Use
    sentence: str


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Days:
    """A whole limit over many days.

    Attributes
    ----------
    status : ndarray of shape (n,), int8
        Members of `Status`.
    use : ndarray of shape (n,)
        Share of the limit; NaN without data.
    """

    status: NDArray[np.int8]
    use: FloatArray1D


def measured(values: ArrayLike, basis: Basis) -> FloatArray:
    """What of the values counts against a limit.

    Parameters
    ----------
    values : array_like of shape (...) or (..., k)
        Values, or k positions along the last axis for ``abs_net`` and ``gross``.
    basis : Basis
        What counts.

    Returns
    -------
    ndarray of shape (...)
        Never negative but for ``value``; NaN where anything is missing.

    Examples
    --------
    >>> [float(measured([1200, -400, 350], basis)) for basis in (Basis.ABS_NET, Basis.GROSS)]
    [1150.0, 1950.0]
    """
    given = np.asarray(values, dtype=np.float64)
    if basis is Basis.LOSS:
        return np.maximum(-given, 0.0) + 0.0  # NaN stays, -0 does not
    if basis in (Basis.ABS_NET, Basis.GROSS) and given.ndim == 0:
        given = given[None]
    if basis is Basis.ABS_NET:
        return np.asarray(np.abs(np.sum(given, axis=-1)))
    return np.asarray(np.sum(np.abs(given), axis=-1)) if basis is Basis.GROSS else given


def judge(terms: Terms, values: Mapping[str, ArrayLike | None]) -> Judgement:
    """Hold the values of one day against a limit.

    Parameters
    ----------
    terms : Condition, AllOf or AnyOf
        What is allowed.
    values : mapping of str to float, array_like or None
        By ``Metric.key``: a number, or positions of shape (k,) for netting bases. Keys that are absent have no data.

    Returns
    -------
    Judgement
        Status, use and a sentence.
    """
    rows = {}
    for condition in conditions(terms):
        value = values.get(condition.metric.key)
        given = np.asarray(np.nan if value is None else value, dtype=np.float64)
        # no position at all is 0; a single number is the only one of its day
        rows[condition.metric.key] = given[None] if given.size else np.zeros((1, 1))
    whole = judge_days(terms, rows)
    parts = tuple(
        _part(condition, float(_by_day(rows[condition.metric.key], condition.metric.basis)[0]))
        for condition in conditions(terms)
    )
    status, use = Status(int(whole.status[0])), float(whole.use[0])
    deciding = next(
        (
            part
            for part in parts
            if (part.status is Status.NO_DATA if status is Status.NO_DATA else part.use == use)
        ),
        parts[0],
    )
    return Judgement(status, use, parts, deciding, _sentence(status, deciding, len(parts)))


def judge_days(terms: Terms, values: Mapping[str, ArrayLike]) -> Days:
    """Hold the values of many days against a limit.

    Parameters
    ----------
    terms : Condition, AllOf or AnyOf
        What is allowed.
    values : mapping of str to array_like of shape (n,) or (n, k)
        By ``Metric.key``; positions along the last axis for netting bases, shape (n,) is one of each day.

    Returns
    -------
    Days
        Status and use of each day. An ``or`` is in breach as soon as one part is, whatever is missing; an ``and`` is no
        more than its mildest part; where missing data leave the answer open, the status is no-data.

    Raises
    ------
    BadParameter
        A metric of the limit has no values.
    LengthMismatch
        Metrics have different numbers of days.
    """
    if isinstance(terms, Condition):
        if terms.metric.key not in values:
            raise BadParameter(
                f"The limit looks at {terms.metric.words}, for which there are no values.",
                name="values",
                value=terms.metric.key,
            )
        return _days(terms, _by_day(values[terms.metric.key], terms.metric.basis))
    parts = [judge_days(part, values) for part in terms.parts]
    lengths = {len(part.use) for part in parts}
    if len(lengths) > 1:
        raise LengthMismatch(
            f"The metrics of a limit must cover the same days, but they have {sorted(lengths)} values.",
            lengths=sorted(lengths),
        )
    status, use = np.array([part.status for part in parts]), np.array([part.use for part in parts])
    return _all_of(status, use) if isinstance(terms, AllOf) else _any_of(status, use)


def _by_day(values: ArrayLike, basis: Basis) -> FloatArray:
    """What counts of each day, shape (n,)."""
    given = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if basis in (Basis.ABS_NET, Basis.GROSS) and given.ndim == 1:
        given = given[:, None]
    return measured(given, basis)


def _any_of(status: NDArray[np.int8], use: FloatArray) -> Days:
    worst, missing = status.max(axis=0), (status == Status.NO_DATA).any(axis=0)
    open_ = missing & (worst < Status.BREACH)
    most = np.where(np.isnan(use), -np.inf, use).max(axis=0)
    return Days(
        np.where(open_, Status.NO_DATA, worst).astype(np.int8),
        np.where(np.isneginf(most) | open_, np.nan, most),
    )


def _all_of(status: NDArray[np.int8], use: FloatArray) -> Days:
    missing = (status == Status.NO_DATA).any(axis=0)
    mildest = np.where(status == Status.NO_DATA, np.int8(Status.BREACH), status).min(axis=0)
    open_ = missing & (mildest > Status.OK)
    least = np.where(np.isnan(use), np.inf, use).min(axis=0)
    whole_gap = (status == Status.NO_DATA).all(axis=0)
    return Days(
        np.where(open_ | whole_gap, Status.NO_DATA, mildest).astype(np.int8),
        np.where(open_ | whole_gap, np.nan, least),
    )


def _days(condition: Condition, value: FloatArray) -> Days:
    ceiling, hard = condition.comparison is Comparison.AT_MOST, condition.hard
    edge, soft_edge = _DUST * max(hard, 1e-300), _DUST * max(condition.soft, 1e-300)
    if ceiling:
        warns, broken = value >= condition.soft - soft_edge, value > hard + edge
    else:
        warns, broken = value <= condition.soft + soft_edge, value < hard - edge
    if condition.soft == 0.0 and ceiling:
        warns = value > 0.0  # nothing at all under a limit of nothing is no warning
    status = np.select(
        [np.isnan(value), broken, warns], [Status.NO_DATA, Status.BREACH, Status.WARNING], Status.OK
    )
    above, below = (np.maximum(value, 0.0), hard) if ceiling else (hard, np.maximum(value, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        use = np.divide(above, below)
    idle = (np.asarray(above) == 0.0) & (np.asarray(below) == 0.0)
    # a floor of 0 is used up only from below
    use = np.where(idle, np.where(broken, np.inf, 0.0), use)
    return Days(status.astype(np.int8), np.where(np.isnan(value), np.nan, use))


def _part(condition: Condition, value: float) -> Use:
    found = _days(condition, np.array([value]))
    room = condition.hard - value if condition.comparison is Comparison.AT_MOST else value - condition.hard
    return Use(condition, value, float(found.use[0]), room, Status(int(found.status[0])))


def _sentence(status: Status, deciding: Use, parts: int) -> str:
    name, unit = deciding.condition.metric.words, deciding.condition.unit
    others = "" if parts == 1 else f" It decides among {parts} conditions."
    if status is Status.NO_DATA:
        return f"There is no value of {name}, so that the limit cannot be judged.{others}"
    value, hard = (_amount(number, unit) for number in (deciding.value, deciding.condition.hard))
    room = _amount(abs(deciding.headroom), unit)
    floor = "" if deciding.condition.comparison is Comparison.AT_MOST else "at least "
    how = {
        Status.OK: f"{room} are left",
        Status.WARNING: f"only {room} are left",
        Status.BREACH: f"{room} beyond it",
    }[status]
    return f"{name[:1].upper()}{name[1:]} is {value} against a limit of {floor}{hard}: {how}.{others}"


def _amount(number: float, unit: str) -> str:
    written = f"{number:,.0f}" if abs(number) >= 1000.0 else f"{number:,.6g}"
    return f"{written} {unit}".strip()
