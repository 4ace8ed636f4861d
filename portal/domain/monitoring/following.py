"""What is worth storing of a scrape: a counter's first step is not lost, and buckets that stand still take no room.

A histogram has dozens of buckets of which few move between two scrapes. A bucket that stands still is stored every few
minutes only; before it moves, its last reading is stored at its last moment, so that growth between any two moments
is the same as if every reading had been stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from portal.domain.monitoring.samples import Sample

STILL = timedelta(minutes=5)
_BUCKET = "_bucket"
_MOST = 200_000  # series that are remembered


@dataclass(slots=True)
class _Seen:
    value: float
    stored_at: datetime
    left_out_at: datetime | None = None


@dataclass(slots=True)
class Follower:
    """What one service showed at the scrapes before; scrapes come in the order of time."""

    _series: dict[tuple[str, str], _Seen] = field(default_factory=dict)
    _before: datetime | None = None

    def keep(self, at: datetime, found: Iterable[Sample], counters: frozenset[str]) -> list[Sample]:
        """Return what is to be stored of the scrape at ``at``.

        Parameters
        ----------
        at : datetime
            Moment of the scrape.
        found : iterable of Sample
            What it showed.
        counters : frozenset of str
            Names of the metrics that count; one that was not there at the scrape before began at 0 then.
        """
        kept: list[Sample] = []
        if len(self._series) > _MOST:  # labels that never come again
            self._series.clear()
            self._before = None
        for sample in found:
            if sample.metric not in counters:
                kept.append(sample)
                continue
            key = (sample.metric, sample.labels)
            seen = self._series.get(key)
            if seen is None and self._before is not None:
                kept.append(sample._replace(at=self._before, value=0.0))
            if seen is not None and sample.metric.endswith(_BUCKET):
                if sample.value == seen.value and at - seen.stored_at < STILL:
                    seen.left_out_at = at
                    continue
                if seen.left_out_at is not None:
                    kept.append(sample._replace(at=seen.left_out_at, value=seen.value))
            self._series[key] = _Seen(sample.value, at)
            kept.append(sample)
        self._before = at
        return kept
