"""A trader sees what quotes contradict each other by, opens a residual to its rows, and stores the fit."""

import re

from playwright.sync_api import expect

from tests.e2e.test_roles import settle


def test_quotes_residuals_and_gaps_open_to_their_rows(visit):
    page = visit("trader", "/market/curve-build?curve=POWER_DE_LU")
    settle(page)
    expect(page.locator(".legendtext", has_text="smooth daily curve")).to_be_visible()
    row = page.locator("tr", has_text=re.compile(r"Cal-\d\d")).first
    year = re.search(r"Cal-(\d\d)", row.inner_text())[1]
    row.locator(".es-num").nth(1).click()
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("Residual to the quote")
    expect(panel.locator("tbody tr", has_text=f"20{year}-Q1").first).to_be_visible()


def test_the_shape_between_quotes_is_in_the_address(visit):
    page = visit("risk", "/market/curve-build?curve=POWER_DE_LU")
    settle(page)
    page.get_by_text("As the settled curve", exact=True).click()
    expect(page.locator(".es-note", has_text="has the shape of the curve settled on")).to_be_visible()
    expect(page).to_have_url(re.compile("shape=settled"))


def test_a_stored_fit_is_not_stored_twice_and_an_auditor_has_no_button(visit):
    page = visit("trader", "/market/curve-build?curve=BRENT")
    settle(page)
    expect(page.locator(".es-notice", has_text="are stored since")).to_be_visible()
    page.get_by_role("button", name="Store this fit").click()
    expect(page.get_by_text("This fit is stored already; nothing was added.")).to_be_visible()
    page = visit("auditor", "/market/curve-build?curve=BRENT")
    settle(page)
    expect(page.get_by_role("button", name="Store this fit")).to_be_hidden()
