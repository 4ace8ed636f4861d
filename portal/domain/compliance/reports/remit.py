"""Rows of REMIT Table 1 (schema V3) and Table 2 (schema V1): what is wrong with one, field by field.

API: ``errors(row, table) -> field numbers``, ``problems(row, table) -> list of Problem``, ``tree_of(table)``.

A row is one trade report as a flat object keyed by element name (``contractId`` directly, or ``contract`` with the
full contract), choices as ``{"ace": "..."}``, quantities as ``{"value": n, "unit": "..."}``, with the
``reportingEntityID`` of the file beside the elements of the report. Numbers of fields are those of the annex of
Implementing Regulation (EU) 1348/2014.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from portal.domain.compliance.reports.tree import Element, Tree, load
from portal.domain.compliance.reports.values import wrong

TABLES = {"REMIT-T1": "remit_table1_v3", "REMIT-T2": "remit_table2_v1", "EMIR": "emir_auth030"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell: field number, element path, a code (missing, form, choice, repeated) and why."""

    field: int
    element: str
    code: str
    message: str


def tree_of(table: str) -> Tree:
    """Return the element tree of ``REMIT-T1``, ``REMIT-T2`` or ``EMIR``."""
    return load(TABLES[table])


def errors(row: Mapping[str, Any], table: str) -> list[int]:
    """Return the numbers of the fields of a row that do not fit its table, ascending, each once.

    Parameters
    ----------
    row : mapping
        One trade report, flat or nested (see the module).
    table : str
        ``REMIT-T1`` or ``REMIT-T2``.
    """
    return sorted({problem.field for problem in problems(row, table) if problem.field})


def problems(row: Mapping[str, Any], table: str) -> list[Problem]:
    """Return everything that is wrong with a row, in the order of the elements; see :func:`errors`."""
    tree = tree_of(table)
    record, loose = _nested(row, tree)
    found = list(_file_part(row, tree))
    kind = tree.order if tree.order and "orderId" in row else tree.record
    found.extend(_complex(record, tree.types[kind], tree, "", 0))
    leaves = _anywhere(tree)
    for name, value in loose.items():
        for item in _items(value):
            found.extend(_value(item, leaves[name], tree, name, 0))
    found.extend(_undeclared_index(record))
    return found


def tree_problems(record: Mapping[str, Any], tree: Tree, kind: str) -> list[Problem]:
    """Return what is wrong with a nested record of any tree; ``field`` is 0 where the tree counts no fields."""
    return list(_complex(record, tree.types[kind], tree, "", 0))


def _file_part(row: Mapping[str, Any], tree: Tree) -> Iterator[Problem]:
    """Check who reports, which stands once in a file."""
    entity = tree.content[0]
    if row.get(entity.name) is None:
        yield _missing(entity, entity.name, 0)
    else:
        yield from _value(row[entity.name], entity, tree, entity.name, 0)


