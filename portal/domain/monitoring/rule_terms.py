"""What a rule says: its terms by kind, read from what somebody wrote, refused in sentences where they make no sense."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.core.errors import DomainError
from portal.domain.monitoring.rules import OPERATORS
from portal.domain.monitoring.samples import read_labels
from portal.domain.monitoring.seasonal import Season
from portal.domain.monitoring.slo import DAY, HOUR, WORKBOOK, BurnWindow

KINDS = {
    "threshold": "Threshold",
    "absence": "Absence",
    "burn-rate": "Burn rate",
    "anomaly": "Anomaly",
}
READINGS = {"value": "the value", "rate": "its increase per second"}
COMBINE = {"each": "each series by itself", "sum": "the sum of all series"}
DIRECTIONS = {"both": "unusually high or low", "above": "unusually high", "below": "unusually low"}
MISSING = {"keep": "stay as it is", "clear": "be over"}
LONGEST_TIME = 30 * DAY
SEASONS = {"week": 7 * DAY, "day": DAY}


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a rule, whatever its kind; those that a kind does not use have their defaults.

    Attributes
    ----------
    kind : str
        ``threshold``, ``absence``, ``burn-rate`` or ``anomaly``.
    labels : mapping
        Only series with these labels are judged.
    combine : str
        ``each`` series by itself, or the ``sum`` of all.
    reading : str
        The ``value``, or for counters the ``rate``: the increase per second over ``window_seconds``.
    operator : str
        How a threshold compares.
    level, clear_level : float, unit of the reading
        Beyond ``level`` it is broken, no more beyond ``clear_level`` it is over. Of an absence the longest age in
        seconds, of an anomaly the robust z-score, of a burn rate 1.
    for_seconds, keep_seconds : float, seconds
        How long broken until it fires, how long recovered until it is over.
    stale_seconds : float, seconds
        An older sample says nothing about the present.
    missing : str
        Where nothing is known a firing rule ``keep``s or ``clear``s.
    window_seconds : float, seconds
        The window of a rate; of an anomaly the time over which the value is averaged, an hour as in its history.
    direction : str
        What an anomaly counts.
    season : Season
        How an anomaly cuts time.
    objective : str
        The objective whose budget burns.
    windows : tuple of BurnWindow
        Pairs of windows of a burn rate.
    least_events : float
        With fewer events in the long window a burn rate says nothing.
    """

    kind: str
    labels: Mapping[str, str] = field(default_factory=dict)
    combine: str = "each"
    reading: str = "value"
    operator: str = ">"
    level: float = 1.0
    clear_level: float = 1.0
    for_seconds: float = 0.0
    keep_seconds: float = 0.0
    stale_seconds: float = 300.0
    missing: str = "keep"
    window_seconds: float = 300.0
    direction: str = "both"
    season: Season = field(default_factory=Season)
    objective: str = ""
    windows: tuple[BurnWindow, ...] = ()
    least_events: float = 0.0

    @property
    def falling(self) -> bool:
        """Whether low readings are the bad ones."""
        return self.kind == "threshold" and self.operator in ("<", "<=")

    @property
    def is_told_by_hours(self) -> bool:
        """Whether hours of samples tell what it measures; how fast a counter rose in a part of an hour they do not."""
        return self.kind != "threshold" or self.reading != "rate" or self.window_seconds >= HOUR

    @property
    def lookback_seconds(self) -> float:
        """How far back one look has to see, in seconds."""
        waits = max(self.for_seconds, self.keep_seconds) + self.stale_seconds
        if self.kind == "absence":
            return waits + self.level
        if self.kind == "anomaly":
            return self.season.seconds * (self.season.past + 1) + waits
        if self.kind == "burn-rate":
            return max(one.long_seconds for one in self.windows) + waits
        return waits + (2 * self.window_seconds if self.reading == "rate" else 0.0)


