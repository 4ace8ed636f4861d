"""What is known of a backup: a JSON file beside the dump, so that it outlives the database that it is of."""

import hashlib
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from portal.core.config import Settings, settings
from portal.core.errors import DomainError, NotFound

SUFFIX = ".json"
CHUNK = 1 << 20


class Manifest(BaseModel):
    """One backup. ``sha256`` and ``bytes`` are of the file as it lies there; row counts are of its snapshot."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    made_at: datetime
    seconds: float
    version: str  # of Enerscope
    revision: str  # of the schema
    server_version: str
    database_bytes: int
    bytes: int
    sha256: str
    encrypted_for: str  # age recipient, "" for a plain file
    rows: dict[str, int]
    audit_entries: int
    audit_hash: str
    checked_at: datetime | None = None
    check_seconds: float | None = None
    problem: str = ""  # what the restore into a scratch database found; "" when it was good or not tried

    @property
    def is_good(self) -> bool:
        """Whether a restore into a scratch database gave everything back."""
        return self.checked_at is not None and not self.problem

    @property
    def total_rows(self) -> int:
        """Rows of all tables."""
        return sum(self.rows.values())


def folder_of(config: Settings | None = None) -> Path:
    """Return the folder of backups."""
    config = config or settings()
    return (config.backup_folder or config.root / "backups").expanduser().resolve()


def path_of(found: Manifest, config: Settings | None = None) -> Path:
    """Return the path of the dump of a backup."""
    return folder_of(config) / found.name


def write(found: Manifest, folder: Path) -> None:
    """Store a manifest; there is never half of one."""
    target = folder / (found.name + SUFFIX)
    draft = target.with_suffix(".part")
    draft.write_text(found.model_dump_json(indent=1), "utf-8")
    draft.chmod(0o600)
    draft.replace(target)


def all_backups(config: Settings | None = None) -> list[Manifest]:
    """Return all backups, newest first; a manifest that cannot be read is left out, its dump is not touched."""
    found: list[Manifest] = []
    for file in folder_of(config).glob(f"enerscope-*{SUFFIX}"):
        try:
            found.append(Manifest.model_validate_json(file.read_text("utf-8")))
        except (OSError, ValidationError):
            continue
    return sorted(found, key=lambda item: item.made_at, reverse=True)


def find(name: str, config: Settings | None = None) -> Manifest:
    """Return the backup of a name; ``latest`` is the newest good one, or the newest when none was checked.

    Raises
    ------
    NotFound
        There is none.
    """
    known = all_backups(config)
    if name == "latest" and known:
        return next((item for item in known if item.is_good), known[0])
    wanted = Path(name).name.removesuffix(SUFFIX)
    for item in known:
        if item.name == wanted:
            return item
    raise NotFound(
        f"There is no backup '{name}' in {folder_of(config)}. `enerscope backup list` shows what there is."
    )


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()


def require_whole(found: Manifest, file: Path) -> None:
    """Raise :class:`DomainError` unless the dump of a backup is there and unaltered."""
    if not file.is_file():
        raise DomainError(f"The file of backup {found.name} is gone from {file.parent}.")
    if file.stat().st_size != found.bytes or sha256_of(file) != found.sha256:
        raise DomainError(
            f"The file of backup {found.name} is not what was written: its SHA-256 differs. Take another backup."
        )
