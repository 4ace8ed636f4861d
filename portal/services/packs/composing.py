"""A template read into a document, under the rights of one reader and pinned clocks.

Nothing of the moment of making is in it: the same template, parameters, reader and clocks give an equal document,
whatever was recorded since. What the reader may not see is left out and said; what fails is a gap, never a lost pack.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.document import Chapter, Document, Gap, Words
from portal.core.errors import EnerscopeError, NotPermitted, UpstreamError
from portal.core.permissions import Permission
from portal.services.packs import screens
from portal.services.packs.asked import in_words
from portal.services.packs.templates import PAGE, PORTFOLIO, Pick, Template, template
from portal.services.portfolio.books import topmost
from portal.services.portfolio.portfolios import list_portfolios

log = logging.getLogger(__name__)
OF_ONE = frozenset({"risk-overview", "risk-backtests"})
"""Bodies that show one portfolio: where the reader sees several beside each other, each gets a chapter."""
UNBOUNDED = "No bound of it is known."


@dataclass(frozen=True, slots=True)
class _Asking:
    """Who asks for what, under which clocks; ``names`` are the reader's portfolios by code, ``roots`` the topmost."""

    params: Mapping[str, Any]
    clocks: Clocks
    reader: Actor
    names: Mapping[str, str]
    roots: tuple[str, ...]


def compose(
    asked: Template | str,
    params: Mapping[str, Any],
    clocks: Clocks,
    reader: Actor,
    *,
    due_at: datetime | None = None,
    known_gaps: Sequence[Gap] = (),
) -> Document:
    """Return the document of a template for ``reader``.

    ``params`` may name a ``portfolio``. For one page ("page:<body>") they hold its inputs as ``filters``, and may hold
    what its frame says: ``title``, ``lead``, ``address`` and, as ``words``, the inputs by label and choice.

    Raises
    ------
    NotPermitted, NotFound
        The reader may not have this pack or page, or there is none of that name.
    """
    made = template(asked) if isinstance(asked, str) else asked
    reader.require(made.permission)
    clocks = replace(clocks, live=False)
    roots, names = _portfolios(reader)
    asking = _Asking(params, clocks, reader, names, tuple(roots))
    is_page = made.code.startswith(PAGE)
    chapters, left_out, gaps = _page_of(made, asking) if is_page else _chapters_of(made, asking)
    sections = [section for chapter in chapters for section in chapter.sections]
    return Document(
        title=str(params.get("title") or made.title) if is_page else made.title,
        template=made.code,
        version=made.version,
        clocks=clocks,
        reader=f"{reader.name} ({reader.username})",
        chapters=tuple(chapters),
        rights=_rights([names[code] for code in roots], left_out),
        gaps=(*known_gaps, *gaps),
        due_at=due_at,
        simulated=any(section.simulated for section in sections),
        params=dict(params),
    )


def _page_of(made: Template, asking: _Asking) -> tuple[list[Chapter], list[str], list[Gap]]:
    """Return one page as one chapter; a refusal is the reader's to see, since nothing else would be left."""
    params = asking.params
    pick = replace(
        made.picks[0],
        title=str(params.get("title") or made.title),
        filters=dict(params.get("filters") or {}),
        address=str(params.get("address") or ""),
    )
    chapter = _chapter(pick, asking)
    said = tuple((str(name), str(text)) for name, text in params.get("words") or ())
    return [replace(chapter, filters=said or chapter.filters, lead=str(params.get("lead") or ""))], [], []


def _chapters_of(made: Template, asking: _Asking) -> tuple[list[Chapter], list[str], list[Gap]]:
    chapters: list[Chapter] = []
    left_out: list[str] = []
    gaps: list[Gap] = []
    for pick in (one for each in made.picks for one in _one_by_one(_filled(each, asking), asking)):
        try:
            chapter = _chapter(pick, asking)
        except NotPermitted:
            left_out.append(pick.title)
        except UpstreamError:
            raise  # a part of the portal is away for a moment: the job tries again, and no page is given up
        except EnerscopeError as refusal:
            gaps.append(Gap(pick.title, refusal.message, UNBOUNDED))
        except Exception:
            log.exception("chapter %s of pack %s failed", pick.body, made.code)
            why = "The page that it is read from failed. The fault is in the log of the portal."
            gaps.append(Gap(pick.title, why, UNBOUNDED))
        else:
            chapters.append(chapter)
            gaps += _silence(chapter)
    return chapters, left_out, gaps


def _chapter(pick: Pick, asking: _Asking) -> Chapter:
    """Return the sections of a pick, each with the page that it is from."""
    sections = screens.reader().read(pick.body, pick.filters, asking.clocks, asking.reader, pick.only)
    return Chapter(
        pick.title,
        tuple(replace(section, origin=section.origin or pick.address) for section in sections),
        filters=in_words(pick.filters, asking.names),
        address=_address(pick, asking.clocks),
    )


def _filled(pick: Pick, asking: _Asking) -> Pick:
    """Return the pick with the portfolio that is asked for, or without one."""
    portfolio = str(asking.params.get("portfolio") or "")
    filters = {name: portfolio if value == PORTFOLIO else value for name, value in pick.filters.items()}
    return replace(pick, filters=filters)


def _one_by_one(pick: Pick, asking: _Asking) -> list[Pick]:
    """Return the pick; for a page of one portfolio, where several stand beside each other, one for each."""
    if pick.body not in OF_ONE or pick.filters.get("portfolio") or len(asking.roots) < 2:
        return [pick]
    return [
        replace(
            pick, title=f"{pick.title}: {asking.names[code]}", filters={**pick.filters, "portfolio": code}
        )
        for code in asking.roots
    ]


def _address(pick: Pick, clocks: Clocks) -> str:
    """Return the page with its inputs and clocks, without the host."""
    if not pick.address:
        return ""
    known = {name: ",".join(map(str, v)) if isinstance(v, list) else v for name, v in pick.filters.items()}
    chosen = {name: value for name, value in known.items() if value not in ("", None)}
    return f"{pick.address}?{urlencode({**chosen, **clocks.query()})}"


def _silence(chapter: Chapter) -> list[Gap]:
    """Return a gap for a chapter that only says why there is nothing in it."""
    parts = [part for section in chapter.sections for part in section.parts]
    if any(not (isinstance(part, Words) and part.kind in ("notice", "warning")) for part in parts):
        return []
    why = " ".join(part.text for part in parts if isinstance(part, Words))
    return [Gap(chapter.title, why or "The page had none of this to show under these clocks.", UNBOUNDED)]


def _portfolios(reader: Actor) -> tuple[list[str], dict[str, str]]:
    """Return the codes of the topmost portfolios that the reader may see, and the names of all of them by code."""
    if not reader.can(Permission.PORTFOLIO_READ):
        return [], {}
    nodes = list_portfolios(reader)
    return [node.code for node in topmost(nodes)], {node.code: node.name for node in nodes}


def _rights(roots: Sequence[str], left_out: Sequence[str]) -> str:
    """Return whose rows are in the document, and what is not, in words."""
    said = f"Rows of {', '.join(roots)}." if roots else "No portfolio."
    if left_out:
        said += f" Left out, since the reader may not see it: {', '.join(left_out)}."
    return said
