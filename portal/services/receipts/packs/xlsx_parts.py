"""What a workbook holds beside cells: charts, text in drawings, macros, links to other files."""

import zipfile
from collections import Counter
from collections.abc import Iterator
from io import BytesIO

from portal.services.receipts.packs.finding import Finding, quoted

_CHARTS, _DRAWINGS = "xl/charts/chart", "xl/drawings/drawing"
_FOREIGN = (
    "xl/vbaProject", "xl/externalLinks/", "xl/embeddings/", "xl/media/", "xl/activeX/", "xl/connections",
    "xl/queryTables/", "xl/ctrlProps/", "xl/comments", "xl/threadedComments/", "xl/macrosheets/", "xl/dialogsheets/",
)  # fmt: skip
"""Parts that no pack has: they may run, fetch or cover something."""
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


def _texts(content: bytes) -> list[tuple[str, str]]:
    """Return the texts of the elements t, f and v, whatever their namespaces."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return [("t", "a part that cannot be read")]
    kinds = ((str(item.tag).rpartition("}")[2], item.text) for item in root.iter())
    return [(kind, text) for kind, text in kinds if kind in ("t", "f", "v") and text]


def _short(text: str) -> str:
    try:
        return f"{float(text):.{_DIGITS}g}"
    except ValueError:
        return text
