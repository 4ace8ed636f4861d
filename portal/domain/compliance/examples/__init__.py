"""Examples of every rule, one file each: a pass, a breach, the boundary, missing data; tested, and shown to people."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def examples_of(code: str) -> tuple[Mapping[str, Any], ...]:
    """Return the examples of a rule; () when it has none.

    Each has ``title``, ``case`` (pass, breach, boundary or missing), ``input``, ``expected`` and, where they matter,
    ``as_of``, ``params`` and ``calendar`` ({"holidays": [...]}).
    """
    file = files(__package__) / f"{code.lower().replace('-', '_')}.json"
    return tuple(json.loads(file.read_text("utf-8"))) if file.is_file() else ()
