"""A risk officer pins a tile and a chart, sees them on a board and at home, and shares it under the reader's rights."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_roles import settle

MORNING = "Morning <b>look</b>"
TREND = "P&L of each day against its forecast in EUR"


def pin(page: Page, title: str, *, board: str = "") -> None:
    """Pin the tile or card of that title, to a new board when one is named."""
    tile = page.locator(".es-kpi", has_text=title)
    card = tile.first if tile.count() else page.locator(".es-section", has_text=title).first
    card.hover()
    card.locator(".es-pin").first.click()
    dialog = page.locator(".es-pin-dialog")
    expect(dialog.get_by_label("Title on the board")).to_have_value(re.compile(re.escape(title)))
    if board:
        dialog.get_by_label("Title of the new board").fill(board)
    dialog.get_by_role("button", name="Pin", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".es-toast", has_text=title).last).to_contain_text("is on the")


def drawn(page: Page) -> None:
    """Wait until every block of a board is drawn."""
    settle(page)
    expect(page.locator(".es-section[aria-busy=true]")).to_have_count(0)


@pytest.fixture
def away(visit, portal):
    """Delete the boards of the test afterwards, since the demo desk is shared by all tests."""
    yield
    page = visit("risk", "/boards")
    settle(page)
    while page.locator(".es-board-row").count():
        before = page.locator(".es-board-row").count()
        row = page.locator(".es-board-row").first
        row.locator("summary", has_text="Settings").click()
        row.locator("summary", has_text="Delete this board").click()
        row.get_by_role("button", name="for good").click()
        expect(page.locator(".es-board-row")).to_have_count(before - 1)


def test_a_board_is_pinned_read_at_home_shared_and_revoked(visit, portal, watch, away):
    page = visit("risk", "/risk")
    settle(page)
    figure = page.locator(".es-kpi", has_text="Exceptions").locator(".es-num").inner_text()
    pin(page, "Exceptions", board=MORNING)
    pin(page, TREND)

    page.goto(f"{portal}/boards")
    settle(page)
    page.locator("summary", has_text="Settings").click()
    page.get_by_role("button", name="Make it my home").click()
    expect(page.locator(".es-board-row")).to_contain_text("home")
    page.get_by_role("button", name=re.compile("Share .* by link")).click()
    link = page.get_by_label(re.compile("^Link to")).input_value()
    assert link.startswith(f"{portal}/boards/shared/")

    page.goto(f"{portal}/home")
    drawn(page)
    expect(page.locator("h1")).to_have_text(MORNING)
    assert page.locator(".es-kpi", has_text="Exceptions").locator(".es-num").inner_text() == figure
    chart = page.locator(".es-section", has_text=TREND)
    expect(chart.locator(".main-svg").first).to_be_visible()
    chart.get_by_role("button", name="Table").click()
    expect(chart.locator(".es-table")).to_be_visible()

    theirs = visit("auditor", link.removeprefix(portal))
    drawn(theirs)
    expect(theirs.locator("h1")).to_have_text(MORNING)
    expect(theirs.locator(".es-notice")).to_contain_text("your own rights")
    assert theirs.locator(".es-kpi", has_text="Exceptions").locator(".es-num").inner_text() == figure
    trader = visit("trader", link.removeprefix(portal))  # of two books, none of which is the whole desk
    drawn(trader)
    expect(trader.locator("h1")).to_have_text(MORNING)
    expect(trader.locator(".es-num")).to_have_count(0)
    administrator = visit("admin", link.removeprefix(portal))
    drawn(administrator)
    expect(administrator.locator(".es-board-refused")).to_have_count(2)
    expect(administrator.locator(".es-num")).to_have_count(0)

    page.goto(f"{portal}/boards")
    settle(page)
    page.locator("summary", has_text="Settings").click()
    page.get_by_role("button", name=re.compile("Revoke")).click()
    expect(page.get_by_label(re.compile("^Link to"))).to_have_count(0)
    theirs.reload()
    expect(theirs.locator(".es-state-error")).to_contain_text("leads to no board")
