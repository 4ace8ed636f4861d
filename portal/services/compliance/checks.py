"""Running the rules over trades: the book at night or on demand; what is found is stored once and opens cases.

API: ``run(clocks, ...) -> Summary``, ``judge(cases, book, as_of) -> Judged``, ``store(work, ...)``.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from time import perf_counter
from typing import Any

from data.session import UnitOfWork
from data.writes import compliance_records as writes
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.domain.compliance.base import Case, all_rules
from portal.domain.compliance.engine import Verdict, evaluate
from portal.domain.compliance.regimes import detect
from portal.services import audit
from portal.services.compliance import facts, obligations, rulebook
from portal.services.compliance.cases import NewCase, open_cases
from portal.services.compliance.facts import TradeCase
from portal.services.compliance.firm_cases import firm_cases
from portal.services.compliance.records import GAP_ACTION, REPORT, Found, Subject, findings
from portal.services.compliance.rulebook import Rulebook

Report = Callable[[float, str], None]
TELL_EVERY = 2000
MOST_ALIKE = 20
"""New findings of one rule in one run up to which each opens a case; beyond, those of one counterparty share one."""
_KEY = 64


@dataclass(slots=True)
class Judged:
    """What the rules said of many subjects; ``counts`` by rule: evaluated, fired, data_gap."""

    found: list[Found] = field(default_factory=list)
    evaluated: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    gaps: Counter[str] = field(default_factory=Counter)
    subjects: int = 0

    def add(self, subject: Subject, told: Mapping[str, Any], verdict: Verdict) -> None:
        """Take in one verdict."""
        self.subjects += 1
        self.evaluated.update(verdict.asked)
        self.gaps.update(item.rule.code for item in verdict.skipped if item.is_gap)
        if verdict.fired:
            new = list(findings(subject, told, verdict))
            self.fired.update(item.rule for item in new if item.action != GAP_ACTION)
            self.found += new

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Counts by rule, as a run keeps them."""
        codes = sorted({*self.evaluated, *self.fired, *self.gaps})
        return {
            code: {"evaluated": self.evaluated[code], "fired": self.fired[code], "data_gap": self.gaps[code]}
            for code in codes
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to."""

    run_id: int
    subjects: int
    found: int
    stored: int
    cases: int
    seconds: float


def run(
    clocks: Clocks, *, kind: str = "nightly", trades: Sequence[int] | None = None, run_by: str = "system",
    job_id: int | None = None, report: Report | None = None,
) -> Summary:  # fmt: skip
    """Hold the trades that stand under ``clocks``, all or those numbered, against all rules of their regimes.

    Parameters
    ----------
    clocks : Clocks
        The day of the run, and what is known.
    kind : str
        ``nightly`` or ``on-demand``.
    trades : sequence of int, optional
        Numbers of trades.
    run_by : str
        User name or ``system``.
    job_id : int, optional
        The job that it is part of.
    report : callable, optional
        Hears the share done and a sentence.

    Returns
    -------
    Summary
        Number of the run, and how much it looked at, found and stored.
    """
    tell, began = report or _silent, perf_counter()
    with UnitOfWork() as work:
        tell(0.02, "Reading trades and what is known of them")
        book = rulebook.load(work, clocks)
        cases = facts.trade_cases(work, clocks, trades)
        others = firm_cases(work, clocks, book) if trades is None else []
    judged = judge(cases, book, clocks.as_of, report=lambda share, words: tell(0.1 + 0.7 * share, words))
    del cases
    for other in others:
        question = Case(other.facts, clocks.as_of, book.parameters, book.calendar)
        verdict = evaluate(question, live=True, regimes=other.regimes, calendars=book.calendars)
        judged.add(other.subject, other.facts, verdict)
    tell(0.82, "Storing what was found")
    with UnitOfWork(write=True) as work:
        return store(
            work,
            judged,
            book,
            clocks,
            kind=kind,
            run_by=run_by,
            job_id=job_id,
            seconds=lambda: perf_counter() - began,
        )


def judge(
    cases: Sequence[TradeCase], book: Rulebook, as_of: date | datetime, *, report: Report | None = None
) -> Judged:
    """Ask the rules about trades, each under the regimes of its shape."""
    tell, judged = report or _silent, Judged()
    regimes: dict[tuple[int, ...], frozenset[str]] = {}
    for number, case in enumerate(cases):
        if number % TELL_EVERY == 0:
            tell(number / max(len(cases), 1), f"{number:,} of {len(cases):,} trades")
        judged.add(subject_of(case), case.facts, verdict_of(case, book, as_of, regimes))
    return judged


def verdict_of(
    case: TradeCase, book: Rulebook, as_of: date | datetime,
    regimes: dict[tuple[int, ...], frozenset[str]] | None = None,
) -> Verdict:  # fmt: skip
    """Return what the rules say of one trade; ``regimes`` remembers those of shapes seen before."""
    known = None
    if regimes is not None and case.shape is not None:
        known = regimes.get(case.shape)
        if known is None:
            known = regimes[case.shape] = detect(case.facts)
    question = Case(case.facts, as_of, book.parameters, book.calendar)
    return evaluate(question, live=True, regimes=known, calendars=book.calendars)


def subject_of(case: TradeCase) -> Subject:
    """Return what a verdict on a trade is about."""
    return Subject(
        "trade", str(case.trade_id), case.event_on, case.trade_id, case.version, case.portfolio_id,
        case.counterparty_id,
    )  # fmt: skip


def store(
    work: UnitOfWork, judged: Judged, book: Rulebook, clocks: Clocks, *, kind: str, run_by: str,
    job_id: int | None = None, seconds: Callable[[], float] = lambda: 0.0,
) -> Summary:  # fmt: skip
    """Store a run with what it found, in this transaction: records that are new, and their cases."""
    writes.add_rules(work.session, _rules_in(judged))
    run_id = writes.add_run(
        work.session, kind=kind, as_of=clocks.as_of, known_at=clocks.known_at, job_id=job_id,
        rules_sha256=book.rules_sha256, parameters_sha256=book.parameters_sha256, subjects=judged.subjects,
        counts=judged.counts, seconds=round(seconds(), 3), run_by=run_by,
    )  # fmt: skip
    once = {item.fingerprint: item for item in judged.found}
    stored = writes.add_records(work.session, [_row(run_id, item, run_by) for item in once.values()])
    fresh = [once[fingerprint] for fingerprint in stored]
    opened = open_cases(work, list(_cases(fresh, stored)))
    obligations.ensure_filings(work, run_id)
    detail = {"kind": kind, "subjects": judged.subjects, "records": len(stored), "cases": len(opened)}
    audit.note(work, SYSTEM, "compliance.checked", "compliance_run", str(run_id), detail)
    return Summary(run_id, judged.subjects, len(judged.found), len(stored), len(opened), round(seconds(), 3))


def _rules_in(judged: Judged) -> list[dict[str, Any]]:
    rules = all_rules()
    return [
        {
            "code": code, "version": rules[code].version, "sha256": rulebook.rule_sha256(code),
            "declaration": rulebook.declaration(rules[code]),
        }
        for code in judged.counts if code in rules
    ]  # fmt: skip


def _row(run_id: int, item: Found, by: str) -> tuple[Any, ...]:
    about = item.subject
    return (
        run_id, item.fingerprint, item.rule, item.rule_version, item.regime, item.action, about.kind, about.ref,
        about.trade_id, about.trade_version, about.portfolio_id, about.counterparty_id, about.event_on, item.due_at,
        item.message, item.measured, item.limit, item.unit, item.inputs, item.values, item.parameters, by,
    )  # fmt: skip


def _cases(fresh: Iterable[Found], stored: Mapping[str, int]) -> Iterable[NewCase]:
    """Yield the cases of new records: one each, or one for a counterparty where a rule finds many alike."""
    by_rule: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for item in fresh:
        if item.action != REPORT:
            by_rule[item.rule, item.action].append(item)
    for (rule, action), items in by_rule.items():
        if len(items) <= MOST_ALIKE:
            yield from (case_of(item, stored[item.fingerprint]) for item in items)
            continue
        alike: dict[int | None, list[Found]] = defaultdict(list)
        for item in items:
            alike[item.subject.counterparty_id].append(item)
        for party, some in alike.items():
            yield _shared(rule, action, party, some, stored[some[0].fingerprint])


def case_of(item: Found, record_id: int | None) -> NewCase:
    """Return the case of one record."""
    about = item.subject
    return NewCase(
        item.fingerprint[:_KEY], "rule", item.rule, f"{item.title}: {item.message}", about.kind, about.ref,
        item.severity, about.trade_id, record_id, body={"action": item.action, "due_at": str(item.due_at or "")},
    )  # fmt: skip


def _shared(rule: str, action: str, party: int | None, items: Sequence[Found], record_id: int) -> NewCase:
    first = items[0]
    title = f"{first.title}: {len(items)} trades with one counterparty. The first: {first.message}"
    records = [item.subject.ref for item in items[:500]]
    return NewCase(
        f"{rule}|{action}|{party}", "rule", rule, title, "counterparty", str(party or ""), first.severity,
        first.subject.trade_id, record_id, body={"action": action, "trades": records, "count": len(items)},
    )  # fmt: skip


def _silent(_share: float, _words: str) -> None:
    """Take progress when nobody listens."""


def now_clocks(as_of: date) -> Clocks:
    """Return the clocks of a run made now over a day."""
    return Clocks(as_of, clock.now())
