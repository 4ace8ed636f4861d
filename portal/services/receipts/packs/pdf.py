"""A pack as PDF: the receipt attached to it, and its pages compared with those that the receipt makes."""

import hashlib
import logging
import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import SequenceMatcher
from io import BytesIO
from typing import Any

from portal.services.packs import sealing
from portal.services.receipts.packs.finding import Finding, NoReceiptError, pairs, quoted

_OURS = re.compile(r"enerscope verify receipt", re.IGNORECASE)
_ACTIVE = ("/OpenAction", "/AA", "/AcroForm", "/Collection")  # of a document: what acts or hides
_PASSIVE = ("/EmbeddedFiles", "/Dests")  # of what a document names: attachments, compared apart, and places
_NOT_DRAWN = ("/Parent", "/StructParents", "/Tabs", "/Type")  # of a page
_PACKING = ("/Length", "/Filter", "/DecodeParms", "/Parent", "/StructParent", "/P")  # of any object
_LOST = "\N{REPLACEMENT CHARACTER}"  # in place of the words of a page that cannot be read
_CONTEXT = 3  # words before a difference that are quoted with it


def receipt(content: bytes) -> bytes:
    """Return the receipt attached to a PDF.

    Raises
    ------
    NoReceiptError
        There is none.
    ValueError
        It is no PDF that can be read, or has several receipts.
    """
    reader = _reader(content)
    with _told():
        attached = [(item.name, item.content) for item in reader.attachment_list]
    found = [bytes(inside or b"") for name, inside in attached if name == sealing.FILE_NAME]
    if len(found) > 1:
        raise ValueError(f"it has {len(found)} attachments of the name {sealing.FILE_NAME}")
    if found:
        return found[0]
    ours = any(_OURS.search(" ".join(_words(page))) for page in reader.pages)
    raise NoReceiptError(f"It has no attachment {sealing.FILE_NAME}.", is_ours=ours)


def _reader(content: bytes) -> Any:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of damage, which the verdict tells
    with _told():
        reader = PdfReader(BytesIO(content))
        len(reader.pages)
    return reader


@contextmanager
def _told() -> Iterator[None]:
    """Turn whatever a damaged file makes pypdf raise into a ValueError with a sentence."""
    try:
        yield
    except _damage() as problem:
        raise ValueError(f"it is not a whole PDF ({str(problem)[:120]})") from None


def _damage() -> tuple[type[Exception], ...]:
    from pypdf.errors import PyPdfError

    return (
        PyPdfError, ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, RecursionError,
        OSError, zlib.error, struct.error,
    )  # fmt: skip


def compare(found: bytes, issued: bytes) -> list[Finding]:
    """Return how a file differs from the one that its receipt makes, page by page."""
    here, there = _reader(found), _reader(issued)
    texts, wanted = [[_words(page) for page in side.pages] for side in (here, there)]
    sides = pairs([" ".join(words) for words in wanted], [" ".join(words) for words in texts])
    findings = list(_pages(sides.gone, sides.added, sides.moved, len(wanted)))
    for was, at in sides.changed:
        findings += _differences(at + 1, wanted[was], texts[at])
    findings += _drawn(here, there, texts, wanted)
    with _told():
        findings += _whole(here, there)
    return findings


def _words(page: Any) -> list[str]:
    try:
        return str(page.extract_text()).split()
    except _damage():
        return [_LOST]


def _pages(
    gone: Sequence[int], added: Sequence[int], moved: Sequence[tuple[int, int]], count: int
) -> Iterator[Finding]:
    for at in gone:
        yield Finding(f"page {at + 1}", f"Page {at + 1} of {count} was removed or replaced.")
    for at in added:
        yield Finding(
            f"page {at + 1}", f"What is page {at + 1} now was not issued so: it was added or replaced."
        )
    for was, at in moved:
        yield Finding(f"page {was + 1}", f"Page {was + 1} was moved: it is page {at + 1} now.")


