"""Monitoring in a browser: an alert is acknowledged by name, a schedule is changed, refused and given back."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from data.session import UnitOfWork
from portal.core.permissions import Permission
from portal.services.monitoring import alerts

Visit = Callable[..., Page]
RULE, SUBJECT = "jobs.lost", "test.browser"


@pytest.fixture
def told(demo_database: str) -> Iterator[int]:
    """An alert for those who read jobs; over after the test."""
    with UnitOfWork(write=True) as work:
        alert = alerts.raise_alert(
            work, RULE, SUBJECT, "critical", "A run of the browser test was lost", "Its process ended.",
            "/monitoring/jobs", Permission.JOBS_READ,
        )  # fmt: skip
    yield alert
    with UnitOfWork(write=True) as work:
        alerts.clear(work, RULE, SUBJECT)


def test_an_alert_is_seen_acknowledged_and_over(visit: Visit, told: int):
    page = visit("operations", "/monitoring/jobs")
    link = page.locator("#shell-alerts")
    expect(link).to_have_text(re.compile(r"^Alerts \d+$"))
    link.click()
    card = page.locator(".es-alert-card").filter(has_text="A run of the browser test was lost")
    expect(card).to_contain_text("critical")
    card.get_by_role("button", name=f"Acknowledge alert {told}").click()
    expect(card).to_contain_text("acknowledged by operations")
    expect(card.get_by_role("button")).to_have_count(0)
    expect(page.get_by_text("You have acknowledged: A run of the browser test was lost.")).to_be_visible()
    reader = visit("auditor", "/monitoring/alerts")
    seen = reader.locator(".es-alert-card").filter(has_text="A run of the browser test was lost")
    expect(seen).to_contain_text("acknowledged by operations")
    trader = visit("trader", "/monitoring/alerts")
    expect(trader.get_by_role("heading", name="Over")).to_be_visible()
    expect(trader.get_by_text("A run of the browser test was lost")).to_have_count(0)
    with UnitOfWork(write=True) as work:
        assert alerts.clear(work, RULE, SUBJECT)
    page.reload()
    row = page.get_by_role("row").filter(has_text="A run of the browser test was lost")
    expect(row.first).to_be_visible()
    expect(page.locator(".es-alert-card").filter(has_text="browser test")).to_have_count(0)


def test_a_schedule_is_changed_refused_and_given_back(visit: Visit):
    page = visit("operations", "/monitoring/jobs")
    card = page.locator(".es-schedule-card").filter(has_text="Nightly risk run")
    expect(card).to_contain_text("Monday to Friday at 19:15 (UTC)")
    card.get_by_text("Change", exact=True).click()
    card.get_by_label("Minute, hour").fill("61 6 * * *")
    card.get_by_role("button", name="Save the time").click()
    expect(card).to_contain_text("'61 6 * * *' cannot be read")
    card.get_by_label("Minute, hour").fill("30 6 * * 1")
    card.get_by_label("Time zone").fill("Europe/Berlin")
    card.get_by_role("button", name="Save the time").click()
    expect(card).to_contain_text("From now on: Monday at 06:30 (Europe/Berlin).")
    expect(card).to_contain_text("operations")
    card.get_by_text("Change", exact=True).click()
    card.get_by_role("button", name="Back to 15 19 * * mon-fri").click()
    expect(card).to_contain_text("As declared: Monday to Friday at 19:15 (UTC).")
    reader = visit("auditor", "/monitoring/jobs", width=390)
    shown = reader.locator(".es-schedule-card").filter(has_text="Nightly risk run")
    expect(shown).to_be_visible()
    expect(shown.get_by_text("Change", exact=True)).to_have_count(0)
    assert reader.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_graph_that_was_left_while_it_was_resized_stays_quiet(visit: Visit):
    page = visit("operations", "/monitoring/services")
    expect(page.locator("#monitoring-services-graph canvas").first).to_be_attached()
    # The library answers 100 ms after the last resize; the last of these comes a moment before the page goes.
    page.evaluate("""() => {
        const again = () => {
            if (!document.getElementById("monitoring-services-graph")) { return; }
            window.dispatchEvent(new Event("resize"));
            setTimeout(again, 10);
        };
        again();
    }""")
    page.locator('.es-nav-link[href^="/monitoring/feeds"]').first.click()
    expect(page.locator("#monitoring-services-graph")).to_have_count(0)
    page.wait_for_timeout(500)  # what the watch would hear of comes within it
