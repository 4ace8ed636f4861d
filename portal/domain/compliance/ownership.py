"""Ownership of companies: who is blocked through owners (the 50 % rule of OFAC, FAQ 401), and who stands in a chain."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Stake:
    """``owner`` holds ``pct`` % of ``owned``."""

    owner: str
    owned: str
    pct: float


@dataclass(frozen=True, slots=True)
class Blocked:
    """Entities blocked through their owners (those on a list are not among them), and the share blocked owners hold."""

    entities: frozenset[str]
    shares: dict[str, float]


def blocked_through_owners(stakes: Iterable[Stake], listed: Iterable[str], threshold: float) -> Blocked:
    """Return who is blocked because blocked owners together hold ``threshold`` % or more.

    An indirect share counts only through entities that are blocked themselves, so blocking is repeated until nothing
    changes; circles end because a blocked entity stays blocked.

    Parameters
    ----------
    stakes : iterable of Stake
        Edges of the graph; several of the same pair add up.
    listed : iterable of str
        Owners on a list.
    threshold : float
        In percent, such as 50.
    """
    edges = [stake for stake in stakes if stake.owner != stake.owned]
    on_list = set(listed)
    through: set[str] = set()
    while True:
        shares: dict[str, float] = defaultdict(float)
        for stake in edges:
            shares[stake.owned] += stake.pct * (stake.owner in on_list or stake.owner in through)
        found = {who for who, share in shares.items() if share >= threshold - EPSILON} - on_list
        if found <= through:
            return Blocked(frozenset(through), dict(shares))
        through |= found


def chain_above(stakes: Iterable[Stake], party: str) -> frozenset[str]:
    """Return ``party`` and everybody who owns it, directly or through others."""
    owners: dict[str, set[str]] = defaultdict(set)
    for stake in stakes:
        owners[stake.owned].add(stake.owner)
    seen: set[str] = set()
    ahead = [party]
    while ahead:
        at = ahead.pop()
        if at not in seen:
            seen.add(at)
            ahead.extend(owners[at])
    return frozenset(seen)
