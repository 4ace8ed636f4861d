"""A document as PDF: designed for paper, readable to screen readers, fit for archives, with its sealed data inside.

API: ``to_pdf(document) -> bytes``. Written by typst without a browser, as PDF/UA-1 and PDF/A-3a: tagged, with language,
title and bookmarks, a text for each chart, all typefaces inside. The same document gives the same bytes: its date is
the moment that its clocks name, and nothing in it depends on the machine.
"""

import logging
from collections.abc import Iterator
from datetime import UTC
from importlib.resources import files
from io import BytesIO
from typing import Any

from portal.core import canonical
from portal.core.document import Document
from portal.core.format import day, moment
from portal.services.packs import sealing
from portal.services.packs.paper import CONTENTS_FROM, Laid, lay_out
from portal.services.packs.typeface import broken, folders, printable

_LOG = logging.getLogger(__name__)
STANDARDS = ("ua-1", "a-3a")
TEMPLATE = "pack.typ"
ONE_PAGERS = frozenset({"board"})  # templates that are set closer when they then fit one page
TIGHT = (150.0, 130.0, 115.0, 100.0)  # points that a chart of theirs is high at most, in the order tried
_MOST_ENTRIES = 64  # of a list of contents with sections
_FACT_ROOM = 150.0
_PROOF = (
    "The data of all that is printed here are inside this file, as enerscope-pack.json, under a SHA-256 digest of each "
    "part. enerscope verify receipt FILE.pdf says whether anything was altered, without a database."
)


def to_pdf(document: Document) -> bytes:
    """Return ``document`` as PDF, with its sealed JSON attached as ``enerscope-pack.json``."""
    if document.template in ONE_PAGERS:
        for tight in TIGHT:
            content = _written(document, lay_out(document, tight))
            if _pages(content) == 1:
                return content
    return _written(document, lay_out(document))


def _written(document: Document, laid: Laid) -> bytes:
    sources = {
        "main.typ": (files(__package__) / TEMPLATE).read_bytes(),
        "pack.json": canonical.encode(_data(document, laid)),
        "receipt.json": sealing.to_json(document),
        **laid.charts,
    }
    return _compiled(sources)


def _pages(content: bytes) -> int:
    from pypdf import PdfReader

    return len(PdfReader(BytesIO(content)).pages)


def _compiled(sources: dict[str, bytes]) -> bytes:
    import typst

    from_files: Any = typst.compile  # its stubs do not know that it takes files by name

    def compiled(standards: tuple[str, ...]) -> bytes:
        return bytes(
            from_files(
                sources,
                format="pdf",
                pdf_standards=list(standards),
                font_paths=folders(),
                ignore_system_fonts=True,
            )
        )

    try:
        return compiled(STANDARDS)
    except typst.TypstError as refused:
        # A drawn chart may hold a letter without a shape, which the standards forbid; the file is worth more than they.
        _LOG.warning("A PDF does not follow %s: %s", ", ".join(STANDARDS), str(refused)[:300])
        return compiled(())


def _data(document: Document, laid: Laid) -> dict[str, Any]:
    digest = sealing.digest(document)
    entries = sum(1 + sum(bool(each.title) for each in chapter.sections) for chapter in document.chapters)
    known = document.clocks.known_at.astimezone(UTC)
    clocks = document.clocks.label()
    reader = printable(document.reader)
    room = _FACT_ROOM if laid.tight is None else 112.0
    return {
        "tight": laid.tight is not None,
        "title": printable(document.title) or "Pack",
        "kind": f"{printable(document.template)} · version {printable(document.version)}",
        "description": f"{printable(document.title)}, {clocks}, read by {reader}",
        "keywords": [digest],
        "date": {name: getattr(known, name) for name in ("year", "month", "day", "hour", "minute", "second")},
        "clocks": clocks[:1].upper() + clocks[1:],
        "footer": f"Read by {reader} · SHA-256 {digest[:16]}…",
        "facts": [
            [name, broken(printable(value), 8.8, room), tone]
            for name, value, tone in _facts(document, tight=laid.tight is not None)
        ],
        "missing": f"{len(document.gaps)} {'part is' if len(document.gaps) == 1 else 'parts are'} missing",
        "gaps": [
            [
                broken(printable(gap.what), 8.3, 110),
                broken(printable(gap.why), 8.3, 160),
                broken(printable(gap.bound), 8.3, 160),
            ]
            for gap in document.gaps
        ],
        "contents": len(document.chapters) >= CONTENTS_FROM,
        "depth": 2 if entries <= _MOST_ENTRIES else 1,
        "runs": laid.runs,
        "about": _about(document, laid, digest),
    }


def _facts(document: Document, *, tight: bool) -> Iterator[tuple[str, str, str]]:
    """Yield what the first page says of the whole: name, value, tone."""
    if not tight:  # else the title says them alone
        yield "Valuation day", day(document.clocks.as_of), ""
        yield "Known at", f"{document.clocks.known_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC", ""
    if document.due_at is not None:
        yield "Due at", moment(document.due_at.astimezone(UTC)), ""
    yield "Read by", document.reader, ""
    if document.rights:
        yield "Rights", document.rights, ""
    if document.is_complete:
        yield "Completeness", "complete: nothing is missing", "good"
    else:
        yield "Completeness", f"{len(document.gaps)} missing, named below", "warn"
    if document.simulated:
        yield "Data", "holds simulated figures", ""


def _about(document: Document, laid: Laid, digest: str) -> dict[str, Any]:
    sentences = [_PROOF]
    if laid.undrawn:
        sentences.append(f"Printed as tables, because they could not be drawn: {'; '.join(laid.undrawn)}.")
    facts = [("SHA-256", digest)]
    if laid.tight is None:
        facts.append(("Template", f"{document.template}, version {document.version}"))
        facts += [(each.title or document.title, each.address) for each in document.chapters if each.address]
    return {
        "title": "About this document",
        "sentences": [printable(each) for each in sentences],
        "facts": [
            [broken(printable(name), 8, 140), broken(printable(value), 8, 330)] for name, value in facts
        ],
    }
