"""Wall-clock times of a file brought to UTC, and the repeated hour of autumn settled at its end.

An hour that the clock shows twice is settled by order: when every one of its times stands twice in the file, one
run after
the other, the first run is the earlier one (the later one in a file that runs backwards). Otherwise nobody can know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.readers.zones import TWICE, from_wall_clock


@dataclass(frozen=True, slots=True)
class Local:
    """Wall-clock times in UTC: ``first`` and ``second`` moment, and how often the clock shows each."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    times: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Undecided:
    """One observation in an hour that the clock shows twice, in order of the file."""

    line: int
    series: int
    local: int
    first: int
    second: int
    payload: int  # place in the store of set-aside observations


def to_utc(local: NDArray[np.int64], zones: Sequence[str] | str) -> Local:
    """Bring wall-clock seconds to UTC; ``zones`` is one zone for all, or one for each."""
    if isinstance(zones, str):
        return Local(*from_wall_clock(local, zones))
    names = np.array(zones, dtype=object)
    result = Local(np.zeros_like(local), np.zeros_like(local), np.zeros(len(local), np.uint8))
    for zone in set(zones):
        rows = np.flatnonzero(names == zone)
        first, second, times = from_wall_clock(local[rows], zone)
        result.first[rows], result.second[rows], result.times[rows] = first, second, times
    return result


class RepeatedHours:
    """The observations whose hour the clock shows twice, kept until the file ends."""

    def __init__(self) -> None:
        self.undecided: list[Undecided] = []
        self._span: dict[int, tuple[int, int]] = {}

    def note_direction(self, series: NDArray[np.int32], local: NDArray[np.int64]) -> None:
        """Remember the first and the newest wall-clock time of each series."""
        found, first = np.unique(series, return_index=True)
        last = len(series) - 1 - np.unique(series[::-1], return_index=True)[1]
        for key, a, b in zip(found.tolist(), first.tolist(), last.tolist(), strict=True):
            start = self._span.get(key, (int(local[a]), 0))[0]
            self._span[key] = (start, int(local[b]))

    def settle(self) -> tuple[dict[int, int], list[Undecided]]:
        """Return the UTC second of each payload that order settles, and the observations that it does not."""
        groups: dict[tuple[int, int], list[Undecided]] = {}
        for item in self.undecided:
            groups.setdefault((item.series, item.local // 86400), []).append(item)
        moments: dict[int, int] = {}
        lost: list[Undecided] = []
        for (series, _), items in groups.items():
            backwards = self._runs_backwards(series, [item.local for item in items])
            if backwards is None:
                lost += items
                continue
            half = len(items) // 2
            for i, item in enumerate(items):
                moments[item.payload] = item.first if (i < half) != backwards else item.second
        return moments, lost

    def _runs_backwards(self, series: int, local: list[int]) -> bool | None:
        """Tell the direction of two equal runs of times; None when they are not that."""
        half = len(local) // 2
        runs = local[:half], local[half:]
        if len(local) % 2 or runs[0] != runs[1] or len(set(runs[0])) != half:
            return None
        if half > 1:
            ordered = sorted(runs[0])
            return False if runs[0] == ordered else True if runs[0] == ordered[::-1] else None
        start, end = self._span.get(series, (0, 0))
        return start > end


def zone_names(cells: Sequence[Any]) -> list[str]:
    """Return the cells of a zone column as names."""
    return [str(cell).strip() if cell is not None else "" for cell in cells]


__all__ = ["TWICE", "Local", "RepeatedHours", "Undecided", "to_utc", "zone_names"]