def read_terms(kind: str, written: Mapping[str, Any]) -> Terms:
    """Read the terms of a rule.

    Parameters
    ----------
    kind : str
        The kind of the rule.
    written : mapping
        Terms as stored or as a form gives them; unknown names are refused.

    Returns
    -------
    Terms
        Checked, with defaults.

    Raises
    ------
    DomainError
        There is no such kind, or a term is missing, unknown or out of its range; the sentence says which.
    """
    if kind not in KINDS:
        raise DomainError(f"'{kind}' is not a kind of rule. Choose one of {', '.join(KINDS)}.", kind=kind)
    unknown = sorted(set(written) - _KNOWN[kind])
    if unknown:
        raise DomainError(
            f"A rule of the kind '{kind}' has no term '{unknown[0]}'. It knows {', '.join(sorted(_KNOWN[kind]))}.",
            term=unknown[0],
        )
    common = {
        "labels": _labels(written.get("labels", {})),
        "combine": _one_of(written, "combine", "each", COMBINE),
        "for_seconds": _seconds(written, "for_seconds", 0.0),
        "keep_seconds": _seconds(written, "keep_seconds", 0.0),
        "stale_seconds": _seconds(written, "stale_seconds", 300.0, low=1.0),
        "missing": _one_of(written, "missing", "keep", MISSING),
    }
    return _READERS[kind](written, common)


_COMMON = {"labels", "combine", "for_seconds", "keep_seconds", "stale_seconds", "missing"}
_KNOWN = {
    "threshold": _COMMON | {"reading", "operator", "level", "clear_level", "window_seconds"},
    "absence": _COMMON | {"level"},
    "burn-rate": _COMMON | {"objective", "windows", "least_events"},
    "anomaly": _COMMON | {"reading", "level", "clear_level", "direction", "season", "past"},
}


def _threshold(written: Mapping[str, Any], common: Mapping[str, Any]) -> Terms:
    operator = _one_of(written, "operator", ">", {one: one for one in OPERATORS})
    level = _number(written, "level")
    clear = _number(written, "clear_level", level)
    on_wrong_side = clear > level if operator in (">", ">=") else clear < level
    if on_wrong_side:
        side = "at or below" if operator in (">", ">=") else "at or above"
        raise DomainError(
            f"The rule fires {operator} {level:g} but would be over at {clear:g}, where it still fires. "
            f"Choose a level of recovery {side} {level:g}.",
            term="clear_level",
        )
    return Terms(
        "threshold", operator=operator, level=level, clear_level=clear,
        reading=_one_of(written, "reading", "value", READINGS),
        window_seconds=_seconds(written, "window_seconds", 300.0, low=1.0), **common,
    )  # fmt: skip


def _absence(written: Mapping[str, Any], common: Mapping[str, Any]) -> Terms:
    longest = _seconds(written, "level", None, low=1.0)
    return Terms("absence", level=longest, clear_level=longest, **common)


def _burn(written: Mapping[str, Any], common: Mapping[str, Any]) -> Terms:
    objective = str(written.get("objective") or "")
    if not objective:
        raise DomainError("Choose the objective whose error budget is looked after.", term="objective")
    given = written.get("windows")
    windows = WORKBOOK if given is None else tuple(_window(one) for one in given)
    if not windows:
        raise DomainError("A burn-rate rule needs at least one pair of windows.", term="windows")
    least = _number(written, "least_events", 0.0)
    return Terms("burn-rate", objective=objective, windows=windows, least_events=max(least, 0.0), **common)


def _window(given: Sequence[Any]) -> BurnWindow:
    try:
        long, short, factor = (float(one) for one in given)
    except (TypeError, ValueError):
        raise DomainError(
            "A pair of windows is the long one, the short one (both in seconds) and the burn rate: 3600, 300, 14.4.",
            term="windows",
        ) from None
    if not (0 < short < long <= LONGEST_TIME and factor > 0 and math.isfinite(factor)):
        raise DomainError(
            f"The windows {long:g} s and {short:g} s at {factor:g} make no pair: the short one is shorter, the long "
            f"one at most {LONGEST_TIME / DAY:g} days, and the burn rate above 0.",
            term="windows",
        )
    return BurnWindow(long, short, factor)


