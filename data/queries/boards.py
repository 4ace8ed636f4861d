"""Boards, and what is pinned to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from data.models.packs import Board, BoardItem


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One board with the number of its pins; ``link`` is the token of its address when it is shared."""

    id: int
    username: str
    title: str
    link: str | None
    is_home: bool
    pins: int


@dataclass(frozen=True, slots=True)
class PinRow:
    """What is pinned: a metric or a card, and the inputs that it is drawn from."""

    id: int
    kind: str
    ref: str
    params: Mapping[str, Any]
    title: str


def boards_of(session: Session, username: str) -> list[BoardRow]:
    """Return the boards of somebody, the oldest first."""
    found = session.execute(_boards().where(Board.username == username).order_by(Board.id))
    return [BoardRow(*row) for row in found]


def board(session: Session, board_id: int, *, username: str) -> BoardRow | None:
    """Return a board if it is theirs."""
    row = session.execute(_boards().where(Board.id == board_id, Board.username == username)).one_or_none()
    return None if row is None else BoardRow(*row)


def linked(session: Session, link: str) -> BoardRow | None:
    """Return the board that is shared by a link."""
    row = session.execute(_boards().where(Board.link == link)).one_or_none()
    return None if row is None else BoardRow(*row)


def home(session: Session, username: str) -> BoardRow | None:
    """Return the board that somebody chose as their home."""
    row = session.execute(_boards().where(Board.username == username, Board.is_home)).one_or_none()
    return None if row is None else BoardRow(*row)


def pins(session: Session, board_id: int) -> list[PinRow]:
    """Return what is pinned to a board, in its order."""
    columns = (BoardItem.id, BoardItem.kind, BoardItem.ref, BoardItem.params, BoardItem.title)
    statement = select(*columns).where(BoardItem.board_id == board_id)
    found = session.execute(statement.order_by(BoardItem.position, BoardItem.id))
    return [PinRow(*row) for row in found]


def _boards() -> Select[Any]:
    count = select(func.count()).where(BoardItem.board_id == Board.id).scalar_subquery()
    return select(Board.id, Board.username, Board.title, Board.link, Board.is_home, count)
