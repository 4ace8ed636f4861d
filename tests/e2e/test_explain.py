"""What an executive does with P&L explain: from the year's P&L down to one trade and back."""

import re

from playwright.sync_api import expect

from portal.domain.portfolio.rollup import period_start
from tests.e2e.test_roles import settle

TILE = ".es-kpi-value"
FIRST = 90_000  # ms; the first explanation of a process reads and values two markets


def test_from_the_year_to_one_trade_and_back(visit):
    page = visit("executive", "/portfolio/explain?period=ytd")
    page.wait_for_selector(TILE, timeout=FIRST)
    settle(page)
    year = page.locator(TILE).first.inner_text()
    expect(page.get_by_text("Explained as one step")).to_be_visible()
    page.locator("a.es-row-link", has_text="European gas hubs").first.click()
    expect(page).to_have_url(re.compile("portfolio=GAS_EU"))
    path = page.locator(".es-path")
    expect(path).to_contain_text("European gas hubs")
    settle(page)
    trades = page.locator(".es-section", has=page.get_by_role("heading", name="By trade", exact=True))
    number = trades.locator("tbody a.es-row-link").first.inner_text()
    trades.locator("tbody a.es-row-link").first.click()
    expect(page).to_have_url(re.compile(f"trade={number}"))
    expect(path).to_contain_text(f"Trade {number}")
    page.get_by_role("link", name="Terms and history").click()
    expect(page).to_have_url(re.compile(rf"/portfolio/trade\?id={number}"))
    settle(page)
    page.go_back()
    expect(path).to_contain_text(f"Trade {number}")
    path.get_by_role("link", name="All books").click()
    expect(path).to_have_text("All books")
    expect(page.locator(TILE).first).to_have_text(re.compile(re.escape(year.split()[0])))
    expect(page).to_have_url(re.compile("period=ytd"))


def test_a_click_on_a_bar_looks_at_its_portfolio(visit):
    page = visit("executive", "/portfolio/explain?period=dtd")
    page.wait_for_selector(TILE, timeout=FIRST)
    settle(page)
    bar = page.locator(".js-plotly-plot").nth(1).locator(".barlayer .point path").nth(1)
    bar.hover(
        force=True
    )  # what lies over the bars takes the click; where they are is looked up again for each step
    bar.click(force=True)
    expect(page).to_have_url(re.compile("portfolio=GAS"))
    expect(page.locator(".es-path")).to_contain_text("Gas and LNG")


def test_a_period_is_chosen_and_its_figure_opens(visit, as_of):
    page = visit("risk", "/portfolio/explain?period=dtd")
    page.wait_for_selector(TILE, timeout=FIRST)
    settle(page)
    day = page.locator(TILE).first.inner_text()
    since = page.locator(".es-note", has_text="From the close of").first
    day_before, month_before = period_start(as_of, "dtd"), period_start(as_of, "mtd")
    expect(since).to_contain_text(f"From the close of {day_before}")
    page.get_by_text("Month to date", exact=True).click()
    expect(since).to_contain_text(f"From the close of {month_before}")
    if month_before != day_before:  # on the first trading day of a month both are the same
        expect(page.locator(TILE).first).not_to_have_text(day)
    expect(page).to_have_url(re.compile("period=mtd"))
    settle(page)
    page.locator(f"{TILE} button").first.click()
    expect(page.locator(".es-passport, .offcanvas").first).to_contain_text("P&L of the period")
