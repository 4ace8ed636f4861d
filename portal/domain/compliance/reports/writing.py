"""The file of a report: XML in the order of its element tree, or CSV; written row by row.

API: ``to_xml(layout, head, rows)``, ``to_csv(layout, rows)``, ``TooLarge``.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from portal.core.errors import DomainError
from portal.domain.compliance.reports.layout import Layout
from portal.domain.compliance.reports.tree import Element, Tree


class TooLargeError(DomainError):
    """The file is larger than its receiver takes."""


class _Counted(io.BytesIO):
    """A buffer that refuses to grow beyond what the receiver takes."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self._layout = layout

    def write(self, data: Any) -> int:
        written = super().write(data)
        if self.tell() > self._layout.most_bytes:
            raise TooLargeError(
                f"The file of {self._layout.title} would be larger than "
                f"{self._layout.most_bytes / 1e6:,.0f} MB, which is the most that its receiver takes. "
                "Ask for a shorter period; nothing was stored."
            )
        return written


def to_xml(layout: Layout, head: Mapping[str, Any], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return an XML file, written row by row.

    Parameters
    ----------
    layout : Layout
        With an element tree.
    head : mapping
        What stands once, above the rows, by path.
    rows : iterable of mapping
        Cells of the accepted rows; a ``RecordSeqNumber`` is given where the tree has one.

    Raises
    ------
    TooLargeError
        The file is larger than its receiver takes.
    """
    from lxml import etree

    tree = layout.tree
    if tree is None:
        raise ValueError(f"{layout.kind} has no element tree, so it is not written as XML.")
    out = _Counted(layout)
    spaced = {None: tree.namespace}
    numbered = any(leaf.name == "RecordSeqNumber" for leaf in tree.leaves(tree.record))
    with etree.xmlfile(out, encoding="UTF-8") as file:
        file.write_declaration()
        with ExitStack() as opened:
            opened.enter_context(file.element(_name(tree, tree.root), nsmap=spaced))
            for element in tree.content:
                if element.name in head:
                    file.write(_element(tree, element, head[element.name]))
            for step in layout.rows_at[:-2]:
                opened.enter_context(file.element(_name(tree, step)))
                for element in tree.types.get(step, ()):
                    if f"{step}/{element.name}" in head:
                        file.write(_element(tree, element, head[f"{step}/{element.name}"]))
            for number, cells in enumerate(rows, start=1):
                if number == 1:  # a list without a row would not fit the schema
                    opened.enter_context(file.element(_name(tree, layout.rows_at[-2])))
                given = {"RecordSeqNumber": str(number), **cells} if numbered else dict(cells)
                record = etree.Element(_name(tree, layout.rows_at[-1]), nsmap=spaced)
                _fill(tree, record, tree.types[tree.record], given)
                file.write(record)
    return out.getvalue()


def _element(tree: Tree, element: Element, value: Any) -> Any:
    """Return an element of the head from nested mappings."""
    from lxml import etree

    made = etree.Element(_name(tree, element.name), nsmap={None: tree.namespace})
    if isinstance(value, Mapping):
        _fill(tree, made, tree.types[element.type], value)
    else:
        made.text = str(value)
    return made


def _fill(tree: Tree, parent: Any, elements: Sequence[Element], cells: Mapping[str, Any]) -> None:
    """Add what the cells hold below ``parent``, in the order of the tree."""
    from lxml import etree

    for element in elements:
        for item in element.choice or element.sequence or (element,):
            inner = {
                path.partition("/")[2]: text
                for path, text in cells.items()
                if path.partition("/")[0] == item.name and "/" in path
            }
            own = cells.get(item.name)
            if own is None and not inner:
                continue
            made = etree.SubElement(parent, _name(tree, item.name))
            for path, text in cells.items():
                if path.startswith(f"{item.name}@"):
                    made.set(path.partition("@")[2], text)
            if item.type in tree.types:
                _fill(tree, made, tree.types[item.type], inner)
            else:
                made.text = str(own)


def _name(tree: Tree, name: str) -> str:
    return f"{{{tree.namespace}}}{name}"


def to_csv(layout: Layout, rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return a CSV file with the paths of the fields as headings; commas, CRLF, UTF-8.

    Raises
    ------
    TooLargeError
        The file is larger than its receiver takes.
    """
    out = _Counted(layout)
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    paths = [item.path for item in layout.fields]
    writer.writerow(paths)
    for cells in rows:
        writer.writerow([_safe(cells.get(path, "")) for path in paths])
    text.flush()
    content = out.getvalue()
    text.detach()
    return content


def _safe(value: str) -> str:
    """Return a cell that a spreadsheet does not take for a formula: names are typed by people."""
    if value[:1] in ("=", "+", "@", "\t", "\r") or (value[:1] == "-" and not _is_number(value)):
        return f"'{value}"
    return value


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
