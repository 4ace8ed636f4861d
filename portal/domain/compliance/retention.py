"""Until when records must be kept: the latest end of all duties that apply.

API: ``Retention``, ``retention(regimes, created, contract_end, years)``, ``DUTIES``, ``PARAMETER``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from portal.domain.compliance.working_days import years_after

PARAMETER = "GL-RT-01.years"


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty to keep records: where its years stand in the parameter, what it is, and from when they count."""

    years: str
    law: str
    from_end: bool


DUTIES: Mapping[str, Duty] = {
    "REMIT_ALGO": Duty("REMIT_ALGO", "REMIT Art. 5a, algorithmic trading", False),
    "EMIR": Duty("EMIR_after_end", "EMIR Art. 9(2), after the contract", True),
    "MIFID": Duty("MIFID", "MiFID II Art. 16(7)", False),
    "MIFID_7": Duty("MIFID_on_request", "MiFID II Art. 16(7), on request", False),
    "CFTC_SWAP": Duty("CFTC_SWAP_after_end", "17 CFR 45.2, after the life of the swap", True),
    "CFTC_OTHER": Duty("CFTC_OTHER", "17 CFR 1.31", False),
    "FERC": Duty("FERC", "18 CFR 35.41(d), 284.288, 284.403", False),
    "CDD": Duty("CDD_after_end", "customer due diligence, after the relation", True),
    "UKETS": Duty("UKETS", "UK ETS Order 2020", False),
}
"""Duties by the code that records carry."""


@dataclass(frozen=True, slots=True)
class Retention:
    """What follows from all duties together.

    Attributes
    ----------
    end : date or None
        First day on which the record may go; None without any duty. While ``is_open`` it is the earliest possible.
    governing : str
        Code of the duty that ends last; "" without any.
    is_open : bool
        A duty counts from the end of a contract that has not ended, or is of no known code: nothing may go yet.
    """

    end: date | None
    governing: str
    is_open: bool

    def keeps(self, day: date) -> bool:
        """Tell whether the record must still be kept.

        Parameters
        ----------
        day : date
            On which somebody wants to delete it.

        Returns
        -------
        bool
            False from ``end`` on.
        """
        return self.is_open or (self.end is not None and day < self.end)


def retention(
    regimes: Iterable[str], created: date, contract_end: date | None, years: Mapping[str, float]
) -> Retention:
    """Work out until when a record must be kept.

    Parameters
    ----------
    regimes : iterable of str
        Codes of :data:`DUTIES` that the record falls under.
    created : date
        When it was made.
    contract_end : date or None
        When the contract or relation ended; None while it runs, or when there is none.
    years : mapping
        Value of the parameter :data:`PARAMETER`: years by duty.

    Returns
    -------
    Retention
        The latest of all ends.

    Examples
    --------
    >>> years = {"EMIR_after_end": 5, "MIFID_on_request": 7}
    >>> str(retention(["EMIR", "MIFID_7"], date(2024, 1, 10), date(2025, 6, 30), years).end)
    '2031-01-10'
    """
    end, governing, is_open = None, "", False
    for code in sorted(set(regimes)):
        duty = DUTIES.get(code)
        if duty is None:
            is_open = True
            continue
        is_open = is_open or (duty.from_end and contract_end is None)
        base = contract_end if duty.from_end and contract_end is not None else created
        until = years_after(base, int(years[duty.years]))
        if end is None or until > end:
            end, governing = until, code
    return Retention(end, governing, is_open)
