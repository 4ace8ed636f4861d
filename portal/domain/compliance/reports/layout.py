"""What a report looks like: its fields with where each comes from, who is in it, how a row is made and checked.

API: ``Field``, ``Layout``, ``Row``, ``Problem``, ``register``, ``layouts()``, ``layout_of(kind, day)``, ``explain``.

One module a report (``kinds``), which registers its layout. A layout holds from a day to a day, so that a report of
an older period keeps its form.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from portal.core.errors import NotFound
from portal.domain.compliance.reports.tree import Element, Simple, Tree
from portal.domain.compliance.reports.values import wrong


class Media(StrEnum):
    """In which form a file is written."""

    XML = "xml"
    CSV = "csv"
    ZIP = "zip"


class Gather(StrEnum):
    """What the rows of a report are: the service reads them."""

    TRADES = "trades"
    POSITIONS = "positions"
    ALLOWANCES = "allowances"
    ORDERS = "orders"
    BREACHES = "breaches"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a cell is refused: number of its field, its path, a code and a sentence."""

    field: str
    path: str
    code: str
    message: str

    def as_json(self) -> dict[str, str]:
        """Return it as it is stored."""
        return {"field": self.field, "path": self.path, "code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a layout.

    Attributes
    ----------
    number : str
        As the legal text or template counts it.
    path : str
        Key of its cell: element path, or column of a flat file.
    title, source, rule : str
        What it is, from which column it comes, how it is made of it.
    type : Simple
        What a cell may hold, in a flat file; of an element tree its schema says that.
    required : bool
        Whether a row without it is refused.
    """

    number: str
    path: str
    title: str
    source: str
    rule: str = "as it is"
    type: Simple = field(default_factory=lambda: Simple("text", max_length=500))
    required: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: who it is about, its cells (path to text), and what is wrong with it; () when it is accepted."""

    subject: str
    cells: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    trade_id: int | None = None

    @property
    def accepted(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Layout:
    """A report.

    Attributes
    ----------
    kind, title, regime, law, rule : str
        Code, heading, key of REGIMES, citation, and the rule that asks for it.
    version : str
        Of the template.
    media : Media
        Form of the file.
    fields : tuple of Field
        All fields in the order of the file.
    gather : Gather
        What it is made of.
    scope : callable
        Source to "" when it belongs in, else why not.
    build : callable
        Source to cells.
    check : callable
        Cells to problems, beside those that the schema finds.
    tree : Tree or None
        Element tree of an XML file; None for a flat one.
    rows_at : tuple of str
        Elements around the rows below the root.
    trust, note : str
        How sure the layout is, and what must be said of it.
    every : str
        day, month or quarter: the period that is offered first.
    deadline : str
        When it is due, in words.
    valid_from, valid_to : date or None
        Days of the period's end for which it holds.
    most_bytes : int
        Largest file that the receiver takes.
    scheme : str
        Scheme of the identifier that each trade needs before it can be reported, "" for none.
    head : callable
        Own firm and number of rows to what stands once, above the rows of an XML file.
    """

    kind: str
    title: str
    regime: str
    law: str
    rule: str
    version: str
    media: Media
    fields: tuple[Field, ...]
    gather: Gather
    scope: Callable[[Any], str]
    build: Callable[[Any], dict[str, str]]
    check: Callable[[Mapping[str, str]], list[Problem]] = lambda _cells: []
    tree: Tree | None = None
    rows_at: tuple[str, ...] = ()
    trust: str = "S"
    note: str = ""
    every: str = "day"
    deadline: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    most_bytes: int = 100_000_000
    scheme: str = ""
    head: Callable[[Any, int], Mapping[str, Any]] = lambda _own, _rows: {}

    @property
    def by_path(self) -> dict[str, Field]:
        """Fields by the path of their cell."""
        return {item.path: item for item in self.fields}

    def row(self, source: Any, *, subject: str, trade_id: int | None = None) -> Row:
        """Return the row of a source with everything that is wrong with it."""
        cells = {path: text for path, text in self.build(source).items() if text != ""}
        return Row(subject, cells, tuple(self.problems(cells)), trade_id)

    def problems(self, cells: Mapping[str, str]) -> list[Problem]:
        """Return what is wrong with the cells of a row."""
        return [*(_flat(self, cells) if self.tree is None else ()), *self.check(cells)]


def _flat(layout: Layout, cells: Mapping[str, str]) -> list[Problem]:
    found = []
    for item in layout.fields:
        value = cells.get(item.path, "")
        if not value:
            if item.required:
                sentence = f"Field {item.number} ({item.title}) is missing: {item.source} holds nothing."
                found.append(Problem(item.number, item.path, "missing", sentence))
            continue
        fault = wrong(item.type, value)
        if fault:
            found.append(
                Problem(item.number, item.path, "form", f"Field {item.number} ({item.title}): {fault}")
            )
    return found


_LAYOUTS: dict[str, list[Layout]] = {}


def register(layout: Layout) -> Layout:
    """Add a layout; two of one kind and version are a fault of the program and raise ValueError."""
    known = _LAYOUTS.setdefault(layout.kind, [])
    if any(item.version == layout.version for item in known):
        raise ValueError(f"The layout {layout.kind} {layout.version} is registered twice.")
    known.append(layout)
    return layout


def layouts() -> dict[str, list[Layout]]:
    """Return all layouts by kind; the first call imports them."""
    package = import_module("portal.domain.compliance.reports.kinds")
    for module in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
    return {kind: _LAYOUTS[kind] for kind in sorted(_LAYOUTS, key=lambda code: ORDER.get(code, 99))}


ORDER = {
    code: at
    for at, code in enumerate(
        (
            "remit-t1", "remit-t2", "emir", "ferc-eqr", "cftc-45", "cftc-43", "cftc-17", "position-limits",
            "ets-position", "best-execution", "limit-breach", "audit-pack",
        )
    )
}  # fmt: skip
"""In which order the kinds are shown."""


def layout_of(kind: str, day: date) -> Layout:
    """Return the layout of ``kind`` in force on a day.

    Raises
    ------
    NotFound
        There is no such report, or it has no layout for that day.
    """
    for item in reversed(layouts().get(kind, [])):
        if (item.valid_from is None or item.valid_from <= day) and (
            item.valid_to is None or day < item.valid_to
        ):
            return item
    raise NotFound(
        f"There is no layout of a report '{kind[:40]}' for {day}. Choose one of the list.", kind=kind
    )


@dataclass(frozen=True, slots=True)
class Explained:
    """All that can be said about one cell."""

    number: str
    title: str
    path: str
    source: str
    transformation: str
    validation: str
    law: str
    rule: str


def explain(layout: Layout, path: str) -> Explained:
    """Return where a cell comes from and how it is checked.

    Raises
    ------
    NotFound
        The layout has no such field.
    """
    item = layout.by_path.get(path)
    if item is None:
        raise NotFound(f"{layout.title} has no field '{path[:80]}'.", path=path)
    kind = item.type if layout.tree is None else _simple_at(layout.tree, path)
    need = "mandatory" if item.required else "optional"
    words = f"{need}; {said(kind)}" if kind is not None else need
    return Explained(
        item.number, item.title, path, item.source, item.rule, words, layout.law, layout.rule
    )  # fmt: skip


def said(kind: Simple) -> str:
    """Return what a text type asks for, in words."""
    parts = [_BASES.get(kind.base, "text")]
    if kind.enum:
        parts.append("one of " + " ".join(kind.enum))
    if kind.pattern and not kind.enum:
        parts.append(f"form {kind.pattern}")
    if kind.max_length is not None:
        least = kind.min_length or 0
        parts.append(
            f"{kind.max_length} characters"
            if least == kind.max_length
            else f"up to {kind.max_length} characters"
        )
    if kind.decimals is not None:
        parts.append(f"at most {kind.digits} digits, {kind.decimals} after the point")
    if kind.name == "eic":
        parts.append("with its check character")
    return ", ".join(parts)


_BASES = {
    "string": "text", "decimal": "number", "integer": "whole number", "date": "day", "time": "time",
    "dateTime": "moment", "boolean": "true or false",
}  # fmt: skip


def _simple_at(tree: Tree, path: str) -> Simple | None:
    """Return the text type at an element path below a record."""
    plain, _, attribute = path.partition("@")
    if attribute:
        return Simple("code", pattern="[A-Z]{3}")
    for kind in (tree.record, tree.order):
        found = _walk(tree, kind, plain.split("/")) if kind else None
        if found is not None:
            return found
    return None


def _walk(tree: Tree, kind: str, steps: list[str]) -> Simple | None:
    here = kind
    for step in steps:
        element: Element | None = next((item for item in tree.leaves(here) if item.name == step), None)
        if element is None:
            return None
        here = element.type
        if here in tree.simple:
            return tree.simple[here]
    return None
