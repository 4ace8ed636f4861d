"""Sentences of the overview: pure functions from figures to words that name the largest parts and add up.

API: ``short_money``, ``profit``, ``by_part``, ``risk``, ``limits``, ``breaches``, ``cases``, ``movers``, ``forecasts``,
``readiness``, ``availability``, ``score``, ``change``, ``changes``, ``gap``.

Amounts of one sentence are rounded in one unit, and the rest is what the rounded parts leave of the rounded total, so
that a reader who adds up what is written gets what is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from portal.core.format import number, percent

UNITS = ((1e9, "bn", 1), (1e6, "M", 1), (1e3, "k", 1), (1.0, "", 0))  # EUR, name, decimals
TWO_DIGITS = 10  # steps of the last digit from which a total shows two digits
NAMED = 3  # parts that a sentence names at most
SMALL = 0.05  # a part below this share of the largest is not named
_PERIODS = {"dtd": "on the day", "mtd": "this month", "ytd": "this year"}


@dataclass(frozen=True, slots=True)
class Named:
    """A part of a figure: its name and its amount."""

    name: str
    amount: float


def _known(value: float | None) -> bool:
    return value is not None and isfinite(value)


def _unit(*values: float) -> tuple[float, str, int]:
    """Return the unit that the largest amount is read in, its name and its decimals."""
    largest = max((abs(value) for value in values if isfinite(value)), default=0.0)
    return next((unit for unit in UNITS if largest >= 0.9995 * unit[0]), UNITS[-1])


def _unit_of_sum(total: float, parts: Sequence[float]) -> tuple[float, str, int]:
    """Return the unit that a sum and its parts are read in: that of the largest, or a smaller one.

    Of a total that parts leave which offset each other, little is to be seen in their unit: it goes on to the one that
    shows two digits of the total, or whole EUR.
    """
    largest = _unit(total, *parts)
    if not round(total):
        return largest
    smaller = UNITS[UNITS.index(largest) :]
    return next((unit for unit in smaller if abs(round(total / _step(unit))) >= TWO_DIGITS), UNITS[-1])


def _step(unit: tuple[float, str, int]) -> float:
    """Return what the last digit that is written stands for, EUR."""
    size, _, decimals = unit
    return size * 10.0**-decimals


def _written(value: float, unit: tuple[float, str, int], *, signed: bool) -> str:
    size, name, decimals = unit
    text = number(value / size, decimals, signed=signed)
    return f"{text} {name} EUR" if name else f"{text} EUR"


def short_money(value: float | None, *, signed: bool = False) -> str:
    """Return an amount in EUR as people say it.

    Parameters
    ----------
    value : float or None
        EUR.
    signed : bool, default False
        Whether a gain has a plus.

    Returns
    -------
    str
        Such as ``8.9 M EUR``; ``no value`` for None and NaN.

    Examples
    --------
    >>> short_money(-8_909_686.3), short_money(950.4, signed=True), short_money(None)
    ('−8.9 M EUR', '+950 EUR', 'no value')
    """
    if value is None or not isfinite(value):
        return "no value"
    return _written(value, _unit(value), signed=signed)


def profit(period: str, total: float | None, parts: Sequence[Named], *, rest: str = "all else") -> str:
    """Return what a P&L is and what makes most of it.

    Parameters
    ----------
    period : str
        ``dtd``, ``mtd`` or ``ytd``.
    total : float or None
        EUR.
    parts : sequence of Named
        What sums to the total.
    rest : str
        What the unnamed parts are called.

    Returns
    -------
    str
        One sentence; the amounts in it add up.

    Examples
    --------
    >>> profit("dtd", -1_200_000.0, [Named("TTF", -900_000.0), Named("EUA", -300_000.0)])
    'P&L on the day −1.2 M EUR, of which TTF −0.9 M and EUA −0.3 M.'
    """
    when = _PERIODS.get(period, period)
    if total is None or not isfinite(total):
        return f"P&L {when}: no value."
    made = [part for part in parts if isfinite(part.amount)]
    unit = _unit_of_sum(total, [part.amount for part in made])
    digits = _step(unit)
    steps = round(total / digits)
    if not any(round(part.amount / digits) for part in made):
        tail = "" if steps else ": nothing moved"
        return f"P&L {when} {_written(total, unit, signed=True)}{tail}."
    named, left = _largest(made, digits, steps)
    words = [f"{name} {_bare(count, unit)}" for name, count in named]
    if left:
        words.append(f"{rest} {_bare(left, unit)}")
    return f"P&L {when} {_written(steps * digits, unit, signed=True)}, of which {_listed(words)}."


def by_part(title: str, parts: Sequence[Named]) -> str:
    """Return the largest parts of a figure by themselves.

    Examples
    --------
    >>> by_part("By portfolio", [Named("Gas", -4e6), Named("Oil", 1e6)])
    'By portfolio: Gas −4.0 M and Oil +1.0 M.'
    """
    made = [part for part in parts if isfinite(part.amount) and part.amount]
    if not made:
        return ""
    unit = _unit(*(part.amount for part in made))
    digits = _step(unit)
    named, left = _largest(made, digits, sum(round(part.amount / digits) for part in made))
    words = [f"{name} {_bare(count, unit)}" for name, count in named]
    words += [f"all else {_bare(left, unit)}"] if left else []
    return f"{title}: {_listed(words)}." if words else ""


def _largest(parts: Sequence[Named], digits: float, total: int) -> tuple[list[tuple[str, int]], int]:
    """Return the parts worth naming in rounded steps, and the steps that they leave of the total."""
    ranked = sorted(parts, key=lambda part: -abs(part.amount))
    least = SMALL * abs(ranked[0].amount)
    named = [
        (part.name, steps)
        for part in ranked[:NAMED]
        if abs(part.amount) >= least and (steps := round(part.amount / digits))
    ]
    return named, total - sum(steps for _, steps in named)


def _bare(steps: int, unit: tuple[float, str, int]) -> str:
    """Return an amount without its currency, which the sentence has said."""
    _, name, decimals = unit
    return f"{number(steps * 10.0**-decimals, decimals, signed=True)} {name}".strip()


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


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
    if not _known(var) and not _known(es):
        return "No run of risk stands by then."
    often = 1.0 / (1.0 - level) if level < 1 else float("inf")
    if _known(var) and _known(es):
        first = (
            f"On all but one day in {number(often, 0)} the loss should stay below {short_money(var)}; "
            f"on such a day it is {short_money(es)} on average."
        )
    else:
        name, value = ("VaR", var) if _known(var) else ("Expected shortfall", es)
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
    more = len(names) - NAMED
    return _listed([*names[:NAMED], *([f"{more} more"] if more > 0 else [])])


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
    large = [one for one in moved if _known(one[2]) and abs(one[2] or 0.0) >= 2.0]
    tail = f" {_count(late, 'price')} {'is' if late == 1 else 'are'} late." if late else ""
    if not moved:
        return f"No price has a move on the day.{tail}"
    told = [f"{name} {_moved(change, size)}" for name, change, size in (large or moved)[:NAMED]]
    if not large:
        return f"No price moved by more than two standard deviations; most: {_listed(told)}.{tail}"
    many = f"{len(large)} prices" if len(large) > 1 else "1 price"
    return f"{many} moved by more than two standard deviations: {_listed(told)}{_and_more(len(large))}.{tail}"


def _moved(change: float | None, size: float | None) -> str:
    if _known(change):
        return percent(change, signed=True)
    return f"{number(size, 1, signed=True)} sd"


def _and_more(count: int) -> str:
    return f" and {count - NAMED} more" if count > NAMED else ""


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
    known = sorted((one for one in gaps if _known(one[1])), key=lambda one: -abs(one[1] or 0.0))
    if not known:
        return "No forecast stands beside a price."
    told = _listed([f"{name} {percent(value, signed=True)}" for name, value, _ in known[:NAMED]])
    outside = [name for name, _, is_outside in known if is_outside]
    tail = ""
    if outside:
        tail = f"; the price lies outside the 80 % band for {_few(outside)}"
    elif any(is_outside is not None for _, _, is_outside in known):
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
    return f"Since you last looked, {since}: {_listed(list(moved))}."
