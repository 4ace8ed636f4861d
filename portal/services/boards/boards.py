"""The boards of somebody: made, renamed, arranged, shared and deleted by themselves only."""

import secrets
from dataclasses import dataclass

from data.queries import boards as queries
from data.queries.boards import BoardRow, PinRow
from data.session import UnitOfWork
from data.writes import boards as writes
from portal.core.actor import Actor
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.services import audit
from portal.services.boards.pin import Pin, checked, clean_title

MOST_BOARDS = 50  # of one person
MOST_PINS = 40  # on one board
TOKEN_BYTES = 24
_TOKEN_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Board:
    """A board as its owner sees it in a list, or, with ``pins``, as it is drawn."""

    id: int
    owner: str
    title: str
    link: str | None = None
    is_home: bool = False
    count: int = 0
    pins: tuple[Pin, ...] = ()


def mine(actor: Actor) -> tuple[Board, ...]:
    """Return the actor's boards, without their pins."""
    actor.require(Permission.SIGNED_IN)
    with UnitOfWork() as work:
        return tuple(_view(row) for row in queries.boards_of(work.session, actor.username))


def open_mine(board_id: int, actor: Actor) -> Board:
    """Return one of the actor's boards with its pins.

    Raises
    ------
    NotFound
        There is none of that number, or it is somebody else's.
    """
    actor.require(Permission.SIGNED_IN)
    with UnitOfWork() as work:
        row = _own(work, board_id, actor)
        return _view(row, queries.pins(work.session, row.id))


def open_shared(link: str, actor: Actor) -> Board:
    """Return the board that ``link`` leads to; what it shows is decided by the rights of the actor.

    Raises
    ------
    NotFound
        No board is shared by this link.
    """
    actor.require(Permission.SIGNED_IN)
    with UnitOfWork() as work:
        row = queries.linked(work.session, link) if 0 < len(link) <= _TOKEN_LIMIT and link.isascii() else None
        if row is None:
            raise NotFound("This link leads to no board. It may have been revoked: ask for a new one.")
        return _view(row, queries.pins(work.session, row.id))


def own_home(actor: Actor) -> Board | None:
    """Return the board that the actor chose as home, or None."""
    actor.require(Permission.SIGNED_IN)
    with UnitOfWork() as work:
        row = queries.home(work.session, actor.username)
        return None if row is None else _view(row, queries.pins(work.session, row.id))


def make(title: object, actor: Actor, pins: tuple[Pin, ...] = ()) -> int:
    """Make a board with ``pins`` and return its number.

    Raises
    ------
    DomainError
        The title cannot be used, or the actor has as many boards as one may have.
    """
    actor.require(Permission.SIGNED_IN)
    clean, stored = clean_title(title, "board"), [checked(pin, actor) for pin in pins]
    with UnitOfWork(write=True) as work:
        writes.lock(work.session, actor.username)
        if len(queries.boards_of(work.session, actor.username)) >= MOST_BOARDS:
            raise DomainError(f"You have {MOST_BOARDS} boards, and more are not kept. Delete one first.")
        made = writes.add(work.session, username=actor.username, title=clean)
        for pin in stored:
            _store(work, made, pin)
        audit.note(work, actor, "board.made", "board", str(made), {"pins": len(stored)})
    return made


def rename(board_id: int, title: object, actor: Actor) -> None:
    """Give a board another title."""
    clean = clean_title(title, "board")
    with UnitOfWork(write=True) as work:
        writes.change(work.session, _held(work, board_id, actor).id, title=clean)


def delete(board_id: int, actor: Actor) -> None:
    """Delete a board with its pins; a link to it ends."""
    with UnitOfWork(write=True) as work:
        row = _held(work, board_id, actor)
        writes.remove(work.session, row.id)
        audit.note(
            work, actor, "board.deleted", "board", str(row.id),
            {"pins": row.pins, "was_shared": row.link is not None},
        )  # fmt: skip


def choose_home(board_id: int | None, actor: Actor) -> None:
    """Make a board the actor's home; None gives back the home of their role."""
    actor.require(Permission.SIGNED_IN)
    with UnitOfWork(write=True) as work:
        if board_id is not None:
            _held(work, board_id, actor)
        writes.choose_home(work.session, username=actor.username, board_id=board_id)


