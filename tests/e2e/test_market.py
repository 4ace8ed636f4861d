"""What a trader and a risk officer do on the market pages: filter, sort, travel in time, export, open a number."""

import csv
import io
import re

from playwright.sync_api import expect

from tests.e2e.test_roles import settle


def numbers(page, column: int) -> list[float]:
    texts = page.locator(f".es-table tbody tr td:nth-child({column})").all_inner_texts()
    return [float(text.replace(",", "").replace("−", "-")) for text in texts if text != "–"]


def test_filter_narrows_the_list_and_the_address_restores_it(visit):
    page = visit("risk", "/market/prices")
    settle(page)
    page.get_by_label("Commodity").select_option("gas")
    expect(page.locator(".es-table")).not_to_contain_text("BRENT")
    expect(page).to_have_url(re.compile("commodity=gas"))
    page.reload()
    settle(page)
    expect(page.locator(".es-table")).to_contain_text("TTF")
    expect(page.locator(".es-table")).not_to_contain_text("BRENT")


def test_grid_sorts_and_searches(visit):
    page = visit("risk", "/market/prices")
    settle(page)
    page.locator(".es-sort", has_text=re.compile("^Last")).click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Last")
    ascending = numbers(page, 3)
    assert ascending == sorted(ascending)
    page.get_by_placeholder("Filter rows").fill("brent")
    expect(page.locator(".es-table tbody tr")).to_have_count(1)


def test_csv_equals_the_grid_on_screen(visit):
    page = visit("risk", "/market/prices?commodity=gas")
    settle(page)
    page.locator(".es-sort", has_text=re.compile("^Last")).click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Last")
    shown = page.locator(".es-table tbody tr td:first-child").all_inner_texts()
    with page.expect_download() as download:
        page.locator(".es-exports").get_by_text("CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert [row["Instrument"] for row in rows] == shown
    assert [round(float(row["Last"]), 2) for row in rows] == [round(value, 2) for value in numbers(page, 3)]


def test_clocks_travel_through_the_menu_and_change_the_numbers(visit, portal):
    page = visit("risk", "/market/prices?commodity=crude")
    settle(page)
    today = page.locator(".es-table tbody tr td:nth-child(3)").all_inner_texts()
    page.get_by_label("As of").fill("2025-03-14")
    page.get_by_label("As of").press("Enter")
    expect(page).to_have_url(re.compile("as_of=2025-03-14"))
    expect(page.locator(".es-table")).to_contain_text("2025-03-14")
    assert page.locator(".es-table tbody tr td:nth-child(3)").all_inner_texts() != today
    page.get_by_role("link", name="Overview", exact=True).click()
    expect(page).to_have_url(f"{portal}/?as_of=2025-03-14")
    settle(page)
    page.get_by_role("button", name="Live").click()
    expect(page).not_to_have_url(re.compile("as_of="))


def test_theme_switches_without_a_request(visit):
    page = visit("risk", "/market/instrument/TTF")
    settle(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    tick = page.locator(".es-graph .xtick text").first
    before = tick.evaluate("node => getComputedStyle(node).fill")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(tick).not_to_have_css("fill", before)
    assert asked == []
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_chart_shows_its_rows_and_saves_its_picture(visit):
    page = visit("trader", "/market/instrument/BRENT?range=3m")
    settle(page)
    card = page.locator(".es-section", has_text="daily price").first
    card.get_by_role("button", name="Table").click()
    expect(card.locator(".es-table")).to_contain_text("Settle")
    with page.expect_download() as download:
        card.get_by_role("button", name="PNG").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as download:
        card.locator(".es-card-tools").get_by_text("CSV").click()
    assert "Settle (USD/bbl)" in download.value.path().read_text("utf-8-sig")


def test_log_scale_is_refused_where_prices_cross_zero(visit):
    page = visit("risk", "/market/instrument/POWER_DE_LU?range=max&scale=log")
    settle(page)
    expect(page.locator(".es-notice-warn")).to_contain_text("at or below zero")


def test_number_opens_its_passport_and_closes_with_escape(visit):
    page = visit("risk", "/market/instrument/BRENT")
    settle(page)
    page.locator(".es-kpi .es-num").first.click()
    panel = page.locator(".offcanvas.show")
    expect(panel).to_contain_text("USD/bbl")
    expect(panel).to_contain_text(re.compile("formula", re.IGNORECASE))
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_there_is_no_share_button(visit):
    page = visit("risk", "/market/instrument/BRENT")
    settle(page)
    page.locator(".es-graph").first.hover()
    assert "Share" not in page.inner_text("body")


def test_keyboard_reaches_the_content_first(visit):
    page = visit("risk", "/market/prices")
    settle(page)
    page.keyboard.press("Tab")
    expect(page.locator(".es-skip")).to_be_focused()
