"""What a workbook holds beside cells: charts, drawings, macros, links to other files."""

import zipfile
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from portal.services.receipts.packs.finding import Finding, quoted

_CHARTS, _DRAWINGS, _SHEETS = "xl/charts/chart", "xl/drawings/drawing", "xl/worksheets/"
_FOREIGN = (
    "xl/vbaProject", "xl/externalLinks/", "xl/embeddings/", "xl/media/", "xl/activeX/", "xl/connections",
    "xl/queryTables/", "xl/ctrlProps/", "xl/comments", "xl/threadedComments/", "xl/macrosheets/", "xl/dialogsheets/",
)  # fmt: skip
"""Parts that no pack has: they may run, fetch or cover something."""
_OBJECTS = tuple(f"{{*}}{kind}" for kind in ("sp", "pic", "cxnSp", "grpSp", "graphicFrame", "contentPart"))
"""All that a drawing, or a group in it, can show: shapes, pictures, lines, groups, frames of charts, ink."""
_RULE = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}cfRule"
"""A conditional format as Excel 2010 and later keep those that refer to another sheet, which openpyxl leaves out."""
_DIGITS = 12  # of the values that a chart keeps, which other programs write shorter


def compare(found: bytes, issued: bytes) -> Iterator[Finding]:
    """Yield how the parts of a workbook beside its cells differ from those that its receipt makes."""
    with zipfile.ZipFile(BytesIO(found)) as here, zipfile.ZipFile(BytesIO(issued)) as there:
        for name in here.namelist():
            if name.startswith(_FOREIGN) and name not in there.namelist():
                yield Finding("file", f"The file has gained {quoted(name)}, which no pack has.")
        now, was = _charts(here), _charts(there)
        for title, *_ in (was - now).elements():
            yield Finding("chart", f"The chart {quoted(title or 'without a title')} was removed or altered.")
        for title, *_ in (now - was).elements():
            if title not in {known for known, *_ in was}:
                yield Finding("chart", f"The chart {quoted(title or 'without a title')} was added.")
        more = _drawn(here) - _drawn(there)
        for text in more:
            yield Finding("drawing", f"A drawing that says {quoted(text)} was added.")
        if _count(here, _DRAWINGS, _OBJECTS) - _count(there, _DRAWINGS, _OBJECTS):
            yield Finding(
                "drawing", "A shape, picture or frame was added to a drawing: it may cover something."
            )
        if _count(here, _SHEETS, (_RULE,)) - _count(there, _SHEETS, (_RULE,)):
            yield Finding(
                "file",
                "The file has gained a conditional format that refers to another sheet, which may show other than what "
                "the cells hold.",
            )


def _charts(archive: zipfile.ZipFile) -> Counter[tuple[str, ...]]:
    """Return for each chart its words, the cells that it refers to and the values that it keeps."""
    found: Counter[tuple[str, ...]] = Counter()
    for name in archive.namelist():
        if name.startswith(_CHARTS) and name.endswith(".xml"):
            said = _texts(archive.read(name))
            words = [text for kind, text in said if kind == "t"]
            cells = sorted(text.replace("'", "") for kind, text in said if kind == "f")
            values = sorted(_short(text) for kind, text in said if kind == "v")
            found[(words[0] if words else "", *sorted(words), *cells, *values)] += 1
    return found


def _drawn(archive: zipfile.ZipFile) -> Counter[str]:
    return Counter(
        text
        for name in archive.namelist()
        if name.startswith(_DRAWINGS) and name.endswith(".xml")
        for kind, text in _texts(archive.read(name))
        if kind == "t"
    )


def _count(archive: zipfile.ZipFile, folder: str, kinds: tuple[str, ...]) -> Counter[str]:
    """Return how many elements of these kinds the parts of a folder have together.

    Other programs number the parts anew and write another kind of anchor, so neither is compared.
    """
    found: Counter[str] = Counter()
    for name in archive.namelist():
        if name.startswith(folder) and name.endswith(".xml"):
            root = _root(archive.read(name))
            found.update(
                ["a part that cannot be read"]
                if root is None
                else (str(item.tag).rpartition("}")[2] for item in root.iter(*kinds))
            )
    return found


def _root(content: bytes) -> Any:
    """Return the first element of a part; None when the part cannot be read."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return None


def _texts(content: bytes) -> list[tuple[str, str]]:
    """Return the texts of the elements t, f and v, whatever their namespaces."""
    root = _root(content)
    if root is None:
        return [("t", "a part that cannot be read")]
    kinds = ((str(item.tag).rpartition("}")[2], item.text) for item in root.iter())
    return [(kind, text) for kind, text in kinds if kind in ("t", "f", "v") and text]


def _short(text: str) -> str:
    try:
        return f"{float(text):.{_DIGITS}g}"
    except ValueError:
        return text
