"""Obligations that come round by the calendar: reports, emissions trading, daily positions, evidence.

API: ``Duty``, ``standing(first, last, schemes, parameters, calendars)``.

Duties that a single deal brings about (a report of a transaction, a notice) are not here: a rule's finding makes them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from portal.domain.compliance.parameters import Parameters
from portal.domain.compliance.working_days import WorkingDays, months_after

EVIDENCE = "GL-S2-03.evidence"
QUARTERS = {"Q1": 3, "Q2": 6, "Q3": 9, "Q4": 12}
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that comes due on a day.

    Attributes
    ----------
    rule, regime : str
        Codes.
    title, subject : str
        What is to be done, and about what; the two together with the rule make it one obligation.
    event_on, due : date
        The last day that it is about, and the day at whose end, in the zone of the regime, it is due.
    is_confirmed : bool
        Whether the day itself is known from the law; false for days that are house values or unverified.
    report_kind : str
        Kind of report that fulfils it; "" for none.
    """

    rule: str
    regime: str
    title: str
    subject: str
    event_on: date
    due: date
    is_confirmed: bool = True
    report_kind: str = ""

    @property
    def key(self) -> str:
        """What makes it one obligation."""
        return f"{self.rule}|{self.subject}|{self.event_on}"


def standing(
    first: date,
    last: date,
    schemes: Collection[str],
    parameters: Parameters,
    calendars: Mapping[str, WorkingDays],
) -> list[Duty]:
    """Return all duties that come due from ``first`` to ``last``, by day.

    Parameters
    ----------
    first, last : date
        Both included.
    schemes : collection of str
        Emissions trading schemes in which the firm has installations: EU, UK.
    parameters : Parameters
        Dated values.
    calendars : mapping of str to WorkingDays
        Working days of US, EU and UK.
    """
    years = range(first.year - 1, last.year + 1)
    found = [
        *_quarterly_reports(years, parameters, calendars["US"]),
        *(duty for scheme in sorted(schemes) for duty in _allowances(scheme, years, parameters)),
        *_daily_positions(first, last, calendars["EU"]),
        *_exposures(years),
        *_evidence(years, parameters),
    ]
    return sorted(
        (duty for duty in found if first <= duty.due <= last),
        key=lambda duty: (duty.due, duty.rule, duty.subject),
    )


def _month_end(year: int, month: int) -> date:
    return months_after(date(year, month, 1), 1) - timedelta(days=1)


def _quarterly_reports(years: range, parameters: Parameters, calendar: WorkingDays) -> Iterator[Duty]:
    for year in years:
        for quarter, month in QUARTERS.items():
            end = _month_end(year, month)
            day = str(parameters.in_force("US-FE-02.eqr_due", end).value[quarter])
            due = date.fromisoformat(f"{year + (quarter == 'Q4')}-{day}")
            yield Duty(
                "US-FE-02", "US-FERC", f"Electric Quarterly Report of {year} {quarter}", f"{year}-{quarter}", end,
                calendar.rolled(due), report_kind="ferc-eqr",
            )  # fmt: skip


def _allowances(scheme: str, years: range, parameters: Parameters) -> Iterator[Duty]:
    """Verified report, surrender and, in the Union, free allocation of one scheme."""
    regime, report = f"{scheme}-ETS", "ets-position"
    # rule that reports and rule that surrenders; the UK has one for both
    rules = ("EU-ET-01", "EU-ET-02") if scheme == "EU" else ("UK-ET-01", "UK-ET-01")
    for year in years:
        due_year = year + 1
        start, end = date(due_year, 1, 1), date(year, 12, 31)
        for rule, code, title in (
            (rules[0], f"{scheme}-ET.verified_report_due", f"Verified emissions report of {year}"),
            (rules[1], f"{scheme}-ET.surrender_due", f"Surrender of allowances for {year}"),
        ):
            day = date.fromisoformat(f"{due_year}-{parameters.in_force(code, start).value}")
            yield Duty(rule, regime, title, f"{scheme} {title}", end, day, report_kind=report)
        if scheme == "EU":
            day = date.fromisoformat(
                f"{due_year}-{parameters.in_force('EU-ET.free_allocation_by', start).value}"
            )
            title = f"Free allocation of {due_year} received"
            yield Duty("EU-ET-05", regime, title, f"EU {title}", end, day)


def _daily_positions(first: date, last: date, calendar: WorkingDays) -> Iterator[Duty]:
    """Positions of each working day, due the next one; the hour of the day is unverified."""
    day = first - timedelta(days=10)
    while day <= last:
        if calendar.is_working(day):
            yield Duty(
                "EU-MI-05", "EU-MIFID", f"Daily positions of {day}", f"positions {day}", day, calendar.after(day, 1),
                is_confirmed=False, report_kind="ets-position",
            )  # fmt: skip
        day += timedelta(days=1)


def _exposures(years: range) -> Iterator[Duty]:
    """Exposures of each month; the day is not known, so the end of the next month stands for it."""
    for year in years:
        for month in range(1, _MONTHS + 1):
            end = _month_end(year, month)
            after = months_after(date(year, month, 1), 1)
            yield Duty(
                "EU-RM-26", "EU-REMIT", f"Exposures of {end:%Y-%m}", f"exposure {end:%Y-%m}", end,
                _month_end(after.year, after.month), is_confirmed=False,
            )  # fmt: skip


def _evidence(years: range, parameters: Parameters) -> Iterator[Duty]:
    """Controls whose evidence must be younger than a period: due at the end of each quarter or year."""
    for year in years:
        for item in parameters.in_force(EVIDENCE, date(year, 1, 1)).value:
            months = QUARTERS.values() if item["every"] == "quarter" else (_MONTHS,)
            for month in months:
                end = _month_end(year, month)
                yield Duty(
                    "GL-S2-03", "GLOBAL", f"{item['title']}, evidence of {end:%Y-%m}", str(item["item"]), end, end,
                    is_confirmed=False,
                )  # fmt: skip