def _nested(row: Mapping[str, Any], tree: Tree) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the record with its contract where the schema has it, and flat cells of places that are not there."""
    own = {leaf.name for leaf in tree.leaves(tree.order if tree.order and "orderId" in row else tree.record)}
    record = {name: value for name, value in row.items() if name in own and value is not None}
    record.setdefault("RecordSeqNumber", 1)
    if isinstance(record.get("uniqueTransactionIdentifier"), str):
        record["uniqueTransactionIdentifier"] = {
            "uniqueTransactionIdentifier": record["uniqueTransactionIdentifier"]
        }
    rest = {name: value for name, value in row.items() if name not in own and value is not None}
    rest.pop(tree.content[0].name, None)
    if tree.contract and "contractInfo" not in record:
        info = _contract_info(rest, record, tree)
        if info:
            record["contractInfo"] = info
    known = _anywhere(tree)
    return record, {name: value for name, value in rest.items() if name in known}


def _contract_info(rest: dict[str, Any], record: Mapping[str, Any], tree: Tree) -> dict[str, Any]:
    """Take the contract out of the flat cells: its number, or its description in full when there is no number."""
    if "contract" in rest:
        return {"contract": rest.pop("contract")}
    if "contractId" in rest:
        return {"contractId": rest.pop("contractId")}
    names = [leaf.name for leaf in tree.leaves(tree.contract) if leaf.name in rest]
    if not names:
        return {}
    contract = {name: rest.pop(name) for name in names}
    if "organisedMarketPlaceIdentifier" in record:
        contract["organisedMarketPlaceIdentifier"] = record["organisedMarketPlaceIdentifier"]
    return {"contract": contract}


def _anywhere(tree: Tree) -> Mapping[str, Element]:
    """Return elements by name wherever they are, the shallowest first."""
    return _by_name(tree.table)


@cache
def _by_name(table: str) -> Mapping[str, Element]:
    tree = tree_of(table)
    found: dict[str, Element] = {}
    for name in (tree.record, tree.contract, *tree.types):
        for leaf in tree.leaves(name) if name else ():
            if leaf.fields:
                found.setdefault(leaf.name, leaf)
    return found


def _complex(
    record: Any, elements: Sequence[Element], tree: Tree, path: str, number: int
) -> Iterator[Problem]:
    """Check the elements of one type against what is given for them."""
    if not isinstance(record, Mapping):
        yield Problem(number, path, "form", f"{path or 'The row'} must have parts, but is '{record}'.")
        return
    for element in elements:
        if element.choice:
            yield from _choice(record, element, tree, path, number)
        elif element.sequence:
            yield from _sequence(record, element, tree, path, number)
        else:
            yield from _one(record, element, tree, path, number)


def _one(
    record: Mapping[str, Any], element: Element, tree: Tree, path: str, number: int
) -> Iterator[Problem]:
    below = f"{path}/{element.name}" if path else element.name
    given = record.get(element.name)
    items = _items(given)
    if given is None or (not items and element.least):
        if element.least:
            yield _missing(element, below, number)
        return
    if element.most and len(items) > element.most:
        yield Problem(
            _number(element, number), below, "repeated",
            f"{below} stands {len(items)} times, at most {element.most} are allowed.",
        )  # fmt: skip
    for item in items:
        yield from _value(item, element, tree, below, number)


def _value(value: Any, element: Element, tree: Tree, path: str, number: int) -> Iterator[Problem]:
    at = _number(element, number)
    if element.type in tree.types:
        yield from _complex(value, tree.types[element.type], tree, path, at)
        return
    fault = "it has parts, but must be one value." if isinstance(value, (Mapping, list)) else wrong(
        tree.simple[element.type], value
    )  # fmt: skip
    if fault:
        yield Problem(at, path, "form", f"Field {at} ({path}): {fault}")


def _choice(
    record: Mapping[str, Any], element: Element, tree: Tree, path: str, number: int
) -> Iterator[Problem]:
    names = {item.name: item for item in element.choice}
    given = [name for name in record if record[name] is not None]
    strange = [name for name in given if name not in names]
    if strange:
        # The kind of code is a field of its own: the one after the code, where the schema says so.
        at = _kind_field(tree, path, number)
        yield Problem(
            at, path, "choice", f"Field {at} ({path}): {strange[0]} is none of {', '.join(names)}."
        )  # fmt: skip
    elif len(given) != 1:
        said = "none is given" if not given else f"{len(given)} are given ({', '.join(given)})"
        yield Problem(
            number,
            path,
            "choice",
            f"Field {number} ({path}): exactly one of {', '.join(names)} is needed, {said}.",
        )
    for name in given:
        if name in names:
            yield from _value(record[name], names[name], tree, f"{path}/{name}", number)


def _sequence(
    record: Mapping[str, Any], element: Element, tree: Tree, path: str, number: int
) -> Iterator[Problem]:
    """Check a nameless group: given as plain cells once, or several times as lists of equal length."""
    counts = {item.name: len(_items(record.get(item.name))) for item in element.sequence}
    most = max(counts.values())
    if most == 0 and not element.least:
        return
    for item in element.sequence:
        below = f"{path}/{item.name}"
        if item.least and counts[item.name] < max(most, 1):
            yield _missing(item, below, number)
        for value in _items(record.get(item.name)):
            yield from _value(value, item, tree, below, number)


def _undeclared_index(record: Mapping[str, Any]) -> Iterator[Problem]:
    """Check that an index of the price is declared in a contract that is described in full (ACER rule of 2023)."""
    info = record.get("contractInfo")
    contract = info.get("contract") if isinstance(info, Mapping) else None
    if not isinstance(contract, Mapping):
        return
    declared = set(map(str, _items(contract.get("indexName"))))
    for index in _items(record.get("fixingIndex")):
        name = index.get("indexName") if isinstance(index, Mapping) else None
        if name is not None and str(name) not in declared:
            yield Problem(
                25, "fixingIndex/indexName", "undeclared",
                f"Field 25: the index {name} of the price is not declared in the contract (contract/indexName).",
            )  # fmt: skip


def _kind_field(tree: Tree, path: str, number: int) -> int:
    """Return the field of the kind of a code: 2 beside 1, and so on; ``number`` where there is none."""
    name = path.rsplit("/", 1)[-1]
    element = _anywhere(tree).get(name) or next((item for item in tree.content if item.name == name), None)
    if element is not None and len(element.fields) == 2 and element.fields[0] == number:
        return element.fields[1]
    return number


def _missing(element: Element, path: str, number: int) -> Problem:
    at = _number(element, number)
    return Problem(at, path, "missing", f"Field {at} ({path}) is missing, it is mandatory.")


def _number(element: Element, outer: int) -> int:
    return element.fields[0] if element.fields else outer


def _items(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
