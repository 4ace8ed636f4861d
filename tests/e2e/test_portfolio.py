"""What a desk does with its portfolio: explain the year down to a trade, ask a what-if, amend a trade by two people."""

import csv
import io
import re
from collections.abc import Callable, Iterator

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect
from psycopg import sql

from tests.e2e.conftest import quarter_after
from tests.e2e.test_roles import settle

PATIENCE = 60_000  # ms: a year of eleven thousand trades is explained while other tests share the machine
CENT = 0.005
WRITTEN = {
    "trade_decisions": "recorded_at",
    "trade_proposals": "proposed_at",
    "portfolio_positions": "recorded_at",
    "trades": "recorded_at",
    "what_ifs": "recorded_at",
}
"""Tables that these tests add to, in the order in which rows can be taken out, with the column that dates a row."""

Visit = Callable[..., Page]


@pytest.fixture
def patient_visit(visit: Visit) -> Visit:
    """As ``visit``, with the patience that these pages need."""

    def open_page(user: str, path: str, **more: object) -> Page:
        page = visit(user, "/portfolio/what-if", **more)  # the lightest page: the next one may take its time
        page.set_default_timeout(PATIENCE)
        page.goto(page.url.split("/portfolio")[0] + path)
        settle(page)
        return page

    return open_page


@pytest.fixture
def left_as_found(demo_database: str) -> Iterator[None]:
    """Take the rows that a test wrote out of the shared demo desk again."""
    newest: dict[str, str] = {}
    with psycopg.connect(demo_database) as connection:
        for table, column in WRITTEN.items():
            query = sql.SQL("SELECT coalesce(max({}), '-infinity')::text FROM {}")
            found = connection.execute(query.format(sql.Identifier(column), sql.Identifier(table))).fetchone()
            newest[table] = str(found[0]) if found else "-infinity"
    yield
    with psycopg.connect(demo_database) as connection:
        for table, column in WRITTEN.items():
            query = sql.SQL("DELETE FROM {} WHERE {} > %s::timestamptz")
            connection.execute(query.format(sql.Identifier(table), sql.Identifier(column)), [newest[table]])


def amount(text: str) -> float:
    return float(re.sub(r"[^\d.\-]", "", text.replace("−", "-")))


def card(page: Page, title: str) -> Locator:
    name = re.compile(rf"^{re.escape(title)}( simulated)?$")
    return page.locator(".es-section").filter(has=page.get_by_role("heading", name=name))


def tile(page: Page, title: str) -> Locator:
    named = page.locator(".es-kpi-title").get_by_text(title, exact=True)
    return page.locator(".es-kpi").filter(has=named).locator(".es-num")


def cell(page: Page, grid: Locator, row: str, column: str) -> Locator:
    heads = [text.split("\n")[0].strip() for text in grid.locator("thead th").all_inner_texts()]
    line = grid.locator("tbody tr").filter(has=page.get_by_role("link", name=row, exact=True))
    return line.locator("td").nth(heads.index(column))


def exported(page: Page, grid: Locator) -> list[dict[str, str]]:
    with page.expect_download() as download:
        grid.get_by_role("link", name="CSV").click()
    return list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))


def stands_at(page: Page, name: str) -> None:
    expect(page.locator(".es-path [aria-current]")).to_have_text(name, timeout=PATIENCE)


def open_part(page: Page, title: str, name: str) -> float:
    """Follow a row of the table ``title`` and return the total that stood in it; the page it opens says the same."""
    total = amount(cell(page, card(page, title), name, "Total").inner_text())
    card(page, title).get_by_role("link", name=name, exact=True).click()
    stands_at(page, f"Trade {name}" if title == "By trade" else name)
    expect(tile(page, "P&L")).to_have_text(re.compile(r"\d"))
    assert amount(tile(page, "P&L").inner_text()) == pytest.approx(total, abs=1.0)
    return total


def assert_causes_sum_to_the_total(page: Page) -> None:
    """The lines behind the page sum to its total to the cent, and the tile shows that total."""
    *lines, total = [
        float(row["Order-free (EUR)"]) for row in exported(page, card(page, "Three methods side by side"))
    ]
    assert sum(lines) == pytest.approx(total, abs=CENT)
    assert amount(tile(page, "P&L").inner_text()) == pytest.approx(total, abs=0.51)


