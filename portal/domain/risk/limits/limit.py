"""What a limit says: conditions on measures, combined by and/or, with a soft and a hard tier and days of effect.

API: ``Metric``, ``Condition``, ``AllOf``, ``AnyOf``, ``Limit``, ``conditions(terms)``, ``alone(terms)``; as JSON
in ``terms_json.py``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isfinite

from portal.domain.market.errors import BadParameter

SOFT_FRACTION = 0.8
"""Share of the hard tier from which a limit warns, unless it says otherwise."""


class Basis(StrEnum):
    """What of a value is held against the limit."""

    VALUE = "value"  # as it is: VaR, ES, a volatility, a share
    LOSS = "loss"  # minus a P&L, nothing for a gain
    ABS_NET = "abs_net"  # size of the sum of positions
    GROSS = "gross"  # sum of the sizes of positions


class Comparison(StrEnum):
    """Which side of the limit is allowed."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


class Tier(StrEnum):
    """How serious it is: the soft tier warns, the hard tier is the limit itself."""

    SOFT = "soft"
    HARD = "hard"


@dataclass(frozen=True)
class Metric:
    """The number that a condition looks at.

    Attributes
    ----------
    measure : str
        Code of the measure, such as ``var``.
    node : str or None
        Portfolio that it is taken at; None for the limit's own.
    level : float or None
        Confidence in (0, 1), for measures that have one.
    horizon_days : int or None
        Horizon, for measures that have one.
    method : str or None
        Method of the run; None for the desk's main one.
    basis : Basis
        What of the value counts.
    """

    measure: str
    node: str | None = None
    level: float | None = None
    horizon_days: int | None = None
    method: str | None = None
    basis: Basis = Basis.VALUE

    def __post_init__(self) -> None:
        if not self.measure:
            raise BadParameter("A limit needs a measure; choose one.", name="measure", value=self.measure)
        if self.level is not None and not 0.0 < self.level < 1.0:
            raise BadParameter(
                f"The confidence level of {self.measure} must lie between 0 and 1, not {self.level:g}.",
                name="level",
                value=self.level,
            )
        if self.horizon_days is not None and self.horizon_days < 1:
            raise BadParameter(
                f"The horizon of {self.measure} must be at least 1 day, not {self.horizon_days}.",
                name="horizon_days",
                value=self.horizon_days,
            )

    @property
    def key(self) -> str:
        """The metric as one word, under which its values are given."""
        parts = [self.measure, self.node or "", self.method or ""]
        parts += ["" if self.level is None else f"{self.level:g}", str(self.horizon_days or ""), self.basis]
        return "|".join(parts)

    @property
    def words(self) -> str:
        """The metric as people read it."""
        kind, _, of = self.measure.partition(":")
        said = [kind.replace("_", " ")]
        if kind == "position":
            subject, _, delivery = of.partition(":")
            when = {"open": "all open months", "month": "largest delivery month"}.get(
                delivery, f"delivery {delivery}"
            )
            size = {Basis.ABS_NET: "net position", Basis.GROSS: "gross position"}.get(self.basis, kind)
            said = [f"{size} in {subject}, {when}"]
        elif of:
            said = [f"loss in {kind} scenario {of}"]
        if self.level is not None:
            said.append(f"{100.0 * self.level:g} %")
        if self.horizon_days is not None:
            said.append("1 day" if self.horizon_days == 1 else f"{self.horizon_days} days")
        said += [each for each in (self.method, self.node and f"of {self.node}") if each]
        return " ".join(said)


