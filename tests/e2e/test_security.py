"""What an administrator does on Monitoring > Security: sees who is in, and ends a session."""

from playwright.sync_api import expect

from tests.e2e.conftest import log_in
from tests.e2e.test_roles import settle


def _handles(page):
    rows = page.locator("section", has=page.get_by_role("heading", name="Open sessions")).locator("tbody tr")
    return set(rows.locator("td:first-child, th:first-child").all_inner_texts())


def test_a_session_is_ended_and_its_owner_has_to_sign_in_again(browser, portal, visit):
    page = visit("admin", "/monitoring/security")
    page.wait_for_selector(".es-kpi-value", timeout=60_000)
    settle(page)
    before = _handles(page)
    context = browser.new_context()
    try:
        theirs = context.new_page()
        log_in(theirs, portal, "trader")
        theirs.wait_for_selector(".es-shell")
        page.reload()
        page.wait_for_selector(".es-kpi-value", timeout=60_000)
        settle(page)
        (new,) = _handles(page) - before
        page.get_by_label("End a session").fill(new)
        page.get_by_role("button", name="End it now").click()
        expect(page.locator("#monitoring-security-end-said")).to_contain_text(
            "The session of trader has ended."
        )
        theirs.goto(f"{portal}/market/prices")
        expect(theirs).to_have_url(f"{portal}/login?next=/market/prices")
    finally:
        context.close()
    page.get_by_label("End a session").fill(new)
    page.get_by_role("button", name="End it now").click()
    expect(page.locator("#monitoring-security-end-said")).to_contain_text(f"There is no open session '{new}'")
