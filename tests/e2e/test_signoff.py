"""What an executive does: opens a figure, says something about it, and approves what others prepared and reviewed."""

from playwright.sync_api import expect

from tests.e2e.test_roles import settle

WORDS = "Is the storage fee in this figure?"


def test_an_executive_comments_on_a_figure_and_approves_a_sign_off(visit):
    page = visit("executive", "/sign-off?portfolio=GAS")
    page.wait_for_selector(".es-sign-figures", timeout=60_000)
    settle(page)
    head = page.locator(".es-sign-head")
    expect(head).to_contain_text("operations")
    expect(head).to_contain_text("risk")
    page.locator(".es-sign-figures tbody tr").first.locator("td").nth(1).locator(".es-num").click()
    panel = page.locator(".offcanvas.show")
    expect(panel).to_contain_text("Rows behind it")
    talk = panel.locator(".es-passport-talk")
    if talk.get_attribute("open") is None:  # it is open where something was said before
        talk.locator("summary").first.click()
    panel.locator(".es-talk-field textarea").first.fill(f"{WORDS} @nobody-here")
    panel.get_by_role("button", name="Begin a discussion").click()
    expect(panel.locator(".es-talk-words").first).to_contain_text(WORDS)
    expect(panel).to_contain_text("Nobody who may read this figure is called nobody-here")
    panel.get_by_role("button", name="Close").click()
    head.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator(".es-notice").first).to_contain_text("GAS on", timeout=60_000)
    expect(page.locator(".es-notice").first).to_contain_text("is approved now")
    expect(page.locator(".es-sign-steps")).to_contain_text("executive")
    expect(head.get_by_role("button", name="Approve", exact=True)).to_have_count(0)

    other = visit("risk", "/discussions")
    settle(other)
    other.get_by_role("link", name="Value: GAS").first.click()
    expect(other.locator(".es-talk-words").first).to_contain_text(WORDS)
    other.locator(".es-talk-field textarea").first.fill("It was booked a day late.")
    other.get_by_role("button", name="Answer").click()
    expect(other.locator(".es-talk-words").nth(1)).to_contain_text("a day late")
    other.get_by_role("button", name="Resolve").click()
    expect(other.locator(".es-talk")).to_contain_text("resolved")


def test_the_sign_off_fits_a_phone(visit):
    page = visit("executive", "/sign-off?portfolio=POWER", width=390, height=844)
    page.wait_for_selector(".es-sign-figures", timeout=60_000)
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    approve = page.locator(".es-sign-head").get_by_role("button", name="Approve", exact=True)
    button = approve.bounding_box()
    assert button is not None
    assert button["height"] >= 44
