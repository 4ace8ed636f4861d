"""What a risk officer does with a backtest: open an exception, say why, and somebody else reads it."""

import re

from playwright.sync_api import expect

from tests.e2e.test_roles import settle

ADDRESS = "/risk/backtests?portfolio=GAS&level=0.95"
SAID = "Storms closed a Norwegian field; the window knows no such day."
FIRST = 60_000  # ms; a busy machine opens its first page slowly


def test_a_click_on_a_diamond_opens_its_exception(visit):
    page = visit("trader", ADDRESS.replace("portfolio=GAS&", ""))
    page.wait_for_selector(".es-kpi-value", timeout=FIRST)
    settle(page)
    mark = page.locator(".es-graph .scatterlayer .points path").first
    mark.hover(force=True)
    mark.click(force=True)
    expect(page).to_have_url(re.compile("day="))


def test_an_exception_is_opened_spoken_of_and_read_by_somebody_else(visit):
    page = visit("risk", ADDRESS)
    page.wait_for_selector(".es-kpi-value", timeout=FIRST)
    settle(page)
    rows = page.locator(".es-section", has=page.get_by_role("heading", name="Exceptions", exact=True))
    last = rows.locator("tbody tr").last
    day = last.locator("td").first.inner_text()
    last.get_by_role("link", name="None yet").click()
    expect(page).to_have_url(re.compile(f"day={day}"))
    expect(page.get_by_role("heading", name=f"Exception of {day}")).to_be_visible()
    page.get_by_label("What happened").fill("no")
    page.get_by_role("button", name="Add comment").click()
    expect(page.locator("#risk-backtests-refused")).to_contain_text("5 to 1,000 characters")
    page.get_by_label("Cause").select_option("model")
    page.get_by_label("What happened").fill(SAID)
    page.get_by_role("button", name="Add comment").click()
    expect(page.locator(".es-comments")).to_contain_text(SAID)
    expect(page.locator(".es-comments")).to_contain_text("model")
    expect(rows.locator("tbody tr").last).to_contain_text("model,")
    page.get_by_role("link", name="Open the P&L explain of the day").click()
    expect(page).to_have_url(re.compile(f"/portfolio/explain.*as_of={day}"))
    other = visit("auditor", f"{ADDRESS}&day={day}")
    expect(other.locator(".es-comments")).to_contain_text(SAID, timeout=FIRST)
    expect(other.locator("#risk-backtests-say")).to_have_count(0)
