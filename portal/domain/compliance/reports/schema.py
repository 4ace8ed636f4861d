"""A schema of our own, generated from a layout, and the check of a finished file against it.

API: ``schema_of(layout) -> bytes``, ``check_file(layout, content) -> list of sentences``.

The published schemas are not shipped with the product; the element lists are, as facts, and this module writes from
them a schema that says the same. The tests hold files against the published ones where they are at hand.
"""

import csv
import io
from typing import Any

from portal.domain.compliance.reports.layout import Layout
from portal.domain.compliance.reports.tree import Element, Simple, Tree

XS = "http://www.w3.org/2001/XMLSchema"


def schema_of(layout: Layout) -> bytes:
    """Return the schema of a layout as an XSD file."""
    from lxml import etree

    root = _tree_schema(layout.tree) if layout.tree is not None else _flat_schema(layout)
    return bytes(etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8"))


def check_file(layout: Layout, content: bytes) -> list[str]:
    """Return what the generated schema has against a finished file, () when nothing; first ten faults."""
    from lxml import etree

    schema = etree.XMLSchema(etree.fromstring(schema_of(layout)))
    document = etree.fromstring(content) if layout.tree is not None else _csv_document(layout, content)
    schema.validate(document)
    return [f"line {fault.line}: {fault.message}" for fault in list(schema.error_log)[:10]]


def _tree_schema(tree: Tree) -> Any:
    from lxml import etree

    root = etree.Element(
        f"{{{XS}}}schema", nsmap={"xs": XS, "t": tree.namespace}, targetNamespace=tree.namespace,
        elementFormDefault="qualified",
    )  # fmt: skip
    top = etree.SubElement(root, f"{{{XS}}}element", name=tree.root)
    _content(etree.SubElement(top, f"{{{XS}}}complexType"), tree.content, tree)
    for name, elements in tree.types.items():
        _content(etree.SubElement(root, f"{{{XS}}}complexType", name=_plain(name)), elements, tree)
    for name, simple in tree.simple.items():
        if not name.startswith("xs:"):
            _simple(root, simple)
            if simple.attribute:
                _with_attribute(root, simple)
    return root


def _plain(name: str) -> str:
    return name.replace("/", ".")


def _content(holder: Any, elements: tuple[Element, ...], tree: Tree) -> None:
    from lxml import etree

    sequence = etree.SubElement(holder, f"{{{XS}}}sequence")
    for element in elements:
        if element.choice:
            group = etree.SubElement(sequence, f"{{{XS}}}choice")
            for item in element.choice:
                _one(group, item, tree)
        elif element.sequence:
            inner = etree.SubElement(sequence, f"{{{XS}}}sequence", **_counts(element))
            for item in element.sequence:
                _one(inner, item, tree)
        else:
            _one(sequence, element, tree)


def _one(holder: Any, element: Element, tree: Tree) -> None:
    from lxml import etree

    known = tree.simple.get(element.type)
    kind = element.type if element.type.startswith("xs:") else f"t:{_plain(element.type)}"
    if known is not None and known.attribute:
        kind += "With"
    etree.SubElement(holder, f"{{{XS}}}element", name=element.name, type=kind, **_counts(element))


def _counts(element: Element) -> dict[str, str]:
    return {"minOccurs": str(element.least), "maxOccurs": str(element.most) if element.most else "unbounded"}


def _simple(holder: Any, simple: Simple, name: str = "") -> None:
    from lxml import etree

    kind = etree.SubElement(holder, f"{{{XS}}}simpleType", name=name or simple.name)
    facets = etree.SubElement(kind, f"{{{XS}}}restriction", base=f"xs:{simple.base}")
    given: list[tuple[str, Any]] = [
        *(("enumeration", item) for item in simple.enum),
        ("pattern", simple.pattern or None),
        ("minLength", simple.min_length),
        ("maxLength", simple.max_length),
        ("totalDigits", simple.digits),
        ("fractionDigits", simple.decimals),
        ("minInclusive", simple.minimum),
    ]
    for facet, value in given:
        if value is not None:
            etree.SubElement(facets, f"{{{XS}}}{facet}", value=str(value))


def _with_attribute(holder: Any, simple: Simple) -> None:
    from lxml import etree

    kind = etree.SubElement(holder, f"{{{XS}}}complexType", name=f"{simple.name}With")
    content = etree.SubElement(kind, f"{{{XS}}}simpleContent")
    base = etree.SubElement(content, f"{{{XS}}}extension", base=f"t:{simple.name}")
    etree.SubElement(base, f"{{{XS}}}attribute", name=simple.attribute, type="xs:string", use="required")


def _flat_schema(layout: Layout) -> Any:
    """Return the schema of a flat file, written as one ``row`` for each line with an element for each column."""
    from lxml import etree

    root = etree.Element(f"{{{XS}}}schema", nsmap={"xs": XS})
    top = etree.SubElement(root, f"{{{XS}}}element", name="report")
    rows = etree.SubElement(etree.SubElement(top, f"{{{XS}}}complexType"), f"{{{XS}}}sequence")
    row = etree.SubElement(rows, f"{{{XS}}}element", name="row", minOccurs="0", maxOccurs="unbounded")
    cells = etree.SubElement(etree.SubElement(row, f"{{{XS}}}complexType"), f"{{{XS}}}sequence")
    for item in layout.fields:
        least = "1" if item.required else "0"
        etree.SubElement(cells, f"{{{XS}}}element", name=item.path, type=f"f-{item.path}", minOccurs=least)
        _simple(root, item.type, f"f-{item.path}")
    return root


def _csv_document(layout: Layout, content: bytes) -> Any:
    """Return a CSV file as the document that the flat schema describes; empty cells are left out."""
    from lxml import etree

    root = etree.Element("report")
    reader = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    for line in reader:
        row = etree.SubElement(root, "row")
        for item in layout.fields:
            text = line.get(item.path) or ""
            if text:
                etree.SubElement(row, item.path).text = text.removeprefix("'")
    return root
