"""The rows of the page of packs: those of the reader, what was sent to whom, the schedules."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from data.queries.packs import FileRow
from portal.core.clock import Clocks
from portal.core.document import Gap
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.monitoring import pack_metrics as metrics
from portal.services.packs import calendars, templates
from portal.services.packs.formats import FORMATS
from portal.services.packs.history import PATH, PackView
from portal.services.packs.schedules import Terms

BY_HAND = "by hand"
NO_CHANNEL = "no channel"
SENT = {
    "waiting": "waiting",
    "sending": "sending",
    "sent": "arrived",
    "dead": "given up",
    "dropped": "not sent",
}
"""States of messages in the words of the page of messages."""
_GAPS = Column("gaps", "Gaps", "integer", metric=metrics.GAPS.id, coloured=False)
MINE = (
    Column("id", "Pack", "integer", link="address"),
    Column("title", "What", link="address"),
    Column("as_of", "Day", "date"),
    Column("state", "State", "badge"),
    _GAPS,
    Column("recorded_at", "Made", "moment", room=PHONE),
    Column("asked", "By", room=PHONE),
    Column("known_at", "Known at", "moment", room=LAPTOP),
    Column("file", "Download", link="file_address", sortable=False),
    Column("address", "Address", hidden=True),
    Column("file_address", "Address of the file", hidden=True),
)
SENT_COLUMNS = (
    Column("id", "Pack", "integer", link="address"),
    Column("title", "What", link="address"),
    Column("reader", "To"),
    Column("as_of", "Day", "date", room=PHONE),
    Column("due_at", "Due", "moment", room=PHONE),
    Column("recorded_at", "Made", "moment", room=LAPTOP),
    Column("state", "State", "badge"),
    _GAPS,
    Column("sent", "Message", "badge"),
    Column("sent_at", "Arrived", "moment", room=LAPTOP),
    Column("address", "Address", hidden=True),
)
SCHEDULES = (
    Column("title", "Schedule", link="address"),
    Column("template", "Pack", room=PHONE),
    Column("when", "When"),
    Column("next_at", "Next (UTC)", "moment"),
    Column("recipients", "To", room=PHONE),
    Column("formats", "As", room=LAPTOP),
    Column("folder", "Folder", room=LAPTOP),
    Column("state", "State", "badge"),
    Column("address", "Address", hidden=True),
)
GAPS = (
    Column("what", "What is missing"),
    Column("why", "Why"),
    Column("bound", "How much it could matter"),
)
FILES = (
    Column("format", "File", link="address"),
    Column("file_name", "Name", room=PHONE),
    Column("size", "Size", "number", unit="kB", decimals=1, coloured=False),
    Column("sha256", "SHA-256", room=PHONE),
    Column("address", "Address", hidden=True),
)


def address_of(clocks: Clocks, **params: object) -> str:
    """Return the address of a pack or schedule under the same clocks."""
    return f"{PATH}?{urlencode({**{name: str(value) for name, value in params.items()}, **clocks.query()})}"


def title_of(template: str) -> str:
    """Return the title of a template; of a page, or of one that is gone, its code."""
    found = templates.TEMPLATES.get(template)
    return found.title if found else template.removeprefix("page:")


def what_of(view: PackView) -> str:
    """Return what a pack is about: its template, and the portfolio where it was asked for one."""
    portfolio = view.row.params.get("portfolio")
    return title_of(view.row.template) + (f", {portfolio}" if portfolio else "")


def mine(query: GridQuery, found: Sequence[PackView], clocks: Clocks) -> Table:
    """Return the packs of a reader, the newest first."""
    rows: list[tuple[Cell, ...]] = []
    for view in found:
        row, first = view.row, min(view.files, key=_rank) if view.files and view.may_open else None
        rows.append(
            (
                row.id, what_of(view), row.as_of, row.state, len(view.gaps), row.recorded_at, row.schedule or BY_HAND,
                row.known_at, first.format.upper() if first else "", address_of(clocks, pack=row.id),
                f"/export/pack/{row.id}.{first.format}" if first else "",
            )
        )  # fmt: skip
    return sort_rows(_with_params(MINE, rows), query)


def _rank(file: FileRow) -> int:
    """Return the place of a file in the order in which formats are offered."""
    return list(FORMATS).index(file.format) if file.format in FORMATS else len(FORMATS)


def sent(query: GridQuery, found: Sequence[PackView], clocks: Clocks) -> Table:
    """Return what was made for whom by schedules, and what became of the message."""
    rows: list[tuple[Cell, ...]] = []
    for view in found:
        row = view.row
        if row.schedule is None:
            continue
        state, arrived = became(view)
        rows.append(
            (
                row.id, what_of(view), row.reader, row.as_of, row.due_at, row.recorded_at, row.state, len(view.gaps),
                state, arrived, address_of(clocks, pack=row.id),
            )
        )  # fmt: skip
    return sort_rows(_with_params(SENT_COLUMNS, rows), query)


def became(view: PackView) -> tuple[str, datetime | None]:
    """Return what became of the messages that carry a pack: of several, the one that stands worst."""
    order = ("dead", "dropped", "waiting", "sending", "sent")
    if not view.sent:
        return NO_CHANNEL, None
    worst = min(view.sent, key=lambda one: order.index(one.state))
    return SENT[worst.state], worst.sent_at


def _with_params(columns: tuple[Column, ...], rows: Sequence[tuple[Cell, ...]]) -> Table:
    params = {str(row[0]): {"pack": row[0]} for row in rows}
    return Table(columns, list(rows), len(rows), extra={"params": params})


def schedules(query: GridQuery, found: Sequence[Terms], moment: datetime, clocks: Clocks) -> Table:
    """Return the schedules, the next one first."""
    rows: list[tuple[Cell, ...]] = [
        (
            one.title, title_of(one.template), when(one), one.next_after(moment) if one.enabled else None,
            ", ".join(one.recipients), ", ".join(one.formats).upper(), one.folder or "none",
            "on" if one.enabled else "off", address_of(clocks, schedule=one.code),
        )
        for one in found
    ]  # fmt: skip
    rows.sort(key=lambda row: (row[3] is None, row[3] or moment))
    return sort_rows(Table(SCHEDULES, rows, len(rows)), query)


def when(one: Terms) -> str:
    """Return when a schedule is due, in words."""
    days = "" if one.calendar == calendars.EVERY else f", {calendars.CALENDARS[one.calendar]}"
    return one.line.words() + days


def gaps(query: GridQuery, found: Sequence[Gap]) -> Table:
    """Return what is missing from a pack."""
    rows: list[tuple[Cell, ...]] = [(one.what, one.why, one.bound) for one in found]
    return sort_rows(Table(GAPS, rows, len(rows)), query)


def files(query: GridQuery, view: PackView, titles: Mapping[str, str]) -> Table:
    """Return the files of a pack."""
    rows: list[tuple[Cell, ...]] = [
        (
            titles.get(one.format, one.format.upper()), one.file_name, one.size / 1000, one.sha256,
            f"/export/pack/{one.pack_id}.{one.format}" if view.may_open else "",
        )
        for one in sorted(view.files, key=_rank)
    ]  # fmt: skip
    return sort_rows(Table(FILES, rows, len(rows)), query)
