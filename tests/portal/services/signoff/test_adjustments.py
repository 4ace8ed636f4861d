"""Adjustments: amounts, the second person, two at once, and that they are in no figure."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest

from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.signoff.adjusting import Decision
from portal.services import passports
from portal.services.signoff import adjustments, signing
from portal.services.signoff.signing import signed
from tests.helpers.signed_desk import BOSS, GAS_ONLY, OPS, RISK, TRADER, live, person, sign_all
from tests.helpers.valued_desk import DAY, add_valued_desk


@pytest.fixture
def desk(database, monkeypatch):
    for module in ("signing", "adjustments"):
        monkeypatch.setattr(f"portal.services.signoff.{module}.clock_service.latest_day", lambda: DAY)
    return add_valued_desk()


def propose(who=RISK, portfolio="GAS_EU", amount="-1,250.50"):
    return adjustments.propose(portfolio, DAY, "portfolio.dtd", amount, "A late fee.", who)


def value(portfolio="GAS"):
    return passports.open_passport("portfolio.dtd", {"portfolio": portfolio}, live(), BOSS).evaluation.value


def test_a_second_person_decides(desk):
    number = propose()
    with pytest.raises(NotPermitted, match="second person"):
        adjustments.decide(
            number, Decision.APPROVED, "", RISK
        )  # a risk officer may approve, but not their own
    with pytest.raises(NotPermitted):
        adjustments.decide(number, Decision.APPROVED, "", TRADER)
    with pytest.raises(NotPermitted, match="Only who proposed"):
        adjustments.decide(number, Decision.WITHDRAWN, "", BOSS)
    with pytest.raises(DomainError, match="why it is rejected"):
        adjustments.decide(number, Decision.REJECTED, " ", BOSS)
    assert adjustments.decide(number, Decision.APPROVED, "", BOSS).state == "approved"
    with pytest.raises(Conflict, match="approved already"):
        adjustments.decide(number, Decision.WITHDRAWN, "", RISK)
    assert adjustments.decide(propose(TRADER), Decision.WITHDRAWN, "", TRADER).state == "withdrawn"


def test_rights_and_portfolios(desk):
    for who in (BOSS, OPS, person("audit", Role.AUDITOR)):
        with pytest.raises(NotPermitted):
            propose(who)
    with pytest.raises(NotFound):
        propose(GAS_ONLY, "POWER_DE")
    number = propose(RISK, "POWER_DE")
    assert adjustments.listed(live(), GAS_ONLY, first=DAY) == []
    with pytest.raises(NotFound, match=f"no adjustment {number}"):
        adjustments.adjustment(number, GAS_ONLY)
    with pytest.raises(NotFound):
        adjustments.decide(
            number, Decision.APPROVED, "", person("gasboss", Role.EXECUTIVE, frozenset({"GAS"}))
        )


def test_it_is_in_no_figure_and_beside_what_is_signed(desk):
    before = value()
    number = propose()
    adjustments.decide(number, Decision.APPROVED, "", BOSS)
    assert value() == before
    found = sign_all(until=1)
    assert [(one.id, one.amount) for one in found.beside] == [(number, "-1250.50")]
    total = passports.open_passport(
        "signoff.adjusted", {"portfolio": "GAS", "metric": "portfolio.dtd"}, live(), BOSS
    )
    assert (total.evaluation.value, total.evaluation.unit) == (-1250.5, "EUR")
    other = propose(TRADER, amount="10")
    assert not signed("GAS", live(), BOSS).differs  # one that waits counts for nothing
    adjustments.decide(other, Decision.APPROVED, "", BOSS)
    again = signed("GAS", live(), BOSS)
    assert again.differs
    assert again.digest == found.digest
    with pytest.raises(DomainError, match="changed these figures"):
        signing.sign("GAS", DAY, signing.Step.REVIEWED, RISK, seen=again.digest)


def test_amounts_beside_different_figures_are_not_added_up(desk):
    for metric in ("portfolio.dtd", "portfolio.mtd", "portfolio.ytd", "portfolio.dtd"):
        number = adjustments.propose("GAS_EU", DAY, metric, "100,000.10", "Booked late.", TRADER)
        adjustments.decide(number, Decision.APPROVED, "", BOSS)
    propose(RISK, amount="5")  # one that waits counts for nothing
    found = adjustments.totals(signed("GAS", live(), BOSS).beside_now)
    assert [(one.metric, one.title, one.amount) for one in found] == [
        ("portfolio.dtd", "Day to date", Decimal("200000.20")),
        ("portfolio.mtd", "Month to date", Decimal("100000.10")),
        ("portfolio.ytd", "Year to date", Decimal("100000.10")),
    ]
    for one in found:
        asked = {"portfolio": "GAS", "metric": one.metric}
        opened = passports.open_passport("signoff.adjusted", asked, live(), BOSS).evaluation
        assert opened.value == float(one.amount)
        assert {row["metric"] for row in opened.inputs.records()} == {one.title}
    with pytest.raises(DomainError, match="needs the parameter 'metric'"):
        passports.open_passport("signoff.adjusted", {"portfolio": "GAS"}, live(), BOSS)
    with pytest.raises(DomainError, match=r"beside 'market\.last'"):
        passports.open_passport(
            "signoff.adjusted", {"portfolio": "GAS", "metric": "market.last"}, live(), BOSS
        )


def test_two_at_once_decide_once(desk):
    number = propose(TRADER)

    def act(who):
        try:
            return adjustments.decide(number, Decision.APPROVED, "", who).state
        except Conflict:
            return "late"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(act, (BOSS, RISK))) == ["approved", "late"]
    assert len(adjustments.adjustment(number, BOSS).decisions) == 1


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("-125,000.00", "-125000.00"),
        ("−3.5", "-3.50"),
        ("1 000", "1000.00"),
        ("+1\u202f250\u00a0000.5", "1250000.50"),
        ("12,500,000", "12500000.00"),
    ],
)
def test_amounts_as_people_write_them(text, amount):
    assert adjustments.read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "a lot", "0", "1.005", "nan", "1e400", "inf"])
def test_what_is_no_amount(text):
    with pytest.raises(DomainError):
        adjustments.read_amount(text)


@pytest.mark.parametrize(
    "text", ["125000,00", "12,50", "1.250,00", "1,2500", ",5", "12500,000", "1.", "12 500,5"]
)
def test_a_decimal_comma_is_refused_and_not_read_as_thousands(text):
    with pytest.raises(DomainError, match=r"Write it such as -125,000\.00"):
        adjustments.read_amount(text)


def test_a_day_without_data_and_an_unknown_figure(desk):
    with pytest.raises(DomainError, match="no data"):
        adjustments.propose("GAS", DAY + timedelta(days=1), "portfolio.dtd", "1", "Why.", RISK)
    with pytest.raises(DomainError, match="Choose the figure"):
        adjustments.propose("GAS", DAY, "market.last", "1", "Why.", RISK)
    with pytest.raises(DomainError, match="characters why"):
        adjustments.propose("GAS", DAY, "portfolio.dtd", "1", "  ", RISK)
