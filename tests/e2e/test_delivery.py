"""What a browser asks for: each thing once, and one chart library."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request

from tests.e2e.test_roles import settle


def requests_of(page: Page, act: Callable[[], object]) -> list[Request]:
    """Return what ``page`` asks for while ``act`` runs, and until it is still."""
    found: list[Request] = []

    def note(request: Request) -> None:
        found.append(request)

    page.on("request", note)
    act()
    settle(page)
    page.wait_for_timeout(500)
    page.remove_listener("request", note)
    return found


@pytest.mark.parametrize("path", ["/market/prices?commodity=gas", "/market/instrument/TTF?range=3m"])
def test_frame_callbacks_and_page_are_asked_once(visit, portal, path):
    page = visit("risk", "/market/prices")
    settle(page)
    requests = requests_of(page, lambda: page.goto(f"{portal}{path}"))
    paths = [urlsplit(request.url).path for request in requests]
    assert paths.count("/_dash-layout") == 1
    assert paths.count("/_dash-dependencies") == 1
    outputs = [request.post_data_json["output"] for request in requests if request.method == "POST"]
    assert outputs.count(".._pages_content.children..._pages_store.data..") == 1


def test_chart_library_is_asked_once(visit):
    page = visit("risk", "/market/prices")
    settle(page)

    def open_instrument() -> None:
        page.locator(".es-row-link").first.click()
        page.wait_for_selector(".es-graph .main-svg")

    requests = requests_of(page, open_instrument)
    libraries = [path for path in (urlsplit(r.url).path for r in requests) if "plotly" in path]
    assert len(libraries) <= 1
    assert page.evaluate("typeof Plotly.version") == "string"
