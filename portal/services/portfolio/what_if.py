"""What-ifs: candidate deals and changes of existing ones, valued beside the book, never in it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

import numpy as np

from data.queries import what_ifs as queries
from data.queries.what_ifs import SavedRow
from data.session import UnitOfWork
from data.writes import what_ifs as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.portfolio.book import Book, concatenate, empty_book
from portal.domain.portfolio.deal_text import DealText, read_deal
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.terms import Terms, TradeVersion, book_of
from portal.domain.portfolio.trade import Kind
from portal.domain.portfolio.valuation import Valuation, value_book
from portal.domain.portfolio.what_if import Effect, effect, fair_price, scaled
from portal.services.portfolio.books import visible_books
from portal.services.portfolio.entry import Desk, load_desk, resolve
from portal.services.portfolio.valuation import ValuedBook, market_of, valued_in

MOST_LINES = 20
LONGEST_TITLE = 120
SAME_WITHIN = timedelta(minutes=1)
_LINEAR_PRICE = frozenset({Kind.FUTURE, Kind.FORWARD_PHYSICAL, Kind.FORWARD_FINANCIAL, Kind.SWAP})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: one deal a line, and the book that candidates would belong to."""

    lines: tuple[str, ...]
    book: str

    @classmethod
    def of(cls, text: str, book: str) -> "Question":
        """Read the lines of a text; empty ones are left out.

        Raises
        ------
        DomainError
            There are more lines than a what-if may have.
        """
        lines = tuple(line.strip() for line in text.splitlines() if line.strip())
        if len(lines) > MOST_LINES:
            raise DomainError(
                f"A what-if may have {MOST_LINES} deals, this one has {len(lines)}. Take some lines out.",
                lines=len(lines),
            )
        return cls(lines, book)

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Line:
    """One line as understood: ``complaint`` says what is wrong with it, else its figures count."""

    text: str
    title: str = ""
    complaint: str = ""
    fair: float | None = None  # price at which it would be worth nothing, in the unit of the curve
    unit: str = ""
    at: int = -1  # place among the lines that were valued


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Part:
    """Trades that come (``sign`` 1) or go (-1), with their values and the line that each belongs to."""

    book: Book
    valuation: Valuation
    effect: Effect
    sign: float
    line: np.ndarray


@dataclass(frozen=True, eq=False)
class Answer:
    """What a question comes to. ``base`` holds the visible trades as they stand, ``parts`` what would change."""

    question: Question
    clocks: Clocks
    lines: tuple[Line, ...]
    base: ValuedBook
    market: Market
    parts: tuple[Part, ...] = field(default=())

    @property
    def is_valued(self) -> bool:
        """Whether at least one line has a value."""
        return any(not line.complaint for line in self.lines)

    @cached_property
    def by_line(self) -> Mapping[str, FloatArray1D]:
        """The change of each figure of :class:`Effect` by line, shape (lines,); NaN where a trade has no value."""
        count = len(self.lines)
        out = {}
        for name in Effect.__dataclass_fields__:
            sums = np.zeros(count)
            for part in self.parts:
                np.add.at(sums, part.line, part.sign * getattr(part.effect, name))
            out[name] = sums
        return out

    def change(self, name: str) -> float | None:
        """Return the change of one figure over all lines; None when a line has no value."""
        total = float(self.by_line[name].sum())
        return total if np.isfinite(total) and self.is_valued else None


def evaluate(question: Question, clocks: Clocks, actor: Actor) -> Answer:
    """Value what ``question`` asks beside the book as of ``clocks``.

    A line that cannot be read or breaks a rule carries its complaint; the others are valued.

    Raises
    ------
    NotPermitted
        The actor may not read portfolios.
    """
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        return evaluate_in(work, question, clocks, actor)


