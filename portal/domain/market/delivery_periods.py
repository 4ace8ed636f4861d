"""Delivery periods by their market names, and volumes over them that add up to the last digit.

API: ``parse_period("2026-03" | "2026-Q1" | "Cal-26" | "Sum-26" | "Win-26" | "2026-03-29") -> DeliveryPeriod``,
``months_of(period)``, ``volume_mwh(power_mw, period, calendar, block)``, ``split_volume(total, weights, quantum)``.

Volumes are decimals: power times hours is exact, and a split is rounded by largest remainders, so that months add up to
quarters and quarters to the year without a residual.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from portal.domain.market.calendars import DeliveryCalendar
from portal.domain.market.delivery_blocks import Block, block_intervals
from portal.domain.market.errors import BadParameter


@dataclass(frozen=True, order=True)
class DeliveryPeriod:
    """A range of delivery days [first, end) with its name."""

    first: date
    end: date
    label: str

    @property
    def days(self) -> int:
        """Number of delivery days."""
        return (self.end - self.first).days


def parse_period(text: str) -> DeliveryPeriod:
    """Read the name of a delivery period.

    Parameters
    ----------
    text : str
        A day, month, quarter, season (summer April to September, winter October to March) or calendar year.

    Returns
    -------
    DeliveryPeriod
        The period with its canonical name.

    Raises
    ------
    BadParameter
        The text names no period.

    Examples
    --------
    >>> parse_period("win-26").end
    datetime.date(2027, 4, 1)
    """
    for pattern, build in _FORMS:
        match = pattern.fullmatch(text.strip())
        if match is not None:
            try:
                return build(*match.groups())
            except ValueError:
                break
    raise BadParameter(
        f"{text!r} is not a delivery period; write 2026-03-29, 2026-03, Mar-26, 2026-Q1, Sum-26, Win-26 or Cal-26.",
        name="period", value=text,
    )  # fmt: skip


def months_of(period: DeliveryPeriod) -> tuple[DeliveryPeriod, ...]:
    """The delivery months of a period.

    Parameters
    ----------
    period : DeliveryPeriod
        Month, quarter, season or year.

    Returns
    -------
    tuple of DeliveryPeriod
        Months in order.

    Raises
    ------
    BadParameter
        The period does not begin and end with a month.
    """
    if period.first.day != 1 or period.end.day != 1:
        raise BadParameter(
            f"{period.label} does not consist of whole months.", name="period", value=period.label
        )
    months, first = [], period.first
    while first < period.end:
        months.append(_span(first, 1, f"{first:%Y-%m}"))
        first = months[-1].end
    return tuple(months)


def volume_mwh(
    power_mw: Decimal | int,
    period: DeliveryPeriod,
    calendar: DeliveryCalendar,
    block: Block | str = Block.BASE,
) -> Decimal:
    """Energy of constant power over a block of a period.

    Parameters
    ----------
    power_mw : Decimal or int
        Power in MW; a float would bring digits that nobody traded.
    period : DeliveryPeriod
        Delivery days.
    calendar : DeliveryCalendar
        Market.
    block : Block
        Base, peak or off-peak.

    Returns
    -------
    Decimal
        MWh, exact: the volumes of the parts of a period add up to its own.

    Examples
    --------
    >>> from portal.domain.market.calendars import CALENDARS
    >>> volume_mwh(10, parse_period("2026-03"), CALENDARS["DE_LU"])
    Decimal('7430')
    """
    intervals = block_intervals(period.first, period.end, calendar, block)
    seconds = sum(((interval.end - interval.start) for interval in intervals), timedelta()) // timedelta(
        seconds=1
    )
    hours = Fraction(seconds, 3600)
    return Decimal(power_mw) * hours.numerator / hours.denominator


def split_volume(
    total: Decimal, weights: Sequence[float], quantum: Decimal = Decimal("0.001")
) -> tuple[Decimal, ...]:
    """Split a volume in proportion to weights, rounded so that the parts add up to it.

    Parameters
    ----------
    total : Decimal
        Volume, a multiple of ``quantum``; may be negative.
    weights : sequence of float
        Hours of the parts; not negative, at least one positive.
    quantum : Decimal, default 0.001
        Smallest step of a part.

    Returns
    -------
    tuple of Decimal
        Parts in order; each within one quantum of its exact share, together exactly ``total``.

    Raises
    ------
    BadParameter
        Weights that cannot share anything, or a total that is not a multiple of the quantum.

    References
    ----------
    Largest remainders (Hamilton's method); ties go to the earlier part.
    """
    shares = [Fraction(weight) for weight in weights]
    if not shares or min(shares) < 0 or sum(shares) == 0:
        raise BadParameter(
            "A volume is split by weights of 0 or more, of which one is positive.", name="weights", value=0
        )
    steps = Fraction(total) / Fraction(quantum)
    if steps.denominator != 1:
        raise BadParameter(
            f"{total} is not a multiple of {quantum}; choose a smaller quantum.",
            name="total",
            value=str(total),
        )
    exact = [steps * share / sum(shares) for share in shares]
    whole = [part.numerator // part.denominator for part in exact]  # floor, also below zero
    order = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for i in order[: int(steps) - sum(whole)]:
        whole[i] += 1
    return tuple(quantum * step for step in whole)


def _span(first: date, months: int, label: str) -> DeliveryPeriod:
    """Whole months from ``first`` on."""
    index = first.year * 12 + first.month - 1 + months
    return DeliveryPeriod(first, date(index // 12, index % 12 + 1, 1), label)


def _day(text: str) -> DeliveryPeriod:
    day = date.fromisoformat(text)
    return DeliveryPeriod(day, day + timedelta(days=1), day.isoformat())


def _month(year: str, month: str) -> DeliveryPeriod:
    return _span(date(int(year), int(month), 1), 1, f"{year}-{month}")


def _quarter(year: str, quarter: str) -> DeliveryPeriod:
    return _span(date(int(year), 3 * int(quarter) - 2, 1), 3, f"{year}-Q{quarter}")


def _traded_quarter(quarter: str, year: str) -> DeliveryPeriod:
    return _quarter(f"20{year}", quarter)


def _traded_month(name: str, year: str) -> DeliveryPeriod:
    return _month(f"20{year}", f"{_MONTHS.index(name.lower()) + 1:02d}")


def _season(name: str, year: str) -> DeliveryPeriod:
    summer = name.lower().startswith("s")
    return _span(date(_century(year), 4 if summer else 10, 1), 6, f"{'Sum' if summer else 'Win'}-{year[-2:]}")


def _year(year: str) -> DeliveryPeriod:
    return _span(date(_century(year), 1, 1), 12, f"Cal-{year[-2:]}")


def _century(year: str) -> int:
    return int(year) + 2000 if len(year) == 2 else int(year)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FORMS: tuple[tuple[re.Pattern[str], Callable[..., DeliveryPeriod]], ...] = (
    (re.compile(r"(\d{4}-\d{2}-\d{2})"), _day),
    (re.compile(r"(\d{4})-(\d{2})"), _month),
    (re.compile(r"(\d{4})-?[Qq]([1-4])"), _quarter),
    (re.compile(r"(?i)q([1-4])-(\d{2})"), _traded_quarter),
    (re.compile(rf"(?i)({'|'.join(_MONTHS)})[- ]?(\d{{2}})"), _traded_month),
    (re.compile(r"(?i)(sum|summer|win|winter)[- ]?(\d{4}|\d{2})"), _season),
    (re.compile(r"(?i)(?:cal[- ]?)?(\d{4})"), _year),
    (re.compile(r"(?i)cal[- ]?(\d{2})"), _year),
)
