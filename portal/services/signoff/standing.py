"""Which portfolios and days are signed, which are due, and which would be found differently now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from data.queries import portfolios as portfolio_queries
from data.queries import sign_offs as queries
from data.queries.portfolios import Node
from data.queries.sign_offs import StepRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.domain.market.business_days import shift_business_days
from portal.domain.market.holidays import desk_holidays
from portal.domain.signoff.steps import Step, read_round, steps_open
from portal.services.portfolio.books import visible_nodes
from portal.services.signoff import adjustments
from portal.services.signoff.adjustments import Adjustment
from portal.services.signoff.figures import figures_in
from portal.services.signoff.signing import Signed, as_of_day, put_together

DAYS = 5
"""Business days that are looked at."""
STATES = {
    "due": "to be prepared",
    "prepared": "to be reviewed",
    "reviewed": "to be approved",
    "approved": "approved",
    "reopened": "to be prepared anew",
}
"""What each state asks for, in words."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A portfolio on a day; ``is_due`` whether it is one that is signed every day, ``mine`` what the reader may do."""

    node: Node
    day: date
    signed: Signed | None
    state: str
    is_due: bool
    mine: tuple[Step, ...]

    @property
    def differs(self) -> bool:
        """Whether what was signed would be found differently now."""
        return self.signed is not None and self.signed.differs

    @property
    def altered(self) -> bool:
        """Whether stored figures are not those that were signed."""
        return self.signed is not None and bool(self.signed.altered)


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody sees: their portfolios, parents first, by day, the newest day first."""

    clocks: Clocks
    nodes: tuple[Node, ...]
    days: tuple[date, ...]
    cells: tuple[Cell, ...]
    adjustments: tuple[Adjustment, ...]
    simulated: bool

    def cell(self, code: str, day: date) -> Cell:
        """Return one cell."""
        return next(one for one in self.cells if one.node.code == code and one.day == day)

    def waiting(self) -> list[Cell]:
        """The cells whose next step the reader may take, the newest day first; not in a view of the past."""
        return [
            one for one in self.cells if one.is_due and any(step is not Step.REOPENED for step in one.mine)
        ]


def days_until(day: date, count: int = DAYS) -> tuple[date, ...]:
    """Return the newest business days up to ``day``, the newest first."""
    first = date.fromordinal(day.toordinal() - 3 * count - 15)
    holidays = desk_holidays(first, day)
    newest = shift_business_days(date.fromordinal(day.toordinal() + 1), -1, holidays)
    return tuple(shift_business_days(newest, -at, holidays) for at in range(count))


def is_due(node: Node) -> bool:
    """Tell whether a portfolio is to be signed every day: those with others below them, and those at the top."""
    return not node.is_book or node.parent_id is None


def standing(clocks: Clocks, actor: Actor) -> Standing:
    """Return how the portfolios that ``actor`` may see stand on the newest business days.

    Raises
    ------
    NotPermitted
        The actor may not read portfolios.
    """
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        return standing_in(work, clocks, actor)


def standing_in(work: UnitOfWork, clocks: Clocks, actor: Actor, *, pinned_is_past: bool = True) -> Standing:
    """Return the same within a transaction. Only days that somebody signed are computed.

    ``pinned_is_past`` takes clocks that are not live for a view of the past, in which nobody can do anything.
    """
    nodes = tuple(visible_nodes(work, actor))
    days = days_until(clocks.as_of)
    rows = steps_in(work, nodes, days, clocks)
    codes = [node.code for node in nodes]
    beside = adjustments.read_in(work, codes, days[-1], clocks, actor)
    signed, simulated = _signed(work, nodes, rows, beside, clocks)
    may_act = clocks.live or not pinned_is_past
    cells = [_cell(node, day, rows, signed, actor, may_act) for day in days for node in nodes]
    return Standing(clocks, nodes, days, tuple(cells), tuple(beside), simulated)


def steps_in(
    work: UnitOfWork, nodes: Sequence[Node], days: Sequence[date], clocks: Clocks
) -> dict[tuple[str, date], list[StepRow]]:
    """Return the steps by portfolio and day, oldest first."""
    found: dict[tuple[str, date], list[StepRow]] = {}
    if not nodes:
        return found
    known_at = None if clocks.live else clocks.known_at
    codes = [node.code for node in nodes]
    for row in queries.steps(work.session, portfolios=codes, first=days[-1], last=days[0], known_at=known_at):
        found.setdefault((row.portfolio, row.as_of), []).append(row)
    return found


def _signed(
    work: UnitOfWork, nodes: Sequence[Node], rows: dict[tuple[str, date], list[StepRow]],
    beside: Sequence[Adjustment], clocks: Clocks,
) -> tuple[dict[tuple[str, date], Signed], bool]:  # fmt: skip
    below = {node.code: {one.code for one in portfolio_queries.subtree(nodes, node.code)} for node in nodes}
    out: dict[tuple[str, date], Signed] = {}
    simulated = False
    for (code, day), steps in rows.items():
        now = figures_in(work, as_of_day(clocks, day))
        simulated = simulated or now.simulated
        mine = [one for one in beside if one.row.as_of == day and one.row.portfolio in below[code]]
        figures = now.by_node.get(code, ())
        out[code, day] = put_together(code, day, steps, figures, adjustments.beside(mine), now.simulated)
    return out, simulated


def _cell(
    node: Node, day: date, rows: dict[tuple[str, date], list[StepRow]],
    signed: dict[tuple[str, date], Signed], actor: Actor, may_act: bool,
) -> Cell:  # fmt: skip
    found = read_round(rows.get((node.code, day), []))
    mine = steps_open(found, actor) if may_act else ()
    return Cell(node, day, signed.get((node.code, day)), found.state, is_due(node), mine)