def share(board_id: int, actor: Actor) -> str:
    """Return the token of the link to a board, made when there is none yet."""
    with UnitOfWork(write=True) as work:
        row = _held(work, board_id, actor)
        if row.link is not None:
            return row.link
        link = secrets.token_urlsafe(TOKEN_BYTES)
        writes.change(work.session, row.id, link=link)
        audit.note(work, actor, "board.shared", "board", str(row.id), {"pins": row.pins})
        return link


def revoke(board_id: int, actor: Actor) -> None:
    """End the link to a board; a link made later is another one."""
    with UnitOfWork(write=True) as work:
        row = _held(work, board_id, actor)
        if row.link is not None:
            writes.change(work.session, row.id, link=None)
            audit.note(work, actor, "board.revoked", "board", str(row.id))


def pin(board_id: int, what: Pin, actor: Actor) -> int:
    """Pin something to a board and return the number of the pin.

    Raises
    ------
    DomainError, NotFound, NotPermitted
        It cannot be pinned (see :func:`portal.services.boards.pin.checked`), is there already, or the board is full.
    """
    stored = checked(what, actor)
    with UnitOfWork(write=True) as work:
        row = _held(work, board_id, actor)
        there = queries.pins(work.session, row.id)
        if len(there) >= MOST_PINS:
            raise DomainError(
                f"The board '{row.title}' holds {MOST_PINS} pins, and no more. Take one off first."
            )
        if any((one.kind, one.ref, one.params) == (stored.kind, stored.ref, stored.params) for one in there):
            raise DomainError(
                f"'{stored.title}' is on the board '{row.title}' already, with the same inputs."
            )
        return _store(work, row.id, stored)


def unpin(board_id: int, pin_id: int, actor: Actor) -> None:
    """Take a pin off a board."""
    with UnitOfWork(write=True) as work:
        writes.unpin(work.session, _pinned(work, board_id, pin_id, actor).id)


def retitle(board_id: int, pin_id: int, title: object, actor: Actor) -> None:
    """Give a pin another title."""
    clean = clean_title(title, "pin")
    with UnitOfWork(write=True) as work:
        writes.retitle(work.session, _pinned(work, board_id, pin_id, actor).id, clean)


def move(board_id: int, pin_id: int, step: int, actor: Actor) -> None:
    """Move a pin by ``step`` places, at most to either end."""
    with UnitOfWork(write=True) as work:
        moved = _pinned(work, board_id, pin_id, actor)
        order = [one.id for one in queries.pins(work.session, board_id)]
        at = order.index(moved.id)
        order.insert(max(0, min(len(order) - 1, at + step)), order.pop(at))
        writes.arrange(work.session, order)


def _store(work: UnitOfWork, board_id: int, pin: Pin) -> int:
    values = {"kind": pin.kind, "ref": pin.ref, "params": dict(pin.params), "title": pin.title}
    return writes.pin(work.session, board_id, **values)


def _own(work: UnitOfWork, board_id: int, actor: Actor) -> BoardRow:
    row = queries.board(work.session, board_id, username=actor.username)
    if row is None:
        raise NotFound("You have no such board. It may have been deleted in another window.", board=board_id)
    return row


def _held(work: UnitOfWork, board_id: int, actor: Actor) -> BoardRow:
    """Return a board of the actor's that nobody else changes until this transaction ends."""
    actor.require(Permission.SIGNED_IN)
    writes.lock(work.session, actor.username)
    return _own(work, board_id, actor)


def _pinned(work: UnitOfWork, board_id: int, pin_id: int, actor: Actor) -> PinRow:
    row = _held(work, board_id, actor)
    found = next((one for one in queries.pins(work.session, row.id) if one.id == pin_id), None)
    if found is None:
        raise NotFound(f"The board '{row.title}' has no such pin any more. Reload the page.", pin=pin_id)
    return found


def _view(row: BoardRow, pins: list[PinRow] | None = None) -> Board:
    shown = tuple(Pin(one.kind, one.ref, one.title, one.params, one.id) for one in pins or ())
    return Board(row.id, row.username, row.title, row.link, row.is_home, row.pins, shown)
