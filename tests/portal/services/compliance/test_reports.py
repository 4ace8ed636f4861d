"""Reports end to end on a small desk: rows, rejects, file, numbers, identifiers, release, corrections, interruption."""

from datetime import date

import pytest
from lxml import etree
from sqlalchemy import text

from data.session import UnitOfWork
from data.writes import trade_facts as fact_writes
from portal.core.clock import Clocks, now
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.services import jobs
from portal.services.compliance import report_making, reports
from portal.services.compliance.report_making import Ask, make_report
from portal.services.compliance.reports import State
from portal.services.jobs.context import Cancelled
from tests.helpers import trades as desk
from tests.helpers.reporting import (
    AUDITOR,
    DAY,
    HEAD,
    NEXT,
    OFFICER,
    TRADER,
    add_reporting_desk,
    make,
    physical,
    silent,
    store,
)


@pytest.fixture
def book(database):
    add_reporting_desk()


def one(number):
    return reports.one(number, Clocks(DAY, now()), AUDITOR)


def count(table):
    with UnitOfWork() as work:
        return work.session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608  (names of this module)


def test_a_report_of_two_deals(book):
    number = make()
    found = one(number)
    assert (found.line.rows, found.line.rejected, found.state) == (2, 0, State.DRAFT)
    file = reports.download(number, AUDITOR)
    assert file.name.endswith("_REMITTable1_V3_A0000111A.NL_00001.xml")
    document = etree.fromstring(file.content)
    utis = [item.text for item in document.iter("{*}uniqueTransactionIdentifier") if item.text]
    assert [uti[-3:] for uti in utis] == ["001", "002"]  # the same terms twice
    assert utis[0][:42] == utis[1][:42]


def test_identifiers_are_kept(book):
    first, second = (reports.download(make(), AUDITOR) for _ in range(2))
    assert first.content == second.content
    assert (first.name[-9:], second.name[-9:]) == ("00001.xml", "00002.xml")
    assert count("transaction_identifiers") == 2


def test_a_trade_without_an_identifier_is_refused_by_name_and_reported_again(book):
    (trade_id,) = store(physical("T-3", counterparty_id=desk.ids("counterparties")["ALPENBANK"]))
    number = make()
    found = one(number)
    assert (found.line.rows, found.line.rejected) == (2, 1)
    (refused,) = reports.rows(number, AUDITOR, status="rejected")
    assert (refused.subject, refused.trade_id) == ("T-3", trade_id)
    assert {item["field"] for item in refused.reasons} == {"31"}
    assert "no transaction identifier" in refused.reasons[0]["message"]
    assert b"T-3" not in reports.download(number, AUDITOR).content
    assert found.line.facts["reasons"] == {"31 uti": 1}

    with UnitOfWork(write=True) as work:
        facts = {"acer_code": "B0000333B.DE"}
        fact_writes.add_party_facts(work.session, [("ALPENBANK", date(2020, 1, 1), facts)], by="test")
    again = make(replaces=number, only_rejected=True)
    found = one(again)
    assert (found.line.rows, found.line.rejected) == (1, 0)
    assert found.line.facts["left_out"] == {"accepted in the report that this one replaces": 2}
    assert one(number).replaced_by == again


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"mic": "ZZZZ", "uti": "TX-1"}, "27"),
        ({"mic": "NDEX"}, "31"),
        ({"mic": "NDEX", "uti": "bad uti "}, "31"),
    ],
)
def test_bad_facts_are_refused_by_name(book, facts, field):
    (trade_id,) = store(physical("T-3"))
    with UnitOfWork(write=True) as work:
        fact_writes.add_trade_facts(work.session, [(trade_id, now(), {"trade": facts})], by="test")
    (refused,) = reports.rows(make(), AUDITOR, status="rejected")
    assert field in {item["field"] for item in refused.reasons}


def test_a_bad_lei_is_refused_by_name(book):
    with UnitOfWork(write=True) as work:
        facts = {"lei": "5493001KJTIIGC8Y1R13"}
        fact_writes.add_party_facts(work.session, [("ALPENBANK", date(2020, 1, 1), facts)], by="test")
    store(physical("T-3", counterparty_id=desk.ids("counterparties")["ALPENBANK"]))
    (refused,) = reports.rows(make(), AUDITOR, status="rejected")
    assert "lei" in {item["code"] for item in refused.reasons}


def test_nothing_is_stored_of_a_report_that_fails(book, monkeypatch):
    monkeypatch.setattr(report_making, "MOST_ROWS", 1)
    with pytest.raises(DomainError, match="more than the 1 that one file may have"):
        make()
    monkeypatch.undo()
    monkeypatch.setattr(report_making, "check_file", lambda *_: ["line 7: no such element"])
    with pytest.raises(DomainError, match="nothing was stored: line 7"):
        make()
    assert (count("reports"), count("report_rows"), count("file_numbers")) == (0, 0, 0)


