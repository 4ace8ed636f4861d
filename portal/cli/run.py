"""``enerscope run``: everything from an empty machine to a portal that answers, and back again.

The web server is gunicorn with one process of threads. It was preferred to waitress because a worker that hangs or
is killed is replaced within a second, and because answers of 350 kB and files of 1.3 MB left it about 1.5 times as fast
(tiny ones a little slower; eight clients, same run). With one process, what a page keeps in memory serves all requests.
The database is started before it and stopped after it.
"""

import logging
import os
from typing import Annotated

import typer

from portal.cli.address import reserved
from portal.cli.database import opened
from portal.cli.output import Progress
from portal.core.config import Settings

log = logging.getLogger("enerscope.run")

_SIGNALS = 128
"""Exit statuses above it name a signal."""


def run(
    *,
    host: Annotated[str | None, typer.Option(envvar="HOST", help="Address to bind.")] = None,
    port: Annotated[int | None, typer.Option(envvar="PORT", min=0, max=65535, help="Port to bind.")] = None,
    demo: Annotated[bool | None, typer.Option(help="Load the demo desk into an empty database.")] = None,
) -> None:
    """Start the database if needed, migrate it, load the demo desk into an empty one, and serve the portal."""
    for name, value in (("HOST", host), ("PORT", port), ("ENERSCOPE_DEMO", demo)):
        if value is not None:
            os.environ[name] = str(value)
    launcher = os.getpid()
    try:
        _serve()
    except BaseException as end:
        if os.getpid() == launcher and _began_with_a_signal(end):
            if isinstance(end, Exception):
                log.warning("What was cut off ended with an error (%s).", type(end).__name__, exc_info=end)
            print("Enerscope has stopped.", flush=True)
            raise SystemExit(0) from None
        raise


def _serve() -> None:
    from portal.core.config import settings

    with reserved(settings().host, settings().port) as listener, opened(migrate=True) as now:
        _load_demo_desk(now)
        address = _address(now.host, listener.getsockname()[1])
        accounts = _demo_accounts()
        from portal.cli.server import serve

        serve(listener, now, on_ready=lambda: _greet(address, accounts))


def _began_with_a_signal(end: BaseException) -> bool:
    """Tell whether somebody asked for this end; what was cut off in its middle may have failed for that alone."""
    if isinstance(end, SystemExit) and end.code in (0, None):
        return True
    step: BaseException | None = end
    while step is not None:
        if isinstance(step, KeyboardInterrupt) or (
            isinstance(step, SystemExit) and isinstance(step.code, int) and step.code > _SIGNALS
        ):
            return True
        step = step.__context__
    return False


def _load_demo_desk(now: Settings) -> None:
    from portal.services import access, runtime

    # Accounts with a public password never go into somebody's own database unasked.
    wanted = now.demo if now.demo is not None else now.database_url is None
    if not wanted or access.demo_is_loaded() or not runtime.is_empty():
        return
    from portal.services import demo  # takes a while to import; a second start does without

    print("Loading the demo desk; this happens once.", flush=True)
    progress = Progress()
    demo.load(progress)  # two starts at once: the second waits, and finds it loaded
    progress.done()


def _demo_accounts() -> list[str]:
    from portal.core.actor import SYSTEM
    from portal.services import access

    return [user.username for user in access.list_users(SYSTEM) if user.is_demo and user.is_active]


def _greet(address: str, accounts: list[str]) -> None:
    from portal.services.access import DEMO_PASSWORD

    print(f"\nEnerscope is ready at {address}", flush=True)
    if accounts:
        print(f"Demo accounts, all with the password {DEMO_PASSWORD}: {', '.join(accounts)}", flush=True)
    else:
        print("Make the first account with: enerscope users create NAME --role administrator", flush=True)
    print("Stop with Ctrl-C.", flush=True)


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"
