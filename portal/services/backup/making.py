"""Making a backup: dump in one snapshot, encrypt, check by restoring, keep by rule."""

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from filelock import FileLock, Timeout

from data.postgres import dumps
from portal import VERSION
from portal.core import clock
from portal.core.config import Settings, settings
from portal.core.errors import Conflict, UpstreamError
from portal.domain.monitoring.backup_keeping import Kept, to_remove
from portal.services import runtime
from portal.services.backup import manifest, restoring, sealing
from portal.services.backup.manifest import Manifest

log = logging.getLogger("enerscope.backup")

Progress = Callable[[float, str], None]
LEAST_FREE = 200_000_000  # bytes that stay free


def make(report: Progress | None = None, *, check: bool = True, config: Settings | None = None) -> Manifest:
    """Back up the database of this process.

    Parameters
    ----------
    report : callable
        Hears the share done, 0 to 1, and a sentence.
    check : bool
        Restore it into a scratch database at once and compare. An encrypted backup is checked before it is encrypted,
        since the key to read it is not on this machine.

    Raises
    ------
    Conflict
        A backup is being made already.
    UpstreamError
        There is not enough room, or PostgreSQL's programs failed; nothing is left behind.
    """
    config, say = config or settings(), report or _silent
    folder = manifest.folder_of(config)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        return _make(folder, config, say, check=check)


def _make(folder: Path, config: Settings, say: Progress, *, check: bool) -> Manifest:
    url = runtime.database_url(config)
    started, made_at = perf_counter(), clock.now()
    recipient = config.backup_recipient
    name = f"enerscope-{made_at:%Y%m%dT%H%M%SZ}.dump" + (".age" if recipient else "")
    draft, sealed = folder / f".{name}.part", folder / f".{name}.sealed"
    _remove_left(folder, url)
    _require_room(folder, dumps.contents(url).bytes)
    try:
        say(0.05, "Writing the dump")
        content = dumps.dump(url, draft)
        draft.chmod(0o600)
        found = Manifest(
            name=name, made_at=made_at, seconds=0.0, version=VERSION, revision=content.revision,
            server_version=content.server_version, database_bytes=content.bytes, bytes=0, sha256="",
            encrypted_for=recipient, rows=content.rows, audit_entries=content.audit_entries,
            audit_hash=content.audit_hash,
        )  # fmt: skip
        if check:
            say(0.5, "Restoring it into a scratch database, to see that it is whole")
            found = restoring.compared(found, draft, url)
        ready = draft
        if recipient:
            say(0.9, "Encrypting it")
            sealing.seal(draft, sealed, recipient)
            sealed.chmod(0o600)
            ready = sealed
        found = found.model_copy(
            update={
                "bytes": ready.stat().st_size,
                "sha256": manifest.sha256_of(ready),
                "seconds": round(perf_counter() - started, 2),
            }
        )
        ready.replace(folder / name)
        manifest.write(found, folder)
    finally:
        draft.unlink(missing_ok=True)
        sealed.unlink(missing_ok=True)
    say(0.97, "Removing what need not be kept")
    prune(config)
    return found


def prune(config: Settings | None = None) -> list[str]:
    """Remove backups that the rule does not keep, and return their names.

    One that nobody tested may be good: it stays for the days of which the newest is kept.
    """
    config = config or settings()
    known = manifest.all_backups(config)
    keep = Kept(config.keep_backup_days, config.keep_backup_weeks, config.keep_backup_months)
    since = clock.now() - timedelta(days=config.keep_backup_days)
    unneeded = to_remove([item.made_at for item in known], [item.is_good for item in known], keep)
    gone = [known[at] for at in unneeded if known[at].checked_at is not None or known[at].made_at < since]
    folder = manifest.folder_of(config)
    for item in gone:
        (folder / item.name).unlink(missing_ok=True)
        (folder / (item.name + manifest.SUFFIX)).unlink(missing_ok=True)
    return [item.name for item in gone]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout as problem:
        raise Conflict("A backup is being made already. Wait until it is done.") from problem


def _remove_left(folder: Path, url: str) -> None:
    """Remove what a backup that was killed left behind; the lock says that none is under way."""
    for pattern in (".enerscope-*.part", ".enerscope-*.sealed"):
        for left in folder.glob(pattern):
            left.unlink(missing_ok=True)
    try:
        restoring.remove_left(folder, url)
    except Exception:  # whatever is wrong with what lies about, a backup matters more
        log.warning("what checks of backups left behind could not be removed", exc_info=True)


def _require_room(folder: Path, size: int) -> None:
    """Refuse early when the disk cannot hold a dump, which is never larger than the database."""
    free = shutil.disk_usage(folder).free
    if free < size + LEAST_FREE:
        raise UpstreamError(
            f"The disk of {folder} has {free / 1e6:,.0f} MB free; a backup of this database may need "
            f"{(size + LEAST_FREE) / 1e6:,.0f} MB. Free some, or set ENERSCOPE_BACKUP_FOLDER to another disk."
        )


def _silent(_share: float, _sentence: str) -> None:
    return None
