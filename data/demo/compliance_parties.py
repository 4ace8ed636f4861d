"""The onboarding of the demo desk's counterparties: owners, documents, reviews; and a list to screen them against.

All people, companies and list entries are made up. Everybody was approved before the first trade and reviewed in time,
but two: DRAGON, whose review was missed, and MAKEBELIEVE, which a new edition of the list holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

OFFICER, HEAD, CONTACT = "compliance", "compliance_head", "trader"
EXPIRED, PROSPECT = "DRAGON", "PHANTOM"
EXPIRED_DAYS = 10  # before the last day of the desk
EDITION_DAYS = (40, 5)  # likewise, of the editions of the list
GRACE_DAYS = 30
MONTHS = {"low": 60, "medium": 24, "high": 12}
DOCUMENTS = ("identity", "registry", "owners", "purpose", "funds")
LIST_CODE, LIST_TITLE = "HOUSE", "Simulated sanctions list"

DECISIONS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "ATLANTIS/O1": (
        ("proposed-clear", OFFICER, "Born 27 years later, and a Norwegian, not a Swede."),
        ("cleared", HEAD, "Born 27 years later, and a Norwegian, not a Swede."),
    ),
    "UNICORN": (("returned", HEAD, "Ask for the extract of the other company's register first."),),
}
"""What was said of hits on the simulated list, by the party's code: decision, who, why."""


@dataclass(frozen=True, slots=True)
class DemoOwner:
    """An owner; ``kind`` is person or company."""

    name: str
    kind: str
    country: str
    pct: float
    born: date | None = None
    has_control: bool = False
    is_pep: bool = False
    identified: bool = True


@dataclass(frozen=True, slots=True)
class DemoFile:
    """What is on file of a counterparty."""

    risk: str
    owners: tuple[DemoOwner, ...]
    senior_approval: str | None = None


def _person(name: str, country: str, pct: float, year: int, **more: bool) -> DemoOwner:
    return DemoOwner(name, "person", country, pct, date(year, 1 + year % 12, 1 + year % 28), **more)


def _listed(country: str) -> tuple[DemoOwner, ...]:
    return (DemoOwner("Free float (fictitious)", "company", country, 100.0, has_control=False),)


FILES: Mapping[str, DemoFile] = {
    "FABLE_X": DemoFile(
        "low", (*_listed("NL"), _person("Saskia Verzonnen", "NL", 0.0, 1968, has_control=True))
    ),
    "MIRAGE_X": DemoFile(
        "low", (*_listed("GB"), _person("Alistair Fayne", "GB", 0.0, 1961, has_control=True))
    ),
    "NIMBUS_X": DemoFile(
        "low", (*_listed("DE"), _person("Renate Wolkig", "DE", 0.0, 1965, has_control=True))
    ),
    "MUSTERSTADT": DemoFile(
        "low",
        (
            DemoOwner("City of Musterstadt (fictitious)", "company", "DE", 100.0),
            _person("Erika Mustermann", "DE", 0.0, 1964, has_control=True, is_pep=True),
        ),
        "Board, minutes of the onboarding",
    ),
    "EXEMPLE": DemoFile(
        "medium",
        (
            DemoOwner("Exemple Participations (fictitious)", "company", "FR", 62.0),
            _person("Odile Exemple", "FR", 38.0, 1959, has_control=True),
        ),
    ),
    "ANYBANK": DemoFile("low", (*_listed("GB"), _person("Nigel Sample", "GB", 0.0, 1966, has_control=True))),
    "JANE_DOE": DemoFile(
        "medium",
        (
            _person("Jane Doe", "US", 55.0, 1957, has_control=True),
            _person("John Doe", "US", 45.0, 1983),
        ),
    ),
    "NOWHERE": DemoFile(
        "high",
        (
            DemoOwner("Nowhere Holding (fictitious)", "company", "CH", 70.0),
            _person("Beat Nirgends", "CH", 30.0, 1962, has_control=True),
        ),
    ),
    "MAKEBELIEVE": DemoFile(
        "high",
        (
            _person("Imogen Fancy", "SG", 51.0, 1974, has_control=True),
            _person("Ravi Pretend", "SG", 49.0, 1979),
        ),
    ),
    "ATLANTIS": DemoFile(
        "medium",
        (
            _person("Torvald Drommeland", "NO", 40.0, 1971, has_control=True),
            DemoOwner("Sunken Continent Invest (fictitious)", "company", "NO", 60.0),
        ),
    ),
    "UNICORN": DemoFile(
        "medium",
        (
            DemoOwner("Einhorn Stiftung (fictitious)", "company", "DE", 80.0),
            _person("Wieland Einhorn", "DE", 20.0, 1955, has_control=True),
        ),
    ),
    "DRAGON": DemoFile(
        "high",
        (
            _person("Blanche Dragonne", "FR", 74.0, 1970, has_control=True),
            _person("Hugo Ecaille", "FR", 26.0, 1988),
        ),
    ),
}
PROSPECT_FILE = DemoFile(
    "medium",
    (
        _person("Phineas Ghostly", "GB", 75.0, 1980, has_control=True),
        _person("Aurelia Mistral", "FR", 25.0, 1991, identified=False),
    ),
)


