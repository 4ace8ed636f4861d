"""An alert from firing to resolution, in two browsers: it fires, is taken, given away, over, resolved, learnt from."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from data.session import UnitOfWork
from portal.core.permissions import Permission
from portal.services.monitoring import alerts

Visit = Callable[..., Page]
RULE, SUBJECT, WHAT = "test.incident", "browser", "A probe of the browser test fails"


def fire() -> int:
    with UnitOfWork(write=True) as work:
        return alerts.raise_alert(
            work, RULE, SUBJECT, "critical", WHAT, "It has not answered for 25 seconds. Start it again.",
            "/monitoring/jobs", Permission.MONITORING_READ,
            {"service": "cache", "pages": ["/market/prices"], "jobs": ["risk.run"]},
        )  # fmt: skip


def end() -> bool:
    with UnitOfWork(write=True) as work:
        return alerts.clear(work, RULE, SUBJECT)


@pytest.fixture
def fired(demo_database: str) -> Iterator[int]:
    """The alert has just fired; it is over after the test."""
    yield fire()
    end()


def words(page: Page, said: str) -> None:
    page.get_by_label("Words").fill(said)


def test_an_alert_from_firing_to_resolution(visit: Visit, fired: int):
    # it is seen by those who may, and only by them
    one = visit("operations", "/monitoring/incidents")
    asking = one.locator(".es-section").filter(has=one.get_by_role("heading", name="Asks for attention"))
    card = asking.locator(".es-alert-card").filter(has_text=WHAT)
    expect(card).to_contain_text("nobody has it")
    stranger = visit("trader", "/monitoring/incidents")
    expect(stranger.get_by_role("heading", name="Incidents", exact=True)).to_be_visible()
    expect(stranger.get_by_text(WHAT)).to_have_count(0)

    # two people look at it at once: one takes it, the other is told
    card.get_by_role("link", name="Open").click()
    expect(one.get_by_role("heading", name=WHAT).first).to_be_visible()
    expect(one.get_by_text("Every page")).to_be_visible()
    address = one.url[one.url.index("/monitoring") :]
    two = visit("admin", address)
    expect(two.get_by_role("button", name="Acknowledge: I deal with it")).to_be_visible()
    one.get_by_role("button", name="Acknowledge: I deal with it").click()
    expect(one.get_by_text("is yours now")).to_be_visible()
    two.get_by_role("button", name="Acknowledge: I deal with it").click()
    expect(two.get_by_text("operations acknowledged it at")).to_be_visible()
    two.get_by_role("link", name="Show it as it stands now").click()
    expect(two.get_by_text("somebody deals with it")).to_be_visible()
    expect(two.get_by_role("button", name="Acknowledge: I deal with it")).to_have_count(0)
    told = visit("operations", "/monitoring/alerts").locator(".es-alert-card").filter(has_text=WHAT)
    expect(told).to_contain_text("acknowledged by operations")

    # it is put off with a reason, gets worse for others meanwhile, and is given to the other
    one.get_by_role("button", name="Put off").click()
    expect(one.get_by_text("Say why it can wait.")).to_be_visible()
    words(one, "The host is being restarted.")
    one.get_by_role("button", name="Put off").click()
    expect(one.get_by_text("is put off.", exact=False).first).to_be_visible()
    expect(one.get_by_text("The host is being restarted.")).to_be_visible()
    one.get_by_role("button", name="Take it up again").click()
    expect(one.get_by_text("is taken up again")).to_be_visible()
    one.get_by_role("button", name="Give it").click()
    expect(one.get_by_text("has an owner now")).to_be_visible()

    # it is over; a critical one waits for people, who say what was done
    assert end()
    two.reload()
    expect(two.get_by_text("It waits to be resolved by people.", exact=False)).to_be_visible()
    words(two, "More memory for the host.")
    two.get_by_role("button", name="Resolve").click()
    expect(two.get_by_text("is resolved.", exact=False).first).to_be_visible()
    two.get_by_text("Write what was learnt").click()
    for label, said in (("What happened", "It ran out of memory."), ("Why", "A job kept its rows."),
                        ("What we change", "The job has a limit now.")):  # fmt: skip
        two.get_by_label(label, exact=True).fill(said)
    two.get_by_role("button", name="Save the post-mortem").click()
    expect(two.get_by_text("The job has a limit now.").first).to_be_visible()

    # the whole story stands in its timeline, and the queue has it below
    story = two.locator(".es-versions")
    for step in ("Opened", "Acknowledged", "Put off until", "Taken up again", "Given to", "An alert is over",
                 "Resolved", "Post-mortem written"):  # fmt: skip
        expect(story.get_by_text(step, exact=False).first).to_be_visible()
    reader = visit("executive", "/monitoring/incidents", width=390)
    row = reader.get_by_role("row").filter(has_text=WHAT)
    expect(row.first).to_be_visible()
    assert reader.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    # what comes back is a new incident that names the old one
    fire()
    again = visit("operations", "/monitoring/incidents")
    again.locator(".es-alert-card").filter(has_text=WHAT).get_by_role("link", name="Open").click()
    expect(again.get_by_text("Continues")).to_be_visible()


def test_people_open_an_incident_by_hand(visit: Visit):
    page = visit("operations", "/monitoring/incidents")
    page.get_by_text("Open an incident by hand").click()
    page.get_by_role("button", name="Open the incident").click()
    expect(page.get_by_text("Say in one sentence what is wrong.")).to_be_visible()
    page.get_by_label("What is wrong?").fill("The fan of the server room is loud")
    page.get_by_label("What was seen").fill("Since the morning, room 2.")
    page.get_by_role("button", name="Open the incident").click()
    card = page.locator(".es-alert-card").filter(has_text="The fan of the server room is loud")
    expect(card).to_contain_text("opened by operations")
    card.get_by_role("link", name="Open").click()
    expect(page.get_by_text("Since the morning, room 2.").first).to_be_visible()
    page.get_by_label("Words").fill("Cleaned.")
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("operations resolved it.")).to_be_visible()