def test_year_to_date_drills_to_one_trade_and_back(patient_visit):
    page = patient_visit("risk", "/portfolio/valuation")
    year = amount(tile(page, "Year to date").inner_text())
    valued = {
        row["Name"].strip(): row["Year to date (EUR)"] for row in exported(page, card(page, "Portfolios"))
    }
    page.goto(page.url.replace("/portfolio/valuation", "/portfolio/explain?period=ytd"))
    stands_at(page, "All books")
    settle(page)
    assert amount(tile(page, "P&L").inner_text()) == pytest.approx(year, abs=1.0)
    assert_causes_sum_to_the_total(page)
    for row in exported(page, card(page, "By portfolio")):
        assert float(row["Total (EUR)"]) == pytest.approx(float(valued[row["Portfolio"].strip()]), abs=CENT)
    open_part(page, "By portfolio", "Power")
    book = open_part(page, "By portfolio", "Power Germany")
    assert_causes_sum_to_the_total(page)
    numbers = card(page, "By trade").locator("tbody .es-row-link").filter(has_text=re.compile(r"^\d+$"))
    number = numbers.first.inner_text()
    open_part(page, "By trade", number)
    assert_causes_sum_to_the_total(page)

    page.get_by_role("link", name="Terms and history").click()
    expect(page).to_have_url(re.compile(rf"/portfolio/trade\?id={number}\b"), timeout=PATIENCE)
    expect(card(page, "History")).to_contain_text("Version 1")
    page.go_back()
    stands_at(page, f"Trade {number}")
    page.locator(".es-path").get_by_role("link", name="Power Germany").click()
    stands_at(page, "Power Germany")
    assert amount(tile(page, "P&L").inner_text()) == book
    page.locator(".es-path").get_by_role("link", name="All books").click()
    stands_at(page, "All books")
    assert amount(tile(page, "P&L").inner_text()) == pytest.approx(year, abs=1.0)


def test_figure_of_a_book_opens_formula_and_rows(patient_visit):
    page = patient_visit("risk", "/portfolio/explain?period=mtd&portfolio=POWER_DE")
    shown = tile(page, "P&L").inner_text()
    tile(page, "P&L").click()
    panel = page.locator(".offcanvas.show")
    expect(panel.get_by_role("heading", name="Rows behind it")).to_be_visible(timeout=PATIENCE)
    expect(panel.locator(".es-passport-head")).to_contain_text(shown)
    expect(panel.locator(".es-formula")).not_to_be_empty()
    assert panel.locator(".es-grid-box tbody tr").count() > 1
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def left_over(page: Page) -> float:
    grid = card(page, "Change of position, and the hedge that takes it out")
    return sum(abs(float(row["Change"])) for row in exported(page, grid))


def test_what_if_is_hedged_saved_and_opened_by_somebody_else(patient_visit, left_as_found, as_of):
    start = quarter_after(as_of)
    quarter, hedge = f"Q{start.month // 3 + 1}-{start:%y}", f"buy 25 MW TTF {start:%Y-%m}"
    blotter = patient_visit("risk", "/portfolio/trades")
    trades = tile(blotter, "Trades").inner_text()
    page = patient_visit("risk", "/portfolio/what-if")
    page.get_by_label("Beside the book").select_option("POWER_DE")
    page.get_by_label("Deals, one a line").fill(
        f"buy 12.5 MW POWER_DE_LU {quarter} @ 84.20\nsell 25 MW TTF {quarter}"
    )
    page.get_by_label("Deals, one a line").blur()
    expect(tile(page, "Change of value")).to_have_text(re.compile(r"\d"), timeout=PATIENCE)
    settle(page)
    before = left_over(page)
    page.get_by_role("link", name="Add the hedge").click()
    expect(page.get_by_label("Deals, one a line")).to_have_value(re.compile(hedge))
    expect(card(page, "Deals")).to_contain_text(hedge, timeout=PATIENCE)
    settle(page)
    assert 0 < left_over(page) < 0.05 * before  # whole megawatts cannot take out the half
    value = tile(page, "Change of value").inner_text()

    page.get_by_placeholder("Title").fill("Winter hedge")
    page.get_by_role("button", name="Save", exact=True).click()
    link = page.get_by_role("link", name="this what-if")
    expect(link).to_be_visible(timeout=PATIENCE)
    other = patient_visit("executive", link.get_attribute("href"))
    expect(other.get_by_text("Winter hedge: saved by risk.")).to_be_visible(timeout=PATIENCE)
    expect(other.get_by_label("Deals, one a line")).to_have_value(re.compile(hedge))
    assert tile(other, "Change of value").inner_text() == value
    blotter.reload()
    settle(blotter)
    assert tile(blotter, "Trades").inner_text() == trades


