"""The forms of Monitoring in a browser: promises, terms of a feed, alert rules and channels, written and refused."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


def test_a_promise_is_changed_refused_and_added(visit: Visit):
    page = visit("operations", "/monitoring/slos?objective=cache")
    page.get_by_text("Change what is promised").click()
    form = page.locator("details").filter(has_text="Change what is promised")
    form.get_by_label("Promised, %").fill("100")
    form.get_by_role("button", name="Save what is promised: The cache answers").click()
    expect(page.get_by_text("The share promised must be from 50 to 99.999 %, not '100'.")).to_be_visible()
    form.get_by_label("Promised, %").fill("99.9")
    form.get_by_label("In any so many days").fill("14")
    form.get_by_role("button", name="Save what is promised: The cache answers").dblclick()
    expect(page.get_by_text("The cache answers: version 1 counts from now on.")).to_be_visible()
    expect(page.get_by_text("Promised: 99.9 % of minutes in any 14 days.").first).to_be_visible()
    row = page.get_by_role("row").filter(has_text="The cache answers")
    expect(row).to_contain_text("99.9 % over 14 days")

    page.get_by_text("Promise that another service works").click()
    new = page.locator("details").filter(has_text="Promise that another service works")
    new.get_by_label("Service").select_option("disk")
    new.get_by_role("button", name="Add the objective").dblclick()
    expect(page.get_by_text(re.compile(r"works: version 1 counts from now on\."))).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="99 % over 30 days")).to_be_visible()

    reader = visit("auditor", "/monitoring/slos?objective=cache", width=390)
    expect(reader.get_by_text(re.compile(r"Version 1 · operations"))).to_be_visible()
    expect(reader.get_by_text("Change what is promised")).to_have_count(0)
    assert reader.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_what_is_agreed_about_a_feed_is_changed_and_refused(visit: Visit):
    page = visit("operations", "/monitoring/feeds?feed=demo.prices")
    page.get_by_text("Change what is agreed").click()
    form = page.locator("details").filter(has_text="Change what is agreed")
    form.get_by_label("Due: minute, hour, day, month, weekday").fill("99 18 * * mon-fri")
    form.get_by_role("button", name="Save what is agreed about demo.prices").click()
    expect(page.get_by_text("'99 18 * * mon-fri' cannot be read")).to_be_visible()
    form.get_by_label("Due: minute, hour, day, month, weekday").fill("45 18 * * mon-fri")
    form.get_by_label("Who answers for it").fill("Desk data")
    form.get_by_role("button", name="Save what is agreed about demo.prices").click()
    expect(
        page.get_by_text(re.compile("Version 1 counts from now on: Monday to Friday at 18:45"))
    ).to_be_visible()
    expect(page.get_by_text("Desk data", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile(r"Version 1 · operations"))).to_be_visible()


def test_an_alert_rule_is_written_refused_and_switched_off(visit: Visit):
    page = visit("operations", "/monitoring/rules?rule=new&kind=threshold")
    page.get_by_label("Title").fill("Memory of the browser test is short")
    page.get_by_label("Code").fill("Browser memory")
    page.get_by_role("button", name="Save the rule").click()
    expect(page.get_by_text("Not saved")).to_be_visible()
    page.get_by_label("Code").fill("browser-memory")
    page.get_by_label("Level").fill("0.999")
    page.get_by_label("Level").press("Tab")
    expect(page.get_by_text("host_memory_used_ratio > 99.9 % for 2 min.")).to_be_visible()
    page.get_by_role("button", name="Save the rule").click()
    expect(page.get_by_text("Saved as version 1; it counts from the next round on.")).to_be_visible()
    page.get_by_role("link", name="Open it").click()
    page.get_by_role("button", name="Switch off: Memory of the browser test is short").click()
    expect(page.get_by_text("It is off; its open alerts end.")).to_be_visible()
    page.locator("main").get_by_role("status").get_by_role("link", name="All rules").click()
    row = page.get_by_role("row").filter(has_text="Memory of the browser test is short")
    expect(row).to_contain_text("off")
    reader = visit("auditor", "/monitoring/rules?rule=browser-memory")
    expect(reader.get_by_text("to save one takes the right")).to_be_visible()


def test_maintenance_is_planned_refused_and_ended(visit: Visit):
    page = visit("operations", "/monitoring/rules")
    page.get_by_label("Services").fill("feed.*")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_text("Not planned")).to_be_visible()  # without a reason
    page.get_by_label("Reason").fill("The source moves house")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_text(re.compile(r"Planned as window \d+, until"))).to_be_visible()
    row = page.get_by_role("row").filter(has_text="The source moves house")
    expect(row).to_contain_text("under way")
    page.get_by_role("button", name=re.compile("^End")).first.click()
    expect(page.get_by_text(re.compile(r"Window \d+ has ended\."))).to_be_visible()
    expect(row).to_contain_text("over")


def test_a_channel_is_refused_added_changed_and_removed(visit: Visit):
    page = visit("trader", "/monitoring/notifications")
    expect(page.get_by_text("You are not told anywhere yet")).to_be_visible()
    form = page.locator(".es-section").filter(has=page.get_by_role("heading", name="Add a channel"))
    form.get_by_label("Kind").select_option("webhook")
    form.locator("[id*=channel-address]").fill("nonsense")
    form.get_by_label("Name").fill("The desk's robot")
    form.get_by_role("button", name="Add the channel").click()
    expect(form.get_by_role("status").locator(".es-notice")).to_be_visible()
    form.locator("[id*=channel-address]").fill("https://robot.example.com/hook")
    form.get_by_role("button", name="Add the channel").click()
    expect(page.get_by_text("The channel is added and on.")).to_be_visible()
    card = page.locator(".es-channel-card").filter(has_text="The desk's robot")
    expect(card).not_to_contain_text("robot.example.com/hook")
    card.get_by_text("Change", exact=True).click()
    card.get_by_label("Quiet from").fill("22:00")
    card.get_by_label("to", exact=True).fill("06:30")
    card.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("22:00 to 06:30")
    card.get_by_role("button", name="Switch off: The desk's robot").click()
    expect(page.get_by_text("The channel is off; nothing is sent to it.")).to_be_visible()
    card.get_by_text("Remove", exact=True).click()
    card.get_by_role("button", name="Remove this channel").click()
    expect(page.get_by_text("The channel is removed and its address forgotten.")).to_be_visible()
    expect(page.get_by_text("You are not told anywhere yet")).to_be_visible()
