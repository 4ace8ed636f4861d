"""Starting, sharing and stopping the embedded server.

Several processes may use one home at a time; the last one to leave stops the server, whoever started it. Whether a
server is alive is decided by connecting and asking for its data folder, never by the pid file: pids are recycled.
"""

import hashlib
import os
import secrets
import stat
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from data.postgres import cluster, programs
from data.postgres.account import Account, server_account
from data.postgres.shares import Shares
from portal.core.errors import ConfigurationError

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_LIMIT = 103  # bytes of a socket's path: 107 on Linux, 103 on macOS
_UNSAFE = frozenset("\"'$`\\\n\r")  # pg_ctl hands its paths to a shell
_START_SECONDS = 60.0
_NO_OPTIONS = "-c statement_timeout=0"  # takes the place of PGOPTIONS
_RETRY_SECONDS = 15.0


class EmbeddedPostgres:
    """The PostgreSQL server of one ``home``.

    Parameters
    ----------
    home : Path
        Folder of everything that Enerscope keeps; the database lies in ``home/postgres``.
    options : Mapping[str, str], default empty
        Further server options, such as ``{"fsync": "off"}`` in tests.
    """

    def __init__(self, home: Path, *, options: Mapping[str, str] | None = None) -> None:
        self.home = home.expanduser().absolute()
        self._options = dict(options or {})
        self._shares = Shares(self.home)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base(self) -> Path:
        """Folder of the cluster, its passwords and its log."""
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        """The data folder; links are resolved, as the server reports it."""
        return (self.base / "data").resolve()

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.base / "log"

    def start(self) -> str:
        """Start the server or attach to the running one, and return its URL (``postgresql://...``).

        Raises
        ------
        ConfigurationError
            The machine does not let us; the sentence says what to change.
        """
        if any(letter in _UNSAFE for letter in str(self.home)):
            raise ConfigurationError(
                f"The home folder {self.home} has a quote, dollar, backslash or line break in its name, "
                "which PostgreSQL's start program cannot take. Set ENERSCOPE_HOME to another folder.",
                home=str(self.home),
            )
        with self._shares.alone():
            self._shares.take()
            try:
                if not self.running():
                    self._start()
            except BaseException:
                self._shares.give_up()
                raise
            return self._url()

    def stop(self, *, force: bool = False) -> bool:
        """Leave the server, and stop it when nobody else uses it; return whether it was stopped.

        ``force`` stops it under the others' feet.
        """
        if not self.base.exists():
            return False
        with self._shares.alone():
            alone = self._shares.give_up()
            if not (alone or force) or not self.running():
                return False
            sockets = self._recorded_sockets()
            account = server_account(self.data)
            tools = programs.within_reach(programs.find(cluster.version_of(self.data)), account)
            arguments: list[str | Path] = ["-D", self.data, "-m", "fast", "-w", "-t", "60", "stop"]
            stopped = account.run([tools.path("pg_ctl"), *arguments]).returncode == 0
            if stopped and sockets is not None:
                with suppress(OSError):  # a leftover costs nothing
                    sockets.rmdir()
            return stopped

    def admin_url(self) -> str:
        """Return the URL of the superuser in the portal's database, for what its role may not do itself."""
        password = (self.base / "admin.password").read_text("ascii").strip()
        return self._url_of(cluster.ADMIN, password)

    def running(self) -> bool:
        """Tell whether our server answers; one that is still starting up is waited for."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                with psycopg.connect(self._url(), connect_timeout=5, options=_NO_OPTIONS) as connection:
                    row = connection.execute("SHOW data_directory").fetchone()
                    return row is not None and Path(row[0]).resolve() == self.data
            except psycopg.OperationalError as problem:
                if not _is_waking(problem) or time.monotonic() > deadline:
                    return False
            except (FileNotFoundError, ConfigurationError):
                return False
            time.sleep(0.1)

    def _start(self) -> None:
        base = self._place()
        if os.geteuid() not in (0, base.stat().st_uid):
            raise ConfigurationError(
                f"{base} belongs to another user (number {base.stat().st_uid}), so PostgreSQL cannot use it. "
                "Run Enerscope as that user, or set ENERSCOPE_HOME to a folder of your own.",
                folder=str(base),
            )
        existing = self.data if cluster.version_of(self.data) is not None else None
        account = server_account(existing)
        tools = programs.within_reach(programs.find(cluster.version_of(self.data)), account)
        if existing is None:
            cluster.make(tools, account, base)
        sockets = self._socket_folder(account)
        cluster.configure(account, self.data, sockets, self._options)
        self._forget_stale_pid()
        self._launch(tools, account)
        if not self.running():
            cluster.provision(base, account, sockets)
        if not self.running():
            raise ConfigurationError(
                f"PostgreSQL started but does not let the portal in. Its log is {self.log}."
            )

    def _place(self) -> Path:
        """Make the base folder where the server's account can reach it, and return its real path.

        Root's home is private and stays so: then the base lies in a shared place, and ``home/postgres`` links to it.
        """
        if self.base.exists():
            return self.base.resolve()
        self.base.unlink(missing_ok=True)  # a link whose target was removed
        account = server_account(None)
        if account.reaches(self.home):
            self.base.mkdir(mode=0o700)
        else:
            folder = programs.SHARED_PLACE / f"home-{secrets.token_hex(5)}"
            programs.SHARED_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700)
            self.base.symlink_to(folder)
        account.own(self.base.resolve())
        return self.base.resolve()

    def _launch(self, tools: programs.Programs, account: Account) -> None:
        command: list[str | Path] = [
            tools.path("pg_ctl"),
            "-D",
            self.data,
            "-l",
            self.log.parent.resolve() / self.log.name,
            "-w",
            "-t",
            f"{_START_SECONDS:.0f}",
            "start",
        ]
        deadline = time.monotonic() + _RETRY_SECONDS
        while account.run(command).returncode:
            # Right after a kill -9 the orphaned backends hold the shared memory for a moment: try again.
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    f"PostgreSQL does not start: {self._last_words()}. Its log is {self.log}.",
                    log=str(self.log),
                )
            time.sleep(0.5)

    def _url(self) -> str:
        password = (self.base / "password").read_text("ascii").strip()
        return self._url_of(cluster.ROLE, password)

    def _url_of(self, role: str, password: str) -> str:
        host = quote(str(self._recorded_sockets() or self._socket_path()), safe="")
        return f"postgresql://{role}:{password}@/{cluster.DATABASE}?host={host}&port=5432"

    def _recorded_sockets(self) -> Path | None:
        """Return the socket folder of the running server: another process may have another temporary folder."""
        try:
            lines = (self.data / "postmaster.pid").read_text("utf-8").splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Path(lines[4]) if len(lines) > 4 and lines[4] else None

    def _socket_path(self) -> Path:
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:10]
        folder = Path(tempfile.gettempdir(), f"enerscope-{name}")
        length = len(os.fsencode(folder / SOCKET_NAME))
        if length > SOCKET_LIMIT:
            raise ConfigurationError(
                f"The temporary folder {tempfile.gettempdir()} has too long a path for PostgreSQL's socket "
                f"({length} bytes, at most {SOCKET_LIMIT}). Set TMPDIR to a shorter path, such as /tmp.",
                folder=str(folder),
            )
        return folder

    def _socket_folder(self, account: Account) -> Path:
        folder = self._socket_path()
        if not account.reaches(folder.parent):
            raise ConfigurationError(
                f"The account that runs PostgreSQL (user {account.uid}) cannot enter the temporary folder "
                f"{folder.parent}. Set TMPDIR to a folder that it can enter, such as /tmp.",
                folder=str(folder.parent),
            )
        folder.mkdir(mode=0o700, exist_ok=True)
        facts = folder.lstat()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid not in (account.uid, os.geteuid()):
            raise ConfigurationError(
                f"{folder} belongs to another user, so PostgreSQL's socket would not be safe there. Remove it.",
                folder=str(folder),
            )
        folder.chmod(0o700)
        account.own(folder)
        return folder

    def _forget_stale_pid(self) -> None:
        """Remove a pid file whose process is not our server: PostgreSQL takes any live process of ours for it."""
        file = self.data / "postmaster.pid"
        try:
            pid = int(file.read_text("utf-8").splitlines()[0])
        except FileNotFoundError:
            return
        except (IndexError, ValueError):
            pid = 0  # cut off while it was written
        if not _works_in(pid, self.data):
            file.unlink()

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text("utf-8", errors="replace").splitlines()
        except OSError:
            return "it wrote no log"
        fatal = [line for line in lines if "FATAL" in line or "PANIC" in line]
        return (fatal or lines or ["its log is empty"])[-1].rstrip(".")


def _is_waking(problem: psycopg.OperationalError) -> bool:
    text = str(problem)
    return "starting up" in text or "in recovery mode" in text or "not yet accepting connections" in text


def _works_in(pid: int, folder: Path) -> bool:
    """Tell whether process ``pid`` lives and works in ``folder``, as a server does in its data folder."""
    if pid <= 0:
        return False
    if not Path("/proc/self/cwd").exists():  # no /proc (macOS): leave the judgement to PostgreSQL
        return True
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder
    except OSError:
        return False
