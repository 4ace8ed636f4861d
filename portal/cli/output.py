"""How commands speak: JSON or aligned columns on stdout, progress on stderr."""

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def print_json(value: Any) -> None:
    """Print ``value``; dates and paths become text."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_columns(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print ``rows`` in columns as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    for row in (heading, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


class Progress:
    """A callback ``(share, words)``: one line that redraws itself on a terminal, a line each ten percent elsewhere."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._shown = -1
        self._open = False

    def __call__(self, share: float, words: str = "") -> None:
        """Show that ``share`` (0 to 1) is done and that ``words`` are being worked on."""
        percent = round(100 * min(max(share, 0.0), 1.0))
        if self._live:
            filled = percent // 5
            bar = "#" * filled + "." * (20 - filled)
            print(f"\r\x1b[K  [{bar}] {percent:3d} %  {words[:48]}", end="", file=sys.stderr, flush=True)
            self._open = True
        elif percent // 10 > self._shown // 10 or self._shown < 0:
            print(f"  {percent:3d} %  {words}", file=sys.stderr, flush=True)
        self._shown = percent

    def done(self) -> None:
        """End the line."""
        if self._open:
            print(file=sys.stderr)
            self._open = False
