"""Audit pack: what was decided, changed and refused in a period, under which rules, with the proof of the log.

Its rows are the files of the archive; a layout of our own. It is refused when the log is not whole (GL-AU-01).
"""

from typing import Protocol

from portal.domain.compliance.reports.layout import Field, Gather, Layout, Media, register
from portal.domain.compliance.reports.tree import Simple

_WORDS = Simple("text", max_length=500)


class PackedSource(Protocol):
    """One file of the archive."""

    name: str
    title: str
    rows: int
    size: int
    sha256: str


def scope(_source: PackedSource) -> str:
    """Every file belongs in."""
    return ""


def build(source: PackedSource) -> dict[str, str]:
    """Return the cells of one file."""
    return {
        "file": source.name,
        "title": source.title,
        "rows": str(source.rows),
        "bytes": str(source.size),
        "sha256": source.sha256,
    }


register(
    Layout(
        kind="audit-pack",
        title="Audit pack",
        regime="GLOBAL",
        law="House policy; GL-AU-01",
        rule="GL-AU-01",
        version="enerscope-audit-pack 1",
        media=Media.ZIP,
        fields=(
            Field("1", "file", "File", "name in the archive", required=True),
            Field("2", "title", "What it holds", "section of the pack", type=_WORDS),
            Field("3", "rows", "Rows", "counted", type=Simple("whole", base="integer")),
            Field("4", "bytes", "Size in bytes", "counted", type=Simple("whole", base="integer")),
            Field("5", "sha256", "SHA-256", "of the file", "hexadecimal", required=True),
        ),
        gather=Gather.AUDIT,
        scope=scope,
        build=build,
        trust="P",
        note="PDF to read, XLSX to work with, JSON for programs; checkpoint and public key prove the log.",
        every="month",
        deadline="on request of an auditor or a supervisor",
    )
)
