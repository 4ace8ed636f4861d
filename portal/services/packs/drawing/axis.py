"""An axis: of which kind it is, where its values lie, and from where to where it goes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from portal.services.packs.drawing.values import Numbers, is_moment, listed, moments, numbers, said

PAD = 0.05  # of the range, beyond the values, as in the browser


@dataclass
class Reach:
    """What a trace needs of an axis: from ``low`` to ``high``, with room beyond them if ``padded``.

    ``zero`` says that the trace stands on zero; ``before`` and ``after`` are points that words need beyond both ends.
    """

    axis: "Axis"
    low: float
    high: float
    padded: bool = False
    zero: bool = False
    before: float = 0.0
    after: float = 0.0


@dataclass
class Axis:
    """An axis by its name (``x``, ``y2``); positions on it are plain numbers: days, logarithms, places."""

    name: str
    spec: Mapping[str, Any]
    kind: str = "linear"  # linear, log, date, category
    categories: list[str] = field(default_factory=list)
    low: float = 0.0
    high: float = 1.0
    is_daily: bool = False
    _places: dict[str, int] = field(default_factory=dict)

    @property
    def is_across(self) -> bool:
        """Tell whether it is an x axis."""
        return self.name.startswith("x")

    @property
    def is_reversed(self) -> bool:
        """Tell whether its low end is at the top or right."""
        return self.spec.get("autorange") in ("reversed", "min reversed", "max reversed")

    @property
    def title(self) -> str:
        """Its title, empty for none."""
        title = self.spec.get("title") or ""
        return str(title.get("text") or "") if isinstance(title, Mapping) else str(title)

    @property
    def domain(self) -> tuple[float, float]:
        """The share of the picture that it spans."""
        begin, end = self.spec.get("domain") or (0.0, 1.0)
        return float(begin), float(end)

    def learn(self, series: Iterable[Any]) -> None:
        """Find out from the values of all its traces of which kind it is, and the order of its categories."""
        series = [listed(one) for one in series]
        self.kind = str(self.spec.get("type") or "-")
        if self.kind == "-":
            known = next((one for values in series for one in values if one is not None and one != ""), 0.0)
            self.kind = "date" if is_moment(known) else "category" if not _is_number(known) else "linear"
        if self.kind == "category":
            seen = dict.fromkeys(said(one) for values in series for one in values if one is not None)
            self.categories = self._ordered(list(seen))
            self._places = {name: place for place, name in enumerate(self.categories)}
        if self.kind == "date":  # ticks within a day would say more than the values do
            every = np.concatenate([moments(values) for values in series])
            every = every[np.isfinite(every)]
            self.is_daily = bool(every.size) and bool((every == np.round(every)).all())

    def _ordered(self, seen: Sequence[str]) -> list[str]:
        order = str(self.spec.get("categoryorder") or "")
        if self.spec.get("categoryarray") is not None and order in ("", "array"):
            given = [said(one) for one in listed(self.spec["categoryarray"])]
            return list(dict.fromkeys([*given, *seen]))
        if order.startswith("category "):
            return sorted(seen, reverse=order.endswith("descending"))
        return list(seen)

    def place(self, raw: Any) -> Numbers:
        """Return the positions of values on the axis, shape (n,); NaN where there is none."""
        if self.kind == "date":
            return moments(raw)
        if self.kind == "category":
            return np.array([self._placed(one) for one in listed(raw)], dtype=np.float64)
        found = numbers(raw)
        if self.kind == "log":
            return np.log10(np.where(found > 0.0, found, np.nan))
        return found

    def _placed(self, value: Any) -> float:
        if value is None:
            return np.nan
        place = self._places.get(said(value))
        if place is not None:
            return float(place)
        return float(value) if _is_number(value) else np.nan

    def settle(self, reaches: Sequence[Reach], length: float) -> None:
        """Set both ends from what the traces need; ``length`` is that of the axis in points."""
        given = self.spec.get("range")
        if given is not None and all(one is not None for one in given):
            # the ends of a logarithmic axis are exponents in the schema, and so are positions here
            ends = numbers(given) if self.kind == "log" else self.place(given)
            self.low, self.high = float(ends[0]), float(ends[1])
            return
        found = [one for one in reaches if np.isfinite(one.low) and np.isfinite(one.high)]
        if not found:
            self.low, self.high = 0.0, float(max(len(self.categories), 1))
            return
        self._autorange(found)
        for one in found:  # the range grows until words at the end of it fit
            after, before = min(one.after, 0.7 * length), min(one.before, 0.7 * length)
            if after:
                self.high = max(self.high, (one.high * length - after * self.low) / (length - after))
            if before:
                self.low = min(self.low, (one.low * length - before * self.high) / (length - before))

    def _autorange(self, reaches: Sequence[Reach]) -> None:
        low, high = min(one.low for one in reaches), max(one.high for one in reaches)
        mode = str(self.spec.get("rangemode") or "normal") if self.kind == "linear" else "normal"
        if mode in ("tozero", "nonnegative"):
            low, high = min(low, 0.0), max(high, 0.0)
        if mode == "nonnegative":
            low = max(low, 0.0)
        stands = self.kind == "linear" and (mode != "normal" or any(one.zero for one in reaches))
        size = high - low
        if size <= 0.0:
            size, low, high = 2.0, low - (0.0 if stands and low == 0.0 else 1.0), high + 1.0
            self.low, self.high = low, high
            return
        self.low, self.high = low, high
        for one in reaches:
            if one.padded and not (stands and low == 0.0):
                self.low = min(self.low, one.low - PAD * size)
            if one.padded and not (stands and high == 0.0):
                self.high = max(self.high, one.high + PAD * size)


def reach(axis: Axis, *arrays: Numbers, padded: bool = False, zero: bool = False) -> list[Reach]:
    """Return what arrays of positions need of an axis, or nothing if they hold none."""
    every = np.concatenate([np.ravel(array) for array in arrays]) if arrays else np.zeros(0)
    every = every[np.isfinite(every)]
    if not every.size:
        return []
    low, high = float(every.min()), float(every.max())
    return [Reach(axis, min(low, 0.0) if zero else low, max(high, 0.0) if zero else high, padded, zero)]


def _is_number(value: Any) -> bool:
    if isinstance(value, (bool, str)):
        return isinstance(value, str) and value.replace(".", "", 1).lstrip("-").isdigit()
    return isinstance(value, (int, float, np.integer, np.floating))
