"""Forecast > Accuracy: the models of a target held against the same past, and which of them earned its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from data.queries import forecast as queries
from data.queries.forecast import TrialRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.canonical import digest
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.forecast.base import MODELS, all_models
from portal.domain.forecast.cells import Group
from portal.domain.forecast.common import StampArray2D
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.leaderboard import BASELINE, RANKED, Leader, Leaderboard, build_leaderboard
from portal.domain.forecast.pairs import Pair, pair_of
from portal.domain.forecast.regimes import ALL, cut
from portal.domain.forecast.scores import score_of
from portal.domain.forecast.targets import Target, TargetKind
from portal.services.forecast import experiments, targets
from portal.services.forecast.accuracy_cells import in_double
from portal.services.recent import Recent

BEST = "best"  # the model that leads, whichever it is
MOST_TRIALS = 40  # of one sweep that are shown beside each other
SCORES = {code: score_of(code).title for code in RANKED}
CUTS = {
    ALL: "All forecasts",
    "calm": "Calm before",
    "volatile": "Volatile before",
    "low": "Low level before",
    "high": "High level before",
    "weekday": "Weekdays",
    "weekend": "Weekends",
    "winter": "Winter",
    "summer": "Summer",
    "block-1": "Hours 1 to 6, day 1",
    "block-2": "Hours 7 to 12, days 2 to 5",
    "block-3": "Hours 13 to 18, days 6 to 10",
    "block-4": "Hours 19 to 24, days 11 to 20",
}
_boards: Recent[tuple[object, ...], Leaderboard] = Recent(32)


@dataclass(frozen=True, slots=True)
class AccuracyAsk:
    """What is looked at: a target, the score that ranks, some of the forecasts, and the model of the details."""

    target: str = ""
    score: str = "mae"
    cells: str = ALL
    model: str = BEST
    slots: int = 4
    cost: float = 20.0

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "AccuracyAsk":
        """Read the parameters of an address or a page; what is missing takes its default.

        Raises
        ------
        DomainError
            One of them cannot be; the sentence names the choices.
        """
        score, cells = str(given.get("score") or "mae"), str(given.get("cells") or ALL)
        if score not in SCORES:
            raise DomainError(f"Models are not ranked by '{score[:40]}'. Choose one of {', '.join(SCORES)}.")
        if cells not in CUTS:
            raise DomainError(
                f"There are no forecasts under '{cells[:40]}'. Choose one of {', '.join(CUTS)}."
            )
        model = str(given.get("model") or "")
        return cls(
            str(given.get("target") or "")[:80],
            score,
            cells,
            model if model in all_models() else BEST,
            int(_number(given.get("slots"), "flexible slots", 4.0, 1.0, 20.0)),
            _number(given.get("cost"), "imbalance cost", 20.0, 0.01, 10_000.0),
        )

    def params(self) -> dict[str, str]:
        """Return the parameters that restore this, as texts."""
        return {
            "target": self.target, "score": self.score, "cells": self.cells, "model": self.model,
            "slots": str(self.slots), "cost": f"{self.cost:g}",
        }  # fmt: skip


def _number(given: Any, name: str, default: float, low: float, high: float) -> float:
    try:
        value = default if given in (None, "") else float(given)
    except (TypeError, ValueError):
        value = float("nan")
    if not low <= value <= high:
        raise DomainError(f"The {name} must be a number from {low:g} to {high:g}.")
    return value


@dataclass(frozen=True, slots=True)
class Subject:
    """What a target is called, and what its figures are in; also for a target whose source has gone."""

    code: str
    title: str
    unit: str
    kind: TargetKind | None

    @property
    def money(self) -> str:
        """What decisions on it make."""
        return money_of(self.unit)


def money_of(unit: str) -> str:
    """Return the currency of a price's unit; EUR for what is no price."""
    return unit.partition("/")[0] if "/" in unit else "EUR"


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Entry:
    """One trial of a comparison."""

    label: str
    row: TrialRow
    made: Evaluation
    stamp: StampArray2D


@dataclass(frozen=True, eq=False)
class Accuracy:
    """Trials of one target on the same origins and data, as they are looked at; the first is the seasonal naive."""

    ask: AccuracyAsk
    clocks: Clocks
    subject: Subject
    entries: tuple[Entry, ...]
    failed: int

    @cached_property
    def group(self) -> Group:
        """The forecasts that are looked at."""
        return cut(self.entries[0].made, self.entries[0].stamp, self.ask.cells)

    @cached_property
    def board(self) -> Leaderboard:
        """The ranking of them."""
        key = (
            *(entry.row.id for entry in self.entries),
            self.entries[0].row.recorded_at,
            self.ask.score,
            self.ask.cells,
        )
        return _boards.get(key, lambda: self.board_of(self.group))

    def board_of(self, group: Group) -> Leaderboard:
        """Return the ranking of some of the forecasts."""
        made = {entry.label: entry.made for entry in self.entries}
        return build_leaderboard(made, self.ask.score, baseline=self.naive.label, cells=group.cells)

    @property
    def naive(self) -> Entry:
        """The trial of the seasonal naive."""
        return self.entries[0]

    @property
    def simulated(self) -> bool:
        """Whether any of the data is simulated."""
        return any(entry.row.simulated for entry in self.entries)

    @property
    def leaders(self) -> list[Leader]:
        """Rows of the ranking that have a score."""
        return [row for row in self.board.rows if row.score is not None]

    def entry(self, label: str) -> Entry:
        """Return the trial behind a row."""
        return next(entry for entry in self.entries if entry.label == label)

    @cached_property
    def chosen(self) -> Entry:
        """The trial that the details are of: the best of the model asked for, else the best that is no baseline."""
        rows = [self.entry(row.code) for row in self.leaders]
        mine = [entry for entry in rows if entry.row.model == self.ask.model]
        others = [entry for entry in rows if entry.row.model != BASELINE]
        return next(iter([*mine, *others, *rows, *self.entries]))

    def pair(self, entry: Entry, other: Entry | None = None) -> Pair:
        """Return the losses of a trial beside those of another, the naive by default."""
        return pair_of(entry.made, (other or self.naive).made, score_of(self.ask.score), self.group.cells)

    def params(self, entry: Entry, **more: str | float) -> dict[str, str | int | float | None]:
        """Return what pins down a figure of a trial for its passport."""
        return {"trial": entry.row.id, "score": self.ask.score, "cells": self.ask.cells, **more}