@dataclass(frozen=True, slots=True)
class DemoStep:
    """A step of the onboarding (``case`` 0) or of a review (1, 2, ...) of a counterparty."""

    case: int
    step: str
    by: str
    at: datetime
    body: Mapping[str, Any]


def steps(code: str, first_trade: date | None, last: date) -> Iterator[DemoStep]:
    """Yield the steps of a counterparty's onboarding and reviews, oldest first."""
    file = FILES[code]
    for case, day in enumerate(approvals(code, first_trade, last)):
        yield from _case(case, day, file)


def approvals(code: str, first_trade: date | None, last: date) -> list[date]:
    """Return the days on which a counterparty was approved: before its first trade, then in time for reviews."""
    every = timedelta(days=int(MONTHS[FILES[code].risk] * 30.4))
    if code == EXPIRED:
        day = last - timedelta(days=EXPIRED_DAYS + GRACE_DAYS + 1 + 365)
    else:
        day = last - every * ((sum(map(ord, code)) % 60 + 5) / 100)
    begun = (first_trade or last) - timedelta(days=30)
    days = [day]
    while days[-1] > begun:
        days.append(days[-1] - every + timedelta(days=14))
    return days[::-1]


def _case(case: int, approved: date, file: DemoFile) -> Iterator[DemoStep]:
    def moment(days_before: int, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(approved - timedelta(days=days_before), time(hour, minute), UTC)

    facts = {
        "risk": file.risk,
        "contact": CONTACT,
        "purpose": "Trading of energy and emission allowances",
        "senior_approval": file.senior_approval,
    }
    yield DemoStep(case, "registered", OFFICER, moment(9, 9), facts)
    for number, kind in enumerate(DOCUMENTS):
        yield DemoStep(case, "document", OFFICER, moment(8, 10, number), {"kind": kind})
    if case == 0:
        for number in range(len(file.owners)):
            yield DemoStep(case, "owner", OFFICER, moment(7, 11, number), {"code": f"O{number + 1}"})
    yield DemoStep(case, "screened", OFFICER, moment(3, 14), {"lists": [LIST_CODE], "hits": 0})
    yield DemoStep(case, "submitted", OFFICER, moment(2, 15), {})
    yield DemoStep(case, "approved", HEAD, moment(0, 9, 30), {"reason": "Complete, nothing adverse."})
    yield DemoStep(case, "training", CONTACT, moment(0, 12), {"course": "kyc", "version": "2026.1"})


def prospect_steps(last: date) -> Iterator[DemoStep]:
    """Yield the steps of a company that is not onboarded yet: an owner is not identified, a document is missing."""
    facts = {"risk": "medium", "contact": CONTACT, "purpose": "Chartering of LNG carriers"}
    day = last - timedelta(days=6)
    yield DemoStep(0, "registered", OFFICER, datetime.combine(day, time(9), UTC), facts)
    for number, kind in enumerate(DOCUMENTS[:4]):
        yield DemoStep(0, "document", OFFICER, datetime.combine(day, time(10, number), UTC), {"kind": kind})
    for number in range(len(PROSPECT_FILE.owners)):
        at = datetime.combine(day, time(11, number), UTC)
        yield DemoStep(0, "owner", OFFICER, at, {"code": f"O{number + 1}"})


def document_of(code: str, kind: str, day: date) -> bytes:
    """Return the content of a simulated document."""
    return f"SIMULATED DOCUMENT\nParty: {code}\nKind: {kind}\nDate: {day}\nNobody is meant.\n".encode()


_NAMES = (
    ("Qeshm Star Petrochem FZE", "company", "IR", None),
    ("Borealis Ghost Fleet Management", "company", "RU", None),
    ("Kaspian Shadow Tankers", "company", "RU", None),
    ("Orlov Nemo", "person", "RU", 1959),
    ("Zahir Nobody", "person", "SY", 1966),
    ("Pyongwon Coal Exports", "company", "KP", None),
    ("Unicorn Steel Wharf", "company", "IR", None),
    ("Torvald Drammenland", "person", "SE", 1944),
    ("MT Phantom Breeze", "vessel", "PA", None),
    ("MT Grey Horizon", "vessel", "CM", None),
)
_LATER = (("Make-Believe Merchants Pte. Ltd.", "company", "SG", None),)
_IMOS = {"MT Phantom Breeze": "9990001", "MT Grey Horizon": "9990013"}


def list_entries(edition: int) -> list[dict[str, Any]]:
    """Return the names on an edition of the simulated list; the later one has more."""
    names = _NAMES + (_LATER if edition else ())
    return [
        {
            "entry": f"SIM-{number:04d}",
            "kind": kind,
            "name": name,
            "aliases": {"names": ["Fancy Merchants of Make Believe"] if "Make" in name else []},
            "country": country,
            "birth_year": born,
            "imo": _IMOS.get(name),
            "program": "SIMULATED",
        }
        for number, (name, kind, country, born) in enumerate(names, start=1)
    ]
