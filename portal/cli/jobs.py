"""``enerscope jobs``: list runs, start one and follow it, read its log, stop it; the same rows as Monitoring > Jobs."""

from typing import Annotated

import typer

from portal.cli.database import opened
from portal.cli.main import new_app
from portal.cli.output import AsJson, Progress, print_columns, print_json
from portal.core.errors import DomainError

app = new_app()

_Id = Annotated[int, typer.Argument(help="Number of the job.", metavar="JOB")]
_Given = Annotated[
    list[str] | None, typer.Argument(help="Parameters, such as method=parametric.", metavar="NAME=VALUE...")
]


@app.command("list")
def list_jobs(
    *,
    most: Annotated[int, typer.Option(min=1, max=1000, help="Newest jobs to show.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the newest jobs."""
    from portal.core.actor import SYSTEM
    from portal.core.table import GridQuery

    with opened():
        from portal.services import jobs

        found, _ = jobs.jobs(SYSTEM, GridQuery(limit=most), everybody=True)
    if as_json:
        print_json(
            [
                {
                    "job": one.id,
                    "kind": one.kind,
                    "state": one.state,
                    "params": one.params,
                    "result": one.result,
                }
                for one in found
            ]
        )
        return
    rows = [
        (
            str(one.id),
            one.kind,
            one.state,
            f"{100 * one.progress:.0f} %",
            one.requested_by,
            f"{one.requested_at:%Y-%m-%d %H:%M}",
        )
        for one in found
    ]
    print_columns(("job", "kind", "state", "done", "asked by", "asked at (UTC)"), rows)


@app.command()
def start(
    kind: Annotated[str, typer.Argument(help="Kind of the job, such as risk.run.")],
    given: _Given = None,
    *,
    wait: Annotated[bool, typer.Option(help="Run it here and now; else a worker takes it.")] = True,
    as_json: AsJson = False,
) -> None:
    """Start a job, for example: enerscope jobs start risk.run method=parametric."""
    from portal.core.actor import SYSTEM

    params = _read(given or [])
    with opened():
        from portal.services import jobs

        job_id = jobs.submit(kind, params, SYSTEM, queue="page" if wait else "worker")
        if wait:
            progress = Progress()
            jobs.run(job_id, progress, door="command line", own_process=True)
            progress.done()
        found = jobs.job(job_id, SYSTEM)
    if as_json:
        print_json({"job": job_id, "state": found.state, "result": found.result, "error": found.error})
    elif found.error:
        print(f"Job {job_id} is {found.state}: {found.error}")
    else:
        print(f"Job {job_id} is {found.state}.")
    if wait and found.state not in ("done", "running"):
        raise typer.Exit(1)


@app.command()
def log(job_id: _Id) -> None:
    """Show what happened to a job."""
    from portal.core.actor import SYSTEM

    with opened():
        from portal.services import jobs

        events = jobs.job_log(job_id, SYSTEM)
    print_columns(
        ("at (UTC)", "level", "what"),
        [(f"{event.recorded_at:%Y-%m-%d %H:%M:%S}", event.level, event.message) for event in events],
    )


@app.command()
def cancel(job_id: _Id) -> None:
    """Ask a job to stop."""
    from portal.core.actor import SYSTEM

    with opened():
        from portal.services import jobs

        jobs.cancel(job_id, SYSTEM)
    print(f"Job {job_id} was asked to stop.")


@app.command()
def schedules(*, as_json: AsJson = False) -> None:
    """List what is started by itself, the next one first."""
    from portal.core.actor import SYSTEM

    with opened():
        from portal.services import jobs

        found = jobs.list_schedules(SYSTEM)
    if as_json:
        print_json(
            [
                {
                    "schedule": one.code,
                    "kind": one.kind,
                    "cron": one.cron,
                    "timezone": one.timezone,
                    "enabled": one.enabled,
                    "next_at": one.next_at,
                    "last_fired_at": one.last_fired_at,
                    "last_job": one.last_job_id,
                }
                for one in found
            ]
        )
        return
    rows = [
        (
            one.code,
            one.words,
            one.cron,
            f"{one.next_at:%Y-%m-%d %H:%M}" if one.next_at else "off",
            f"{one.last_job_id} {one.last_state}" if one.last_job_id else "none yet",
        )
        for one in found
    ]
    print_columns(("schedule", "when", "cron", "next (UTC)", "last job"), rows)


@app.command()
def schedule(
    code: Annotated[str, typer.Argument(help="Schedule, such as risk.nightly.")],
    *,
    cron: Annotated[str | None, typer.Option(help="Minute, hour, day of the month, month, weekday.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Time zone, such as Europe/Berlin.")] = None,
    enabled: Annotated[bool | None, typer.Option("--on/--off", help="Switch it on or off.")] = None,
    restore: Annotated[bool, typer.Option("--restore", help="Back to what this release declares.")] = False,
) -> None:
    """Change a schedule, for example: enerscope jobs schedule risk.nightly --cron "30 18 * * mon-fri"."""
    from portal.core.actor import SYSTEM

    with opened():
        from portal.services import jobs

        if restore:
            found = jobs.restore_schedule(code, SYSTEM)
        else:
            found = jobs.change_schedule(code, SYSTEM, cron=cron, timezone=timezone, enabled=enabled)
    print(f"Schedule {found.code} is {'on' if found.enabled else 'off'}: {found.words}.")


@app.command()
def retention(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")
    ] = False,
) -> None:
    """Remove what is old and can be done without, as every night; --dry-run only says what would go."""
    from portal.core.actor import SYSTEM

    with opened():
        from portal.services import jobs

        job_id = jobs.submit("platform.retention", {"dry_run": dry_run}, SYSTEM, queue="page")
        jobs.run(job_id, door="command line")
        found = jobs.job(job_id, SYSTEM)
        said = [line.message for line in jobs.job_log(job_id, SYSTEM)]
    if found.state != "done":
        print(f"Job {job_id} is {found.state}: {found.error}")
        raise typer.Exit(1)
    print("\n".join(line for line in said if line.startswith(("Removed", "Would remove", "Nothing"))))


def _read(given: list[str]) -> dict[str, str]:
    """Return the parameters by name.

    Raises
    ------
    DomainError
        One of them is not of the form NAME=VALUE.
    """
    params = {}
    for part in given:
        name, sign, value = part.partition("=")
        if not sign or not name:
            raise DomainError(
                f"'{part[:60]}' is no parameter. Write NAME=VALUE, such as method=parametric.", given=part
            )
        params[name] = value
    return params
