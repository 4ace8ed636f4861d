"""Compliance > KYC: its figures, and counterparties, hits and lists as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Shown
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.compliance import kyc_metrics as metrics
from portal.services.compliance import kyc_files, lists, screening_hits
from portal.services.compliance.kyc_files import PartyView
from portal.services.compliance.kyc_passports import (
    COMPUTED,
    HIT_COLUMNS,
    LIST_COLUMNS,
    PARTY_COLUMNS,
    hit_row,
    party_row,
)
from portal.services.compliance.lists import ListView
from portal.services.compliance.screening_hits import HitView

PATH = "/compliance/kyc"
PARTIES = (
    Column("party", "Counterparty", link="address"),
    Column("name", "Name"),
    Column("status", "Status", "badge"),
    Column("work", "Work", "badge", room=PHONE),
    Column("risk", "Risk", "badge"),
    Column("country", "Country", room=PHONE),
    Column("approved", "Approved since", "moment", room=PHONE),
    Column("review", "Next review", "date"),
    Column("hits", "Hits that wait", "integer", room=PHONE),
    Column("reason", "Why", room=LAPTOP),
    Column("address", "Address", hidden=True),
)
HITS = (
    Column("hit", "Hit", link="address"),
    Column("party", "Our name", room=PHONE),
    Column("list", "List"),
    Column("listed", "Name on the list"),
    Column("score", "Score", "number", "points", decimals=1, metric=metrics.SCORE.id),
    Column("differs", "Strong differences", room=PHONE),
    Column("state", "State", "badge"),
    Column("found", "Found", "moment", room=PHONE),
    Column("address", "Address", hidden=True),
)
LISTS = (
    Column("list", "List"),
    Column("title", "What it is", room=PHONE),
    Column("edition", "Edition", "date"),
    Column("names", "Entries", "integer"),
    Column("age", "Age", "number", "h", decimals=1, metric=metrics.LIST_AGE.id),
    Column("state", "State", "badge"),
    Column("file", "File", room=LAPTOP),
    Column("by", "Imported by", room=PHONE),
)
_DIFFERS = {"birth_year": "birth year", "country": "country", "type": "type", "address": "address"}


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that the page shows at first, as known at one moment."""

    clocks: Clocks
    parties: tuple[PartyView, ...]
    hits: tuple[HitView, ...]
    lists: tuple[ListView, ...]

    @property
    def moment(self) -> datetime:
        """When it was counted."""
        return self.clocks.known_at

    def figure(self, metric: Metric) -> Shown:
        """Return a count with the parameters of its passport."""
        if metric is metrics.WAITING:
            keys, rows = _keys(HIT_COLUMNS), [hit_row(view) for view in self.hits]
        else:
            keys, rows = _keys(PARTY_COLUMNS), [party_row(view) for view in self.parties]
        records = [dict(zip(keys, row, strict=True)) for row in rows]
        value = COMPUTED[metric.id](records, self.moment)
        return Shown(metric, value, metric.unit, {"moment": self.moment.isoformat()})


def desk(clocks: Clocks, actor: Actor) -> Desk:
    """Return counterparties, hits and lists under the reader's clocks.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    return Desk(
        clocks,
        kyc_files.parties(clocks, actor),
        screening_hits.hits(clocks, actor),
        lists.newest(clocks, actor),
    )


def _keys(columns: Sequence[Column]) -> list[str]:
    return [column.key for column in columns]


def address_of(clocks: Clocks, **more: str) -> str:
    """Return the address of a counterparty or hit under the same clocks."""
    return f"{PATH}?{urlencode({**more, **clocks.query()})}"


def parties_table(query: GridQuery, views: Sequence[PartyView], clocks: Clocks) -> Table:
    """Return the counterparties: those that are barred first."""
    rows: list[tuple[Cell, ...]] = []
    for view in views:
        row, status = view.row, view.status
        work = view.standing.state.value if view.standing else "not begun"
        rows.append(
            (
                row.code, row.name, status.status, work, status.risk, row.country, status.approved_at,
                status.next_review, status.open_hits, status.reason, address_of(clocks, party=row.code),
            )
        )  # fmt: skip
    return sort_rows(Table(PARTIES, rows), query)


def hits_table(query: GridQuery, views: Sequence[HitView], clocks: Clocks) -> Table:
    """Return the hits: those that wait first."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for view in views:
        row, code = view.row, str(view.row.id)
        detail: Mapping[str, Any] = row.detail
        differs = ", ".join(_DIFFERS[item] for item in view.differences)
        rows.append(
            (
                code, row.party, str(detail.get("list", "")), str(detail.get("listed_name", "")), row.score,
                differs, view.state, row.recorded_at, address_of(clocks, hit=code),
            )
        )  # fmt: skip
        params[code] = {"hit": row.id, "moment": clocks.known_at.isoformat()}
    return sort_rows(Table(HITS, rows, extra={"params": params}), query)


def lists_table(query: GridQuery, views: Sequence[ListView], clocks: Clocks) -> Table:
    """Return the newest edition of each list."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for view in views:
        row = view.row
        keys = _keys(LIST_COLUMNS)
        record = dict(zip(keys, (row.code, row.recorded_at), strict=True))
        age = COMPUTED[metrics.LIST_AGE.id]([record], clocks.known_at)
        rows.append(
            (
                row.code, row.title + (" (simulated)" if row.simulated else ""), row.listed_at.date(), row.entries,
                age, "old" if view.is_old else "current", row.file_name, row.imported_by,
            )
        )  # fmt: skip
        params[row.code] = {"list": row.code, "moment": clocks.known_at.isoformat()}
    return sort_rows(Table(LISTS, rows, extra={"params": params}), query)
