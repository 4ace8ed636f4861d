"""The check of a pack: its receipt's digests, what the file shows, and a database.

Whatever a file of ours shows is made from the receipt inside it, and the same receipt makes the same file. So the file
is made again from its receipt and compared, which needs no database. Who alters the receipt and the file consistently,
with new digests, is found by making the pack anew from a database under its clocks, and by nothing else (decision 5).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from portal import VERSION as CODE_VERSION
from portal.core import canonical
from portal.core.document import Document
from portal.core.errors import EnerscopeError
from portal.services.packs import formats, release, sealing, unsealing
from portal.services.receipts.packs import anew, archive, digests, pdf, xlsx
from portal.services.receipts.packs.finding import Finding, NoReceiptError, told
from portal.services.receipts.verdict import Status, Verdict

_ZIP = b"PK\x03\x04"
_MOST_PDF_JUNK = 1024  # bytes that may stand before a PDF begins


@dataclass(frozen=True, slots=True)
class Carrier:
    """A kind of file that carries a receipt: its format, what it is called, how to read it and how to compare it."""

    code: str
    title: str
    receipt: Callable[[bytes], bytes]
    compare: Callable[[bytes, bytes], list[Finding]]


PDF = Carrier("pdf", "PDF", pdf.receipt, pdf.compare)
XLSX = Carrier("xlsx", "workbook", xlsx.receipt, xlsx.compare)
ARCHIVE = Carrier("csv", "archive", archive.receipt, archive.compare)


def carrier(content: bytes) -> Carrier | None:
    """Return the kind of file that ``content`` is by its first bytes; None for what may be JSON."""
    if b"%PDF-" in content[:_MOST_PDF_JUNK]:
        return PDF
    if content.startswith(_ZIP):
        return XLSX if b"xl/workbook.xml" in content else ARCHIVE
    return None


def is_pack(content: bytes) -> bool:
    """Tell whether ``content`` is to be checked as a pack rather than as the receipt of a figure."""
    if carrier(content) is not None:
        return True
    try:
        found = canonical.decode(content)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("schema") == sealing.SCHEMA


def verify(name: str, content: bytes) -> Verdict:
    """Check the pack ``content`` of the file ``name``; against the connected database too, when there is one."""
    kind = carrier(content)
    try:
        inside = content if kind is None else kind.receipt(content)
    except NoReceiptError as problem:
        return _without(name, kind, problem)
    except ValueError as problem:
        return Verdict(Status.UNREADABLE, (f"'{name}' cannot be checked: {problem}.",))
    sealed, refused = _sealed(name, inside, within=kind is not None)
    if sealed is None:
        return refused
    try:
        findings, document = digests.altered(sealed), unsealing.read(sealed)
    except ValueError as problem:
        return replace(refused, sentences=(f"The receipt of '{name}' cannot be read: {problem}.",))
    verdict = Verdict(Status.VALID, (), sha256=str(sealed["sha256"]), checked="file")
    verdict = _judged(verdict, findings, sealed, inside)
    if kind is not None:
        verdict = _shown(kind, content, document, sealed, verdict)
    return anew.check(document, content, verdict) if verdict.status is Status.VALID else verdict


def _without(name: str, kind: Carrier | None, problem: NoReceiptError) -> Verdict:
    what = kind.title if kind is not None else "file"
    if problem.is_ours:
        sentence = f"'{name}' says that it is a {what} of Enerscope, and its receipt was removed. {problem}"
        return Verdict(Status.ALTERED, (sentence,), altered=("receipt",))
    sentence = f"'{name}' is no {what} of Enerscope, or its receipt was removed. {problem}"
    return Verdict(Status.UNREADABLE, (sentence,))


def _sealed(name: str, inside: bytes, *, within: bool) -> tuple[dict[str, Any] | None, Verdict]:
    """Return the receipt, or None and the verdict why it cannot be read."""
    broken = Status.ALTERED if within else Status.UNREADABLE  # a file does not lose half of what is inside it
    bad = Verdict(broken, (), altered=("receipt",) if within else ())
    try:
        found = canonical.decode(inside)
        canonical.encode(found)
    except ValueError as problem:
        return None, replace(bad, sentences=(f"The receipt of '{name}' is not whole JSON ({problem}).",))
    if not isinstance(found, dict) or found.get("schema") != sealing.SCHEMA:
        return None, replace(bad, sentences=(f"The receipt of '{name}' is not one of a pack.",))
    if found.get("version") != sealing.VERSION or isinstance(found.get("version"), bool):
        sentence = (
            f"'{name}' holds a receipt of version {found.get('version')!r}, and this release reads version "
            f"{sealing.VERSION}. Check it with the release that issued it."
        )
        return None, Verdict(Status.UNREADABLE, (sentence,))
    if not isinstance(found.get("sha256"), str) or not isinstance(found.get("digests"), dict):
        return None, replace(bad, sentences=(f"The receipt of '{name}' has no digests.",))
    return found, bad


def _judged(verdict: Verdict, findings: list[Finding], sealed: Mapping[str, Any], inside: bytes) -> Verdict:
    if findings:
        sentences = ("The receipt was altered.", *told(findings))
        return replace(verdict, status=Status.ALTERED, sentences=sentences, altered=_names(findings))
    sentence = f"The receipt is as it was issued: its SHA-256 is {sealed['sha256']}."
    if inside.strip() != canonical.encode(sealed) and not _is_ascii(inside):
        sentence += " Its JSON was written anew, with other spaces or another spelling of the same content."
    return replace(verdict, sentences=(sentence,))


def _is_ascii(inside: bytes) -> bool:
    """Tell whether the receipt is spelled for cells of a spreadsheet."""
    return b"\\u005f" in inside


def _release(sealed: Mapping[str, Any]) -> str:
    return f"{sealed.get('code_version')} ({sealed.get('writers')})"


def _names(findings: list[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.where for finding in findings))


def _shown(
    kind: Carrier, content: bytes, document: Document, sealed: Mapping[str, Any], verdict: Verdict
) -> Verdict:
    """Compare what a file shows with what its receipt makes."""
    try:
        issued = formats.write(document, kind.code)
    except (EnerscopeError, ValueError, TypeError, KeyError, RuntimeError) as problem:
        sentence = f"This release cannot make the {kind.title} from its receipt ({problem}), so they were not compared."
        status = Status.NOT_REPRODUCIBLE if verdict.status is Status.VALID else verdict.status
        return replace(verdict, status=status, sentences=(*verdict.sentences, sentence))
    if issued == content:
        sentence = f"The {kind.title} is byte for byte what its receipt makes."
        return replace(verdict, sentences=(*verdict.sentences, sentence))
    try:
        findings = kind.compare(content, issued)
    except ValueError as problem:
        return replace(
            verdict,
            status=Status.UNREADABLE,
            sentences=(*verdict.sentences, f"It cannot be read: {problem}."),
        )
    again = sealing.digest(document)
    if (
        verdict.status is not Status.VALID
    ):  # what is printed of the digest is not what the altered receipt has now
        findings = [finding for finding in findings if again[:16] not in finding.sentence]
    if not findings:
        if verdict.status is not Status.VALID:
            return verdict
        sentence = (
            f"The {kind.title} was saved again by another program; what it shows is what its receipt makes."
        )
        return replace(verdict, sentences=(*verdict.sentences, sentence))
    other = (sealed.get("code_version"), sealed.get("writers")) != (CODE_VERSION, release.writers())
    said = (
        f"The {kind.title} was issued by release {_release(sealed)}, and this is {CODE_VERSION} ({release.writers()}), "
        "which may set it out otherwise: check it with the release that issued it. Against what this release makes:"
        if other
        else f"What the {kind.title} shows is not what its receipt says."
    )
    status = Status.ALTERED if not other or verdict.status is Status.ALTERED else Status.NOT_REPRODUCIBLE
    return replace(
        verdict,
        status=status,
        sentences=(*verdict.sentences, said, *told(findings)),
        altered=tuple(dict.fromkeys((*verdict.altered, *_names(findings)))),
    )
