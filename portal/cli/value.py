"""``enerscope value --from DAY --to DAY``: close days, so that the history of values has them."""

from datetime import datetime
from typing import Annotated

import typer

from portal.cli.database import opened
from portal.cli.output import AsJson, Progress, print_json

_Day = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")]
_LastDay = Annotated[
    datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; the first by default.")
]


def value(first: _Day, last: _LastDay = None, *, as_json: AsJson = False) -> None:
    """Value every book at the end of every business day, and keep the values."""
    from portal.core.actor import SYSTEM

    end = (last or first).date()
    with opened():
        from portal.services.portfolio.closing import close_days

        progress = Progress()
        stored = close_days(first.date(), end, SYSTEM, tell=progress)
        progress.done()
    if as_json:
        print_json({"from": first.date(), "to": end, "rows": stored})
    else:
        print(f"Stored {stored} values of books from {first:%Y-%m-%d} to {end}.")
