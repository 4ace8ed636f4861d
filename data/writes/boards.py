"""Boards of people: made, renamed, shared, and what is pinned to them in which order."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from data.models.packs import Board, BoardItem

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext(:name))")


def lock(session: Session, username: str) -> None:
    """Let nobody else change the boards of ``username`` until this transaction ends, so that counts hold."""
    session.execute(_LOCK, {"name": f"boards {username}"})


def add(session: Session, *, username: str, title: str) -> int:
    """Store an empty board and return its id."""
    values = {"username": username, "title": title, "is_home": False}
    return int(session.execute(insert(Board).values(**values).returning(Board.id)).scalar_one())


def change(session: Session, board_id: int, **values: Any) -> None:
    """Store another title or link of a board."""
    session.execute(update(Board).where(Board.id == board_id).values(**values))


def choose_home(session: Session, *, username: str, board_id: int | None) -> None:
    """Make ``board_id`` the only home of ``username``; None leaves them without a board as home."""
    session.execute(
        update(Board)
        .where(Board.username == username)
        .values(is_home=(Board.id == board_id) if board_id is not None else False)
    )


def remove(session: Session, board_id: int) -> None:
    """Delete a board with what is pinned to it."""
    session.execute(delete(Board).where(Board.id == board_id))


def pin(session: Session, board_id: int, **values: Any) -> int:
    """Pin something behind all that is there and return its id."""
    last = select(func.coalesce(func.max(BoardItem.position) + 1, 0)).where(BoardItem.board_id == board_id)
    position = session.scalar(last)
    statement = insert(BoardItem).values(board_id=board_id, position=position, **values)
    return int(session.execute(statement.returning(BoardItem.id)).scalar_one())


def retitle(session: Session, pin_id: int, title: str) -> None:
    """Store another title of a pin."""
    session.execute(update(BoardItem).where(BoardItem.id == pin_id).values(title=title))


def unpin(session: Session, pin_id: int) -> None:
    """Take a pin off its board."""
    session.execute(delete(BoardItem).where(BoardItem.id == pin_id))


def arrange(session: Session, pin_ids: Sequence[int]) -> None:
    """Give the pins of a board the order of ``pin_ids``."""
    for position, pin_id in enumerate(pin_ids):
        session.execute(update(BoardItem).where(BoardItem.id == pin_id).values(position=position))