def assert_changes_nothing(page: Page) -> None:
    """The page offers neither a change nor a decision."""
    expect(page.get_by_text("Amend or cancel this trade")).to_have_count(0)
    for name in ("Propose amendment", "Propose cancellation", "Approve", "Reject", "Withdraw"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def propose_price(page: Page) -> tuple[str, str]:
    """Propose another price for the trade on ``page`` and return the price before and the one proposed."""
    page.get_by_text("Amend or cancel this trade").click()
    price = page.get_by_label("Price", exact=True)
    before = price.input_value()
    after = f"{float(before) + 0.25:.2f}"
    price.fill(after)
    page.get_by_label("Reason").fill("Typed a quarter too low")
    page.get_by_role("button", name="Propose amendment").click()
    expect(page.get_by_text("The proposal was made. It waits for a second person.")).to_be_visible(
        timeout=PATIENCE
    )
    return before, after


def test_two_people_amend_a_trade(patient_visit, left_as_found):
    trader = patient_visit("trader", "/portfolio/trades?node=GAS_EU&kind=forward_physical&status=live")
    # one with a counterparty whose onboarding stands: the rules refuse others
    rows = trader.locator(".es-table tbody tr").filter(has_not_text=re.compile("DRAGON|MAKEBELIEVE"))
    first = rows.locator(".es-row-link").first
    name = first.inner_text()
    first.click()
    expect(trader.get_by_role("heading", name=f"Trade {name}")).to_be_visible(timeout=PATIENCE)
    address = "/portfolio" + trader.url.split("/portfolio")[1]
    _, after = propose_price(trader)
    expect(trader.get_by_text("You proposed this, so a second person decides.")).to_be_visible()
    expect(trader.get_by_role("button", name="Withdraw")).to_be_visible()
    expect(trader.get_by_role("button", name="Approve")).to_have_count(0)

    risk = patient_visit("risk", "/portfolio/approvals")
    risk.get_by_role("link", name=name, exact=True).click()
    expect(risk.locator(".es-proposal")).to_contain_text("Typed a quarter too low", timeout=PATIENCE)
    risk.get_by_role("button", name="Approve").click()
    expect(risk.get_by_text("Approved: the trade is at version")).to_be_visible(timeout=PATIENCE)
    newest = card(risk, "History").locator(".es-version").first
    expect(newest).to_contain_text("by trader, approved by risk")
    expect(newest.locator(".es-diff")).to_contain_text("Price")
    expect(newest.locator("ins")).to_contain_text(f"{float(after):g} ")

    trader.goto(trader.url.split("/portfolio")[0] + "/portfolio/trades?node=GAS_EU&status=live")
    trader.get_by_placeholder("Filter rows").fill(name)
    expect(trader.locator(".es-table tbody tr")).to_have_count(1, timeout=PATIENCE)
    grid = card(trader, "Trades")
    assert amount(cell(trader, grid, name, "Price").inner_text()) == float(after)
    executive = patient_visit("executive", address)
    expect(executive.locator(".es-trade-facts")).to_contain_text(f"{float(after):g} ")
    assert_changes_nothing(executive)


def test_cell_of_a_position_opens_the_trades_that_make_it(patient_visit):
    page = patient_visit("risk", "/portfolio/positions")
    expect(card(page, "Books against their limits").locator(".main-svg").first).to_be_visible()
    line = card(page, "Portfolio by delivery").locator("tbody tr").filter(has_text="European gas hubs")
    figure = line.locator(".es-drill").nth(1)
    shown = amount(figure.locator(".es-num").inner_text())
    figure.locator(".es-drill-link").click()
    expect(page.get_by_role("link", name="‹ Positions")).to_be_visible(timeout=PATIENCE)
    settle(page)
    assert amount(tile(page, "Net position").inner_text()) == shown
    rows = exported(page, card(page, "Trades"))
    assert len(rows) > 1
    assert sum(float(row["In this cell"]) for row in rows) == pytest.approx(shown, abs=0.051)
    page.get_by_role("link", name="‹ Positions").click()
    expect(card(page, "Portfolio by delivery")).to_be_visible(timeout=PATIENCE)


def test_positions_fit_a_dark_phone(patient_visit):
    page = patient_visit("trader", "/portfolio/positions", width=390, height=844, scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(card(page, "Books against their limits").locator(".main-svg").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
