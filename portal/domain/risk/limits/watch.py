"""What a new judgement of a limit does to its breach: open, worsen, ease, or nothing.

API: ``watch(breach, judged, at=...) -> Event | None``.

Asked again about the same day it says nothing, so that a run may be repeated.
"""

from collections.abc import Collection
from datetime import date, datetime

from portal.core.actor import SYSTEM
from portal.domain.risk.limits.breach import Breach, Event, State, Step
from portal.domain.risk.limits.limit import Tier
from portal.domain.risk.limits.use import Judgement, Status
from portal.domain.risk.limits.workflow import Deadlines, move, open_breach

MUCH_WORSE = 0.1
"""Share of the limit by which a breach must grow beyond its worst before that is an event of its own."""

_TIER = {Status.WARNING: Tier.SOFT, Status.BREACH: Tier.HARD}


def watch(
    breach: Breach | None,
    judged: Judgement,
    *,
    at: datetime,
    owner: str | None = None,
    holidays: Collection[date] = (),
    deadlines: dict[Tier, Deadlines] | None = None,
) -> Event | None:
    """Make the event that a judgement calls for.

    Parameters
    ----------
    breach : Breach or None
        The latest breach of the limit, None when there was none yet.
    judged : Judgement
        How the limit stands now.
    at : datetime
        Now, with time zone.
    owner : str, optional
        Who owns a breach that is opened.
    holidays : collection of date
        Days off.
    deadlines : dict of Tier to Deadlines, optional
        The house's own.

    Returns
    -------
    Event or None
        An opening, which begins a new breach; a worsening (a higher tier, outside the limit again, or a use well above
        the worst so far) or an easing of the present one; None when nothing has changed, or without data, of which
        nothing follows.
    """
    if judged.status is Status.NO_DATA:
        return None
    tier = _TIER.get(judged.status)
    if breach is None or breach.state is State.CLOSED:
        if tier is None:
            return None
        return open_breach(
            tier, judged.use, at=at, owner=owner, note=judged.sentence, holidays=holidays, deadlines=deadlines
        )
    step = _step(breach, tier, judged.use)
    if step is None:
        return None
    return move(
        breach,
        step,
        SYSTEM,
        at=at,
        note=judged.sentence,
        tier=tier if step is Step.WORSENED else None,
        used=judged.use,
        holidays=holidays,
        deadlines=deadlines,
    )


def _step(breach: Breach, tier: Tier | None, use: float) -> Step | None:
    # a hard breach is over as soon as the hard tier holds again, though the soft one may still warn
    outside = tier is Tier.HARD or (tier is Tier.SOFT and breach.tier is Tier.SOFT)
    if not outside:
        return None if breach.is_over else Step.EASED
    higher = tier is Tier.HARD and breach.tier is Tier.SOFT
    grown = not use <= breach.worst_used + MUCH_WORSE
    return Step.WORSENED if higher or breach.is_over or grown else None
