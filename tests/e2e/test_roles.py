"""Every role opens every page that its menu offers, on a desk and on a phone, in both themes."""

import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, expect

from portal.services.access import DEMO_ACCOUNTS

ROLES = [account[0] if isinstance(account, tuple) else account.username for account in DEMO_ACCOUNTS]


def menu_of(page) -> list[str]:
    page.wait_for_selector(".es-nav-link", state="attached")
    return page.eval_on_selector_all(
        ".es-nav-link", "links => links.map(link => new URL(link.href).pathname)"
    )


STILL = """(() => {
    const asked = window.store ? window.store.getState().callbacks : null;
    return Boolean(asked) && Object.entries(asked).every(
        ([name, list]) => ["stored", "completed"].includes(name) || !Array.isArray(list) || !list.length);
})()"""
STILL_WITHIN = 60.0  # seconds; a page that follows a job asks again and again


def is_still(page) -> bool:
    """Tell whether Dash waits for no answer."""
    try:
        return page.evaluate(STILL)
    except Error:  # it is on its way to another page
        return False


def settle(page) -> None:
    """Wait until the page has its heading, has asked for what it needs, and its figures are drawn.

    After a click on a link the heading of the page before may still stand, and the network has been idle once already.
    """
    page.wait_for_selector(".es-page h1")
    deadline = time.monotonic() + STILL_WITHIN
    while not is_still(page) and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    page.wait_for_selector(".es-page h1")
    expect(page.locator(".es-graph:not(:has(.main-svg))")).to_have_count(0)
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("user", ROLES)
def test_role_opens_every_page_of_its_menu(visit, user):
    page = visit(user)
    settle(page)
    paths = menu_of(page)
    assert "/market/prices" in paths
    for path in paths:
        page.locator(f'.es-nav-link[href^="{path}"]').first.click()
        page.wait_for_url(lambda url, path=path: urlsplit(url).path == path)
        settle(page)
        assert not page.locator(".es-state-error").count(), path
        assert "NaN" not in page.inner_text("#content"), path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_phone(visit, portal, scheme):
    page = visit("risk", width=390, height=844, scheme=scheme)
    settle(page)
    for path in [*menu_of(page), "/market/instrument/TTF"]:
        page.goto(f"{portal}{path}")
        settle(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px wider than a phone"