def _anomaly(written: Mapping[str, Any], common: Mapping[str, Any]) -> Terms:
    score = _number(written, "level", 4.0)
    clear = _number(written, "clear_level", score)
    if not 0 < clear <= score:
        raise DomainError(
            f"The score of recovery ({clear:g}) has to be above 0 and at most the score that fires ({score:g}).",
            term="clear_level",
        )
    kind = _one_of(written, "season", "week", {"week": "", "day": ""})
    past = int(_number(written, "past", 4.0 if kind == "week" else 14.0))
    if not 1 <= past <= 60:
        raise DomainError("An anomaly rule looks back over 1 to 60 seasons.", term="past")
    return Terms(
        "anomaly", level=score, clear_level=clear, direction=_one_of(written, "direction", "both", DIRECTIONS),
        reading=_one_of(written, "reading", "value", READINGS),
        window_seconds=HOUR, season=Season(seconds=SEASONS[kind], bucket_seconds=HOUR, past=past), **common,
    )  # fmt: skip


_READERS = {"threshold": _threshold, "absence": _absence, "burn-rate": _burn, "anomaly": _anomaly}


def _one_of(written: Mapping[str, Any], name: str, default: str, known: Mapping[str, str]) -> str:
    given = str(written.get(name) or default)
    if given not in known:
        raise DomainError(
            f"'{given[:40]}' is no choice for '{name}'. Choose one of {', '.join(known)}.", term=name
        )
    return given


def _number(written: Mapping[str, Any], name: str, default: float | None = None) -> float:
    given = written.get(name)
    if given is None or given == "":
        given = default
    try:
        value = float(given)  # type: ignore[arg-type]  # None is refused below with a sentence
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise DomainError(f"The rule needs a number for '{name.replace('_', ' ')}'.", term=name)
    return value


def _seconds(written: Mapping[str, Any], name: str, default: float | None, *, low: float = 0.0) -> float:
    value = _number(written, name, default)
    if not low <= value <= LONGEST_TIME:
        raise DomainError(
            f"'{name.replace('_', ' ')}' is {value:g} s; it has to be from {low:g} s to {LONGEST_TIME:g} s "
            f"({LONGEST_TIME / DAY:g} days).",
            term=name,
        )
    return value


def _labels(given: Any) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise DomainError("Labels are names with values, such as kind=page.", term="labels")
    return {str(name): str(value) for name, value in given.items()}


def parse_labels(text: str) -> dict[str, str]:
    """Read labels that somebody wrote.

    Parameters
    ----------
    text : str
        Such as ``kind=page, outcome=ok``; empty for none.

    Returns
    -------
    dict
        Values by name.

    Raises
    ------
    DomainError
        They cannot be read.

    Examples
    --------
    >>> parse_labels("kind=page, outcome=ok")
    {'kind': 'page', 'outcome': 'ok'}
    """
    try:
        return read_labels(",".join(part.strip() for part in text.split(",") if part.strip()))
    except ValueError:
        raise DomainError(
            f"'{text[:60]}' are no labels. Write names with values and commas between, such as kind=page.",
            term="labels",
        ) from None


def matches(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Tell whether a series is one of those that are wanted.

    Parameters
    ----------
    labels : mapping
        Labels of the series.
    wanted : mapping
        Values by name: ``page|api`` is either, ``!server`` anything else; a label that is missing is empty.

    Returns
    -------
    bool
        Whether all of ``wanted`` hold.

    Examples
    --------
    >>> matches({"kind": "page", "outcome": "ok"}, {"kind": "page|api", "outcome": "!server"})
    True
    """
    for name, words in wanted.items():
        among = labels.get(name, "") in words.removeprefix("!").split("|")
        if among == words.startswith("!"):
            return False
    return True