def evaluate_in(work: UnitOfWork, question: Question, clocks: Clocks, actor: Actor) -> Answer:
    """Return the same within a transaction."""
    base = valued_in(work, clocks, actor)
    desk = load_desk(work, actor)
    lines: list[Line] = []
    changes: list[tuple[int, int, float]] = []
    candidates: list[tuple[int, Terms, bool]] = []
    for number, text in enumerate(question.lines):
        try:
            deal = read_deal(text)
            if deal.action == "add":
                terms, is_priced = _candidate(deal, desk, question, clocks, number)
                candidates.append((number, terms, is_priced))
                lines.append(Line(text, "Candidate"))
            else:
                place = _place(base, deal, {other for _, other, _ in changes})
                changes.append((number, place, deal.factor))
                lines.append(Line(text, f"{deal.action.capitalize()} trade {deal.trade_id}"))
        except DomainError as refusal:
            lines.append(Line(text, complaint=refusal.message))
        except NotFound as refusal:
            lines.append(Line(text, complaint=refusal.message))
    return _valued(work, Answer(question, clocks, tuple(lines), base, base.market), changes, candidates)


def candidates_in(
    work: UnitOfWork, question: Question, clocks: Clocks, actor: Actor
) -> list[tuple[int, Terms, bool]]:
    """Return the terms of the lines that add a trade: number of the line, terms, and whether they name a price."""
    desk = load_desk(work, actor)
    found: list[tuple[int, Terms, bool]] = []
    for number, text in enumerate(question.lines):
        try:
            deal = read_deal(text)
            if deal.action == "add":
                terms, is_priced = _candidate(deal, desk, question, clocks, number)
                found.append((number, terms, is_priced))
        except DomainError:
            continue  # the line carries its complaint in the answer
    return found


def _place(base: ValuedBook, deal: DealText, taken: set[int]) -> int:
    """Return where the trade of a change stands in the book; each is changed by one line alone."""
    found = np.flatnonzero(base.book.trade_id == deal.trade_id)
    if not len(found):
        raise NotFound(
            f"There is no trade {deal.trade_id} that you may see on this day. Take its number from Portfolio > Trades.",
            trade=deal.trade_id,
        )
    if int(found[0]) in taken:
        raise DomainError(f"A line above changes trade {deal.trade_id} already. Keep one of them.")
    return int(found[0])


def _candidate(
    deal: DealText, desk: Desk, question: Question, clocks: Clocks, number: int
) -> tuple[Terms, bool]:
    """Return the terms of a candidate, and whether it names a price (else it is dealt at its fair one)."""
    stated = dict(deal.values)
    is_priced = "price" in stated or "strike" in stated
    values = {
        "external_id": f"what-if {number + 1}",
        "trade_date": clocks.as_of,
        "book": question.book,
        "counterparty": next(iter(sorted(desk.counterparties)), ""),
        "price": None if "strike" in stated or "option" in stated else 0.0,
        **stated,
    }
    if "option" in stated:
        values.setdefault("premium", 0.0)
    terms, complaints = resolve(values, desk)
    if complaints or terms is None:
        raise DomainError(" ".join(item.message for item in complaints) or f"'{deal.text}' cannot be valued.")
    return terms, is_priced


def _valued(
    work: UnitOfWork,
    answer: Answer,
    changes: Sequence[tuple[int, int, float]],
    candidates: Sequence[tuple[int, Terms, bool]],
) -> Answer:
    """Return the answer with its parts valued, and candidates without a price dealt at the fair one."""
    at = np.array([place for _, place, _ in changes], dtype=np.int64)
    gone = answer.base.book.take(at)
    factors = np.array([factor for _, _, factor in changes])
    left = scaled(gone, factors) if len(gone) else gone
    fresh = _fresh([terms for _, terms, _ in candidates], answer)
    whole = concatenate(gone, left, fresh)
    if not len(whole):
        return answer
    market = market_of(work, answer.clocks, whole)
    line_of_change = np.array([number for number, _, _ in changes], dtype=np.int64)
    line_of_fresh = np.array([number for number, _, _ in candidates], dtype=np.int64)
    fresh, fair = _at_fair_price(fresh, market, np.array([priced for _, _, priced in candidates], dtype=bool))
    parts = (
        _part(gone, market, -1.0, line_of_change),
        _part(left, market, 1.0, line_of_change[factors != 0.0]),
        _part(fresh, market, 1.0, line_of_fresh),
    )
    lines = list(answer.lines)
    for place, (number, terms, _) in enumerate(candidates):
        where = int(np.searchsorted(market.curves.id, terms.curve_id))
        price = float(fair[place])
        lines[number] = Line(
            lines[number].text,
            lines[number].title,
            fair=price if np.isfinite(price) else None,
            unit=market.curves.unit[where],
        )
    return Answer(answer.question, answer.clocks, tuple(lines), answer.base, market, parts)


