"""The end-of-day chain: steps that wait for each other and for the clock, their norm, and when the last will be done.

API: ``in_order(steps)``, ``band(values)``, ``norms(steps, days)``, ``foresee(steps, runs, history, now)``,
``critical_path(...)``, ``slacks(...)``. Times are minutes after midnight UTC of the chain's day, so that the day after
begins at 1440.

What lies ahead is taken from what was: each day of the history is played on from how things stand, with the waits and
run times that its steps had together, and the spread of what comes out is the uncertainty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from portal.core.errors import DomainError

NORM_DAYS = 20
LEAST_DAYS = 5
"""With fewer days there is a median but no band."""
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes
    ----------
    code : str
        Name of the step.
    after : tuple of str
        Steps that must have ended before it can begin to count.
    release : float or None
        Minute before which it does not begin; None where only its inputs hold it.
    usual : float
        Minutes that it takes where no day of the history says so.
    """

    code: str
    after: tuple[str, ...] = ()
    release: float | None = None
    usual: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """What a step did on a day: minutes at which it began and ended; None for what has not happened yet."""

    begin: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """Median, and the bounds of the middle 90 %; without bounds where there were fewer than ``LEAST_DAYS`` values."""

    median: float
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Norm:
    """When a step usually begins and ends, and how long it takes, in minutes."""

    begin: Band
    end: Band
    minutes: Band


@dataclass(frozen=True, slots=True)
class Outlook:
    """When a step has begun or will begin, and has ended or will end; bounds are equal where it has ended."""

    begin: float
    end: float
    low: float | None
    high: float | None
    state: str  # done, running, waiting, or outdated: done on inputs that came later


