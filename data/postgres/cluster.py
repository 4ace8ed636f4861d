"""Making and configuring the cluster: the folder of data that one server serves."""

import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from data.postgres.account import Account
from data.postgres.programs import Programs
from portal.core.errors import ConfigurationError

ADMIN = "postgres"
ROLE = "portal"
DATABASE = "portal"
OPTIONS = "enerscope.conf"
_SHM = "/dev/shm"  # noqa: S108  (we only ask for its size)
_SMALL_SHM_BYTES = 256 * 1024 * 1024


def version_of(data: Path) -> int | None:
    """Return the major version that made the cluster in ``data``; None where there is no whole cluster."""
    try:
        return int((data / "PG_VERSION").read_text("ascii").strip())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def make(programs: Programs, account: Account, base: Path) -> None:
    """Make a cluster in ``base / 'data'``; it appears there only when it is whole.

    Raises
    ------
    ConfigurationError
        ``initdb`` failed, or what lies there is not ours to throw away.
    """
    data, draft, password = base / "data", base / "data.draft", base / "admin.password"
    for leftover in (data, draft):
        _wipe_half_made(leftover)
    write_secret(password, account)
    command: list[str | Path] = [
        programs.path("initdb"),
        "-D",
        draft,
        "-U",
        ADMIN,
        "-A",
        "scram-sha-256",
        f"--pwfile={password}",
        "-E",
        "UTF8",
        "--no-instructions",
        *_locale(programs.major),
    ]
    done = account.run(command)
    if done.returncode:
        raise ConfigurationError(
            f"PostgreSQL could not make its data folder {data}: {_last_line(done.stderr)}. "
            "See that the disk has room and the folder is yours, or set DATABASE_URL.",
            folder=str(data),
        )
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(f"\ninclude_if_exists '{OPTIONS}'\n")
    draft.rename(data)


def configure(account: Account, data: Path, sockets: Path, extra: Mapping[str, str]) -> None:
    """Write the options that we choose; done at every start, so that a newer release can change them."""
    chosen = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "60",
        "max_locks_per_transaction": "256",  # a year of monthly partitions is locked by one query
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "work_mem": "16MB",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        "dynamic_shared_memory_type": _shared_memory(),
        **extra,
    }
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in chosen.items()]
    target = data / OPTIONS
    target.write_text(
        "# Written by Enerscope at every start; changes here are lost.\n" + "".join(lines), "utf-8"
    )
    account.own(target)


def provision(base: Path, account: Account, sockets: Path) -> None:
    """Make the role and the database that the portal uses, as far as they are missing, and give it a password.

    The role owns its database but is no superuser, so that a hole in the portal is not a hole in the machine.
    """
    password = write_secret(base / "password", account)
    with psycopg.connect(
        host=str(sockets),
        port=5432,
        user=ADMIN,
        password=(base / "admin.password").read_text("ascii").strip(),
        dbname="postgres",
        autocommit=True,
        connect_timeout=10,
        options="-c statement_timeout=0",
    ) as admin:
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone():
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))
            admin.execute(sql.SQL("GRANT pg_monitor TO {}").format(sql.Identifier(ROLE)))
        admin.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(ROLE), sql.Literal(password))
        )
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(ROLE))
            )


def write_secret(path: Path, account: Account) -> str:
    """Write a new random password to ``path``, readable by the server's account alone, and return it."""
    password = secrets.token_urlsafe(24)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(password + "\n")
    account.own(path)
    return password


def _wipe_half_made(folder: Path) -> None:
    if (folder / "global" / "pg_control").exists() and folder.name == "data":
        raise ConfigurationError(
            f"{folder} holds a database, but its file PG_VERSION is missing or unreadable. "
            "Put that file back from a backup (it holds the major version), or move the folder away.",
            folder=str(folder),
        )
    if folder.exists():
        shutil.rmtree(folder)


def _locale(major: int) -> list[str]:
    """Return locale options that sort alike on every machine; from 17 on they do not depend on the C library."""
    if major >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"]


def _shared_memory() -> str:
    """Return the kind of shared memory for parallel queries: containers often have 64 MB of /dev/shm."""
    try:
        return "posix" if shutil.disk_usage(_SHM).total >= _SMALL_SHM_BYTES else "sysv"
    except OSError:
        return "posix" if sys.platform == "darwin" else "sysv"


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "no reason given"
