"""Under which account the server runs: our own, or, since PostgreSQL refuses root, an existing powerless one."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.core.errors import ConfigurationError

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """Numbers of the account; ``borrowed`` means that we are root and step down to it."""

    uid: int
    gid: int
    borrowed: bool

    def run(
        self, command: Sequence[str | Path], *, timeout: float = 120.0
    ) -> subprocess.CompletedProcess[str]:
        """Run ``command`` as this account, outside any private folder, and return it with its output as text."""
        # PG* would change port, options and data folder behind our back; the locale is chosen in the command.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))} | {
            "LC_ALL": "C"
        }
        arguments = [str(part) for part in command]
        try:
            if not self.borrowed:
                return subprocess.run(
                    arguments,
                    env=environment,
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    errors="replace",
                    timeout=timeout,
                    check=False,
                )
            return subprocess.run(
                arguments,
                env=environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout,
                check=False,
                user=self.uid,
                group=self.gid,
                extra_groups=[],
            )
        except subprocess.TimeoutExpired as problem:
            raise ConfigurationError(
                f"'{Path(arguments[0]).name}' did not finish within {timeout:.0f} seconds. "
                "The machine is overloaded or its disk is stuck; try again.",
                command=arguments[0],
            ) from problem

    def own(self, path: Path) -> None:
        """Hand ``path`` itself over to this account."""
        if self.borrowed:
            os.chown(path, self.uid, self.gid)

    def own_all(self, path: Path) -> None:
        """Hand ``path`` and everything below it over to this account."""
        if not self.borrowed:
            return
        self.own(path)
        for folder, folders, files in os.walk(path):
            for name in (*folders, *files):
                os.chown(Path(folder, name), self.uid, self.gid, follow_symlinks=False)

    def reaches(self, path: Path) -> bool:
        """Tell whether this account can enter or execute ``path``; asked of the system, so that ACLs count."""
        if not self.borrowed:
            return os.access(path, os.X_OK)
        tester = shutil.which("test", path="/usr/bin:/bin")
        command: list[str | Path] = (
            [tester, "-x", path] if tester else ["/bin/sh", "-c", 'test -x "$1"', "sh", path]
        )
        try:
            return self.run(command).returncode == 0
        except PermissionError as problem:
            raise _no_stepping_down(self.uid) from problem


def server_account(existing: Path | None) -> Account:
    """Return the account for the server; the owner of ``existing`` data keeps it.

    Raises
    ------
    ConfigurationError
        We are root and the machine has none of the accounts that could run PostgreSQL.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), borrowed=False)
    if existing is not None and (owner := existing.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, borrowed=True)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, borrowed=True)
    raise ConfigurationError(
        f"PostgreSQL refuses to run as root, and this machine has none of the accounts {', '.join(CANDIDATES)}. "
        "Run Enerscope as an ordinary user, or set DATABASE_URL."
    )


def _no_stepping_down(uid: int) -> ConfigurationError:
    return ConfigurationError(
        f"PostgreSQL refuses to run as root, and this root may not become user {uid} (a restricted container?). "
        "Run Enerscope as an ordinary user, or set DATABASE_URL.",
        uid=uid,
    )
