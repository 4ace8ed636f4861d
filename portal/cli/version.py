"""``enerscope version``."""

import json
import platform
from typing import Annotated

import typer

from portal import VERSION


def version(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show the version."""
    if as_json:
        print(json.dumps({"enerscope": VERSION, "python": platform.python_version()}))
    else:
        print(f"enerscope {VERSION}")
