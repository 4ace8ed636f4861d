"""What the scope of a shock names in a market: curves, pairs of curves, currencies.

API: ``curves_of``, ``pair_of``, ``currencies_of``, ``zone_of``, ``names_of``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from portal.core.arrays import IntArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.market import CurveTerms, Market
from portal.domain.risk.stress.shocks import ALL

GROUPS = {"oil": ("crude", "products"), "fuels": ("crude", "products", "gas", "lng", "coal")}
_POWER, _PEAK = "POWER_", "_PEAK"


def zone_of(code: str) -> str:
    """The bidding zone of a power curve, empty for others.

    Parameters
    ----------
    code : str
        Code of a curve.

    Returns
    -------
    str
        Such as ``DE_LU``, for base and peak alike.

    Examples
    --------
    >>> zone_of("POWER_DE_LU_PEAK")
    'DE_LU'
    """
    return code.removeprefix(_POWER).removesuffix(_PEAK) if code.startswith(_POWER) else ""


def names_of(curves: CurveTerms) -> tuple[str, ...]:
    """All names that a scope may hold.

    Parameters
    ----------
    curves : CurveTerms
        Curves.

    Returns
    -------
    tuple of str
        ``all``, commodities and groups, zones, codes.
    """
    commodities = sorted(set(curves.commodity))
    groups = [name for name, parts in GROUPS.items() if set(parts) & set(commodities)]
    zones = sorted({zone_of(code) for code in curves.code} - {""})
    return (ALL, *commodities, *groups, *zones, *sorted(curves.code))


def curves_of(curves: CurveTerms, scope: str, *, lenient: bool = False) -> IntArray1D:
    """Positions of the curves that a scope names.

    Parameters
    ----------
    curves : CurveTerms
        Curves.
    scope : str
        Codes, zones, commodities or groups, joined by commas; ``all``.
    lenient : bool, default False
        Whether a name that is not there is passed over.

    Returns
    -------
    ndarray of int64
        Ascending, without repetition.

    Raises
    ------
    BadParameter
        A name is neither a curve nor a zone nor a commodity.
    """
    found: set[int] = set()
    for name in (part.strip() for part in scope.split(",")):
        own = _named(curves, name)
        if not own and not lenient:
            raise BadParameter(
                f"There is no curve, zone or commodity '{name[:40]}'. Choose from {_choices(names_of(curves))}.",
                name="scope",
                value=name,
            )
        found.update(own)
    return np.array(sorted(found), dtype=np.int64)


def _named(curves: CurveTerms, name: str) -> list[int]:
    wanted = GROUPS.get(name, (name,))
    return [
        at
        for at, (code, commodity) in enumerate(zip(curves.code, curves.commodity, strict=True))
        if name in (ALL, code) or commodity in wanted or (name and zone_of(code) == name)
    ]


def pair_of(market: Market, scope: str, *, lenient: bool = False) -> tuple[tuple[int, int], ...]:
    """The marked pairs of curves that a scope names.

    Parameters
    ----------
    market : Market
        Correlations and curves.
    scope : str
        Two scopes joined by a colon, or ``all``.
    lenient : bool, default False
        Whether names without a marked pair are passed over.

    Returns
    -------
    tuple of (int, int)
        Keys of ``market.correlations``.

    Raises
    ------
    BadParameter
        A name is not there, or no correlation is marked between the two.
    """
    if scope == ALL:
        return tuple(sorted(market.correlations))
    one, _, other = scope.partition(":")
    left, right = (
        set(market.curves.id[curves_of(market.curves, part, lenient=lenient)].tolist())
        for part in (one, other)
    )
    pairs = tuple(
        pair
        for pair in sorted(market.correlations)
        if (pair[0] in left and pair[1] in right) or (pair[1] in left and pair[0] in right)
    )
    if not pairs and not lenient:
        raise BadParameter(
            f"No correlation of {one.strip()} with {other.strip()} is marked. Choose a pair that is, or 'all'.",
            name="scope",
            value=scope,
        )
    return pairs


def currencies_of(
    market: Market, scope: str, there: Mapping[str, Any], *, lenient: bool = False
) -> tuple[str, ...]:
    """The currencies that a scope names, of those that ``there`` has.

    Parameters
    ----------
    market : Market
        For its reporting currency.
    scope : str
        Currencies joined by commas, or ``all``.
    there : mapping
        Exchange rates or zero curves by currency.
    lenient : bool, default False
        Whether a currency that is not there is passed over.

    Returns
    -------
    tuple of str
        In alphabetical order.

    Raises
    ------
    BadParameter
        A currency is not there.
    """
    if scope == ALL:
        return tuple(sorted(there))
    names = [part.strip().upper() for part in scope.split(",")]
    missing = [name for name in names if name not in there]
    if missing and not lenient:
        raise BadParameter(
            f"There is no rate of '{missing[0][:10]}' against {market.reporting} or of its own. "
            f"Choose from {_choices(sorted(there))}.",
            name="scope",
            value=missing[0],
        )
    return tuple(sorted(set(names) & set(there)))


def _choices(names: Iterable[str]) -> str:
    return ", ".join(names)
