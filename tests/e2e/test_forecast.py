"""What a trader does with models: trains, leaves, comes back, compares, proposes; another approves and it is served."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.test_roles import settle

TILE = ".es-kpi-value"
LONG = 240_000  # ms; a training beside other work
TARGET = "volatility.WTI"  # the demo has no version of it


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def models(page: Page, query: str) -> None:
    page.goto(re.sub(r"/forecast.*", f"/forecast/models?{query}", page.url))
    page.wait_for_selector(TILE, timeout=60_000)
    settle(page)


def test_a_model_is_trained_left_compared_proposed_approved_and_served(visit):
    page = visit("trader", f"/forecast/models?train={TARGET}&models=theta,ets")
    page.wait_for_selector(TILE, timeout=60_000)
    settle(page)
    page.get_by_label("Origins").fill("40")
    page.get_by_label("Origins").press("Enter")
    expect(page.locator(".es-train-plan")).to_contain_text("4 trials for 1 target at 40 origins")
    button(page, "Train").click()
    expect(page.locator(".es-train .es-job-words")).to_contain_text(
        re.compile("Prep|Theta|naive|ETS|Exp|Starting|origins")
    )
    page.get_by_role("link", name="Prices").first.click()
    page.wait_for_selector(TILE, timeout=60_000)
    models_page = page.url.split("/market")[0] + f"/forecast/models?train={TARGET}"
    page.goto(models_page)
    page.wait_for_selector(TILE, timeout=60_000)
    expect(page.locator(".es-train .es-job .es-note")).to_contain_text("Done", timeout=LONG)
    models(page, f"target={TARGET}")
    versions = page.locator(".es-section", has=page.get_by_role("heading", name="Versions", exact=True))
    expect(versions).to_contain_text(f"{TARGET} theta v1")
    expect(page.locator(".es-section", has=page.get_by_role("heading", name="Experiments"))).to_contain_text(
        "seasonal_naive"
    )

    compare(page)
    versions.get_by_role("link", name=f"{TARGET} theta v1").click()
    expect(page.get_by_role("heading", name="theta v1 passes the gate")).to_be_visible()
    address = page.url
    button(page, "Propose as champion").click()
    expect(page.locator(".es-notice").first).to_contain_text("was proposed as champion")
    expect(button(page, "Approve")).to_have_count(0)

    other = visit("risk", re.sub(r".*/forecast", "/forecast", address))
    other.wait_for_selector(TILE, timeout=60_000)
    button(other, "Approve").click()
    expect(other.locator(".es-notice").first).to_contain_text("is the champion")
    expect(other.locator(".es-version-head")).to_contain_text("champion")
    button(other, "Forecast now").click()
    expect(other.locator(".es-job .es-note").last).to_contain_text("Done", timeout=LONG)
    expect(other.get_by_text("Served is theta v1")).to_be_visible()
    other.get_by_role("link", name="Open the forecast").click()
    expect(other.get_by_role("heading", name="Forecast", exact=True).first).to_be_visible()
    expect(other.locator(".es-page")).to_contain_text(re.compile("Theta|theta v1"), timeout=60_000)


def compare(page: Page) -> None:
    """Look at two trials side by side."""
    first, second = page.locator("#forecast-models-first"), page.locator("#forecast-models-second")
    for at, select in ((1, first), (2, second)):
        value = select.locator("option:not([disabled])").nth(at - 1).get_attribute("value")
        select.select_option(value)
    button(page, "Compare").click()
    side = page.locator("#forecast-models-compared")
    expect(side).to_contain_text("Training window")
    expect(side).to_contain_text("Pinball")
    expect(side.get_by_role("heading", name="Error by step ahead")).to_be_visible()


def test_a_figure_of_a_version_opens_to_its_cells(visit):
    page = visit("auditor", "/forecast/models?version=1")
    page.wait_for_selector(TILE, timeout=60_000)
    settle(page)
    page.locator(f"{TILE} button").first.click()
    panel = page.locator(".es-passport, [role=dialog]").first
    expect(panel).to_contain_text("Score of a trial")
    expect(button(page, "Train")).to_have_count(0)
