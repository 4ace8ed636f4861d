"""The metric registry: a number may be shown only if it is here, so that each opens to its formula and rows.

A :class:`Metric` says what the number means. A :class:`Shown` is one value of it on a page: the value, the parameters
that pin down which one, and nothing else; the passport service computes it again from the same parameters and clocks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from portal.core.errors import NotFound

Params = Mapping[str, str | int | float | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """One kind of number.

    ``unit`` is text, or empty when the instrument decides it. ``formula`` is in words, ``symbols`` in symbols (plain
    text), ``computed_by`` the dotted name of the domain function, ``anchor`` the heading in ``docs/metrics.md``.
    ``coloured`` gives a signed figure the colour of its direction: for moves, not for levels that may have a sign.
    """

    id: str
    title: str
    unit: str
    formula: str
    symbols: str
    computed_by: str
    decimals: int = 2
    signed: bool = False
    percent: bool = False
    coloured: bool = True

    @property
    def anchor(self) -> str:
        """The heading of this metric in ``docs/metrics.md``."""
        return self.id.replace(".", "-")


_METRICS: dict[str, Metric] = {}
METRICS: Mapping[str, Metric] = MappingProxyType(_METRICS)


def register(metric: Metric) -> Metric:
    """Add ``metric`` to the registry; registering one id twice is a programming error and raises ValueError."""
    if metric.id in _METRICS and _METRICS[metric.id] != metric:
        raise ValueError(f"The metric '{metric.id}' is registered twice.")
    _METRICS[metric.id] = metric
    return metric


def metric(metric_id: str) -> Metric:
    """Return the metric called ``metric_id``, or raise :class:`NotFound`."""
    if metric_id not in _METRICS:
        raise NotFound(f"There is no metric '{metric_id}' in the registry.", metric=metric_id)
    return _METRICS[metric_id]


@dataclass(frozen=True, slots=True)
class Shown:
    """One value of a metric on a page; ``value`` None reads "no data", never zero."""

    metric: Metric
    value: float | None
    unit: str
    params: Params = field(default_factory=dict)
    note: str = ""
