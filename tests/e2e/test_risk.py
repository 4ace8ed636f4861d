"""What a risk officer does: starts a simulation, leaves, comes back, stops a second, and drills from total to trade."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.test_roles import settle

TILE = ".es-kpi-value"
LONG = 240_000  # ms; a simulation of 5,000 paths beside other work


def words(page: Page):
    return page.locator(".es-job-words")


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def test_a_simulation_is_started_left_found_again_and_a_second_one_stopped(visit):
    page = visit("risk", "/risk?method=monte_carlo_jump")
    page.wait_for_selector(TILE)
    expect(page.locator(TILE).first).to_contain_text("no data")
    button(page, "Run this method").click()
    expect(words(page)).to_contain_text(re.compile("Reva|Read|Valu|Making|Starting"), timeout=LONG)
    page.get_by_role("link", name="Drill-down").first.click()
    page.wait_for_selector(TILE)
    page.goto(re.sub(r"/risk/drill.*", "/risk?method=monte_carlo_jump", page.url))
    expect(button(page, "Run this method")).to_be_disabled()
    expect(page.locator(TILE).first).to_contain_text(re.compile(r"\d,\d{3}"), timeout=LONG)
    expect(page.locator(".es-job .es-note")).to_contain_text("Done")
    page.goto(re.sub(r"\?.*", "?method=monte_carlo_normal&as_of=2026-11-05", page.url))
    button(page, "Run this method").click()
    expect(words(page)).to_contain_text(re.compile("Reva|Read|Valu|Making"), timeout=LONG)
    button(page, "Stop").click()
    expect(page.locator(".es-job .es-note")).to_contain_text("risk cancelled it", timeout=LONG)


def test_from_the_total_to_a_trade_and_back(visit):
    page = visit("executive", "/risk")
    page.wait_for_selector(TILE)
    settle(page)
    total = page.locator(f"{TILE} button").first.inner_text()
    methods = page.locator(".es-section", has=page.get_by_role("heading", name="By method"))
    methods.locator("a.es-row-link").first.click()
    expect(page.get_by_role("heading", name="Risk drill-down")).to_be_visible()
    expect(page.locator(f"{TILE} button").first).to_have_text(total)
    page.locator("a.es-row-link", has_text="OIL").first.click()
    expect(page).to_have_url(re.compile("portfolio=OIL"))
    page.locator("a.es-row-link", has_text="OIL_CRUDE").first.click()
    expect(page).to_have_url(re.compile("portfolio=OIL_CRUDE"))
    trades = page.locator(".es-section", has=page.get_by_role("heading", name="By trade", exact=True))
    expect(trades.locator("a[href*='portfolio=OIL_CRUDE'][href*='without=']").first).to_be_visible()
    settle(page)
    number = trades.locator("tbody a.es-row-link").first.inner_text()
    trades.locator("tbody tr").first.get_by_text("Leave out").click()
    expect(page).to_have_url(re.compile(f"without={number}"))
    expect(page.get_by_text("Without what is left out")).to_be_visible()
    settle(page)
    trades.locator("tbody a.es-row-link").first.click()
    expect(page).to_have_url(re.compile(rf"/portfolio/trade\?id={number}"))
    page.go_back()
    expect(page).to_have_url(re.compile(f"without={number}"))


def test_a_figure_opens_to_its_scenarios(visit):
    page = visit("auditor", "/risk/distribution")
    page.wait_for_selector(".es-row-link")
    settle(page)
    worst = page.locator(".es-section", has=page.get_by_role("heading", name="Worst scenarios"))
    worst.locator("tbody button").first.click()
    panel = page.locator(".es-passport, [role=dialog]").first
    expect(panel).to_contain_text("P&L in a scenario")
    expect(panel).to_contain_text("Exposure")
