"""What a trader does with curves and spreads: replay without a request, click into a history, repair a formula."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.test_roles import settle


def test_replay_steps_in_the_browser_alone(visit):
    page = visit("trader", "/market/curves?curve=TTF")
    settle(page)
    slider, day = page.locator("#replay-slider"), page.locator("#replay-label")
    newest = day.inner_text()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    slider.focus()
    slider.press("ArrowLeft")
    expect(day).not_to_have_text(newest)
    before = day.inner_text()
    slider.press("Home")
    expect(day).not_to_have_text(before)
    expect(page.locator(".legendtext", has_text="curve of " + day.inner_text())).to_be_visible()
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    assert [url for url in asked if "_dash-update" in url] == []


def test_a_day_of_ones_own_joins_the_comparison_and_the_address(visit):
    page = visit("trader", "/market/curves?curve=TTF")
    settle(page)
    page.get_by_label("Add a day").fill("2025-06-30")
    page.get_by_label("Add a day").press("Enter")
    expect(page).to_have_url(re.compile("compare=.*2025-06-30"))
    expect(page.locator(".legendtext", has_text="2025-06-30")).to_be_visible()
    page.reload()
    settle(page)
    expect(page.locator(".legendtext", has_text="2025-06-30")).to_be_visible()


def test_the_years_view_weights_power_by_hours(visit):
    page = visit("risk", "/market/curves?curve=POWER_DE_LU")
    settle(page)
    page.get_by_text("Year", exact=True).click()
    expect(
        page.locator(".es-note", has_text="Mean of the months, weighted by delivery hours")
    ).to_be_visible()
    expect(page).to_have_url(re.compile("view=year"))


def test_a_formula_with_wrong_units_is_repaired_by_a_click(visit):
    page = visit("trader", "/market/spreads?kind=custom")
    settle(page)
    expect(page.locator("#market-spread-said")).to_contain_text("The result is in USD/bbl")
    page.locator("#market-spread-text").fill("TTF - JKM")
    said = page.locator("#market-spread-said")
    expect(said).to_contain_text("TTF is in EUR/MWh, but JKM is in USD/MMBtu")
    said.get_by_role("button").first.click()
    expect(said).to_contain_text("The result is in EUR/MWh")
    expect(page.locator(".es-spread-head + .es-formula")).to_contain_text("USDEUR")
    page.reload()
    settle(page)
    expect(page.locator("#market-spread-text")).to_have_value(re.compile("USDEUR"))


def test_changing_the_kind_leaves_a_clean_address(visit):
    page = visit("trader", "/market/spreads?kind=spark&efficiency=0.55")
    settle(page)
    expect(page.locator(".es-spread-head + .es-formula")).to_contain_text("0.55")
    page.locator(".es-choice-button").get_by_text("Dark", exact=True).click()
    expect(page.locator(".es-spread-head + .es-formula")).to_contain_text("0.38")
    expect(page).to_have_url(re.compile(r"/market/spreads\?kind=dark$"))


def test_a_forward_spread_opens_its_passport(visit):
    page = visit("risk", "/market/spreads?kind=clean_spark&delivery=M1")
    settle(page)
    page.locator(".es-kpi .es-num").first.click()
    panel = page.locator(".es-passport")
    expect(panel).to_contain_text("POWER_DE_LU.M1")
    expect(panel).to_contain_text("Steps")


@pytest.mark.parametrize("path", ["/market/curves", "/market/spreads?kind=clean_dark"])
def test_phone_has_no_sideways_scroll(visit, path):
    page = visit("trader", path, width=390, height=844, scheme="dark")
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
