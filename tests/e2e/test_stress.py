"""What a risk officer does with stress: from the worst scenario to a trade, and a scenario of their own that stays."""

import re

from playwright.sync_api import expect

from tests.e2e.test_roles import settle

TILE = ".es-kpi-value"
FIRST = 90_000  # ms; the first visit of a process values the books in every scenario


def test_from_the_matrix_to_a_trade_and_its_passport(visit):
    page = visit("risk", "/risk/stress?scenario=COLD_OUTAGE_SPIKE")
    page.wait_for_selector(TILE, timeout=FIRST)
    settle(page)
    expect(page.get_by_role("heading", name="Layer on layer")).to_be_visible()
    page.get_by_role("combobox", name="Portfolio").select_option("GAS")
    expect(page).to_have_url(re.compile("portfolio=GAS"))
    expect(page.locator(".es-kpi").first).to_contain_text("GAS")
    settle(page)
    losses = page.locator(".es-section", has=page.get_by_role("heading", name="Largest losses"))
    figure = losses.locator("tbody button.es-num").first
    figure.click()
    expect(page.locator(".es-passport, .offcanvas").first).to_contain_text("Stress P&L of a trade")
    page.keyboard.press("Escape")
    losses.locator("tbody a.es-row-link").first.click()
    expect(page).to_have_url(re.compile("/portfolio/trade"))


def test_a_scenario_of_ones_own_is_typed_kept_and_broken(visit):
    page = visit("risk", "/risk/stress")
    page.wait_for_selector(TILE, timeout=FIRST)
    settle(page)
    page.get_by_text("Build your own scenario").click()
    page.locator("#risk-stress-add-scope").fill("TTF,NBP")
    page.locator("#risk-stress-add-size").fill("a lot")
    page.get_by_role("button", name="Add shock").click()
    expect(page.locator("#risk-stress-added")).to_contain_text("cannot be read")
    page.locator("#risk-stress-add-size").fill("+30%")
    page.locator("#risk-stress-add-months").fill("winter")
    page.get_by_role("button", name="Add shock").click()
    expect(page.locator(".es-lines")).to_have_value("price TTF,NBP +30% winter")
    expect(page.locator(".es-kpi").first).to_contain_text("Your own")
    expect(page).to_have_url(re.compile("scenario=OWN"))
    page.get_by_label("Find what costs, EUR").fill("500k")
    page.keyboard.press("Enter")
    broken = page.locator(".es-section", has=page.get_by_role("heading", name="What would break us"))
    expect(broken).to_contain_text(re.compile("There the loss is|No multiple up to there"))
    page.locator("#risk-stress-title").fill("Browser winter")
    page.get_by_role("button", name="Save scenario").click()
    expect(page.locator("#risk-stress-saved")).to_contain_text("Saved as BROWSER_WINTER")
    page.get_by_role("link", name="Look at it").click()
    expect(page.locator(".es-kpi").first).to_contain_text("Browser winter")
    page.get_by_role("button", name="Retire").click()
    expect(page.locator("#risk-stress-retired")).to_contain_text("Retired")


def test_a_trader_sees_own_books_and_cannot_save(visit):
    page = visit("trader", "/risk/stress?shocks=price%20gas%20%2B10%25")
    page.wait_for_selector(TILE, timeout=FIRST)
    settle(page)
    expect(page.locator(".es-kpi").first).to_contain_text("Your own")
    expect(page.locator("#risk-stress-save")).to_have_count(0)