def test_a_stopped_run_leaves_nothing(book):
    def stop(share, _words=""):
        if share >= 0.9:
            raise Cancelled("It was stopped by claire.")

    with pytest.raises(Cancelled):
        make_report(Ask("remit-t1", DAY, NEXT), stop, OFFICER)
    assert (count("reports"), count("report_rows"), count("file_numbers")) == (0, 0, 0)


def test_without_an_own_firm_nothing_is_reported(database):
    desk.add_desk()
    with pytest.raises(DomainError, match="SELF"):
        make()


def test_a_bad_question_is_refused(book):
    with pytest.raises(DomainError, match="not after"):
        make(end=DAY)
    with pytest.raises(NotFound, match="no layout"):
        make(kind="tax")
    with pytest.raises(NotFound, match="to replace"):
        make(replaces=99)
    with pytest.raises(DomainError, match="nothing to report again"):
        make(replaces=make(), only_rejected=True)


def test_release_needs_a_second_person(book):
    number = make()
    with pytest.raises(NotPermitted):
        reports.decide(number, State.RELEASED, "", OFFICER)
    own = make_report(Ask("remit-t1", DAY, NEXT), silent, HEAD)
    with pytest.raises(NotPermitted, match="GL-MC-01"):
        reports.decide(own, State.RELEASED, "", HEAD)
    with pytest.raises(Conflict, match="draft"):
        reports.decide(number, State.SUBMITTED, "", OFFICER)
    with pytest.raises(DomainError, match="Say why"):
        reports.decide(number, State.REJECTED, " ", HEAD)
    assert reports.decide(number, State.RELEASED, "Looked at all rows.", HEAD).state is State.RELEASED
    with pytest.raises(Conflict):
        reports.decide(number, State.RELEASED, "", HEAD)
    assert reports.decide(number, State.SUBMITTED, "", OFFICER).state is State.SUBMITTED


def test_rows_that_the_receiver_refused_are_reported_again(book):
    number = make()
    reports.decide(number, State.RELEASED, "", HEAD)
    reports.decide(number, State.SUBMITTED, "", OFFICER)
    with pytest.raises(DomainError, match="no row 'T-9'"):
        reports.decide(number, State.REFUSED, "Unknown participant.", OFFICER, subjects=["T-9"])
    reports.decide(number, State.REFUSED, "Unknown participant.", OFFICER, subjects=["T-2"])
    again = make(replaces=number, only_rejected=True)
    assert [row.subject for row in reports.rows(again, AUDITOR)] == ["T-2"]


def test_every_cell_explains_itself(book):
    number = make()
    found = reports.cell(number, 1, "buySellIndicator", Clocks(DAY, now()), AUDITOR)
    assert (found.value, found.field.number, found.field.source) == ("B", "11", "trades.side")
    assert "one of B S C" in found.field.validation
    with pytest.raises(NotFound, match="no row 9"):
        reports.cell(number, 9, "buySellIndicator", Clocks(DAY, now()), AUDITOR)


def test_only_compliance_sees_and_makes_reports(book):
    number = make()
    for ask in (
        lambda: reports.listed(Clocks(DAY, now()), TRADER),
        lambda: reports.rows(number, TRADER),
        lambda: reports.download(number, TRADER),
        lambda: jobs.submit("compliance.report", {"report": "remit-t1", "start": DAY, "end": NEXT}, TRADER),
        lambda: jobs.submit("compliance.report", {"report": "remit-t1", "start": DAY, "end": NEXT}, AUDITOR),
    ):
        with pytest.raises(NotPermitted):
            ask()


def test_a_damaged_file_is_not_given_out(book):
    number = make()
    with UnitOfWork(write=True) as work:
        work.session.execute(text("UPDATE reports SET content = content || '!'::bytea"))
    with pytest.raises(DomainError, match="hash of its receipt"):
        reports.download(number, AUDITOR)


def test_no_trades_give_an_empty_file(book):
    number = make(start=date(2026, 2, 1), end=date(2026, 2, 2))
    assert one(number).line.rows == 0
    assert etree.fromstring(reports.download(number, AUDITOR).content) is not None


def test_first_periods():
    assert reports.first_period("remit-t1", date(2026, 11, 20)) == (date(2026, 11, 20), date(2026, 11, 21))
    assert reports.first_period("remit-t2", date(2026, 12, 31)) == (date(2026, 12, 1), date(2027, 1, 1))
