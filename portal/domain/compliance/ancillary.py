"""Figures of the three tests of Delegated Regulation (EU) 2021/1833, after which a firm needs no MiFID licence."""

from statistics import fmean

from portal.domain.compliance.base import Case
from portal.domain.compliance.errors import NotAskedError


def mean(case: Case) -> float:
    """Return the mean of the month-end net outstanding notionals, EUR (Art. 3)."""
    ends = case["ancillary.month_end_net_outstanding_eur"]
    if not ends:
        raise NotAskedError("No month-end value is given. Enter the twelve month-ends of the period.")
    return fmean(ends)


def trading_ratio(case: Case) -> float:
    """Return non-privileged own trading as a share of all trading of the group (Art. 4)."""
    total = case["ancillary.group_gross_eur"]
    if total <= 0:
        raise NotAskedError("The group has no trading, so that no share of it can be computed.")
    return float(case["ancillary.own_speculative_gross_eur"] / total)


def capital_ratio(case: Case) -> float | None:
    """Return the capital that positions would need as a share of the capital employed (Art. 5).

    None when the capital employed is not positive; the test is then not passed.
    """
    needed = case.parameter("EU-MI.capital_net_factor") * sum(map(abs, case["ancillary.net_positions_eur"]))
    needed += case.parameter("EU-MI.capital_gross_factor") * sum(
        map(abs, case["ancillary.gross_positions_eur"])
    )
    employed = case["ancillary.assets_eur"] - case["ancillary.current_debt_eur"]
    return float(needed / employed) if employed > 0 else None
