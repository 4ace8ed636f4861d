"""Quiet hours: when somebody does not want to be told, by the clock on their wall."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def clock_time(text: str) -> time:
    """Return a time of day.

    Parameters
    ----------
    text : str
        Hours and minutes, such as ``22:00``.

    Returns
    -------
    datetime.time
        The time, without a zone.

    Raises
    ------
    ValueError
        It is not written that way.

    Examples
    --------
    >>> clock_time("06:30")
    datetime.time(6, 30)
    """
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is not a time of day. Write hours and minutes, such as 22:00.")
    return time(int(found[1]), int(found[2]))


def quiet_until(moment: datetime, begin: time, end: time, zone: ZoneInfo) -> datetime | None:
    """Return when the quiet hours end that a moment lies in.

    Parameters
    ----------
    moment : datetime, UTC
        The moment.
    begin, end : datetime.time, local
        The first quiet minute and the first one that is not; over midnight when ``end`` is not after ``begin``. Equal
        times mean no quiet hours.
    zone : ZoneInfo
        Whose clock it is.

    Returns
    -------
    datetime or None
        The end, UTC; None when the moment is not quiet. Of an end that the clock shows twice, because it is set back,
        the first that is still to come; one that it never shows, because it is put forward, is an hour later on it.

    Examples
    --------
    >>> berlin = ZoneInfo("Europe/Berlin")
    >>> quiet_until(datetime(2024, 1, 8, 23, tzinfo=UTC), time(22), time(7), berlin)
    datetime.datetime(2024, 1, 9, 6, 0, tzinfo=datetime.timezone.utc)
    >>> quiet_until(datetime(2024, 1, 8, 12, tzinfo=UTC), time(22), time(7), berlin) is None
    True
    """
    local = moment.astimezone(zone)
    now = local.time()
    overnight = end < begin
    inside = (now >= begin or now < end) if overnight else begin <= now < end
    if not inside:
        return None
    day = local.date() + timedelta(days=1) if overnight and now >= begin else local.date()
    return min(at for at in _instants(day, end, zone) if at > moment)


def _instants(day: date, at: time, zone: ZoneInfo) -> list[datetime]:
    """Return the moments at which the clock shows a time of a day, and as a last resort of the next."""
    following = datetime.combine(day + timedelta(days=1), at, zone)
    both = [datetime.combine(day, at, zone).replace(fold=fold) for fold in (0, 1)]
    shown = [one for one in both if one.astimezone(UTC).astimezone(zone).time() == at]
    return [one.astimezone(UTC) for one in (*(shown or both[:1]), following)]
