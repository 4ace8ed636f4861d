"""Whose files of trades, and which refused trades, a reader of market data may see: nobody's, unless he has a right.

Both name counterparties, prices and books, so that the right to read the market is not enough. Everybody sees what he
brought himself. Others' are seen by those who read portfolios (refused trades: who repair data besides) as far as all
that a file, or a row, names are books of theirs; what names no book, or an unknown one, is for those who see all books.
"""

from data.queries import portfolios as tree_queries
from data.queries.imports import Reader
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.permissions import Permission


def reader_of_files(work: UnitOfWork, actor: Actor) -> Reader:
    """Return which imports of trades ``actor`` may see."""
    return _reader(work, actor, actor.can(Permission.PORTFOLIO_READ))


def reader_of_refused(work: UnitOfWork, actor: Actor) -> Reader:
    """Return which refused trades ``actor`` may see."""
    return _reader(work, actor, actor.can(Permission.PORTFOLIO_READ) and actor.can(Permission.DATA_REPAIR))


def _reader(work: UnitOfWork, actor: Actor, others: bool) -> Reader:
    if actor.user_id is None:
        return Reader(actor.username, None)
    if not others:
        return Reader(actor.username, frozenset())
    every = {node.code for node in tree_queries.tree(work.session)}
    return Reader(actor.username, None if every <= actor.portfolio_codes else actor.portfolio_codes)
