"""Sentences of the overview: pure functions from figures to words.

API: ``risk``, ``limits``, ``breaches``, ``cases``, ``movers``, ``forecasts``, ``readiness``, ``availability``,
``score``, ``change``, ``changes``, ``gap``. Those about amounts that add up are in ``amounts``.
"""

from collections.abc import Sequence
from math import isfinite

from portal.core.format import number, percent
from portal.domain.overview.amounts import MOST_NAMED, known, listed, short_money


def _count(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def risk(
    var: float | None, es: float | None, level: float, limit: float | None, use: float | None, *, of: str = ""
) -> str:
    """Return VaR and ES of one day in words, and how much of a limit is used.

    Parameters
    ----------
    var, es : float or None
        EUR, losses positive.
    level : float
        Such as 0.975.
    limit : float or None
        EUR; None without a limit.
    use : float or None
        Share of the limit.
    of : str
        What the limit is on where it is not that ES, such as ``VaR 99 %``.

    Returns
    -------
    str
        One or two sentences.
    """
    if not known(var) and not known(es):
        return "No run of risk stands by then."
    often = 1.0 / (1.0 - level) if level < 1 else float("inf")
    if known(var) and known(es):
        first = (
            f"On all but one day in {number(often, 0)} the loss should stay below {short_money(var)}; "
            f"on such a day it is {short_money(es)} on average."
        )
    else:
        name, value = ("VaR", var) if known(var) else ("Expected shortfall", es)
        first = f"{name} {percent(level)}: {short_money(value)}."
    if limit is None or use is None or not isfinite(use):
        return f"{first} No limit binds the whole."
    word = "more than it allows" if use > 1 else "within it"
    used, most = percent(use, 0), short_money(limit)
    if of:
        return f"{first} {of} uses {used} of its limit of {most}, {word}."
    return f"{first} That average uses {used} of the limit of {most}, {word}."


def limits(over: Sequence[str], near: Sequence[str], count: int, unknown: int = 0) -> str:
    """Return how many limits are broken or near, with the names of the worst.

    Examples
    --------
    >>> limits(["Expected shortfall of power"], [], 8)
    '1 of 8 limits is broken: Expected shortfall of power.'
    """
    if not count:
        return "No limit is in force."
    tail = f" {_count(unknown, 'limit')} cannot be judged for want of a value." if unknown else ""
    if over:
        first = f"{len(over)} of {_count(count, 'limit')} {_is(len(over))} broken: {_few(over)}"
        return f"{first}; {len(near)} more near: {_few(near)}.{tail}" if near else f"{first}.{tail}"
    if near:
        return f"No limit is broken; {len(near)} of {count} {_is(len(near))} near: {_few(near)}.{tail}"
    if unknown >= count:
        some = "The only limit cannot" if count == 1 else f"None of {count} limits can"
        return f"{some} be judged for want of a value."
    judged = count - unknown
    if judged == 1:
        return f"The only limit{' that has a value' if unknown else ''} is kept with room.{tail}"
    return f"All {judged} limits{' that have a value' if unknown else ''} are kept with room.{tail}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _few(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return listed([*names[:MOST_NAMED], *([f"{more} more"] if more > 0 else [])])


def breaches(still_open: int, overdue: int) -> str:
    """Return how many breaches of limits wait for somebody."""
    if not still_open:
        return "No breach of a limit is open."
    late = (
        f"{overdue} past {'its' if overdue == 1 else 'their'} deadline"
        if overdue
        else "none past its deadline"
    )
    return f"{_count(still_open, 'breach', 'breaches')} of limits {'is' if still_open == 1 else 'are'} open, {late}."


def cases(undecided: int, late: int) -> str:
    """Return how many cases of compliance wait for a decision."""
    if not undecided:
        return "No case of compliance waits for a decision."
    tail = f"{late} past {'its' if late == 1 else 'their'} time" if late else "all within their time"
    return f"{_count(undecided, 'case')} of compliance {'waits' if undecided == 1 else 'wait'} for a decision, {tail}."


def movers(moved: Sequence[tuple[str, float | None, float | None]], late: int) -> str:
    """Return which prices moved most.

    Parameters
    ----------
    moved : sequence of (str, float or None, float or None)
        Name, change as a fraction, and size in daily standard deviations; the largest first.
    late : int
        Prices that are older than promised.

    Returns
    -------
    str
        One or two sentences.
    """
    large = [one for one in moved if known(one[2]) and abs(one[2] or 0.0) >= 2.0]
    tail = f" {_count(late, 'price')} {'is' if late == 1 else 'are'} late." if late else ""
    if not moved:
        return f"No price has a move on the day.{tail}"
    told = [f"{name} {_moved(change, size)}" for name, change, size in (large or moved)[:MOST_NAMED]]
    if not large:
        return f"No price moved by more than two standard deviations; most: {listed(told)}.{tail}"
    many = f"{len(large)} prices" if len(large) > 1 else "1 price"
    return f"{many} moved by more than two standard deviations: {listed(told)}{_and_more(len(large))}.{tail}"


def _moved(change: float | None, size: float | None) -> str:
    if known(change):
        return percent(change, signed=True)
    return f"{number(size, 1, signed=True)} sd"


def _and_more(count: int) -> str:
    return f" and {count - MOST_NAMED} more" if count > MOST_NAMED else ""


def gap(forecast: float | None, price: float | None) -> float | None:
    """Return by which share of the price the forecast lies above it; None without both, or where the price is zero.

    Examples
    --------
    >>> gap(33.0, 30.0), gap(-8.0, -10.0), gap(1.0, 0.0)
    (0.1, 0.2, None)
    """
    if forecast is None or price is None or not isfinite(forecast) or not isfinite(price) or not price:
        return None
    return (forecast - price) / abs(price)


def forecasts(gaps: Sequence[tuple[str, float | None, bool | None]]) -> str:
    """Return where forecasts differ from the curve.

    Parameters
    ----------
    gaps : sequence of (str, float or None, bool or None)
        Name, gap as a fraction, and whether the price lies outside the 80 % band of the forecast (None: not known).

    Returns
    -------
    str
        One sentence.
    """
    found = sorted((one for one in gaps if known(one[1])), key=lambda one: -abs(one[1] or 0.0))
    if not found:
        return "No forecast stands beside a price."
    told = listed([f"{name} {percent(value, signed=True)}" for name, value, _ in found[:MOST_NAMED]])
    outside = [name for name, _, is_outside in found if is_outside]
    tail = ""
    if outside:
        tail = f"; the price lies outside the 80 % band for {_few(outside)}"
    elif any(is_outside is not None for _, _, is_outside in found):
        tail = "; every price lies within its 80 % band"
    return f"Forecast against today's price: {told}{tail}."


def readiness(day: str, *, complete: bool, given_up: bool, at: str, later: float | None) -> str:
    """Return whether the numbers of a day are complete; ``at`` is a time of day, ``later`` minutes later than usual."""
    lateness = ""
    if later is not None and isfinite(later) and abs(later) >= 5:
        lateness = f", {number(abs(later), 0)} min {'later' if later > 0 else 'earlier'} than usual"
    if complete:
        return f"The numbers of {day} are complete since {at} UTC{lateness}."
    if given_up:
        return f"The numbers of {day} were never complete."
    return (
        f"The numbers of {day} are not complete yet; expected by {at} UTC{lateness}."
        if at
        else f"Nothing is known of the numbers of {day}."
    )


def availability(kept: int, missed: Sequence[str], unknown: int) -> str:
    """Return how many promises of the portal are kept, with the names of those that are not."""
    judged = kept + len(missed)
    tail = f" Of {unknown} nothing has been measured." if unknown else ""
    if not judged:
        return "Nothing has been measured of the portal's own promises."
    if missed:
        promises = _count(judged, "promise")
        return f"{len(missed)} of {promises} of the portal {_is(len(missed))} missed: {_few(missed)}.{tail}"
    if judged == 1:
        return f"The only promise of the portal that was measured is kept.{tail}"
    return f"All {judged} promises of the portal that were measured are kept.{tail}"


def score(value: float | None, late: int) -> str:
    """Return the compliance score with what weighs on it."""
    if value is None or not isfinite(value):
        return "No run over the book says how compliance stands."
    tail = (
        f"; {_count(late, 'obligation')} {'is' if late == 1 else 'are'} late"
        if late
        else "; no obligation is late"
    )
    return f"Compliance scores {number(value, 1)} of 100{tail}."


def change(title: str, then: float | None, now: float | None, unit: str) -> str:
    """Return what a figure was and is, or "" when it reads the same.

    Examples
    --------
    >>> change("VaR", 7_700_000.0, 8_120_000.0, "EUR"), change("open breaches", 2.0, 2.0, "")
    ('VaR from 7.7 M EUR to 8.1 M EUR', '')
    """
    read = short_money if unit else (lambda value: number(value, 0))
    first, last = read(then), read(now)
    return "" if first == last else f"{title} from {first} to {last}"


def changes(moved: Sequence[str], since: str) -> str:
    """Return what changed since the last look, as the words of each change; ``since`` says when that was."""
    if not moved:
        return f"Nothing changed since you last looked, {since}."
    return f"Since you last looked, {since}: {listed(list(moved))}."