def _fresh(terms: Sequence[Terms], answer: Answer) -> Book:
    if not terms:
        return empty_book()
    versions = [
        TradeVersion(
            terms=item, effective_on=answer.clocks.as_of, recorded_by="what-if", trade_id=-1 - number
        )
        for number, item in enumerate(terms)
    ]
    return book_of(versions)


def _at_fair_price(book: Book, market: Market, is_priced: np.ndarray) -> tuple[Book, FloatArray1D]:
    """Return the candidates with the fair price where none was stated, and the fair prices."""
    if not len(book):
        return book, np.zeros(0)
    fair = fair_price(book, value_book(book, market, greeks=False), market)
    open_price = ~is_priced & np.isfinite(fair) & np.isin(book.kind, [int(kind) for kind in _LINEAR_PRICE])
    dealt = {name: getattr(book, name) for name in book.__dataclass_fields__}
    return Book(**{**dealt, "price": np.where(open_price, fair, book.price)}), fair


def _part(book: Book, market: Market, sign: float, line: np.ndarray) -> Part:
    valuation = value_book(book, market)
    return Part(book, valuation, effect(book, valuation, market), sign, line)


def save(question: Question, title: str, clocks: Clocks, actor: Actor) -> SavedRow:
    """Store a what-if with its clocks pinned, and return it with the key that its address carries.

    The same once more within a minute, as by a double click, stores nothing and returns what is stored.

    Raises
    ------
    NotPermitted
        The actor may not read portfolios.
    DomainError
        There is nothing to save, or no title.
    """
    actor.require(Permission.PORTFOLIO_READ)
    if not question.lines:
        raise DomainError("The what-if is empty. Type a deal, such as 'buy 50 MW POWER_DE_LU Q1-27 @ 82.5'.")
    name = title.strip()
    if not name or len(name) > LONGEST_TITLE:
        raise DomainError(f"Give the what-if a title of up to {LONGEST_TITLE} characters.", title=name[:200])
    asked: dict[str, Any] = {
        "title": name,
        "as_of": clocks.as_of,
        "known_at": clocks.known_at,
        "deals": {"book": question.book, "lines": list(question.lines)},
        "created_by": actor.username,
    }
    with UnitOfWork(write=True) as work:
        writes.lock(work.session, actor.username)
        found = queries.lately(work.session, **asked, within=SAME_WITHIN)
        if found is None:
            key = secrets.token_urlsafe(12)
            writes.insert(work.session, key=key, **asked)
            found = SavedRow(key=key, **asked, recorded_at=clock.now())
    return found


def load(key: str, actor: Actor) -> tuple[SavedRow, Question]:
    """Return a saved what-if.

    Raises
    ------
    NotPermitted
        The actor may not read portfolios.
    NotFound
        There is none under this key, or it is about a book that the actor may not see.
    """
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        row = queries.by_key(work.session, key)
        books = set(visible_books(work, actor).values())
    if row is None or (row.deals.get("book") and row.deals["book"] not in books):
        raise NotFound(
            "There is no such what-if, or it is about a book that you may not see. Ask who sent the link."
        )
    return row, Question(tuple(row.deals.get("lines", ())), str(row.deals.get("book", "")))


def books(actor: Actor) -> list[str]:
    """Return the codes of the books that candidates may be put beside."""
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        return list(visible_books(work, actor).values())


def saved(actor: Actor, *, limit: int = 10) -> list[SavedRow]:
    """Return the what-ifs that were saved last, of books that the actor may see."""
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        names = set(visible_books(work, actor).values())
        rows = queries.newest(work.session, limit=5 * limit)
    return [row for row in rows if row.deals.get("book") in names][:limit]
