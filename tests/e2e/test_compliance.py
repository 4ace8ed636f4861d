"""From a trade that trips a rule to a decided case, the regulator's file and the audit pack."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect
from psycopg import sql

from portal.core.actor import Actor
from portal.core.permissions import Role
from portal.services.compliance.report_making import Ask, make_report
from tests.e2e.test_roles import settle

PATIENCE = 90_000  # ms: an import runs in a process of its own while other tests share the machine
TRADE = "BROWSER-KYC-1"
OFFICER = Actor(None, "compliance", "Claire Dubois", frozenset({Role.COMPLIANCE_OFFICER}))
HEADS = "external_id,trade_date,book,counterparty,kind,curve,side,quantity,unit,price,product,trader"
NEW = {
    "report_rows": "report_id IN (SELECT id FROM reports WHERE recorded_at > %s)",
    "report_decisions": "recorded_at > %s",
    "transaction_identifiers": "recorded_at > %s",
    "reports": "recorded_at > %s",
    "case_events": "recorded_at > %s",
    "cases": "opened_at > %s",
    "compliance_records": "recorded_at > %s",
    "compliance_runs": "recorded_at > %s",
    "trades": "recorded_at > %s",
}
"""Which rows these tests made, in the order in which they can be taken out."""

Visit = Callable[..., Page]


@pytest.fixture
def left_as_found(demo_database: str) -> Iterator[None]:
    """Take what a test made out of the shared demo desk again; the audit log keeps that it was done."""
    with psycopg.connect(demo_database) as connection:
        (began,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
    yield
    with psycopg.connect(demo_database) as connection:
        for table, condition in NEW.items():
            query = sql.SQL("DELETE FROM {} WHERE {}").format(sql.Identifier(table), sql.SQL(condition))
            connection.execute(query, [began])


@pytest.fixture
def last_day(demo_database: str) -> date:
    """The last day of the demo desk."""
    with psycopg.connect(demo_database) as connection:
        (day,) = connection.execute("SELECT max(trade_date) FROM trades").fetchone() or (None,)
    assert isinstance(day, date)
    return day


def file_of(folder: Path, day: date) -> Path:
    """A purchase of gas from a counterparty whose onboarding is not finished."""
    path = folder / "phantom.csv"
    row = f"{TRADE},{day},GAS_EU,PHANTOM,forward_physical,TTF,buy,10,MW,30,{day.year + 1}-Q2,Tomas Berg"
    path.write_text(f"{HEADS}\n{row}\n")
    return path


def import_file(page: Page, path: Path) -> Locator:
    """Drop a file, import it, and return what is said of it."""
    page.locator("input[type=file]").set_input_files(path)
    start = page.get_by_role("button", name="Import", exact=True)
    expect(start).to_be_enabled(timeout=PATIENCE)
    start.click()
    return page.locator("#content")


def case_row(page: Page) -> Locator:
    return page.locator("tbody tr").filter(has_text="GL-KY-01").filter(has_text=TRADE)


def test_a_trade_that_trips_a_rule_becomes_a_decided_case(visit, tmp_path, last_day, left_as_found):
    trader = visit("trader", "/market/import?kind=trades")
    said = import_file(trader, file_of(tmp_path, last_day))
    expect(said).to_contain_text("GL-KY-01", timeout=PATIENCE)

    officer = visit("compliance", "/compliance/cases?kind=rule")
    settle(officer)
    officer.get_by_placeholder("Filter rows").fill(TRADE)
    expect(case_row(officer)).to_have_count(1)
    expect(case_row(officer)).to_contain_text("open")
    case_row(officer).locator("a.es-row-link").first.click()
    expect(officer.get_by_role("heading", name=re.compile(r"^Case \d+"))).to_be_visible()
    number = officer.url.split("case=")[1].split("&")[0]
    expect(officer.locator(".es-case-message").first).to_be_visible()
    officer.get_by_text("Inputs used").click()
    expect(officer.get_by_text("party.kyc.status")).to_be_visible()

    officer.get_by_role("button", name="Propose the decision").click()
    expect(officer.locator("#compliance-cases-said")).to_contain_text("give the reason")
    officer.locator("select:has(option[value='accepted'])").select_option("accepted")
    officer.get_by_label("Reason").fill("The last document came today; the file is complete.")
    officer.get_by_role("button", name="Propose the decision").click()
    expect(officer.locator(".es-notice").first).to_contain_text("waits for a second person")
    expect(officer.get_by_role("button", name="Approve")).to_have_count(0)

    head = visit("compliance_head", f"/compliance/cases?case={number}")
    settle(head)
    expect(head.locator(".es-body")).to_contain_text("The last document came today")
    head.get_by_role("button", name="Approve").click()
    expect(head.locator(".es-notice").first).to_contain_text(f"Case {number} is decided")
    expect(head.locator(".es-versions")).to_contain_text("by compliance_head")
    head.locator(".es-case-head button.es-num").first.click()
    expect(head.locator(".es-passport, .offcanvas").first).to_contain_text("Time left to decide")

    trader.goto(trader.url)
    said = import_file(trader, file_of(tmp_path, last_day))
    expect(said).to_contain_text("1 of 1 rows taken in", timeout=PATIENCE)


@pytest.mark.parametrize(("kind", "begins"), [("remit-t1", b"<?xml"), ("audit-pack", b"PK")])
def test_a_file_is_released_by_a_second_person_and_downloaded(visit, last_day, left_as_found, kind, begins):
    ask = Ask(kind, last_day, last_day + timedelta(days=1))
    number = make_report(
        ask, lambda _share, _words: None, OFFICER
    )  # the portal of these tests has no workers
    officer = visit("compliance", f"/compliance/reports?kind={kind}&report={number}")
    settle(officer)
    expect(officer.get_by_role("heading", name=f"Report {number}")).to_be_visible()
    expect(officer.get_by_role("button", name="Release", exact=True)).to_have_count(0)

    head = visit("compliance_head", f"/compliance/reports?kind={kind}&report={number}")
    settle(head)
    head.get_by_role("button", name="Release", exact=True).click()
    expect(head.locator(".es-notice").first).to_contain_text(f"Report {number} is released")
    told = head.locator(".es-hash").first.inner_text()
    with head.expect_download() as download:
        head.get_by_role("link", name="Download").click()
    content = download.value.path().read_bytes()
    assert sha256(content).hexdigest() == told
    assert content.startswith(begins)


@pytest.mark.parametrize("user", ["trader", "risk", "executive", "operations", "admin"])
def test_only_compliance_sees_cases(visit, watch, user):
    watch.allowed.append("403")
    page = visit(user, "/compliance/cases")
    expect(page.locator("body")).to_contain_text("compliance:read")
    assert not page.locator('.es-nav-link[href^="/compliance/cases"]').count()


def test_an_auditor_reads_cases_and_decides_nothing(visit):
    page = visit("auditor", "/compliance/cases?state=all")
    settle(page)
    page.locator("tbody a.es-row-link").first.click()
    expect(page.get_by_role("heading", name=re.compile(r"^Case \d+"))).to_be_visible()
    expect(page.locator(".es-versions")).to_contain_text("Opened")
    for name in ("Propose the decision", "Approve", "Comment", "Give it to the owner", "Reopen"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
