"""What a risk officer does with limits: proposes one, sees its replay, and two others let it come into force."""

import re

from playwright.sync_api import expect

from tests.e2e.test_roles import settle

CODE = "BROWSER_ES"


def _item(page, code):
    return page.locator(".es-limit-item", has=page.get_by_role("link", name=re.compile(f"^{code}")))


def test_a_limit_is_proposed_replayed_approved_twice_and_in_force(visit):
    page = visit("risk", "/risk/limits")
    page.wait_for_selector(".es-kpi-value", timeout=60_000)
    settle(page)
    page.get_by_text("Propose a limit").click()
    page.locator("#risk-limits-code").fill(CODE)
    page.locator("#risk-limits-title").fill("Expected shortfall of European gas")
    page.locator("#risk-limits-node").select_option("GAS")
    page.get_by_label("Hard tier").first.fill("a lot")
    page.locator("#risk-limits-reason").fill("The browser wants to know.")
    page.get_by_role("button", name="Replay it").click()
    expect(page.locator("#risk-limits-tried")).to_contain_text("is no amount")
    page.get_by_role("button", name="Add a condition").click()
    expect(page.locator(".es-limit-row")).to_have_count(2)
    expect(page.get_by_label("Hard tier").first).to_have_value("a lot")
    second = page.locator(".es-limit-row").nth(1)
    expect(second.get_by_label("Delivery")).to_be_hidden()
    second.get_by_label("Further condition").select_option("position:abs_net")
    second.get_by_label("Position in").select_option("gas")
    second.get_by_label("Delivery").fill("month")
    second.get_by_label("Hard tier").fill("900m")
    expect(second.get_by_label("Method")).to_be_hidden()
    page.get_by_label("Hard tier").first.fill("900m")
    page.get_by_role("button", name="Replay it").click()
    tried = page.locator("#risk-limits-tried")
    expect(tried).to_contain_text("Would have been broken")
    expect(tried).to_contain_text("Replay: use by day")
    page.get_by_role("button", name="Propose it").click()
    expect(page.locator(".es-notice").first).to_contain_text(f"{CODE} was proposed")
    mine = _item(page, CODE)
    expect(mine).to_contain_text("it needs 2 more approvals")
    expect(mine).to_contain_text("Net position in gas, largest delivery month at most 900,000,000 MWh")
    expect(mine.get_by_role("button", name="Withdraw")).to_be_visible()
    expect(mine.get_by_role("button", name="Approve")).to_be_hidden()
    for user, said in (
        ("executive", "it needs 1 more approval"),
        ("compliance", "approved by executive and"),
    ):
        other = visit(user, "/risk/limits")
        _item(other, CODE).get_by_role("button", name="Approve").click()
        expect(other.locator(".es-notice").first).to_contain_text(said)
    expect(other.locator("table").first).to_contain_text(CODE)
    page.goto(page.url.split("?")[0] + f"?limit={CODE}")
    expect(page.locator(".es-kpis").first).to_contain_text("Headroom")
    page.locator(".es-kpi-value button.es-num").first.click()
    expect(page.locator(".es-passport, .offcanvas").first).to_contain_text("Use of a limit")


def test_a_breach_is_acknowledged_explained_and_approved_by_somebody_else(visit):
    page = visit("risk", "/risk/limits")
    page.wait_for_selector(".es-kpi-value", timeout=60_000)
    settle(page)
    breach = _item(page, "POWER_ES")
    breach.get_by_role("button", name="Acknowledge").click()
    expect(page.locator(".es-notice").first).to_contain_text("is acknowledged now")
    breach.get_by_role("button", name="Explain").click()
    expect(page.locator("#risk-limits-moved")).to_contain_text("say why")
    breach.get_by_placeholder("Explanation or note").fill("Hedges follow tomorrow.")
    breach.get_by_role("button", name="Explain").click()
    expect(page.locator(".es-notice").first).to_contain_text("is explained now")
    expect(breach.get_by_role("button", name="Approve explanation")).to_have_count(0)
    other = visit("compliance", "/risk/limits")
    _item(other, "POWER_ES").get_by_role("button", name="Approve explanation").click()
    expect(other.locator(".es-notice").first).to_contain_text("is approved now")
    expect(_item(other, "POWER_ES").get_by_role("button", name="Close")).to_have_count(0)
