"""How Dash's own browser fixtures start Chromium here."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from dash import Dash
from dash.testing.composite import DashComposite
from selenium.webdriver.chrome.options import Options

from tests.helpers.chromium import ARGUMENTS, executable
from tests.helpers.ports import free_port
from tests.helpers.visitor import private_dash

PATIENCE = 60  # seconds


def pytest_setup_options() -> Options:
    """Chromium of the system, without the sandbox (tests may run as root) and without calls to the outside."""
    options = Options()
    options.binary_location = executable()
    for argument in (*ARGUMENTS, "--headless=new", "--window-size=1280,900"):
        options.add_argument(argument)
    return options


@pytest.fixture
def start(dash_duo: DashComposite) -> Callable[[Dash], DashComposite]:
    """Serve an app and open it, with the patience that a busy machine needs; by itself Dash waits for 3 and 10 seconds.

    Its port is one that nobody else has: those that Dash counts up from are given to the sockets of other programs too.
    """

    def serve(app: Dash) -> DashComposite:
        dash_duo.start_server(app, navigate=False, port=free_port(), start_timeout=PATIENCE)
        dash_duo.wait_timeout = PATIENCE
        dash_duo._url = dash_duo.server.url
        dash_duo.wait_for_page(timeout=PATIENCE)
        return dash_duo

    return serve


@pytest.fixture(autouse=True)
def own_registries() -> Iterator[None]:
    """Keep the test's callbacks apart from those of the portal, which live in the same process."""
    with private_dash():
        yield


@pytest.fixture(autouse=True)
def driver_on_path() -> None:
    """Selenium would fetch a driver when there is none; the system's package has it."""
    if shutil.which("chromedriver") is None:
        pytest.fail("The component tests need chromedriver (apt-get install chromium-driver).")