def _differences(page: int, issued: Sequence[str], found: Sequence[str]) -> Iterator[Finding]:
    """Yield where the words of a page are not those that the receipt makes."""
    if list(found) == [_LOST]:
        yield Finding(f"page {page}", f"Page {page} cannot be read any more: it was damaged or altered.")
        return
    for what, low, high, begin, end in SequenceMatcher(None, issued, found, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        after = " ".join(issued[max(low - _CONTEXT, 0) : low])
        place = f" after {quoted(after)}" if after else ""
        was, now = quoted(" ".join(issued[low:high])), quoted(" ".join(found[begin:end]))
        sentence = {
            "replace": f"Page {page}: the text says {now} where the receipt says {was}{place}.",
            "delete": f"Page {page}: the text leaves out {was}, which the receipt has{place}.",
            "insert": f"Page {page}: the text says {now}, which the receipt does not have{place}.",
        }[what]
        yield Finding(f"page {page}", sentence)


def _drawn(
    here: Any, there: Any, texts: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]]
) -> Iterator[Finding]:
    """Yield the pages whose words are as issued and whose lines, pictures, typefaces or notes are not."""
    memos: tuple[dict[int, bytes], dict[int, bytes]] = ({}, {})
    known = [_digest(page, memos[0]) for page in there.pages]
    for at, page in enumerate(here.pages):
        same = {known[n] for n, words in enumerate(wanted) if list(words) == list(texts[at])}
        try:
            drawn = _digest(page, memos[1])
        except _damage():
            drawn = b""
        if same and drawn not in same:
            yield Finding(
                f"page {at + 1}",
                f"Page {at + 1}: its words are as issued, but what is drawn is not: a chart, a line, a picture, a note "
                "or something that covers it.",
            )


def _digest(page: Any, memo: dict[int, bytes]) -> bytes:
    """Return a digest of all that a page draws, whatever the numbers and packing of its objects."""
    drawn = {str(key): page.get(key) for key in page if str(key) not in _NOT_DRAWN}
    drawn.setdefault("/MediaBox", page.mediabox)
    return _of(drawn, memo, ())


def _of(item: Any, memo: dict[int, bytes], above: tuple[int, ...]) -> bytes:
    """Return the digest of an object with all that it refers to; ``memo`` holds those of numbered objects.

    A page that is pointed at counts as a page, an object within itself as that.
    """
    from pypdf.generic import IndirectObject

    if not isinstance(item, IndirectObject):
        return _of_direct(item, memo, above)
    number = item.idnum
    if number in above:
        return b"again"
    if number not in memo:
        memo[number] = _of_direct(item.get_object(), memo, (*above, number))
    return memo[number]


def _of_direct(item: Any, memo: dict[int, bytes], above: tuple[int, ...]) -> bytes:
    from pypdf.generic import StreamObject

    state = hashlib.sha256()
    if isinstance(item, Mapping):
        if above and str(item.get("/Type", "")) == "/Page":
            return b"page"
        state.update(b"<<")
        for key in sorted(str(key) for key in item if str(key) not in _PACKING):
            state.update(key.encode("utf-8", "replace") + b" " + _of(_raw(item, key), memo, above))
        if isinstance(item, StreamObject):
            state.update(hashlib.sha256(item.get_data()).digest())
    elif isinstance(item, (list, tuple)):
        state.update(b"[")
        for at in range(len(item)):
            one = item.raw_get(at) if hasattr(item, "raw_get") else list.__getitem__(list(item), at)
            state.update(_of(one, memo, above))
    else:
        state.update(f"{item};".encode("utf-8", "replace"))
    return state.digest()


def _raw(item: Mapping[str, Any], key: str) -> Any:
    """Return what a dictionary holds under ``key``, a reference as such."""
    return item.raw_get(key) if hasattr(item, "raw_get") else item[key]


def _whole(here: Any, there: Any) -> Iterator[Finding]:
    """Yield what the file as a whole has gained or says otherwise."""
    ours, theirs = here.trailer["/Root"], there.trailer["/Root"]
    active = [key for key in _ACTIVE if key in ours and key not in theirs]
    for key in (*active, *sorted(_named(ours) - _named(theirs))):
        yield Finding(
            "file", f"The file has gained {key[1:]}, which no pack has: it may act or show otherwise."
        )
    names = sorted(item.name for item in here.attachment_list)
    for name in names:
        if name != sealing.FILE_NAME:
            yield Finding("attachment", f"The file has gained the attachment {quoted(name)}.")
    for key, title in (("/Title", "title"), ("/Author", "author")):
        was, now = ((side.metadata or {}).get(key) for side in (there, here))
        if was is not None and now is not None and str(was) != str(now):
            yield Finding(
                "properties", f"Its {title} says {quoted(now)} where the receipt says {quoted(was)}."
            )


def _named(root: Any) -> set[str]:
    """Return the kinds of what a document names and that may act or show otherwise: its scripts, for one."""
    return {str(key) for key in root["/Names"]} - {*_PASSIVE} if "/Names" in root else set()
