"""Checking a backup in a scratch database, and bringing one back in place of what is there."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from data.postgres import dumps
from data.postgres.dumps import Content
from portal.core import clock
from portal.core.config import Settings, settings
from portal.core.errors import Conflict, DomainError, EnerscopeError
from portal.domain.compliance.audit_chain import judge
from portal.services import runtime
from portal.services.backup import manifest, sealing
from portal.services.backup.manifest import Manifest

Progress = Callable[[float, str], None]
SCRATCH = "enerscope_check_"  # how databases begin that a backup is tried in; the moment follows
RESTORED = "enerscope_restored_"  # and one that is brought back, until it takes the name of the one before
_STAMP = "%Y%m%d%H%M%S%f"
_LONGEST = timedelta(days=1)  # no check takes so long
_PLAIN = "plain.dump"


def check(found: Manifest, *, config: Settings | None = None) -> Manifest:
    """Restore a stored backup into a scratch database, compare, remember the result, and return it.

    Raises
    ------
    DomainError
        The file is gone or altered.
    ConfigurationError
        It is encrypted and its key is not set.
    """
    config = config or settings()
    file = manifest.path_of(found, config)
    manifest.require_whole(found, file)
    with _readable(found, file, config) as plain:
        result = compared(found, plain, runtime.database_url(config))
    manifest.write(result, manifest.folder_of(config))
    return result


def compared(found: Manifest, plain: Path, url: str) -> Manifest:
    """Return ``found`` with what a restore of the plain dump into a scratch database beside ``url`` showed."""
    started = perf_counter()
    scratch = f"{SCRATCH}{clock.now():{_STAMP}}"
    problem = ""
    try:
        target = dumps.make(url, scratch)
        try:
            dumps.load(target, plain)
            problem = _difference(found, target)
        finally:
            dumps.drop(target)
    except EnerscopeError as refused:
        problem = refused.message
    return found.model_copy(
        update={
            "checked_at": clock.now(),
            "check_seconds": round(perf_counter() - started, 2),
            "problem": problem,
        }
    )


def remove_left(folder: Path, url: str) -> None:
    """Remove what checks and restores that were killed left behind: databases, and decrypted dumps in ``folder``.

    What is younger than a day may still be in use and stays.
    """
    oldest = clock.now() - _LONGEST
    for start in (SCRATCH, RESTORED):
        for name in dumps.beside(url, start):
            is_ours = re.fullmatch(rf"{start}\d{{20}}", name) and name != dumps.name_of(url)
            if is_ours and name < f"{start}{oldest:{_STAMP}}":
                dumps.drop(dumps.named(url, name))
    for plain in folder.glob(f"enerscope-*/{_PLAIN}"):
        if datetime.fromtimestamp(plain.stat().st_mtime, UTC) < oldest:
            shutil.rmtree(plain.parent)


def restore(
    found: Manifest, *, replace: bool = False, config: Settings | None = None, report: Progress | None = None
) -> str:
    """Bring a backup back as the database of this process; return the name of what was put aside, or "".

    It is restored beside the database, compared with its manifest, and only then takes its name, so that a restore that
    fails changes nothing. What was there is kept under another name until somebody drops it.

    Parameters
    ----------
    replace : bool
        Whether a database that is there may be put aside.

    Raises
    ------
    Conflict
        There is a database, and ``replace`` is not set.
    DomainError
        The backup is not whole, or what came back is not what the manifest counts.
    """
    config, say = config or settings(), report or _silent
    url = runtime.database_url(config)
    file = manifest.path_of(found, config)
    if dumps.exists(url) and not replace:
        raise Conflict(
            f"The database '{dumps.name_of(url)}' is there. To put it aside and bring {found.name} back, "
            "say --replace; stop the portal first."
        )
    say(0.05, "Checking the file")
    manifest.require_whole(found, file)
    now = clock.now()
    fresh = dumps.make(url, f"{RESTORED}{now:{_STAMP}}")
    try:
        with _readable(found, file, config) as plain:
            say(0.2, "Restoring")
            dumps.load(fresh, plain)
        say(0.85, "Comparing")
        _require_same(found, fresh)
        aside = f"{dumps.name_of(url)}_before_{now:%Y%m%d%H%M%S}"
        say(0.95, "Changing places")
        return aside if dumps.take_place(url, fresh, aside) else ""
    except BaseException:
        dumps.drop(fresh)
        raise


def _require_same(found: Manifest, url: str) -> None:
    problem = _difference(found, url)
    if problem:
        raise DomainError(f"{found.name} did not come back whole: {problem} Nothing was changed.")


def _difference(found: Manifest, url: str) -> str:
    """Return how a restored database differs from what was counted, in a sentence; "" when it does not.

    Rows are counted for every table; the audit log is read entry by entry, each hashed with the one before it.
    """
    content = dumps.contents(url)
    problem = _miscounted(found, content)
    if problem or not content.audit_entries:
        return problem
    judged = judge(dumps.audit_log(url))
    return "" if judged.is_whole else f"The audit log is not whole. {judged.sentence}"


def _miscounted(found: Manifest, content: Content) -> str:
    if content.revision != found.revision:
        return f"The schema is {content.revision or 'missing'} instead of {found.revision}."
    for name in sorted(found.rows | content.rows):
        if found.rows.get(name) != content.rows.get(name):
            return f"Table {name} has {content.rows.get(name)} rows instead of {found.rows.get(name)}."
    if (content.audit_entries, content.audit_hash) != (found.audit_entries, found.audit_hash):
        return f"The audit log ends with entry {content.audit_entries} instead of {found.audit_entries}."
    return ""


@contextmanager
def _readable(found: Manifest, file: Path, config: Settings) -> Iterator[Path]:
    """Give the plain dump; a decrypted one lies in a private folder and is gone afterwards."""
    if not found.encrypted_for:
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="enerscope-", dir=file.parent) as folder:
        plain = Path(folder) / _PLAIN
        identity = config.backup_identity
        sealing.unseal(file, plain, identity.get_secret_value() if identity else None)
        yield plain


def _silent(_share: float, _sentence: str) -> None:
    return None
