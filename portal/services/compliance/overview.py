"""Compliance > Overview: the score with its parts, obligations, open cases, findings by day and regime, coverage.

API: ``overview(days, clocks, actor) -> Overview``, ``parts_in``, ``SPANS``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from data.queries import compliance_overview as queries
from data.queries.compliance_overview import FindingRow, RunRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Shown
from portal.core.permissions import Permission
from portal.domain.compliance import overview_metrics as metrics
from portal.domain.compliance.base import Action, all_rules
from portal.domain.compliance.obligations import Status, timeliness
from portal.domain.compliance.score import Part, score, share
from portal.services.compliance import cases, obligations, parameters
from portal.services.compliance.cases import CaseView
from portal.services.compliance.obligations import ObligationView

SPANS = (30, 90, 365)
"""Days that the findings may be shown of."""
YEAR = timedelta(days=365)
BLOCK, FLAG, LATE = "block", "flag", "late"
WEIGHTS = "GL-SCORE.weights"


@dataclass(frozen=True)
class Overview:
    """Everything that the page shows, as known at ``clocks.known_at``."""

    clocks: Clocks
    span: int
    run: RunRow | None
    parts: tuple[Part, ...]
    obligations: tuple[ObligationView, ...]
    cases: tuple[CaseView, ...]
    findings: tuple[FindingRow, ...]

    @property
    def moment(self) -> datetime:
        """When it was counted."""
        return self.clocks.known_at

    @cached_property
    def late(self) -> tuple[ObligationView, ...]:
        """Obligations that are open after their deadline."""
        return tuple(view for view in self.obligations if view.is_late)

    @cached_property
    def open_cases(self) -> tuple[CaseView, ...]:
        """Cases that nobody has decided."""
        return tuple(view for view in self.cases if not view.is_closed)

    @property
    def soon(self) -> int:
        """How many open obligations come due within seven days."""
        return sum(
            view.is_open and metrics.is_soon(view.row.due_at, self.moment) for view in self.obligations
        )

    def shown(self, metric: Metric, value: float | None) -> Shown:
        """Return a figure with the parameters of its passport."""
        unit = "" if metric.percent else metric.unit
        return Shown(metric, value, unit, {"moment": self.moment.isoformat()})

    def tiles(self) -> dict[Metric, Shown]:
        """Return the figures of the tiles by metric."""
        evaluated, gaps = asked(self.run)
        found = {
            metrics.SCORE: score(self.parts),
            metrics.LATE: float(len(self.late)),
            metrics.DUE_SOON: float(self.soon),
            metrics.TIMELINESS: timeliness(
                view.status for view in due_within_a_year(self.obligations, self.moment)
            ),
            metrics.COVERAGE: share(evaluated, evaluated + gaps),
        }
        return {metric: self.shown(metric, value) for metric, value in found.items()}


def overview(span: int, clocks: Clocks, actor: Actor) -> Overview:
    """Return the page's figures; ``span`` is how many days of findings are shown.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return overview_in(work, span, clocks, actor)


def overview_in(work: UnitOfWork, span: int, clocks: Clocks, actor: Actor) -> Overview:
    """Return the same within a transaction."""
    run = newest_run(work, clocks)
    views = obligations.listed_in(work, clocks, actor)
    happened = tuple(cases.views_in(work, clocks.known_at, actor))
    return Overview(
        clocks, span, run, parts_of(work, clocks, run, views, happened), views, happened,
        tuple(findings_in(work, clocks, span)),
    )  # fmt: skip


def newest_run(work: UnitOfWork, clocks: Clocks) -> RunRow | None:
    """Return the newest run over the book under ``clocks``."""
    return queries.newest_run(work.session, as_of=clocks.as_of, known_at=clocks.known_at)


def findings_in(work: UnitOfWork, clocks: Clocks, span: int) -> list[FindingRow]:
    """Return blocks, flags and gaps about the last ``span`` days."""
    return queries.findings(
        work.session, first=first_day(clocks, span), last=clocks.as_of, known_at=clocks.known_at
    )


def first_day(clocks: Clocks, span: int) -> date:
    """Return the first of the last ``span`` days."""
    return clocks.as_of - timedelta(days=span - 1)


def parts_in(work: UnitOfWork, clocks: Clocks, actor: Actor) -> tuple[Part, ...]:
    """Return the parts of the score."""
    run = newest_run(work, clocks)
    views = obligations.listed_in(work, clocks, actor)
    return parts_of(work, clocks, run, views, cases.views_in(work, clocks.known_at, actor))


def parts_of(
    work: UnitOfWork, clocks: Clocks, run: RunRow | None, due: Iterable[ObligationView], held: Iterable[CaseView]
) -> tuple[Part, ...]:  # fmt: skip
    """Return blocks, flags and late obligations with their weights."""
    weights = parameters.in_force(work, clocks).in_force(WEIGHTS, clocks.as_of).value
    questions = evaluated_by_action(run)
    still = [action_of(view) for view in held if not view.is_closed]
    recent = due_within_a_year(due, clocks.known_at)
    return (
        Part("Blocked", weights[BLOCK], still.count(BLOCK), questions[BLOCK]),
        Part("Flagged", weights[FLAG], still.count(FLAG), questions[FLAG]),
        Part(
            "Late obligations",
            weights[LATE],
            sum(view.is_late for view in recent),
            sum(view.status is not Status.SKIPPED for view in recent),
        ),
    )


def action_of(view: CaseView) -> str:
    """Return what opened a case: a block, else a flag (patterns, hits on lists and gaps ask for a look too)."""
    return BLOCK if view.events[0].body.get("action") == BLOCK else FLAG


def evaluated_by_action(run: RunRow | None) -> dict[str, int]:
    """Return how many questions of a run went to rules that can block, and to those that can only flag."""
    rules, found = all_rules(), {BLOCK: 0, FLAG: 0}
    for code, count in (run.counts if run else {}).items():
        rule = rules.get(code)
        if rule is None:
            continue
        if Action.BLOCK in rule.actions:
            found[BLOCK] += count["evaluated"]
        elif Action.FLAG in rule.actions:
            found[FLAG] += count["evaluated"]
    return found


def asked(run: RunRow | None) -> tuple[int, int]:
    """Return how many questions a run answered, and how many lacked facts."""
    counts = run.counts.values() if run else ()
    return sum(count["evaluated"] for count in counts), sum(count["data_gap"] for count in counts)


def due_within_a_year(views: Iterable[ObligationView], at: datetime) -> list[ObligationView]:
    """Return the obligations whose deadline passed within the last year."""
    return [view for view in views if at - YEAR < view.row.due_at <= at]
