"""How long to wait before a message is tried again."""

FIRST_SECONDS = 15.0
LONGEST_SECONDS = 3600.0


def pause_seconds(attempt: int, draw: float) -> float:
    """Return the pause after a failed attempt: it doubles, up to an hour, and half of it is left to chance.

    Chance keeps messages that failed together, because a server was down, from coming back together.

    Parameters
    ----------
    attempt : int
        Which attempt failed, from 1.
    draw : float
        A random number in [0, 1).

    Returns
    -------
    float
        Seconds, between half of the full pause and all of it.

    Raises
    ------
    ValueError
        The attempt is below 1 or the draw is outside its range.

    References
    ----------
    M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("equal jitter").

    Examples
    --------
    >>> [pause_seconds(attempt, 0.0) for attempt in (1, 2, 3, 20)]
    [7.5, 15.0, 30.0, 1800.0]
    """
    if attempt < 1 or not 0.0 <= draw < 1.0:
        raise ValueError("An attempt counts from 1, and a draw lies in [0, 1).")
    full = min(FIRST_SECONDS * 2.0 ** min(attempt - 1, 32), LONGEST_SECONDS)
    return full * (0.5 + draw / 2.0)
