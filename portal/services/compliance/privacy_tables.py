"""Compliance > Privacy: the figures of the page; requests, classes of records, holds and an inventory as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from data.queries import privacy as queries
from data.queries.privacy import HoldRow
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Shown
from portal.core.permissions import Permission
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.compliance import privacy_metrics as metrics
from portal.domain.compliance.record_classes import CLASSES, SUBJECTS, by_code
from portal.services.compliance import privacy_passports as passports
from portal.services.compliance.privacy import KINDS
from portal.services.compliance.privacy_passports import COMPUTED
from portal.services.compliance.privacy_rules import duties
from portal.services.compliance.privacy_views import EVERY, Item, Request, requests

PATH = "/compliance/privacy"
STATES = {"received": "open", "proposed": "decision waits", "done": "answered"}
EVERYBODY = "everybody"
REQUESTS = (
    Column("request", "Request", link="address"),
    Column("kind", "Kind"),
    Column("who", "Who", room=PHONE),
    Column("pseudonym", "Pseudonym", room=PHONE),
    Column("state", "State", "badge"),
    Column("received", "Received", "date", room=PHONE),
    Column("due", "Due", "moment"),
    Column(
        "left",
        "Time left",
        "number",
        "d",
        decimals=1,
        metric=metrics.DAYS_LEFT.id,
        signed=True,
        coloured=False,
    ),
    Column("address", "Address", hidden=True),
)
RECORDS = (
    Column("class", "Class"),
    Column("rows", "Rows", "integer", metric=metrics.ROWS.id),
    Column("oldest", "Oldest row", "date"),
    Column("age", "Its age", "integer", "d", metric=metrics.OLDEST.id, room=PHONE),
    Column("kept_by", "Kept by"),
    Column("clock", "Years count from", room=PHONE),
    Column("personal", "What is personal", room=LAPTOP),
    Column("way", "Erasure", room=LAPTOP),
)
HOLDS = (
    Column("hold", "Hold"),
    Column("class", "Class"),
    Column("subject", "Whose"),
    Column("state", "State", "badge"),
    Column("reason", "Reason"),
    Column("set_by", "Set by", room=PHONE),
    Column("set_at", "Set", "moment", room=PHONE),
    Column("released_by", "Released by", room=LAPTOP),
    Column("released_at", "Released", "moment", room=LAPTOP),
)
INVENTORY = (
    Column("class", "Class"),
    Column("rows", "Rows", "integer", metric=metrics.PERSON_ROWS.id),
    Column("oldest", "Oldest row", "date", room=PHONE),
    Column("fate", "If erased today", "badge"),
    Column("until", "Kept until", "date"),
    Column("reason", "Why"),
    Column("rules", "Rule", room=PHONE),
    Column("way", "How", room=LAPTOP),
)


@dataclass(frozen=True, slots=True)
class Overview:
    """All requests and holds as they stood."""

    clocks: Clocks
    requests: tuple[Request, ...]
    holds: tuple[HoldRow, ...]

    @property
    def in_force(self) -> tuple[HoldRow, ...]:
        """Holds that were not released."""
        return tuple(row for row in self.holds if is_in_force(row, self.clocks.known_at))

    def figure(self, metric: Metric) -> Shown:
        """Return a count over all requests or holds with the parameters of its passport."""
        rows = (
            _records(passports.HOLDS, [(row.id, row.record_class, row.released_at) for row in self.holds])
            if metric is metrics.HOLDS
            else _records(passports.REQUESTS, [passports.request_row(item) for item in self.requests])
        )
        moment = self.clocks.known_at
        return Shown(metric, COMPUTED[metric.id](rows, moment), metric.unit, {"moment": moment.isoformat()})


def overview(clocks: Clocks, actor: Actor) -> Overview:
    """Return all requests and holds under the reader's clocks.

    Raises
    ------
    NotPermitted
        The actor may not manage privacy.
    """
    found = requests(clocks, actor)
    with UnitOfWork() as work:
        holds = queries.holds(work.session, known_at=clocks.known_at)
    return Overview(clocks, found, tuple(holds))


def is_in_force(row: HoldRow, moment: datetime) -> bool:
    """Tell whether a hold was in force at a moment."""
    return row.released_at is None or row.released_at > moment


def address_of(request_id: int, clocks: Clocks) -> str:
    """Return the address of a request under the same clocks."""
    return f"{PATH}?{urlencode({'request': request_id, **clocks.query()})}"


def days_left(request: Request, moment: datetime) -> Shown:
    """Return how much time there is to answer a request."""
    value = COMPUTED[metrics.DAYS_LEFT.id](
        _records(passports.REQUESTS, [passports.request_row(request)]), moment
    )
    return Shown(metrics.DAYS_LEFT, value, "d", {"request": request.row.id, "moment": moment.isoformat()})


def request_table(query: GridQuery, found: Overview) -> Table:
    """Return the requests, the newest first."""
    moment = found.clocks.known_at
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for item in found.requests:
        row, code = item.row, str(item.row.id)
        rows.append(
            (
                code, KINDS[row.kind], SUBJECTS[row.subject_kind], row.subject_ref, STATES[item.state], row.received_on,
                row.due_at, days_left(item, moment).value, address_of(row.id, found.clocks),
            )
        )  # fmt: skip
        params[code] = {"request": row.id, "moment": moment.isoformat()}
    return sort_rows(Table(REQUESTS, rows, extra={"params": params}), query)


def record_table(query: GridQuery, clocks: Clocks, actor: Actor) -> Table:
    """Return the classes of records with their counts, oldest rows and the duties that keep them.

    Raises
    ------
    NotPermitted
        The actor may not manage privacy.
    """
    actor.require(Permission.PRIVACY_MANAGE)
    moment = clocks.known_at
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    with UnitOfWork() as work:
        for item in CLASSES:
            found = _records(passports.DAYS, passports.class_rows(work, item, moment))
            oldest = min((row["day"] for row in found), default=None)
            rows.append(
                (
                    item.title, COMPUTED[metrics.ROWS.id](found, moment), oldest,
                    COMPUTED[metrics.OLDEST.id](found, moment), duties(item), item.clock, item.personal, item.way.label,
                )
            )  # fmt: skip
            params[item.title] = {"class": item.code, "moment": moment.isoformat()}
    return sort_rows(Table(RECORDS, rows, extra={"params": params}), query)


def hold_table(query: GridQuery, found: Overview) -> Table:
    """Return the legal holds, released ones too."""
    rows = [
        (
            str(row.id), class_title(row.record_class), EVERYBODY if row.subject == EVERY else row.subject,
            "in force" if is_in_force(row, found.clocks.known_at) else "released", row.reason, row.set_by,
            row.recorded_at, row.released_by or "", row.released_at,
        )
        for row in found.holds
    ]  # fmt: skip
    return sort_rows(Table(HOLDS, rows), query)


def class_title(code: str) -> str:
    """Return the title of a class, also of all of them."""
    return "All classes" if code == EVERY else by_code(code).title


def inventory_table(query: GridQuery, request_id: int, items: Sequence[Item]) -> Table:
    """Return what is held of a person, what would be erased today, and what is kept until when and why."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for item in items:
        found = _records(passports.TABLES, passports.person_rows(items, item.record_class.code))
        value = COMPUTED[metrics.PERSON_ROWS.id](found, clock.now())
        fate = "kept" if item.kept.keep else "erased" if item.count else "nothing held"
        rows.append(
            (
                item.record_class.title, value, item.oldest, fate, item.kept.until if item.kept.keep else None,
                item.kept.reason, ", ".join(item.kept.rules), item.record_class.way.label,
            )
        )  # fmt: skip
        params[item.record_class.title] = {"request": request_id, "class": item.record_class.code}
    return sort_rows(Table(INVENTORY, rows, extra={"params": params}), query)


def _records(columns: Sequence[Column], rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    keys = [column.key for column in columns]
    return [dict(zip(keys, row, strict=True)) for row in rows]
