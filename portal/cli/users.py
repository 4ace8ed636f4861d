"""``enerscope users create|list|disable``: how the first administrator comes into being."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from portal.cli.database import opened
from portal.cli.main import new_app
from portal.cli.output import AsJson, print_columns, print_json
from portal.core.permissions import Role

app = new_app()


@app.command("create")
def create(
    username: Annotated[str, typer.Argument(help="Name to log in with.")],
    *,
    role: Annotated[list[Role], typer.Option(help="A role; may be given several times.")],
    name: Annotated[str, typer.Option(help="Name that others see; the user name when empty.")] = "",
    portfolio: Annotated[
        list[str] | None, typer.Option(help="Code of a portfolio that the user may see, with all below it.")
    ] = None,
    password_stdin: Annotated[
        bool,
        typer.Option("--password-stdin", help="Read the password from standard input instead of asking."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Create an account; the password is asked for, or read from standard input, never taken as an argument."""
    password = (
        sys.stdin.readline().rstrip("\r\n")
        if password_stdin
        else str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    )
    with opened():
        from portal.services import access

        user_id = access.create_user(
            username, name or username, password, frozenset(role), portfolios=frozenset(portfolio or ())
        )
    if as_json:
        print_json({"id": user_id, "username": username, "roles": sorted(role)})
    else:
        print(f"Created the user {username} ({', '.join(item.label for item in role)}).")


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """List all accounts."""
    from portal.core.actor import SYSTEM

    with opened():
        from portal.services import access

        users = access.list_users(SYSTEM)
    if as_json:
        print_json([asdict(user) for user in users])
        return
    rows = [
        (
            user.username,
            user.name,
            ", ".join(Role(role).label for role in user.roles),
            "active" if user.is_active else "disabled",
            "demo" if user.is_demo else "",
            f"{user.last_seen_at:%Y-%m-%d %H:%M} UTC" if user.last_seen_at else "never",
        )
        for user in users
    ]
    print_columns(("USER", "NAME", "ROLES", "STATE", "DEMO", "LAST SEEN"), rows)


@app.command("disable")
def disable(username: Annotated[str, typer.Argument(help="Name of the account.")]) -> None:
    """Switch an account off and end its sessions at once."""
    from portal.core.actor import SYSTEM

    with opened():
        from portal.services import access

        access.disable_user(username, SYSTEM)
    print(f"Disabled {username}; all sessions of this account have ended.")
