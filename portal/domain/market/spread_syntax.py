"""The grammar of spread formulas: text to expression tree, nothing else. Units are checked in ``spread_units``.

    sum     = product {("+" | "-") product}
    product = factor {("*" | "/") factor}
    factor  = ["-" | "+"] atom
    atom    = number [unit] | instrument ["[" unit "]"] | "(" sum ")"
    unit    = "[" any text "]"  |  symbol {"/" symbol}

An instrument is a code such as POWER_DE or BRN.M1, or any name in double quotes. There is no call, no attribute and no
evaluation of Python anywhere: what the grammar does not name does not exist.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from portal.core.errors import DomainError
from portal.core.units import Unit, is_symbol, parse_unit
from portal.domain.market.errors import FormulaError

MAX_LENGTH = 500
MAX_DEPTH = 30
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<name>[^\W\d][\w.:]*|"[^"]+")
      | (?P<unit>\[[^\[\]]*\])
      | (?P<symbol>[-+*/()])""",
    re.VERBOSE,
)
_SPELLINGS = str.maketrans({"×": "*", "·": "*", "÷": "/", "\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"})


@dataclass(frozen=True)
class Number:
    """A number; ``unit`` is None when it is written bare."""

    value: float
    unit: Unit | None
    text: str


@dataclass(frozen=True)
class Instrument:
    """An instrument by its code; ``unit`` is what the formula claims it to be, or None."""

    code: str
    unit: Unit | None
    text: str


@dataclass(frozen=True)
class Negative:
    """The negative of a node."""

    node: "Node"
    text: str


@dataclass(frozen=True)
class Binary:
    """Two nodes joined by one of ``+ - * /``."""

    operator: str
    left: "Node"
    right: "Node"
    text: str


Node = Number | Instrument | Negative | Binary


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def parse_tree(text: str) -> Node:
    """Read a formula.

    Parameters
    ----------
    text : str
        Formula such as ``RBOB * 42 gal/bbl - WTI``, at most 500 characters.

    Returns
    -------
    Node
        Expression tree; each node keeps the text that it came from.

    Raises
    ------
    FormulaError
        The text is not a formula; the message says where.
    UnknownUnit
        A unit in brackets cannot be read.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"A formula may have {MAX_LENGTH} characters, this one has {len(text)}; split it in two.",
            formula=text[:40],
        )
    return _Parser(text).parse()


def instruments_in(node: Node) -> tuple[str, ...]:
    """Codes of the instruments in a tree, each once, in reading order.

    Parameters
    ----------
    node : Node
        Expression tree.

    Returns
    -------
    tuple of str
        Instrument codes.
    """
    if isinstance(node, Instrument):
        return (node.code,)
    if isinstance(node, Negative):
        return instruments_in(node.node)
    if isinstance(node, Binary):
        return tuple(dict.fromkeys((*instruments_in(node.left), *instruments_in(node.right))))
    return ()


class _Parser:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = text.translate(_SPELLINGS)
        self.tokens = self._tokenise()
        self.position = 0
        self.depth = 0

    def parse(self) -> Node:
        if not self.tokens:
            raise FormulaError(
                "The formula is empty; write for instance BRENT - WTI.", formula=self.text, column=1
            )
        tree = self._sum()
        if self._peek() is not None:
            self._fail("an operator or the end")
        return tree

    def _tokenise(self) -> list[_Token]:
        tokens, start = [], 0
        while start < len(self.plain):
            match = _TOKEN.match(self.plain, start)
            if match is None:
                raise FormulaError(
                    f"The character {self.text[start]!r} in column {start + 1} has no meaning in a formula; use "
                    "instruments, numbers, + - * / and parentheses.",
                    formula=self.text,
                    column=start + 1,
                )
            if match.lastgroup != "space":
                tokens.append(_Token(str(match.lastgroup), match.group(), start))
            start = match.end()
        return tokens

    def _sum(self) -> Node:
        self._deeper()
        node = self._chain("+-", self._product)
        self.depth -= 1
        return node

    def _product(self) -> Node:
        return self._chain("*/", self._factor)

    def _chain(self, operators: str, operand: Callable[[], Node]) -> Node:
        start = self._here()
        node = operand()
        while (token := self._peek()) is not None and token.text in operators:
            self.position += 1
            right = operand()
            node = Binary(token.text, node, right, self._since(start))
        return node

    def _factor(self) -> Node:
        token = self._peek()
        if token is None or token.text not in {"-", "+"}:
            return self._atom()
        self._deeper()
        self.position += 1
        inner = self._factor()
        self.depth -= 1
        return inner if token.text == "+" else Negative(inner, self._since(token.start))

    def _atom(self) -> Node:
        token = self._peek()
        if token is None:
            self._fail("an instrument or a number")
        self.position += 1
        if token.kind == "number":
            return Number(float(token.text), self._number_unit(), self._since(token.start))
        if token.kind == "name":
            return Instrument(token.text.strip('"'), self._bracket_unit(), self._since(token.start))
        if token.text != "(":
            self.position -= 1
            self._fail("an instrument or a number")
        inner = self._sum()
        closing = self._peek()
        if closing is None or closing.text != ")":
            self._fail("a closing parenthesis")
        self.position += 1
        return inner

    def _number_unit(self) -> Unit | None:
        """A unit in brackets, or symbols right behind the number: ``42 gal/bbl``."""
        bracket = self._bracket_unit()
        token = self._peek()
        if bracket is not None or token is None or token.kind != "name":
            return bracket
        if not is_symbol(token.text):
            self._fail("a unit such as gal/bbl, or an operator")
        self.position += 1
        unit = token.text
        while self._symbol_ahead():
            unit += "/" + self.tokens[self.position + 1].text
            self.position += 2
        return parse_unit(unit)

    def _symbol_ahead(self) -> bool:
        ahead = self.tokens[self.position : self.position + 2]
        return (
            len(ahead) == 2 and ahead[0].text == "/" and ahead[1].kind == "name" and is_symbol(ahead[1].text)
        )

    def _bracket_unit(self) -> Unit | None:
        token = self._peek()
        if token is None or token.kind != "unit":
            return None
        self.position += 1
        try:
            return parse_unit(token.text[1:-1])
        except DomainError as error:
            error.subject.update(formula=self.text, column=token.start + 1)
            raise

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError(
                f"The formula nests more than {MAX_DEPTH} levels deep; write it flatter.",
                formula=self.text,
                column=self._here() + 1,
            )

    def _peek(self) -> _Token | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def _here(self) -> int:
        token = self._peek()
        return len(self.text) if token is None else token.start

    def _since(self, start: int) -> str:
        return self.text[start : self.tokens[self.position - 1].end]

    def _fail(self, expected: str) -> NoReturn:
        token = self._peek()
        found = "it ends there" if token is None else f"there is {token.text!r}"
        column = self._here() + 1
        raise FormulaError(
            f"The formula needs {expected} in column {column}, but {found}.", formula=self.text, column=column
        )
