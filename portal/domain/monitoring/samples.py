"""What is measured of a service: a sample, how its labels are written, and how a counter is read.

Names follow Prometheus: the unit ends the name (``_seconds``, ``_bytes``, ``_ratio`` for a fraction), and ``_total``
ends the name of a counter, which only grows until its process starts anew.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

Measurement = tuple[str, Mapping[str, str], float]
"""A metric, its labels and a value, before it is known of which service and moment it is."""

LONGEST_NAME, LONGEST_LABELS = 200, 1000  # bytes; the key of a sample has to fit an index
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PAIR = re.compile(r"([a-zA-Z_][a-zA-Z0-9_]*)=((?:[^,\\]|\\.)*)(?:,|$)", re.DOTALL)


class Sample(NamedTuple):
    """One value of one metric of one service; ``labels`` is the text that :func:`labels_text` makes."""

    service: str
    metric: str
    labels: str
    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Point:
    """A value and its moment (UTC)."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """The values of one step that begins at ``at``: how many, the lowest, their mean, the highest and the last."""

    at: datetime
    count: int
    low: float
    mean: float
    high: float
    last: float


def labels_text(labels: Mapping[str, str]) -> str:
    r"""Return labels in their one canonical spelling: sorted by name, ``a=1,b=2``; "" for none.

    A comma or backslash inside a value has a backslash before it.

    Examples
    --------
    >>> labels_text({"quantile": "0.95", "kind": "page"})
    'kind=page,quantile=0.95'
    """
    return ",".join(f"{name}={_escaped(labels[name])}" for name in sorted(labels))


def read_labels(text: str) -> dict[str, str]:
    """Return the labels that :func:`labels_text` wrote.

    Raises
    ------
    ValueError
        The text is not of that form.
    """
    found, at = {}, 0
    while at < len(text):
        pair = _PAIR.match(text, at)
        if pair is None:
            raise ValueError(f"'{text}' are no labels: write them as name=value with commas between.")
        found[pair[1]] = _ESCAPED.sub(r"\1", pair[2])
        at = pair.end()
    return found


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(",", "\\,")


def samples_of(service: str, at: datetime, measured: Iterable[Measurement]) -> list[Sample]:
    """Return measurements of one service at one moment as samples."""
    return [Sample(service, metric, labels_text(labels), at, value) for metric, labels, value in measured]


def can_be_stored(metric: str, labels: Mapping[str, str]) -> bool:
    """Tell whether a database takes the name and the labels of a sample, and :func:`read_labels` reads them again.

    Examples
    --------
    >>> can_be_stored("up", {"job": "node"}), can_be_stored("up", {"http.method": "GET"})
    (True, False)
    """
    text = labels_text(labels)
    try:
        is_short = len(metric.encode()) <= LONGEST_NAME and len(text.encode()) <= LONGEST_LABELS
    except UnicodeEncodeError:  # half a pair of surrogates, as JSON may hold
        return False
    return is_short and "\0" not in metric + text and all(_LABEL.fullmatch(name) for name in labels)


def finite(samples: Iterable[Sample]) -> list[Sample]:
    """Return the samples that have a value: NaN and infinities say that there was none, and are left out."""
    return [sample for sample in samples if math.isfinite(sample.value)]


def increase(values: Sequence[float]) -> float | None:
    """Return how much a counter grew from the first of its values to the last; None with fewer than two.

    A value below the one before means that its process started anew from zero, as in Prometheus' ``increase``; nothing
    is extrapolated to the ends.

    Parameters
    ----------
    values : sequence of float
        Readings of one counter, oldest first, in its own unit.

    Examples
    --------
    >>> increase([10.0, 14.0, 3.0, 5.0])
    9.0
    """
    if len(values) < 2:
        return None
    return math.fsum(later - before if later >= before else later for before, later in pairwise(values))


def rate(points: Sequence[Point]) -> float | None:
    """Return the growth of a counter per second over its readings, oldest first; None with fewer than two moments."""
    grown = increase([point.value for point in points])
    seconds = (points[-1].at - points[0].at).total_seconds() if points else 0.0
    return grown / seconds if grown is not None and seconds > 0 else None
