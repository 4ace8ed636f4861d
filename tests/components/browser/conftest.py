"""How Dash's own browser fixtures start Chromium here."""

import shutil
from collections.abc import Iterator

import pytest
from selenium.webdriver.chrome.options import Options

from tests.helpers.chromium import ARGUMENTS, executable
from tests.helpers.visitor import private_dash


def pytest_setup_options() -> Options:
    """Chromium of the system, without the sandbox (tests may run as root) and without calls to the outside."""
    options = Options()
    options.binary_location = executable()
    for argument in (*ARGUMENTS, "--headless=new", "--window-size=1280,900"):
        options.add_argument(argument)
    return options


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
