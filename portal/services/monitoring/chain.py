"""The end-of-day chain of one day: steps against their norm, critical path, when the morning pack is complete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.domain.monitoring.chain import (
    Norm,
    Outlook,
    Run,
    Step,
    critical_path,
    foresee,
    norms,
    slacks,
)
from portal.services.monitoring.chain_days import ChainRow, midnight, minutes_of, read_chain, steps_of
from portal.services.monitoring.chain_steps import BEGINS, BY_CODE, LASTS, PACK, STEPS

BOUNDS = ("median", "low", "high")


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain of ``day`` as known at ``moment``.

    ``rows`` are those of the day; ``history`` counts the past days that say what is usual. ``given_up`` when the day
    is over and the pack was never complete: nothing is expected of it any more.
    """

    day: date
    moment: datetime
    rows: tuple[ChainRow, ...]
    steps: tuple[Step, ...]
    outlook: Mapping[str, Outlook]
    usual: Mapping[str, Norm]
    path: tuple[str, ...]
    room: Mapping[str, float]
    history: int
    given_up: bool

    @property
    def is_complete(self) -> bool:
        """Whether the pack has all of its inputs."""
        return PACK in self.outlook and self.outlook[PACK].state == "done"

    @property
    def has_pack(self) -> bool:
        """Whether there is anything that the pack waits for."""
        return PACK in self.outlook

    def eta(self, bound: str = "median") -> float | None:
        """Return the minute at which the pack is complete: the median, or a bound of the middle 90 %."""
        if not self.has_pack or self.given_up:
            return None
        found = self.outlook[PACK]
        return {"median": found.end, "low": found.low, "high": found.high}[bound]

    def later(self, step: str = PACK) -> float | None:
        """Return by how many minutes a step ends later than usual."""
        if step not in self.outlook or step not in self.usual or (self.given_up and not self._done(step)):
            return None
        return self.outlook[step].end - self.usual[step].end.median

    def minutes(self, step: str) -> float | None:
        """Return the run time of a step that has ended or is expected to."""
        if step not in self.outlook or (self.given_up and not self._done(step)):
            return None
        return self.outlook[step].end - self.outlook[step].begin

    def _done(self, step: str) -> bool:
        return self.outlook[step].state == "done"

    def at(self, minutes: float) -> datetime:
        """Return a minute of the chain's day as a moment."""
        return midnight(self.day) + timedelta(minutes=minutes)

    @property
    def simulated(self) -> bool:
        """Whether anything that is shown or that the norm stands on was made up or belongs to the demo desk."""
        return any(row.origin == "simulated" for row in self.rows)


def chain_of(day: date, moment: datetime, rows: Sequence[ChainRow]) -> Chain:
    """Put the chain of ``day`` together from the rows of that day and of days before it."""
    today = [row for row in rows if row.day == day]
    steps = steps_of(today)
    past: dict[date, dict[str, Run]] = {}
    for row in rows:
        if row.day < day and row.end is not None:
            past.setdefault(row.day, {})[row.step] = row.run
    history = [past[key] for key in sorted(past)]
    runs = {row.step: row.run for row in today}
    outlook = foresee(steps, runs, history, minutes_of(moment, day))
    has_pack = PACK in outlook
    over = minutes_of(moment, day) > BEGINS + LASTS
    return Chain(
        day, moment, tuple(today), steps, outlook, norms(steps, history),
        critical_path(steps, outlook, PACK) if has_pack else (),
        slacks(steps, outlook, PACK) if has_pack else {},
        len(history), over and has_pack and outlook[PACK].state != "done",
    )  # fmt: skip


def chain(actor: Actor, day: date | None, moment: datetime) -> Chain:
    """Return the chain of a day as known at a moment; without a day that of the newest."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        chosen, rows = read_chain(work, day, moment)
    return chain_of(chosen, moment, rows)


def title_of(step: str) -> str:
    """Return the title of a step."""
    return BY_CODE[step].title if step in BY_CODE else step


def in_drawing_order(found: Chain) -> list[ChainRow]:
    """Return the rows of the day in the order in which they are declared."""
    order = {spec.code: at for at, spec in enumerate(STEPS)}
    return sorted(found.rows, key=lambda row: order.get(row.step, len(order)))
