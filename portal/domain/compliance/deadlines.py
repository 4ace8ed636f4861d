"""Whether a deadline has passed, and deadlines that fall on the same day of every year."""

from datetime import date, datetime

from portal.domain.compliance.base import Case
from portal.domain.compliance.working_days import end_of


def is_past(case: Case, due: date, regime: str) -> bool:
    """Tell whether the end of ``due`` in the zone of a regime lies before the moment of the case.

    A case that is asked on a day rather than at a moment is past the deadline on the day after it.
    """
    if isinstance(case.as_of, datetime):
        return case.as_of > end_of(due, regime)
    return case.as_of > due


def yearly(case: Case, code: str, year: int) -> date:
    """Return the day of ``year`` that the parameter ``code`` (``MM-DD``) names, as it is in force on 1 January of it.

    Raises
    ------
    MissingParameterError
        The parameter has no value in that year.
    """
    return date.fromisoformat(f"{year}-{case.parameter(code, date(year, 1, 1))}")
