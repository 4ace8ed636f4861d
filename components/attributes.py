"""Attributes whose names are no Python identifiers: ``data-*`` and ``aria-*``."""

from collections.abc import Mapping
from typing import Any


def attributes(pairs: Mapping[str, str]) -> dict[str, Any]:
    """Return ``pairs`` to be unpacked into a component; Dash passes such names on to the element."""
    return dict(pairs)
