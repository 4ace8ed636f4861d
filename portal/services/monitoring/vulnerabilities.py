"""Known vulnerabilities of installed packages, read from the JSON file that pip-audit writes."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from portal.core.config import settings

_MOST_BYTES = 20_000_000


class _Vulnerability(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    fix_versions: list[str] = []
    aliases: list[str] = []
    description: str = ""


class _Package(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str
    version: str = ""
    vulns: list[_Vulnerability] = []
    skip_reason: str = ""


class _Result(BaseModel):
    model_config = ConfigDict(extra="ignore")

    dependencies: list[_Package]


@dataclass(frozen=True, slots=True)
class Finding:
    """One vulnerability of one package; ``fixed_in`` is "" where no version is free of it."""

    package: str
    version: str
    id: str
    aliases: str
    fixed_in: str
    words: str


@dataclass(frozen=True, slots=True)
class Audit:
    """A result of pip-audit; ``problem`` says why there is none, "" where there is."""

    made_at: datetime | None
    clean: tuple[tuple[str, str], ...]  # package and version without a finding
    skipped: int
    findings: tuple[Finding, ...]
    problem: str = ""


def newest() -> Audit:
    """Return the result in the file of the setting; nothing is raised, since the page must say what is wrong."""
    path = settings().vulnerabilities_file
    if path is None:
        return _none(
            "No result is configured. Run `pip-audit --format json --output FILE` every night and set "
            "ENERSCOPE_VULNERABILITIES_FILE to that file."
        )
    try:
        if path.stat().st_size > _MOST_BYTES:
            return _none(f"{path.name} is larger than 20 MB, so it is no result of pip-audit.")
        made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        found = _Result.model_validate_json(path.read_bytes())
    except OSError as problem:
        return _none(f"{path.name} cannot be read: {problem.strerror}. Check that pip-audit wrote it.")
    except ValidationError:
        return _none(f"{path.name} is not what pip-audit writes with --format json. Write it again.")
    findings = tuple(
        Finding(
            package.name, package.version, one.id, ", ".join(one.aliases), ", ".join(one.fix_versions),
            one.description.strip().split("\n", 1)[0][:300],
        )
        for package in found.dependencies
        for one in package.vulns
    )  # fmt: skip
    skipped = sum(bool(package.skip_reason) for package in found.dependencies)
    clean = tuple(
        (package.name, package.version)
        for package in found.dependencies
        if not package.vulns and not package.skip_reason
    )
    return Audit(made, clean, skipped, findings)


def _none(problem: str) -> Audit:
    return Audit(None, (), 0, (), problem)
