"""Which backups are kept: the newest of each of the last days, weeks and months, and always the newest good one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """How many days, ISO weeks and months keep their newest backup each."""

    days: int
    weeks: int
    months: int


def to_remove(made_at: Sequence[datetime], good: Sequence[bool], keep: Kept) -> list[int]:
    """Return the places of backups that can go, oldest first.

    Parameters
    ----------
    made_at : sequence of datetime
        When each was made.
    good : sequence of bool
        Whether it passed its test; one that did not is no reason to remove another.
    keep : Kept
        What is kept.

    Returns
    -------
    list of int
        Places in ``made_at``. The newest good backup and the newest of all are never among them.
    """
    order = sorted(range(len(made_at)), key=lambda at: made_at[at], reverse=True)
    stays = set(order[:1]) | {next((at for at in order if good[at]), -1)}
    for count, period in (
        (keep.days, lambda moment: moment.date()),
        (keep.weeks, lambda moment: moment.isocalendar()[:2]),
        (keep.months, lambda moment: (moment.year, moment.month)),
    ):
        seen: set[object] = set()
        for at in order:
            key = period(made_at[at])
            if good[at] and key not in seen and len(seen) < count:
                seen.add(key)
                stays.add(at)
    return [at for at in reversed(order) if at not in stays]
