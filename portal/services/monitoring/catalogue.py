"""What is watched: the portal's own services, feeds, targets of the settings and what people named; and what each
failure touches.

A service says which pages and kinds of jobs stop or grow old when it fails *by itself*. What it drags along comes from
``depends_on``: :func:`affected` adds everything downstream. Pages are addresses; ``/risk/*`` is a whole area and ``*``
every page. They are declared here, since a process that watches knows no pages; a test holds them against the page
registry. Jobs come from the registry of kinds and from the schedules.
"""

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from data.queries import services as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.config import Settings, settings
from portal.core.errors import ConfigurationError, UpstreamError
from portal.domain.monitoring.reach import downstream
from portal.services.monitoring.feed_terms import FeedTerms

EVERY_PAGE = "*"
OPERATIONS = "Operations"
_MARKET_USERS = ("/", "/market/*", "/portfolio/*", "/risk/*")
PAGES_OF_DATA: Mapping[str, tuple[str, ...]] = {
    "prices": (*_MARKET_USERS, "/forecast/*"),
    "auctions": ("/", "/market/*", "/forecast/*", "/risk/earnings"),
    "curves": ("/", "/market/curves", "/market/curve-build", "/portfolio/*", "/risk/*"),
    "volatilities": ("/market/volatility", "/portfolio/*", "/risk/*"),
    "fx": ("/portfolio/*", "/risk/*"),
    "rates": ("/portfolio/*", "/risk/*"),
    "weather": ("/forecast/*",),
    "power": ("/forecast/*", "/risk/earnings"),
    "outlook": ("/forecast/*",),
    "trades": ("/portfolio/*", "/risk/*", "/compliance/*"),
}
"""Pages that read each dataset of a feed: what grows old when it stops."""
JOBS_OF_DATA: Mapping[str, tuple[str, ...]] = {
    "prices": ("risk.", "forecast.", "pack."),
    "auctions": ("forecast.", "pack."),
    "curves": ("risk.", "pack."),
    "volatilities": ("risk.", "pack."),
    "fx": ("risk.", "pack."),
    "rates": ("risk.", "pack."),
    "weather": ("forecast.", "pack."),
    "power": ("forecast.", "pack."),
    "outlook": ("forecast.", "pack."),
    "trades": ("risk.", "compliance.check", "pack."),
}
"""Kinds of jobs that read it, by how their code begins."""
PAGES_OF_JOBS: Mapping[str, tuple[str, ...]] = {
    "risk.": ("/", "/risk/*"),
    "forecast.": ("/forecast/*",),
    "compliance.": ("/compliance/*",),
    "pack.": ("/packs",),
    "platform.backup": ("/monitoring/backups",),
    "": ("/monitoring/jobs",),
}
"""Pages that show what jobs make, by how the code of the kind begins."""


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """Something that is watched; ``origin`` says who named it: portal, setting, feed or people."""

    code: str
    kind: str
    title: str
    depends_on: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    owner: str = OPERATIONS
    address: str = ""
    origin: str = "portal"


@dataclass(frozen=True, slots=True)
class Affected:
    """What a failure touches: services that need the failed one, pages (see the module) and kinds of jobs."""

    services: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()

    def as_json(self) -> dict[str, list[str]]:
        """Return the pages and jobs as an incident keeps them."""
        return {"pages": list(self.pages), "jobs": list(self.jobs)}


def targets(config: Settings) -> dict[str, str]:
    """Return the Prometheus endpoints of the settings: URL by name.

    Raises
    ------
    ConfigurationError
        An entry is not ``name=URL`` with http or https, or a name stands twice.
    """
    found: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in config.targets.split(","))):
        name, _, url = (part.strip() for part in entry.partition("="))
        if not name or urlsplit(url).scheme not in ("http", "https") or name in found:
            raise ConfigurationError(
                f"The entry '{name}' of ENERSCOPE_TARGETS cannot be read. Write name=URL with commas between, each "
                "name once, such as gateway=http://gateway:9100/metrics.",
                variable="ENERSCOPE_TARGETS",
            )
        found[name] = url
    return found


def shown_address(url: str) -> str:
    """Return ``url`` without user, password and query, which may hold secrets."""
    parts = urlsplit(url)
    if not parts.hostname:
        return ""
    port = f":{parts.port}" if parts.port else ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}{parts.path}"


def own(config: Settings | None = None) -> dict[str, ServiceInfo]:
    """Return the portal's own services and the targets of the settings, by code; asks no database."""
    given = config or settings()
    embedded, redis = given.database_url is None, given.redis_url is not None
    kinds = tuple(sorted(_jobs().all_kinds()))
    scheduled = tuple(sorted({schedule.kind for schedule in _jobs().all_schedules().values()}))
    queue = ("cache", "database") if redis else ("database",)
    beat = ServiceInfo("beat", "scheduler", "Scheduler", queue, ("/monitoring/jobs",), scheduled)
    return {
        info.code: info
        for info in (
            ServiceInfo("web", "web", "Web server", ("cache", "database", "disk"), (EVERY_PAGE,)),
            ServiceInfo("worker", "worker", "Worker", (*queue, "disk"), pages_of(kinds), kinds),
            *((beat,) if redis else ()),  # elsewhere the worker looks at schedules
            ServiceInfo("monitor", "worker", "Monitor", ("database", "disk"), ("/monitoring/*",)),
            ServiceInfo("database", "database", "Database", ("disk",) if embedded else ()),
            ServiceInfo("cache", "cache", "Redis" if redis else "Disk cache", () if redis else ("disk",)),
            ServiceInfo("disk", "host", "Machine and disk"),
            *_of_settings(given),
        )
    }


