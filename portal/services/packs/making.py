"""Making a pack: one document for one reader at one pair of clocks, written in each format and kept as its bytes.

API: ``make``, ``again``, ``Ask``, ``Made``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from time import perf_counter
from typing import Any

from data.queries import packs as queries
from data.queries.packs import PackRow
from data.session import UnitOfWork
from data.writes import packs as writes
from portal.core.actor import SYSTEM, Actor
from portal.core.canonical import plain
from portal.core.clock import Clocks
from portal.core.document import Document, Gap
from portal.core.errors import Conflict, DomainError, NotPermitted
from portal.core.permissions import Permission, Role
from portal.services import audit
from portal.services.packs import composing, formats, sealing, templates
from portal.services.packs.rights import unseen_portfolio
from portal.services.packs.templates import Template

Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Ask:
    """Which pack: template, its parameters, clocks, formats; ``schedule`` and ``due_at`` of one that was due."""

    template: str
    params: Mapping[str, Any]
    clocks: Clocks
    formats: tuple[str, ...]
    schedule: str | None = None
    due_at: datetime | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A pack that is stored; ``is_new`` when this call stored it."""

    id: int
    is_new: bool


def make(
    ask: Ask, reader: Actor, *, by: str, job_id: int | None = None, tell: Tell | None = None,
    follow: Callable[[UnitOfWork, int], None] | None = None,
) -> Made:  # fmt: skip
    """Make a pack under the rights of ``reader`` and keep its files; what was made before is returned as it is.

    Parameters
    ----------
    ask : Ask
        What is to be made.
    reader : Actor
        Whose rows it holds.
    by : str
        Who asked, for the history.
    job_id : int, optional
        The job that makes it: a second attempt finds what the first has stored.
    tell : callable, optional
        Hears the share done and a sentence.
    follow : callable, optional
        Writes what goes out with the pack, in the transaction that stores it.

    Raises
    ------
    NotPermitted
        The reader may not see this pack or the portfolio that it is about, or may not export.
    DomainError
        There is no such format.
    """
    template = templates.template(ask.template)
    check_reader(template, ask.params, reader)
    with UnitOfWork() as work:
        known = queries.made(
            work.session, schedule=ask.schedule, due_at=ask.due_at, reader=reader.username, job_id=job_id
        )
    if known is not None:
        return Made(known, is_new=False)
    told, began = tell or _silent, perf_counter()
    document = compose(ask, reader, template, told)
    files = write(document, ask.formats, told)
    values = _values(ask, template, document, reader) | {
        "seconds": perf_counter() - began, "made_by": by, "job_id": job_id,
    }  # fmt: skip
    return _store(ask, values, files, reader, follow)


def check_reader(template: Template, params: Mapping[str, Any], reader: Actor) -> None:
    """Raise :class:`NotPermitted` unless ``reader`` may see such packs of a template and take files home."""
    reader.require(template.permission)
    reader.require(Permission.EXPORT)
    unseen = unseen_portfolio(template, params, reader)
    if unseen is not None:
        raise NotPermitted(
            f"{reader.name} may not see this pack: it is about the portfolio '{unseen[:64]}', which is not among those "
            "that they may see. Choose another portfolio, or ask an administrator for this one.",
            portfolio=unseen[:64],
            username=reader.username,
        )


def compose(ask: Ask, reader: Actor, template: Template, tell: Tell) -> Document:
    """Return the document of a pack under pinned clocks."""
    tell(0.02, "Reading the pages")
    clocks = replace(ask.clocks, live=False)
    return composing.compose(
        template.code, ask.params, clocks, reader, due_at=ask.due_at, known_gaps=ask.gaps
    )


def write(document: Document, codes: Sequence[str], tell: Tell) -> dict[str, bytes]:
    """Return the files of a document by format.

    Raises
    ------
    DomainError
        No format was named, or one that does not exist.
    """
    unknown = sorted(set(codes) - formats.FORMATS.keys())
    if unknown or not codes:
        named = f"There is no format '{unknown[0]}'" if unknown else "No format was chosen"
        raise DomainError(f"{named}. Choose among {', '.join(formats.FORMATS)}.")
    made = {}
    for at, code in enumerate(codes):
        tell(0.6 + 0.35 * at / len(codes), f"Writing {code.upper()}")
        made[code] = formats.write(document, code)
    return made