@dataclass(frozen=True)
class Condition:
    """One metric against its tiers.

    Attributes
    ----------
    metric : Metric
        What is measured.
    hard : float
        The limit, 0 or more. A value exactly at it is allowed.
    soft : float
        Where the warning begins, a value exactly at it included: at most ``hard``, or at least ``hard`` for a floor.
    unit : str
        Unit of all three, such as EUR.
    comparison : Comparison
        Whether ``hard`` is a ceiling or a floor.
    """

    metric: Metric
    hard: float
    soft: float
    unit: str = "EUR"
    comparison: Comparison = Comparison.AT_MOST

    def __post_init__(self) -> None:
        for name, value in (("hard", self.hard), ("soft", self.soft)):
            if not isfinite(value) or value < 0.0:
                raise BadParameter(
                    f"The {name} tier of {self.metric.words} must be a number of 0 or more, not {value:g}; "
                    "a floor under P&L is a limit on the loss.",
                    name=name,
                    value=value,
                )
        ceiling = self.comparison is Comparison.AT_MOST
        if self.soft > self.hard if ceiling else self.soft < self.hard:
            side = "above" if ceiling else "below"
            raise BadParameter(
                f"The soft tier of {self.metric.words} ({self.soft:,.6g}) lies {side} the hard one "
                f"({self.hard:,.6g}), so that it could never warn; choose it on the other side.",
                name="soft",
                value=self.soft,
            )

    @classmethod
    def with_fraction(
        cls,
        metric: Metric,
        hard: float,
        fraction: float = SOFT_FRACTION,
        *,
        unit: str = "EUR",
        comparison: Comparison = Comparison.AT_MOST,
    ) -> "Condition":
        """Make a condition that warns from a share of its limit.

        Parameters
        ----------
        metric : Metric
            What is measured.
        hard : float
            The limit.
        fraction : float, default 0.8
            Use from which it warns, in (0, 1].
        unit : str, default "EUR"
            Unit of the limit.
        comparison : Comparison, default at_most
            Ceiling or floor.

        Returns
        -------
        Condition
            With its soft tier.

        Raises
        ------
        BadParameter
            The fraction is not in (0, 1], or the limit is no number of 0 or more.
        """
        if not 0.0 < fraction <= 1.0:
            raise BadParameter(
                f"The share of a limit from which it warns must lie between 0 and 1, not {fraction:g}.",
                name="fraction",
                value=fraction,
            )
        soft = hard * fraction if comparison is Comparison.AT_MOST else hard / fraction
        return cls(metric, hard, soft, unit, comparison)


@dataclass(frozen=True)
class AllOf:
    """Broken only when all parts are: ``and``."""

    parts: tuple["Terms", ...]

    def __post_init__(self) -> None:
        _require_parts(self.parts, "and")


@dataclass(frozen=True)
class AnyOf:
    """Broken as soon as one part is: ``or``."""

    parts: tuple["Terms", ...]

    def __post_init__(self) -> None:
        _require_parts(self.parts, "or")


Terms = Condition | AllOf | AnyOf


@dataclass(frozen=True)
class Limit:
    """A limit at a node of the portfolio tree.

    Attributes
    ----------
    code : str
        The same in all versions.
    title : str
        For people.
    node : str
        Portfolio that it binds.
    terms : Condition, AllOf or AnyOf
        What is allowed.
    effective_from : date
        First day in force.
    effective_to : date or None
        First day on which it does not hold any more; None without an end.
    """

    code: str
    title: str
    node: str
    terms: Terms
    effective_from: date
    effective_to: date | None = None

    def __post_init__(self) -> None:
        if self.effective_to is not None and self.effective_to <= self.effective_from:
            raise BadParameter(
                f"Limit {self.code} would end on {self.effective_to}, not after it begins on {self.effective_from}; "
                "choose a later end.",
                name="effective_to",
                value=self.effective_to,
            )

    def is_effective(self, day: date) -> bool:
        """Whether the limit is in force.

        Parameters
        ----------
        day : date
            The day asked about.

        Returns
        -------
        bool
            True from ``effective_from`` up to but without ``effective_to``.
        """
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)


def conditions(terms: Terms) -> Iterator[Condition]:
    """Go through all conditions of a tree.

    Parameters
    ----------
    terms : Condition, AllOf or AnyOf
        The tree.

    Yields
    ------
    Condition
        From left to right.
    """
    if isinstance(terms, Condition):
        yield terms
    else:
        for part in terms.parts:
            yield from conditions(part)


def alone(terms: Terms) -> Iterator[Condition]:
    """Go through the conditions of a tree that break it by themselves: an 'and' holds none of them.

    Parameters
    ----------
    terms : Condition, AllOf or AnyOf
        The tree.

    Yields
    ------
    Condition
        From left to right.
    """
    if isinstance(terms, Condition):
        yield terms
    elif isinstance(terms, AnyOf) or len(terms.parts) == 1:
        for part in terms.parts:
            yield from alone(part)


def _require_parts(parts: tuple[Terms, ...], word: str) -> None:
    if not parts:
        raise BadParameter(f"An '{word}' needs at least one condition.", name="parts", value=0)
