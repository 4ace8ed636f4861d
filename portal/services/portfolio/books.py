"""The books whose trades an actor may see: the leaves of the tree among the nodes that he was granted."""

from collections.abc import Sequence

from data.queries import portfolios as queries
from data.queries.portfolios import Node
from data.session import UnitOfWork
from portal.core.actor import Actor


def visible_nodes(work: UnitOfWork, actor: Actor) -> list[Node]:
    """Return the nodes that ``actor`` may see, each above those below it; the system sees all."""
    nodes = queries.tree(work.session)
    return nodes if actor.user_id is None else [node for node in nodes if node.code in actor.portfolio_codes]


def topmost(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes above which there is none of ``nodes``."""
    known = {node.id for node in nodes}
    return [node for node in nodes if node.parent_id not in known]


def visible_books(work: UnitOfWork, actor: Actor) -> dict[int, str]:
    """Return id and code of the books that ``actor`` may see."""
    return {node.id: node.code for node in visible_nodes(work, actor) if node.is_book}
