"""What a failure reaches: everything that depends on what failed, directly or through others."""

from collections.abc import Iterable, Mapping


def downstream(start: str, depends_on: Mapping[str, Iterable[str]]) -> list[str]:
    """Return what a failure of ``start`` reaches, nearest first.

    Parameters
    ----------
    start : str
        What failed; it need not be in ``depends_on``.
    depends_on : mapping of str to iterable of str
        What each service needs to work. Circles are allowed.

    Returns
    -------
    list of str
        Services that need ``start``, directly or through others, without ``start``; those of one distance in order
        of their names.

    Examples
    --------
    >>> downstream("disk", {"web": ["database"], "database": ["disk"], "cache": []})
    ['database', 'web']
    """
    users: dict[str, list[str]] = {}
    for service, needs in depends_on.items():
        for need in needs:
            users.setdefault(need, []).append(service)
    reached, ring = [start], [start]
    while ring:
        ring = sorted({user for service in ring for user in users.get(service, ())} - set(reached))
        reached += ring
    return reached[1:]


def depths(depends_on: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Return how far each service stands above what needs nothing: the row of a drawing, 0 at the bottom.

    Parameters
    ----------
    depends_on : mapping of str to iterable of str
        What each service needs; needs that are no key are left out. Circles do not go on for ever: a service that is
        met again on its own path counts as 0 there.

    Returns
    -------
    dict of str to int
        The length of the longest path from each service to one without needs.

    Examples
    --------
    >>> depths({"web": ["database", "disk"], "database": ["disk"], "disk": []})
    {'web': 2, 'database': 1, 'disk': 0}
    """
    known = {service: [need for need in needs if need in depends_on] for service, needs in depends_on.items()}

    def depth(service: str, path: frozenset[str]) -> int:
        if service in path:
            return 0
        return max((1 + depth(need, path | {service}) for need in known[service]), default=0)

    return {service: depth(service, frozenset()) for service in known}