def _of_settings(config: Settings) -> Iterable[ServiceInfo]:
    found = targets(config)
    if config.prometheus_url:
        found.setdefault("prometheus", config.prometheus_url)
    for name, url in sorted(found.items()):
        yield ServiceInfo(
            f"target.{name}", "target", f"Target {name}", address=shown_address(url), origin="setting"
        )


def all_services(work: UnitOfWork) -> dict[str, ServiceInfo]:
    """Return everything that is watched, by code: own services, targets, feeds, and what people named.

    What people say about a service of the portal (its owner, a further dependency, pages and jobs) is added to it.
    """
    found = own()
    for feed in importlib.import_module("portal.services.monitoring.feeds").feeds_in(work, clock.now()):
        if feed.terms.enabled:
            info = _of_feed(feed.terms)
            found[info.code] = info
    for row in queries.named(work.session):
        if row.enabled:
            found[row.code] = _joined(found.get(row.code), row)
    return found


def _of_feed(terms: FeedTerms) -> ServiceInfo:
    """Return a feed as a service: rows come from outside and need the database to be taken in."""
    return ServiceInfo(
        f"feed.{terms.code}", "feed", terms.title, ("database",), PAGES_OF_DATA.get(terms.dataset, ()),
        _kinds_like(JOBS_OF_DATA.get(terms.dataset, ())), terms.owner, origin="feed",
    )  # fmt: skip


def _joined(known: ServiceInfo | None, row: queries.ServiceRow) -> ServiceInfo:
    """Return what people named, on top of what is known of it."""
    base = known or ServiceInfo(row.code, row.kind, row.title, origin="people")

    def both(first: Iterable[str], more: object) -> tuple[str, ...]:
        given = more if isinstance(more, list) else []
        return tuple(dict.fromkeys([*first, *(str(item) for item in given)]))

    return ServiceInfo(
        base.code, base.kind, row.title or base.title, both(base.depends_on, row.depends_on.get("services")),
        both(base.pages, row.feeds.get("pages")), both(base.jobs, row.feeds.get("jobs")), row.owner or base.owner,
        shown_address(row.address) or base.address, base.origin,
    )  # fmt: skip


def pages_of(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return the pages that show what jobs of ``kinds`` make."""
    starts = [start for start in PAGES_OF_JOBS if any(kind.startswith(start) for kind in kinds)]
    return tuple(sorted({page for start in starts for page in PAGES_OF_JOBS[start]}))


def _kinds_like(starts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(kind for kind in _jobs().all_kinds() if kind.startswith(tuple(starts))))


def _jobs() -> Any:
    """Return the service of jobs; it raises alerts, whose incidents ask here, so it is not imported at the top."""
    return importlib.import_module("portal.services.jobs")


def affected(code: str, services: Mapping[str, ServiceInfo] | None = None) -> Affected:
    """Return what a failure of the service ``code`` touches, with everything that needs it.

    Parameters
    ----------
    code : str
        A service; one that nobody knows touches nothing.
    services : mapping, optional
        What :func:`all_services` found; left out it is read, or taken from :func:`own` when the database is away.
    """
    known = services if services is not None else _at_hand()
    if code not in known:
        return Affected()
    reached = downstream(code, {info.code: info.depends_on for info in known.values()})
    touched = [known[name] for name in (code, *reached)]
    pages = {page for info in touched for page in info.pages}
    return Affected(
        tuple(reached), _merged(pages), tuple(sorted({kind for info in touched for kind in info.jobs}))
    )


def _at_hand() -> dict[str, ServiceInfo]:
    try:
        with UnitOfWork() as work:
            return all_services(work)
    except UpstreamError:
        return own()


def _merged(pages: Iterable[str]) -> tuple[str, ...]:
    """Return ``pages`` without those that a wider entry holds already."""
    given = set(pages)
    if EVERY_PAGE in given:
        return (EVERY_PAGE,)
    areas = [page for page in given if page.endswith("/*")]
    return tuple(
        sorted(page for page in given if page in areas or not any(covers(area, page) for area in areas))
    )


def covers(entry: str, path: str) -> bool:
    """Tell whether the ``entry`` of a list of pages means the page at ``path``."""
    if entry in (EVERY_PAGE, path):
        return True
    area = entry.removesuffix("/*")
    return entry.endswith("/*") and (path == area or path.startswith(f"{area}/"))


def in_words(entry: str) -> str:
    """Return an entry of a list of pages as people read it, without asking the page registry.

    Examples
    --------
    >>> in_words("/risk/*"), in_words("*"), in_words("/market/curves")
    ('All pages of Risk', 'Every page', '/market/curves')
    """
    if entry == EVERY_PAGE:
        return "Every page"
    if entry.endswith("/*"):
        return f"All pages of {entry[1:-2].capitalize()}"
    return "Overview" if entry == "/" else entry
