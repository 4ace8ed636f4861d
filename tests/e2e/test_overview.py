"""What an executive does in thirty seconds: reads the overview, and opens a cause down to a trade."""

import re

import pytest
from playwright.sync_api import Page, expect

FIRST = 120_000  # ms; the first look of a process values the books of four days
DEEPEST = 9


def open_down_to_a_trade(page: Page) -> str:
    """Open the first closed node below the ones that stand open, again and again; return the trade's number."""
    opened = page.locator(".es-causes details[open]")
    for _ in range(DEEPEST):
        below = opened.last.locator(":scope > .es-cause-below")
        nodes, trades = below.locator(":scope > details"), below.locator(":scope > .es-cause-leaf")
        expect(nodes.or_(trades).first).to_be_visible()
        if trades.count():
            return re.search(r"Trade (\d+)", trades.first.inner_text()).group(1)
        count = opened.count()
        nodes.first.locator(":scope > summary .es-cause-name").click()
        expect(opened).to_have_count(count + 1)
    pytest.fail("No trade within the depth of the tree.")


@pytest.mark.parametrize("width", [390, 1440])
def test_an_executive_reads_the_overview_and_opens_a_cause_down_to_a_trade(visit, width):
    page = visit("executive", "/", width=width, height=844)
    page.wait_for_selector(".es-causes", timeout=FIRST)
    for title in ("P&L today", "P&L this month", "P&L this year", "ES 97.5 %, 1 day", "Limits broken"):
        expect(page.locator(".es-kpi", has_text=title).first).to_be_visible()
    said = page.locator(".es-said")
    expect(said.first).to_contain_text(re.compile(r"P&L on the day .* EUR, of which"))
    assert said.count() >= 5
    expect(page.locator(".es-kpi", has_text="Compliance score")).to_be_visible()
    assert (
        page.get_by_role("link", name="Compliance", exact=True).count() == 0
    )  # how it stands, not the cases
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    small = page.locator(".es-cause > summary").evaluate_all(
        "nodes => nodes.filter(node => node.offsetHeight && node.offsetHeight < 44).length"
    )
    assert small == 0
    number = open_down_to_a_trade(page)
    page.get_by_role("link", name="Open the trade").first.click()
    expect(page).to_have_url(re.compile(rf"/portfolio/trade\?id={number}"))


def test_the_month_has_a_tree_of_its_own_and_its_figures_open(visit):
    page = visit("executive", "/")
    page.wait_for_selector(".es-causes", timeout=FIRST)
    page.get_by_text("Month", exact=True).click()
    expect(page.locator(".es-said").first).to_contain_text("P&L this month", timeout=FIRST)
    expect(page).to_have_url(re.compile("period=mtd"))
    figure = page.locator(".es-causes .es-num").first
    text = figure.inner_text()
    figure.click()
    expect(page.get_by_role("dialog")).to_contain_text(text, timeout=FIRST)
