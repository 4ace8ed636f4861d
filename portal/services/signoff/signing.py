"""Signing a portfolio's day: prepared, reviewed and approved by three people, all for the same frozen figures.

The figures are frozen when it is prepared. Whoever reviews or approves signs that very document, which they name by its
digest; when something recorded since has changed a figure, they must say in a note why they sign all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from data.queries import sign_offs as queries
from data.queries.sign_offs import StepRow
from data.session import UnitOfWork
from data.writes import sign_offs as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.market.business_days import is_business_day
from portal.domain.market.holidays import desk_holidays
from portal.domain.signoff.frozen import (
    Beside,
    Compared,
    Figure,
    adjustments_of,
    compare,
    digest_of,
    figures_of,
    freeze,
)
from portal.domain.signoff.steps import Round, Step, check_step, current, read_round
from portal.services import audit
from portal.services import clocks as clock_service
from portal.services.signoff import adjustments
from portal.services.signoff.adjustments import codes_in
from portal.services.signoff.figures import figures_in

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Signed:
    """A portfolio's day: its steps (of all rounds, oldest first), what was signed and what is found now.

    ``beside`` are the adjustments approved when it was signed, ``beside_now`` those approved by the clocks.
    """

    portfolio: str
    day: date
    steps: tuple[StepRow, ...]
    round: Round
    figures: tuple[Compared, ...]
    beside: tuple[Beside, ...]
    beside_now: tuple[Beside, ...]
    simulated: bool

    @property
    def signature(self) -> StepRow | None:
        """The step that holds what this round signs; None when nobody has signed in it."""
        found = current(self.steps)
        return found[0] if found else None

    @property
    def digest(self) -> str:
        """The digest that the next step must name; "" when nobody has signed in this round."""
        found = self.signature
        return found.digest if found else ""

    @property
    def differs(self) -> bool:
        """Whether what was signed would be found differently now."""
        if self.signature is None:
            return False
        return self.beside != self.beside_now or any(one.differs for one in self.figures)

    @property
    def altered(self) -> tuple[StepRow, ...]:
        """Steps of all rounds whose stored figures are not those that were signed: their digest says otherwise."""
        return tuple(row for row in self.steps if not is_intact(row)) + self._strangers()

    @property
    def is_altered_now(self) -> bool:
        """Whether the newest round is among what was altered; if not, it can be signed although an older one was."""
        mine = {row.id for row in current(self.steps)}
        return any(row.id in mine for row in self.altered)

    def _strangers(self) -> tuple[StepRow, ...]:
        """Steps of the newest round that are intact and yet stand for other figures than its first one."""
        found = current(self.steps)
        return tuple(row for row in found if is_intact(row) and row.digest != found[0].digest)


def is_intact(row: StepRow) -> bool:
    """Tell whether the figures of a step are those that its digest was made of."""
    if row.step == Step.REOPENED:
        return True
    try:
        return digest_of(row.portfolio, clocks_of(row), row.figures) == row.digest
    except (TypeError, ValueError, KeyError, AttributeError):
        return False


def clocks_of(row: StepRow) -> Clocks:
    """Return the clocks that a step stands for."""
    return Clocks(row.as_of, row.known_at, live=False)


def signed(portfolio: str, clocks: Clocks, actor: Actor) -> Signed:
    """Return how a portfolio stands on the valuation day, as known by the clocks.

    Raises
    ------
    NotPermitted
        The actor may not read portfolios.
    NotFound
        There is no such portfolio among those that they may see.
    """
    with UnitOfWork() as work:
        return signed_in(work, portfolio, clocks, actor)


def signed_in(work: UnitOfWork, portfolio: str, clocks: Clocks, actor: Actor) -> Signed:
    """Return the same within a transaction."""
    below = _codes(work, portfolio, actor)
    known_at = None if clocks.live else clocks.known_at
    rows = queries.steps(
        work.session, portfolios=[portfolio], first=clocks.as_of, last=clocks.as_of, known_at=known_at
    )
    now = figures_in(work, clocks)
    beside_now = adjustments.beside(adjustments.read_in(work, below, clocks.as_of, clocks))
    return put_together(portfolio, clocks.as_of, rows, now.by_node[portfolio], beside_now, now.simulated)


def put_together(
    portfolio: str, day: date, rows: Sequence[StepRow], now: Sequence[Figure], beside_now: Sequence[Beside],
    simulated: bool,
) -> Signed:  # fmt: skip
    """Return a portfolio's day from its steps and from what is found now."""
    found = current(rows)
    document = found[0].figures if found else {}
    try:
        then, beside = figures_of(document), adjustments_of(document)
    except (KeyError, TypeError, ValueError):
        then, beside = (), ()  # somebody damaged it, which the digest says
    return Signed(
        portfolio,
        day,
        tuple(rows),
        read_round(rows),
        compare(then, now),
        beside,
        tuple(beside_now),
        simulated,
    )