def in_order(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Sort steps so that each comes after what it waits for.

    Parameters
    ----------
    steps : sequence of Step
        In any order.

    Returns
    -------
    tuple of Step
        As near to the order given as that allows.

    Raises
    ------
    DomainError
        A step waits for one that is not there, or for itself by way of others.
    """
    known = {step.code for step in steps}
    for step in steps:
        for before in step.after:
            if before not in known:
                raise DomainError(f"The step '{step.code}' waits for '{before}', which is no step.")
    placed: dict[str, Step] = {}
    while len(placed) < len(steps):
        free = next(
            (one for one in steps if one.code not in placed and all(code in placed for code in one.after)),
            None,
        )
        if free is None:
            names = ", ".join(step.code for step in steps if step.code not in placed)
            raise DomainError(f"These steps wait for each other in a circle: {names}.")
        placed[free.code] = free
    return tuple(placed.values())


def band(values: Sequence[float]) -> Band | None:
    """Median and 90 % band of past values.

    Parameters
    ----------
    values : sequence of float
        One for each day.

    Returns
    -------
    Band or None
        Quantiles between the values, linearly; None without values.
    """
    if not values:
        return None
    low, middle, high = np.quantile(np.asarray(values, dtype=float), [LOW, 0.5, HIGH])
    wide = len(values) >= LEAST_DAYS
    return Band(float(middle), float(low) if wide else None, float(high) if wide else None, len(values))


def norms(steps: Sequence[Step], history: Sequence[Mapping[str, Run]]) -> dict[str, Norm]:
    """Say when steps usually begin and end.

    Parameters
    ----------
    steps : sequence of Step
        The chain.
    history : sequence of mapping of str to Run
        Past days.

    Returns
    -------
    dict of str to Norm
        A step that never ended is left out.
    """
    found = {}
    for step in steps:
        runs = [day[step.code] for day in history if step.code in day]
        spans = [(run.begin, run.end) for run in runs if run.begin is not None and run.end is not None]
        begin = band([span[0] for span in spans])
        end = band([span[1] for span in spans])
        minutes = band([span[1] - span[0] for span in spans])
        if begin and end and minutes:
            found[step.code] = Norm(begin, end, minutes)
    return found


def completed(steps: Sequence[Step], runs: Mapping[str, Run], milestones: Sequence[str]) -> dict[str, Run]:
    """Add the moments at which milestones were reached: when the last of what they wait for had ended.

    Parameters
    ----------
    steps : sequence of Step
        The chain.
    runs : mapping of str to Run
        One day.
    milestones : sequence of str
        Steps that do nothing themselves.

    Returns
    -------
    dict of str to Run
        The runs with those of milestones that were reached.
    """
    found = dict(runs)
    for step in in_order(steps):
        if step.code in milestones:
            ends = [found.get(code, Run()).end for code in step.after]
            known = [end for end in ends if end is not None]
            if len(known) == len(ends) and known:
                last = max(known)
                found[step.code] = Run(last, last)
    return found


def foresee(
    steps: Sequence[Step], runs: Mapping[str, Run], history: Sequence[Mapping[str, Run]], now: float
) -> dict[str, Outlook]:
    """Say of each step when it will have ended.

    Parameters
    ----------
    steps : sequence of Step
        The chain.
    runs : mapping of str to Run
        The day as far as it has come.
    history : sequence of mapping of str to Run
        Past days; each is played on from now.
    now : float
        Minute of the day.

    Returns
    -------
    dict of str to Outlook
        What has ended keeps its times. What waits begins once its inputs have ended and its release has come, after
        the wait of the day played, but never before now; what runs ends no earlier than now. A run that began before
        an input ended does not count and waits again.
    """
    ordered = in_order(steps)
    states = _states(ordered, runs)
    played = [
        _play(ordered, runs, states, _pace(ordered, day, history), now) for day in history or [{}]
    ]  # a chain without history takes what is declared
    found = {}
    for step in ordered:
        spans = [one[step.code] for one in played]
        begin, end = band([span[0] for span in spans]), band([span[1] for span in spans])
        if begin is None or end is None:  # there is always one day to play
            continue
        sure = states[step.code] == "done"
        low, high = (end.median, end.median) if sure else (end.low, end.high)
        wide = sure or len(history) >= LEAST_DAYS
        found[step.code] = Outlook(
            begin.median, end.median, low if wide else None, high if wide else None, states[step.code]
        )
    return found


def _states(ordered: Sequence[Step], runs: Mapping[str, Run]) -> dict[str, str]:
    states: dict[str, str] = {}
    for step in ordered:
        run = runs.get(step.code, Run())
        begin, ends = run.begin, [runs.get(code, Run()).end for code in step.after]
        early = begin is not None and any(end is None or end > begin for end in ends)
        again = any(states[code] == "outdated" for code in step.after)
        if begin is None:
            states[step.code] = "waiting"
        elif early or again:
            states[step.code] = "outdated"
        else:
            states[step.code] = "running" if run.end is None else "done"
    return states


Pace = Mapping[str, tuple[float, float]]  # wait and run time of each step, minutes


def _pace(ordered: Sequence[Step], day: Mapping[str, Run], history: Sequence[Mapping[str, Run]]) -> Pace:
    """Return the wait and run time of each step on a day; a step that it lacks has the medians of the others."""
    found = _measured(ordered, day)
    lacking = [step for step in ordered if step.code not in found]
    if lacking:
        others = [_measured(ordered, one) for one in history]
        for step in lacking:
            known = [one[step.code] for one in others if step.code in one]
            waits, times = band([one[0] for one in known]), band([one[1] for one in known])
            found[step.code] = (waits.median, times.median) if waits and times else (0.0, step.usual)
    return found


def _measured(ordered: Sequence[Step], day: Mapping[str, Run]) -> dict[str, tuple[float, float]]:
    found = {}
    for step in ordered:
        run = day.get(step.code, Run())
        if run.begin is None or run.end is None:
            continue
        ends = [day.get(code, Run()).end for code in step.after]
        held = [end for end in ends if end is not None] + ([step.release] if step.release is not None else [])
        wait = run.begin - max(held, default=0.0)  # what nothing holds begins when it usually does
        found[step.code] = (max(wait, 0.0) if step.after else wait, run.end - run.begin)
    return found


def _play(
    ordered: Sequence[Step], runs: Mapping[str, Run], states: Mapping[str, str], pace: Pace, now: float
) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for step in ordered:
        run, (wait, minutes) = runs.get(step.code, Run()), pace[step.code]
        if states[step.code] == "done" and run.begin is not None and run.end is not None:
            found[step.code] = (run.begin, run.end)
        elif states[step.code] == "running" and run.begin is not None:
            found[step.code] = (run.begin, max(run.begin + minutes, now))
        else:
            begin = max(ready_at(step, {code: found[code][1] for code in step.after}) + wait, now)
            found[step.code] = (begin, begin + minutes)
    return found


def ready_at(step: Step, ends: Mapping[str, float]) -> float:
    """Return the minute from which on a step can begin.

    Parameters
    ----------
    step : Step
        The step.
    ends : mapping of str to float
        When the steps that it waits for end.

    Returns
    -------
    float
        The later of its release and of the last of its inputs; midnight where nothing holds it.
    """
    held = [ends[code] for code in step.after] + ([step.release] if step.release is not None else [])
    return max(held, default=0.0)


def slacks(steps: Sequence[Step], found: Mapping[str, Outlook], target: str) -> dict[str, float]:
    """Say how much later each step may end before the target is later.

    Parameters
    ----------
    steps : sequence of Step
        The chain.
    found : mapping of str to Outlook
        When each begins and ends.
    target : str
        The last step.

    Returns
    -------
    dict of str to float
        Minutes, 0 on the critical path; steps that the target does not wait for are left out.
    """
    slack = {target: 0.0}
    for step in reversed(in_order(steps)):
        if step.code not in slack:
            continue
        ready = ready_at(step, {code: found[code].end for code in step.after})
        for code in step.after:
            room = ready - found[code].end + slack[step.code]
            slack[code] = min(slack.get(code, room), room)
    return slack


def critical_path(steps: Sequence[Step], found: Mapping[str, Outlook], target: str) -> tuple[str, ...]:
    """Return the steps that the target was, or will be, waiting for.

    Parameters
    ----------
    steps : sequence of Step
        The chain.
    found : mapping of str to Outlook
        When each begins and ends.
    target : str
        The last step.

    Returns
    -------
    tuple of str
        From the first, which waits for the clock alone, to the target. Any of them that is later makes the target so.
    """
    by_code = {step.code: step for step in steps}
    path = [target]
    while True:
        step = by_code[path[-1]]
        held = max(step.after, key=lambda code: found[code].end, default=None)
        if held is None or (step.release is not None and step.release > found[held].end):
            return tuple(reversed(path))
        path.append(held)
