"""A number is opened with the keyboard, read, exported, closed; its receipt is checked on the command line."""

import json
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.test_roles import settle

ROOT = Path(__file__).parents[2]


def test_keyboard_opens_reads_closes_and_comes_back(visit):
    page = visit("risk", "/market/prices")
    settle(page)
    number = page.locator(".es-table tbody .es-num").first
    number.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".offcanvas.show")
    expect(panel).to_contain_text("Rows behind it")
    expect(panel).to_contain_text("Latest price")
    expect(page.locator(".offcanvas:focus, .offcanvas :focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(number).to_be_focused()


def test_the_panel_opens_again_for_the_same_and_for_another_number(visit):
    page = visit("risk", "/market/prices")
    settle(page)
    panel = page.locator(".offcanvas.show")
    for at in (0, 0, 1):
        page.locator(".es-table tbody .es-num").nth(at).click()
        expect(panel).to_contain_text("Change" if at else "Latest price")
        panel.get_by_role("button", name="Close").click()
        expect(panel).to_have_count(0)


def test_rows_sort_in_the_panel(visit):
    page = visit("trader", "/market/instrument/BRENT")
    settle(page)
    page.locator(".es-kpi", has_text="Realised volatility").locator(".es-num").click()
    panel = page.locator(".offcanvas.show")
    expect(panel).to_contain_text("rows")
    panel.locator(".es-sort", has_text="Value").click()
    expect(panel.locator("th[aria-sort=ascending]")).to_contain_text("Value")


def test_receipt_is_downloaded_and_checked_without_a_database(visit, tmp_path):
    page = visit("trader", "/market/prices")
    settle(page)
    page.locator(".es-kpi .es-num").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download receipt").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    document = json.loads(path.read_text())
    shown = page.locator(".es-passport .es-kpi-value").inner_text()
    assert f"{document['value']:,.2f}" in shown
    assert _verify(path) == 0
    document["value"] += 0.01
    path.write_text(json.dumps(document))
    assert _verify(path) == 1


def _verify(path: Path) -> int:
    command = [sys.executable, "-m", "portal.cli", "verify", "receipt", str(path), "--offline"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode


def test_panel_fits_a_phone(visit):
    page = visit("risk", "/market/prices", width=390, height=844)
    settle(page)
    page.locator(".es-kpi .es-num").first.click()
    expect(page.locator(".offcanvas.show")).to_contain_text("Download receipt")
    wide, room = page.evaluate(
        "(() => { const b = document.querySelector('.es-passport .offcanvas-body'); "
        "return [b.scrollWidth, b.clientWidth]; })()"
    )
    assert wide <= room
