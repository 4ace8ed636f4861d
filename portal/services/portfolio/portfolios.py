"""The portfolio tree and the counterparties: made and changed by administrators, never into a circle."""

import re

from data.queries import portfolios as queries
from data.queries.portfolios import Node
from data.session import UnitOfWork
from data.writes import portfolios as writes
from portal.core.actor import Actor
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission
from portal.services import audit
from portal.services.portfolio.books import visible_nodes

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_]{0,62}\Z")
COUNTERPARTY_KINDS = ("exchange", "utility", "producer", "bank", "trader", "industrial")


def list_portfolios(actor: Actor) -> list[Node]:
    """Return the nodes that ``actor`` may see, each above those below it."""
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        return visible_nodes(work, actor)


def create_portfolio(code: str, name: str, parent: str | None, actor: Actor) -> int:
    """Make a portfolio below ``parent`` (None: at the top) and return its id.

    Raises
    ------
    NotPermitted, DomainError, Conflict, NotFound
        The actor may not; the code cannot be one; it is taken; or nothing may hang below ``parent``.
    """
    actor.require(Permission.USERS_MANAGE)
    code = _checked_code(code)
    with UnitOfWork(write=True) as work:
        writes.lock(work.session)
        nodes = {node.code: node for node in queries.tree(work.session)}
        if code in nodes:
            raise Conflict(
                f"There is a portfolio {code} already. Choose another code, or move that one.", code=code
            )
        above = _parent(work, nodes, parent)
        node_id = writes.add(
            work.session, code=code, name=name.strip() or code, parent_id=above.id if above else None
        )
        audit.note(
            work, actor, "portfolio.created", "portfolio", code, {"parent": above.code if above else None}
        )
        return node_id


def move_portfolio(code: str, parent: str | None, actor: Actor) -> None:
    """Hang a portfolio, with all below it, below ``parent`` (None: at the top).

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The actor may not; one of the two does not exist; or the portfolio would come to lie below itself.
    """
    actor.require(Permission.USERS_MANAGE)
    with UnitOfWork(write=True) as work:
        writes.lock(work.session)
        tree = queries.tree(work.session)
        nodes = {node.code: node for node in tree}
        node = _known(nodes, code)
        above = _parent(work, nodes, parent)
        below = {found.code for found in queries.subtree(tree, node.code)}
        if above is not None and above.code in below:
            where = "itself" if above.code == node.code else f"{above.code}, which lies below it"
            raise Conflict(
                f"{node.code} cannot hang below {where}: the tree would run in a circle. Choose a portfolio outside of "
                f"{node.code}, or move {above.code} away first.",
                code=node.code,
                parent=above.code,
            )
        writes.hang(work.session, node_id=node.id, parent_id=above.id if above else None)
        audit.note(
            work, actor, "portfolio.moved", "portfolio", code, {"parent": above.code if above else None}
        )


def create_counterparty(code: str, name: str, kind: str, country: str, actor: Actor) -> int:
    """Make a counterparty and return its id; ``country`` is ISO 3166 alpha-2.

    Raises
    ------
    NotPermitted, DomainError, Conflict
        The actor may not; the code, kind or country cannot be; or the code is taken.
    """
    actor.require(Permission.USERS_MANAGE)
    code = _checked_code(code)
    if kind not in COUNTERPARTY_KINDS:
        raise DomainError(
            f"'{kind}' is no kind of counterparty. Use one of {', '.join(COUNTERPARTY_KINDS)}.", kind=kind
        )
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise DomainError(
            f"'{country}' is no country. Write two capital letters, such as DE.", country=country
        )
    with UnitOfWork(write=True) as work:
        writes.lock(work.session)
        if any(row.code == code for row in queries.counterparties(work.session)):
            raise Conflict(f"There is a counterparty {code} already. Choose another code.", code=code)
        number = writes.add_counterparty(
            work.session, code=code, name=name.strip() or code, kind=kind, country=country
        )
        audit.note(
            work, actor, "counterparty.created", "counterparty", code, {"kind": kind, "country": country}
        )
        return number


def _checked_code(code: str) -> str:
    if not _CODE.match(code):
        raise DomainError(
            f"'{code[:70]}' cannot be a code. Use capital letters, digits and underscores, such as GAS_EU.",
            code=code,
        )
    return code


def _known(nodes: dict[str, Node], code: str) -> Node:
    if code not in nodes:
        raise NotFound(
            f"There is no portfolio {code}. Known are {', '.join(sorted(nodes)) or 'none'}.", code=code
        )
    return nodes[code]


def _parent(work: UnitOfWork, nodes: dict[str, Node], parent: str | None) -> Node | None:
    """Return the node to hang something below; a book with trades stays a book."""
    if parent is None:
        return None
    above = _known(nodes, parent)
    if above.is_book and writes.holds_trades(work.session, above.id):
        raise Conflict(
            f"{above.code} is a book with trades, so nothing can hang below it. Make a portfolio above it, and hang "
            "both there.",
            code=above.code,
        )
    return above
