"""``enerscope portfolios list|create|move|counterparty``: the tree of books, and who is traded with."""

from dataclasses import asdict
from typing import Annotated

import typer

from portal.cli.database import opened
from portal.cli.main import new_app
from portal.cli.output import AsJson, print_columns, print_json

app = new_app()
Code = Annotated[str, typer.Argument(help="Capital letters, digits and underscores, such as GAS_EU.")]


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """List the tree of portfolios; those without any below them are books."""
    from portal.core.actor import SYSTEM

    with opened():
        from portal.services.portfolio.portfolios import list_portfolios

        nodes = list_portfolios(SYSTEM)
    if as_json:
        print_json([asdict(node) for node in nodes])
        return
    rows = [("  " * node.depth + node.code, node.name, "book" if node.is_book else "") for node in nodes]
    print_columns(("PORTFOLIO", "NAME", ""), rows)


@app.command("create")
def create(
    code: Code,
    *,
    name: Annotated[str, typer.Option(help="Name that people see; the code when empty.")] = "",
    parent: Annotated[str | None, typer.Option(help="Portfolio to hang it below; none: at the top.")] = None,
) -> None:
    """Make a portfolio."""
    from portal.core.actor import SYSTEM

    with opened():
        from portal.services.portfolio.portfolios import create_portfolio

        create_portfolio(code, name, parent, SYSTEM)
    print(f"Created the portfolio {code}.")


@app.command("move")
def move(
    code: Code,
    *,
    parent: Annotated[str | None, typer.Option(help="Portfolio to hang it below; none: at the top.")] = None,
) -> None:
    """Hang a portfolio, with all below it, somewhere else; never below itself."""
    from portal.core.actor import SYSTEM

    with opened():
        from portal.services.portfolio.portfolios import move_portfolio

        move_portfolio(code, parent, SYSTEM)
    print(f"Moved the portfolio {code}.")


@app.command("counterparty")
def counterparty(
    code: Code,
    *,
    kind: Annotated[str, typer.Option(help="exchange, utility, producer, bank, trader or industrial.")],
    country: Annotated[str, typer.Option(help="Two letters, such as DE.")],
    name: Annotated[str, typer.Option(help="Name that people see; the code when empty.")] = "",
) -> None:
    """Make a counterparty."""
    from portal.core.actor import SYSTEM

    with opened():
        from portal.services.portfolio.portfolios import create_counterparty

        create_counterparty(code, name, kind, country, SYSTEM)
    print(f"Created the counterparty {code}.")
