"""Rules about the code itself that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.core.config import Settings
from portal.core.permissions import ROLE_PERMISSIONS, Permission, Role

ROOT = Path(__file__).parents[2]
PAGES = [path for path in sorted((ROOT / "pages").rglob("*.py")) if path.name != "__init__.py"]
CODE = [
    ROOT / "app.py",
    *(
        p
        for top in ("pages", "callbacks", "components", "portal", "data")
        for p in (ROOT / top).rglob("*.py")
    ),
]


def imports_of(path: Path) -> Iterator[str]:
    """Names of all modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_page_imports_only_its_twin_among_the_callbacks(page):
    twin = ".".join(("callbacks", *page.relative_to(ROOT / "pages").with_suffix("").parts))
    foreign = [
        name for name in imports_of(page) if name.startswith("callbacks") and not name.startswith(twin)
    ]
    assert not foreign, f"{page.name} may import {twin} only"


@pytest.mark.parametrize("permission", Permission)
def test_permission_is_granted_and_asked_for(permission):
    assert any(permission in held for held in ROLE_PERMISSIONS.values()), f"no role holds {permission}"
    asked = re.compile(rf"Permission\.{permission.name}\b")
    users = [path for path in CODE if path.name != "permissions.py" and asked.search(path.read_text())]
    assert users, f"nothing asks for {permission}"


def test_every_role_can_sign_in():
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert all(Permission.SIGNED_IN in held for held in ROLE_PERMISSIONS.values())


@pytest.mark.parametrize(("name", "field"), Settings.model_fields.items(), ids=list(Settings.model_fields))
def test_setting_says_what_it_is(name, field):
    assert field.description
    assert field.description.endswith(".")
