"""What the demo's people of compliance did with some of the cases that the night opened; simulated."""

from collections.abc import Callable, Sequence
from datetime import date

from data.queries import access as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.domain.compliance.case_workflow import Outcome, Step
from portal.services.access import DEMO_ACCOUNTS
from portal.services.compliance import cases
from portal.services.compliance.case_views import CaseView

MOST = 24
"""Cases of rules that somebody has looked at; the others wait."""
_REASONS = {
    Outcome.CONFIRMED: "Simulated decision: the facts are as the rule says; the desk was told and corrects them.",
    Outcome.FALSE_POSITIVE: "Simulated decision: compared with the source, nothing was wrong.",
    Outcome.ACCEPTED: "Simulated decision: known and small; tolerated until the contract ends.",
}
_TURN = (Outcome.CONFIRMED, Outcome.FALSE_POSITIVE, Outcome.CONFIRMED, Outcome.ACCEPTED)


def load(last: date, say: Callable[[str], None]) -> None:
    """Let the demo's officer look at the first cases of rules, and the head decide some of them."""
    say("Deciding some of the cases")
    officer, head = _person(Role.COMPLIANCE_OFFICER), _person(Role.COMPLIANCE_HEAD)
    with UnitOfWork() as work:
        if any(not user.is_demo for user in queries.list_users(work.session)):
            return  # people of its own decide on a real desk
    waiting = [view for view in cases.cases(Clocks(last, clock.now()), officer) if not view.is_closed]
    _work_on([view for view in waiting if view.row.kind == "rule"][:MOST], officer, head)


def _work_on(views: Sequence[CaseView], officer: Actor, head: Actor) -> None:
    """Look at three of four cases, propose a decision of two, and decide one."""
    for number, view in enumerate(sorted(views, key=lambda item: item.id)):
        if len(view.events) > 1 or number % 4 == 3:
            continue
        if number % 4 == 2:
            cases.comment(
                view.id, officer, "Simulated comment: asked the desk for the broker's confirmation."
            )
            continue
        outcome = _TURN[number // 4 % len(_TURN)]
        reason = {"outcome": outcome.value, "reason": _REASONS[outcome]}
        cases.take_step(view.id, Step.PROPOSED, officer, reason)
        if number % 4 == 0:
            cases.approve(view.id, head, "Agreed.")


def _person(role: Role) -> Actor:
    username, _, name = next(account for account in DEMO_ACCOUNTS if account[1] is role)
    return Actor(0, username, name, frozenset({role}))
