"""What the rules would say of deals that are only asked about: the verdict before a trade is made.

API: ``check(answer, clocks, actor) -> list[Said]``, ``judge(terms, ...) -> Said``. What questions share (parameters,
parties, onboarding, credit) is read once a minute; the rules themselves are asked anew each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from data.queries.marks import stamp
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.domain.compliance.base import Action, Case, all_rules
from portal.domain.compliance.engine import GAP, Fired, Verdict, evaluate
from portal.domain.portfolio.terms import Terms, TradeVersion
from portal.services.compliance import checks, facts, rulebook
from portal.services.compliance.facts import Desk, Facts, TradeCase
from portal.services.compliance.rulebook import Rulebook
from portal.services.portfolio import what_if
from portal.services.portfolio.what_if import Answer
from portal.services.recent import Recent

ORDER_RULES = ("GL-FF-01",)
"""Rules about orders that a deal typed by hand has the facts for."""
_shared: Recent[tuple[object, ...], tuple[Rulebook, Desk]] = Recent(4)


@dataclass(frozen=True, slots=True)
class Said:
    """What the rules say of one line: ``block``, ``flag`` or ``allow``, each finding, and what it falls under."""

    text: str
    decision: str
    fired: tuple[Fired, ...]
    regimes: tuple[str, ...]

    @property
    def findings(self) -> list[tuple[str, str, str]]:
        """Action, code of the rule and sentence, the gravest first; a rule that lacks facts is a ``data gap``."""
        order = {"block": 0, "flag": 1, "data gap": 2, "report": 3}
        rows = [(_word(item), item.code, item.finding.message) for item in self.fired]
        return sorted(rows, key=lambda row: order[row[0]])


def _word(item: Fired) -> str:
    return GAP if item.finding.extra.get("reason") == GAP else item.finding.action.value


def check(answer: Answer, clocks: Clocks, actor: Actor) -> list[Said]:
    """Ask all rules about the candidates of a what-if.

    Parameters
    ----------
    answer : Answer
        The valued what-if; a candidate without a price is judged at its fair one.
    clocks : Clocks
        Of the page.
    actor : Actor
        Who asks; a candidate in a book that they do not see is left out.

    Returns
    -------
    list of Said
        One for each line that adds a trade.
    """
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        wanted = [
            (
                number,
                terms
                if priced or terms.price is None
                else replace(terms, price=answer.lines[number].fair or 0.0),
            )
            for number, terms, priced in what_if.candidates_in(work, answer.question, clocks, actor)
            if not answer.lines[number].complaint
        ]
        if not wanted:
            return []
        book, desk = _read(work, clocks)
    return [
        judge(
            terms,
            book,
            desk,
            clock.now(),
            text=answer.lines[number].text,
            reference=answer.lines[number].fair,
        )
        for number, terms in wanted
    ]


def judge(
    terms: Terms, book: Rulebook, desk: Desk, at: datetime, *, text: str = "", reference: float | None = None
) -> Said:
    """Return what the rules say of one deal entered now: as a trade, and as the order that would lead to it."""
    case = facts.case_of_terms(desk, terms, entered_at=at)
    exposure = desk.credit.exposures.get(terms.counterparty_id)
    if exposure is not None:
        version = TradeVersion(terms=terms, effective_on=terms.trade_date, recorded_by="what-if")
        (worth,) = desk.credit.worth_of([version])
        case.facts["credit"] = {
            "limit": exposure.limit,
            "used": exposure.use,
            "change": exposure.change(worth),
        }
    verdicts = [checks.verdict_of(case, book, at)]
    if reference is not None:
        verdicts.append(_as_order(case, book, at, reference))
    return _said(text, verdicts)


def _as_order(case: TradeCase, book: Rulebook, at: datetime, reference: float) -> Verdict:
    """Return what the rules about orders say that a typed deal has the facts for."""
    trade = case.facts["trade"]
    order: Facts = {
        name: trade[name] for name in ("price", "commodity", "side", "qty", "currency") if name in trade
    }
    told = {**case.facts, "kind": "order", "order": order, "market": {"reference_price": reference}}
    rules = [all_rules()[code] for code in ORDER_RULES if code in all_rules()]
    question = Case(told, at, book.parameters, book.calendar)
    return evaluate(question, live=False, rules=rules, calendars=book.calendars)


def _said(text: str, verdicts: Sequence[Verdict]) -> Said:
    fired = tuple(item for verdict in verdicts for item in verdict.fired)
    actions = {item.finding.action for item in fired}
    decision = next((action.value for action in (Action.BLOCK, Action.FLAG) if action in actions), "allow")
    return Said(text, decision, fired, tuple(sorted(verdicts[0].regimes)))


def _read(work: UnitOfWork, clocks: Clocks) -> tuple[Rulebook, Desk]:
    """Return what all questions of this minute share."""
    moment = clock.now().replace(second=0, microsecond=0) if clocks.live else clocks.known_at
    key: tuple[date, object, object] = (clocks.as_of, moment, stamp(work.session))
    return _shared.get(key, lambda: (rulebook.load(work, clocks), facts.load(work, clocks)))