def evaluated_targets(clocks: Clocks, actor: Actor) -> list[Subject]:
    """Return the targets that have a finished trial, in the order of their kinds.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    """
    counted = experiments.count(actor, clocks=clocks)
    known = {found.code: found for found in targets.targets(actor)}
    found = [subject_of(code, known) for code, count in counted.items() if count.finished]
    kinds = list(TargetKind)
    return sorted(
        found, key=lambda one: (kinds.index(one.kind) if one.kind else len(kinds), one.title, one.code)
    )


def subject_of(code: str, known: Mapping[str, Target]) -> Subject:
    """Return what a target is called; one whose source has gone goes by its code."""
    target = known.get(code)
    if target is not None:
        return Subject(code, target.title, target.unit, target.kind)
    kind = code.partition(".")[0]
    return Subject(code, code, "", TargetKind(kind) if kind in {one.value for one in TargetKind} else None)


def accuracy(ask: AccuracyAsk, clocks: Clocks, actor: Actor) -> Accuracy | None:
    """Return the newest comparison of a target, of the first target without one; None when nothing was evaluated.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    NotFound
        The target has no finished trial.
    """
    actor.require(Permission.FORECAST_READ)
    subjects = evaluated_targets(clocks, actor)
    if not subjects:
        return None
    subject = next((one for one in subjects if one.code == ask.target), None) if ask.target else subjects[0]
    if subject is None:
        raise NotFound(
            f"No model of '{ask.target[:60]}' had been evaluated by then. Choose another target, or train models "
            "for it on Forecast > Models.",
            target=ask.target[:60],
        )
    with UnitOfWork() as work:
        rows = queries.trials(work.session, target=subject.code, clocks=clocks)
        return _compared(work, ask, clocks, subject, rows, None)


def accuracy_of(work: UnitOfWork, trial: int, ask: AccuracyAsk, clocks: Clocks, actor: Actor) -> Accuracy:
    """Return the comparison that a trial belongs to, for a passport.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    NotFound
        There is no such trial, or it left no forecasts.
    """
    actor.require(Permission.FORECAST_READ)
    row = experiments.trial_in(work, trial)
    rows = queries.trials(work.session, target=row.target, clocks=clocks)
    known = {found.code: found for found in targets.targets(actor)}
    found = _compared(work, ask, clocks, subject_of(row.target, known), rows, _same_question(row))
    if trial not in {entry.row.id for entry in found.entries}:
        raise NotFound(
            f"Trial {trial} is not among the comparisons that were known by then. Open the figure again from the page.",
            trial=trial,
        )
    return found


def _same_question(row: TrialRow) -> str:
    """Return what trials share that can be compared: their data and origins."""
    return digest([row.data_hash, row.splits])


def _compared(
    work: UnitOfWork,
    ask: AccuracyAsk,
    clocks: Clocks,
    subject: Subject,
    rows: Sequence[TrialRow],
    question: str | None,
) -> Accuracy:
    """Load the finished trials of one question, newest first; the question of the newest one by default."""
    finished = [row for row in rows if row.status == "finished"]
    if not finished:
        raise NotFound(
            f"No trial of {subject.title} has finished by then. Choose a later day.", target=subject.code
        )
    asked = question or _same_question(finished[0])
    newest: dict[str, TrialRow] = {}
    for row in finished:
        if _same_question(row) == asked:
            newest.setdefault(digest([row.model, row.params]), row)
    trials = sorted(newest.values(), key=lambda row: (row.model != BASELINE, row.id))[:MOST_TRIALS]
    labels = _labels(trials)
    entries = []
    for row in trials:
        stored = experiments.stored_in(work, row.id)
        entries.append(Entry(labels[row.id], row, in_double(stored.evaluation), stored.stamp))
    failed = sum(row.status == "failed" and row.as_of == trials[0].as_of for row in rows)
    return Accuracy(ask, clocks, subject, tuple(entries), failed)


def _labels(rows: Sequence[TrialRow]) -> dict[int, str]:
    """Name each trial by its model, and by its number where a model has several."""
    titles = {row.id: MODELS[row.model].title if row.model in MODELS else row.model for row in rows}
    models = [row.model for row in rows]
    return {
        row.id: titles[row.id] if models.count(row.model) == 1 else f"{titles[row.id]}, trial {row.id}"
        for row in rows
    }
