"""Files of trades: one row for each trade, its terms in named columns.

Numbers and dates follow the rules of all files: what has two readings is refused with both of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data.readers import explain
from data.readers.heading import ColumnName
from data.readers.moments import DAY, TimeEvidence, read_stamp
from data.readers.numerals import BAD, OK, NumberEvidence, NumberFormat, parse_numbers, stated_format
from data.readers.options import DateOrder, ReadOptions
from data.readers.problems import BadRow, Problem, Refused, printable
from data.readers.source import Formula, HeadRow, RawBatch, TableSource, cell_text, is_blank

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "external_id": ("external_id", "deal_id", "trade_ref", "reference", "trade_id"),
    "trade_date": ("trade_date", "deal_date"),
    "book": ("book", "portfolio"),
    "counterparty": ("counterparty", "counter_party", "cpty"),
    "trader": ("trader", "dealer"),
    "kind": ("kind", "trade_type", "deal_type"),
    "curve": ("curve", "hub", "underlying"),
    "side": ("side", "buy_sell", "direction"),
    "quantity": ("quantity", "volume", "qty"),
    "unit": ("unit", "quantity_unit", "volume_unit"),
    "price": ("price", "fixed_price"),
    "price_unit": ("price_unit",),
    "strike": ("strike", "strike_price"),
    "premium": ("premium",),
    "option": ("option", "call_put", "option_type"),
    "vol_model": ("vol_model", "model"),
    "shift": ("shift",),
    "expiry": ("expiry", "expiry_date", "expiration"),
    "product": ("product", "delivery", "period", "contract"),
    "delivery_start": ("delivery_start", "start"),
    "delivery_end": ("delivery_end",),
    "delivery_last": ("delivery_last", "last_delivery_day"),
    "profile": ("profile", "shape"),
    "curve2": ("curve2", "second_curve"),
    "ratio1": ("ratio1",),
    "ratio2": ("ratio2",),
    "pay_days": ("pay_days", "payment_days"),
    "details": ("details",),
}
"""The columns of a file of trades, with the names that mean them, best first."""

NEEDED = ("external_id", "trade_date", "book", "counterparty", "kind", "curve", "side", "quantity", "unit")
NUMBERS = ("quantity", "price", "strike", "premium", "shift", "ratio1", "ratio2", "pay_days")
DAYS = ("trade_date", "expiry", "delivery_start", "delivery_end", "delivery_last")
_FEW = 4  # known names that make a row the heading


@dataclass(slots=True)
class TradeRow:
    """One row as read: ``values`` by column key (texts, numbers, days; empty cells are left out).

    ``problems`` are cells that cannot be read, as (column key, code, message).
    """

    line: int
    raw: str
    fields: dict[str, str]
    values: dict[str, Any]
    problems: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class TradeTable:
    """How a file of trades is laid out and written; iterate over :meth:`rows` for its trades."""

    source: TableSource
    heading: HeadRow
    names: list[str]
    places: dict[str, int]
    number: NumberFormat = field(default_factory=NumberFormat)
    order: DateOrder | None = None
    notes: list[Problem] = field(default_factory=list)

    def column(self, key: str) -> str:
        """Return the name that the file gives a column, else the key itself."""
        return self.names[self.places[key]] if key in self.places else key

    def rows(self) -> Iterator[TradeRow | BadRow]:
        """Yield the trades and the rows that are none, such as those with too many cells; blank rows are left out."""
        for batch in self.source.batches(self.heading.end, self.names):
            yield from batch.bad
            numbers = {
                key: parse_numbers(batch.columns[place], self.number)
                for key, place in self.places.items()
                if key in NUMBERS
            }
            for at in range(len(batch.lines)):
                cells = [column[at] for column in batch.columns]
                if not is_blank(cells) and not self._repeats(cells, batch.lines[at]):
                    yield self._row(batch, at, cells, numbers)

    def _repeats(self, cells: Sequence[Any], line: int) -> bool:
        if [cell_text(cell).strip() for cell in cells] != self.names:
            return False
        self.notes.append(
            Problem(line, "", "repeated-heading", f"Line {line} repeats the heading and was passed over.")
        )
        return True

    def _row(self, batch: RawBatch, at: int, cells: Sequence[Any], numbers: Mapping[str, Any]) -> TradeRow:
        fields = {
            printable(name): printable(cell_text(cell)) for name, cell in zip(self.names, cells, strict=False)
        }
        row = TradeRow(batch.lines[at], printable(batch.raw(at)), fields, {})
        for key, place in self.places.items():
            cell = cells[place]
            if isinstance(cell, Formula):
                code, words = explain.number(cell, self.column(key), self.number)
                row.problems.append((key, code, words))
            elif key in NUMBERS:
                values, states = numbers[key]
                self._read_number(row, key, cell, float(values[at]), int(states[at]))
            elif key in DAYS:
                self._read_day(row, key, cell)
            elif words := cell_text(cell).strip():
                row.values[key] = words
        return row

    def _read_number(self, row: TradeRow, key: str, cell: Any, value: float, state: int) -> None:
        if state == BAD:
            row.problems.append((key, *explain.number(cell, self.column(key), self.number)))
        elif state == OK:
            row.values[key] = value

    def _read_day(self, row: TradeRow, key: str, cell: Any) -> None:
        if not cell_text(cell).strip():
            return
        stamp = read_stamp(cell, self.order)
        midnight = stamp.seconds % 86400 == 0
        if stamp.kind == DAY or (midnight and not isinstance(cell, str) and hasattr(cell, "year")):
            row.values[key] = date.fromordinal(719163 + stamp.seconds // 86400)
        else:
            words = (
                f"'{cell_text(cell)[:60]}' in column '{self.column(key)}' is no day. Write it as 2026-01-31."
            )
            row.problems.append((key, "not-a-date", words))


def open_trades(source: TableSource, options: ReadOptions) -> TradeTable:
    """Return the layout of a file of trades.

    Raises
    ------
    Refused
        No row names the columns, one that is needed is missing, or numbers or dates have two readings.
    """
    heading = _find_heading(source)
    names = [cell_text(cell).strip().strip("\ufeff") for cell in heading.cells]
    while names and not names[-1]:
        names.pop()
    table = TradeTable(source, heading, names, _places(names, heading.line, options.columns))
    _need(table)
    _settle(table, options)
    unused = [name for place, name in enumerate(names) if place not in table.places.values() and name]
    if unused:
        words = f"Not imported: {', '.join(unused[:10])}."
        table.notes.append(Problem(heading.line, "", "unused-column", words))
    return table


def _find_heading(source: TableSource) -> HeadRow:
    known = {name for names in COLUMNS.values() for name in names}
    for row in source.head():
        keys = {ColumnName.of(cell).key for cell in row.cells if isinstance(cell, str)}
        if len(keys & known) >= _FEW:
            return row
    raise Refused(
        "no-heading",
        f"No row of {source.probe.path.name} names the columns of trades. Its first row must name them: "
        f"{', '.join(NEEDED)}, and product, or delivery_start and delivery_end.",
    )


def _places(names: Sequence[str], line: int, stated: Mapping[str, str]) -> dict[str, int]:
    keys = [ColumnName.of(name).key for name in names]
    twins = [name for place, name in enumerate(names) if name and name in names[:place]]
    if twins:
        words = f"The heading names the column '{twins[0]}' twice. Rename or remove one of them."
        raise Refused("twin-columns", words, line=line, column=twins[0])
    places: dict[str, int] = {}
    for role, name in stated.items():
        if role not in COLUMNS or name not in names:
            missing = (
                f"there is no column '{name}'" if role in COLUMNS else f"'{role}' is no column of trades"
            )
            raise Refused("column", f"--column {role}={name} cannot be used: {missing}.", line=line)
        places[role] = names.index(name)
    for role, means in COLUMNS.items():
        found = next((keys.index(key) for key in means if key in keys), None)
        if role not in places and found is not None and found not in places.values():
            places[role] = found
    return places


def _need(table: TradeTable) -> None:
    missing = [key for key in NEEDED if key not in table.places]
    if "product" not in table.places and not (
        "delivery_start" in table.places and {"delivery_end", "delivery_last"} & set(table.places)
    ):
        missing.append("product (or delivery_start and delivery_end)")
    if missing:
        raise Refused(
            "missing-column",
            f"The file has no column {', '.join(missing)}. Add it, or say with --column which one it is, as in "
            f"--column {missing[0].split()[0]}=NAME.",
            line=table.heading.line,
        )


def _settle(table: TradeTable, options: ReadOptions) -> None:
    """Settle how numbers and days are written, over all of their columns."""
    numbers, days = NumberEvidence(), TimeEvidence(order=options.date_order)
    for batch in table.source.batches(table.heading.end, table.names):
        for key, place in table.places.items():
            if key in NUMBERS:
                numbers.look(batch.columns[place])
            elif key in DAYS:
                days.look(cell for cell in batch.columns[place] if cell_text(cell).strip())
    stated = stated_format(options.decimal, options.thousands)
    named = next((table.column(key) for key in NUMBERS if key in table.places), "quantity")
    table.number = stated or numbers.settle(named, delimiter=table.source.delimiter)
    table.order = days.settle(table.column("trade_date"), options.date_order)