def sign(portfolio: str, day: date, step: Step, actor: Actor, *, note: str = "", seen: str = "") -> Signed:
    """Take a step of the sign-off of a portfolio and a day, and return how it stands then.

    Parameters
    ----------
    portfolio, day : str, date
        What is signed.
    step : Step
        The step.
    actor : Actor
        Who takes it.
    note : str
        Words to it; needed to reopen, and to sign figures that would be found differently by now.
    seen : str
        Digest of what the actor had before their eyes; needed to review and to approve.

    Raises
    ------
    NotFound
        There is no such portfolio that they may see.
    NotPermitted
        They lack the right, or signed before.
    Conflict
        The step is not due, or what they saw is not what stands there now.
    DomainError
        The day cannot be signed, or a note is missing.
    """
    said = note.strip()
    if len(said) > LONGEST:
        raise DomainError(f"The note is longer than {LONGEST:,} characters. Shorten it.")
    check_day(day)
    with UnitOfWork(write=True) as work:
        writes.lock(work.session)
        found = signed_in(work, portfolio, Clocks(day, clock.now(), live=True), actor)
        check_step(found.round, step, actor)
        made = _prepare(work, found, actor) if step is Step.PREPARED else _follow(found, step, said, seen)
        number = writes.add_step(
            work.session, portfolio=portfolio, as_of=day, known_at=made.known_at, step=step.value,
            digest=made.digest, figures=made.figures, note=said, by=actor.username,
        )  # fmt: skip
        detail = {"portfolio": portfolio, "as_of": day.isoformat(), "digest": made.digest}
        audit.note(work, actor, f"sign-off.{step.value}", "sign-off", str(number), detail)
        return signed_in(work, portfolio, Clocks(day, clock.now(), live=True), actor)


def check_day(day: date) -> None:
    """Refuse a day that nobody signs.

    Raises
    ------
    DomainError
        It is no business day, or no data has come in for it.
    """
    if not is_business_day(day, desk_holidays(day, day)):
        raise DomainError(f"{day:%Y-%m-%d} is no business day of the desk, so there is nothing to sign.")
    if day > clock_service.latest_day():
        raise DomainError(f"No data has come in for {day:%Y-%m-%d} yet. Sign it when it is there.")


@dataclass(frozen=True, slots=True)
class _Made:
    known_at: datetime
    digest: str
    figures: dict[str, object]


def _prepare(work: UnitOfWork, found: Signed, actor: Actor) -> _Made:
    """Freeze the figures as known at this moment."""
    clocks = Clocks(found.day, clock.now(), live=False)
    now = figures_in(work, clocks)
    below = _codes(work, found.portfolio, actor)
    beside = adjustments.beside(adjustments.read_in(work, below, found.day, clocks))
    document = freeze(now.by_node[found.portfolio], beside, simulated=now.simulated)
    return _Made(clocks.known_at, digest_of(found.portfolio, clocks, document), document)


def _follow(found: Signed, step: Step, said: str, seen: str) -> _Made:
    """Return what the round signs; a reopening keeps it too, to say what was taken back."""
    first = found.signature
    if first is None:
        raise Conflict("Nobody has signed, so there is nothing to follow.")
    if step is Step.REOPENED:
        if not said:
            raise DomainError("Say why it is reopened: those who signed want to know.")
        return _Made(first.known_at, first.digest, first.figures)
    if found.is_altered_now:
        raise Conflict(
            "The stored figures are not those that were signed: their digest says otherwise. Nothing was stored. "
            "Reopen it, prepare it anew, and tell the auditor."
        )
    if seen != first.digest:
        raise Conflict(
            "What you had before your eyes is not what stands there now. Nothing of yours was stored; look again."
        )
    if found.differs and not said:
        raise DomainError(
            "Something recorded since it was prepared has changed these figures. Reopen it so that it is prepared "
            "anew, or say in the note why you sign what was prepared."
        )
    return _Made(first.known_at, first.digest, first.figures)


def reproduce(row: StepRow, actor: Actor) -> bool:
    """Tell whether the figures of a step are found again in the database under the clocks that it stands for.

    Raises
    ------
    NotFound
        The actor does not see the portfolio.
    """
    clocks = clocks_of(row)
    with UnitOfWork() as work:
        _codes(work, row.portfolio, actor)
        now = figures_in(work, clocks).by_node.get(row.portfolio, ())
    return not any(one.differs for one in compare(figures_of(row.figures), now))


def step_in(work: UnitOfWork, step_id: int, actor: Actor) -> StepRow:
    """Return one step.

    Raises
    ------
    NotFound
        There is none of this number that the actor may see.
    """
    actor.require(Permission.PORTFOLIO_READ)
    row = queries.step_by_id(work.session, step_id)
    if row is None or row.portfolio not in codes_in(work, actor, None):
        raise NotFound(f"There is no signature {step_id} that you may see. Open it again from the page.")
    return row


def _codes(work: UnitOfWork, portfolio: str, actor: Actor) -> list[str]:
    actor.require(Permission.PORTFOLIO_READ)
    return codes_in(work, actor, portfolio)


def as_of_day(clocks: Clocks, day: date) -> Clocks:
    """Return the clocks of another valuation day."""
    return replace(clocks, as_of=day)