def _values(ask: Ask, template: Template, document: Document, reader: Actor) -> dict[str, Any]:
    return {
        "template": template.code, "template_version": document.version, "schedule": ask.schedule,
        "due_at": ask.due_at, "as_of": ask.clocks.as_of, "known_at": ask.clocks.known_at,
        "params": plain(dict(ask.params)), "reader": reader.username, "rights": rights_of(reader),
        "state": "complete" if document.is_complete else "partial",
        "gaps": {"of": [asdict(gap) for gap in document.gaps], "known": [asdict(gap) for gap in ask.gaps]},
        "digest": sealing.digest(document), "simulated": document.simulated,
    }  # fmt: skip


def _store(
    ask: Ask, values: Mapping[str, Any], files: Mapping[str, bytes], reader: Actor,
    follow: Callable[[UnitOfWork, int], None] | None,
) -> Made:  # fmt: skip
    """Keep a pack with its files, once, and whatever goes out with it: all of it or nothing."""
    job_id = values["job_id"]
    with UnitOfWork(write=True) as work:
        writes.lock(work.session, f"of {ask.schedule or job_id} for {reader.username}")
        same = queries.made(
            work.session, schedule=ask.schedule, due_at=ask.due_at, reader=reader.username, job_id=job_id
        )
        number = None if same is not None else writes.add_pack(work.session, **values)
        if number is None:
            return Made(_there(same), is_new=False)
        stem = stem_of(ask, reader)
        writes.add_files(
            work.session,
            [
                {
                    "pack_id": number, "format": code, "file_name": f"{stem}.{formats.FORMATS[code].extension}",
                    "media_type": formats.FORMATS[code].media_type, "content": content,
                    "sha256": sha256(content).hexdigest(),
                }
                for code, content in files.items()
            ],
        )  # fmt: skip
        if follow is not None:
            follow(work, number)
        detail = {
            "template": values["template"], "state": values["state"], "digest": values["digest"],
            "formats": sorted(files), "schedule": ask.schedule,
        }  # fmt: skip
        audit.note(work, SYSTEM if ask.schedule else reader, "pack.made", "pack", str(number), detail)
    return Made(number, is_new=True)


def _there(same: int | None) -> int:
    if same is None:
        raise Conflict("Somebody else has just made this pack. Open the history.")
    return same


def stem_of(ask: Ask, reader: Actor) -> str:
    """Return the name of the files of a pack without their ending: what, which day, due when, for whom."""
    due = "" if ask.due_at is None else f"-{ask.due_at:%Y%m%dT%H%MZ}"
    name = ask.schedule or ask.template.replace(":", "-").replace("/", "-")
    return f"enerscope-{name}-{ask.clocks.as_of}{due}-{reader.username}"


def rights_of(reader: Actor) -> dict[str, Any]:
    """Return whose rights a pack was made under, so that it can be made again and that its readers can be judged."""
    return {
        "user_id": reader.user_id,
        "name": reader.name,
        "roles": sorted(reader.roles),
        "permissions": sorted(reader.permissions),
        "portfolios": sorted(reader.portfolio_codes),
    }


def again(row: PackRow, codes: Sequence[str]) -> dict[str, bytes]:
    """Return the files of a pack made anew, under its own clocks and the rights that its reader had then.

    Raises
    ------
    Conflict
        Its template has changed since.
    """
    template = templates.template(row.template)
    known = {role.value for role in Role}
    roles = frozenset(Role(one) for one in row.rights.get("roles", ()) if one in known)
    reader = Actor(
        int(row.rights.get("user_id") or 0), row.reader, str(row.rights.get("name", row.reader)), roles,
        frozenset(row.rights.get("portfolios", ())),
    )  # fmt: skip
    ask = Ask(
        row.template, row.params, Clocks(row.as_of, row.known_at, live=False), tuple(codes), row.schedule,
        row.due_at, tuple(Gap(**gap) for gap in row.gaps.get("known", ())),
    )  # fmt: skip
    document = compose(ask, reader, template, _silent)
    if document.version != row.template_version:
        raise Conflict(
            f"Pack {row.id} was made from version {row.template_version} of its template, which is version "
            f"{document.version} now. Its stored files are what was sent."
        )
    return write(document, codes, _silent)


def _silent(_share: float, _sentence: str) -> None:
    """Take progress when nobody listens."""
