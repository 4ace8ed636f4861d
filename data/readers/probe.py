"""The first look at a file: what it is, whether it is whole, and how its text is encoded.

The whole file is read once, in blocks: a truncated gzip, bytes that belong to no encoding and NUL bytes are known
before
the first row is, and the number of lines is there for the progress bar.
"""

import codecs
import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, cast

from data.readers.problems import Refused

Format = Literal["text", "xlsx", "parquet", "json"]
BLOCK = 1 << 20
SAMPLE = 256 * 1024

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_FOREIGN = (
    (b"BZh", "bzip2", "Unpack it first, or compress it with gzip."),
    (b"\xfd7zXZ", "xz", "Unpack it first, or compress it with gzip."),
    (b"\x28\xb5\x2f\xfd", "Zstandard", "Unpack it first, or compress it with gzip."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it first."),
    (b"Rar!", "a RAR archive", "Unpack it first."),
    (b"%PDF", "a PDF document", "Ask for the table as CSV or XLSX."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)", "Save it as .xlsx."),
    (b"\x89PNG", "a picture", "Ask for the table as CSV or XLSX."),
)
_WESTERN = re.compile(
    "[\u00a0-\u00ff\u20ac\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2022\u2122\u0152\u0153]"
)
_RUN = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]{3}")


@dataclass(frozen=True, slots=True)
class Probe:
    """What the first look found. ``lines`` and ``nuls`` are counted in text only; ``encoding`` is a codec name."""

    path: Path
    format: Format
    gzipped: bool
    sha256: str
    size: int
    encoding: str = "utf-8"
    lines: int = 0
    nuls: int = 0
    guessed_encoding: bool = False

    def open_binary(self) -> IO[bytes]:
        """Open the content, unpacked."""
        return cast("IO[bytes]", gzip.open(self.path, "rb")) if self.gzipped else self.path.open("rb")


def probe_file(path: Path, *, encoding: str | None = None) -> Probe:
    """Read ``path`` once and say what it is; ``encoding`` is what the user said, if anything.

    Raises
    ------
    Refused
        The file is empty, cut off, of a kind that is not read here, or in no single encoding.
    """
    size = path.stat().st_size
    if size == 0:
        raise Refused("empty-file", f"{path.name} is empty (0 bytes). Fetch it again from its source.")
    digest = _digest(path)
    with path.open("rb") as plain:
        gzipped = plain.read(2) == b"\x1f\x8b"
    head = b""
    for block in _blocks(path, gzipped):
        head += block
        if len(head) >= SAMPLE:
            break
    if not head:
        raise Refused(
            "empty-file", f"{path.name} holds nothing once it is unpacked. Fetch it again from its source."
        )
    kind = _format(path, head, gzipped)
    if kind in ("xlsx", "parquet"):
        return Probe(path, kind, gzipped, digest, size)
    return _probe_text(path, kind, gzipped, digest, size, head, encoding)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _blocks(path: Path, gzipped: bool) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") if gzipped else path.open("rb") as stream:
            while block := stream.read(BLOCK):
                yield block
    except EOFError:
        raise Refused(
            "truncated-gzip",
            f"{path.name} is cut off: its gzip stream ends before its end mark, so the last rows are missing. "
            f"Fetch it again.",
        ) from None
    except (gzip.BadGzipFile, zlib.error) as problem:
        raise Refused(
            "damaged-gzip",
            f"{path.name} cannot be unpacked ({problem}). The file is damaged; fetch it again.",
        ) from None


def _format(path: Path, head: bytes, gzipped: bool) -> Format:
    for magic, name, advice in _FOREIGN:
        if head.startswith(magic):
            raise Refused(
                "unknown-format", f"{path.name} is {name}, which the importer does not read. {advice}"
            )
    if head.startswith((b"PK\x03\x04", b"PAR1")):
        if gzipped:
            raise Refused(
                "unknown-format", f"{path.name} is a workbook or Parquet file inside gzip. Unpack it first."
            )
        return "parquet" if head.startswith(b"PAR1") else _workbook(path)
    start = head.lstrip(codecs.BOM_UTF8).lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise Refused(
            "html-page",
            f"{path.name} is a web page, not a table: often a log-in or error page saved by mistake. Download "
            f"it again.",
        )
    if start.startswith(b"<"):
        raise Refused(
            "unknown-format", f"{path.name} is XML. The importer reads CSV, TSV, XLSX, Parquet and JSON."
        )
    return "json" if start.startswith((b"{", b"[")) and not _bracketed_text(start) else "text"


def _bracketed_text(start: bytes) -> bool:
    """Tell a title such as ``[Prices]`` from JSON: what follows the bracket in JSON is one of few characters."""
    following = start[1:].lstrip()[:1]
    return following not in (b"", b'"', b"{", b"[", b"]", b"}", b"-", *(b"%d" % i for i in range(10)))


def _workbook(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        raise Refused(
            "damaged-workbook",
            f"{path.name} is cut off or damaged: its ZIP directory is missing. Fetch it again.",
        ) from None
    if "xl/workbook.xml" in names:
        return "xlsx"
    inside = ", ".join(names[:3])
    raise Refused(
        "unknown-format", f"{path.name} is a ZIP archive ({inside}). Unpack it and import the files inside."
    )


def _probe_text(
    path: Path, kind: Format, gzipped: bool, digest: str, size: int, head: bytes, encoding: str | None
) -> Probe:
    named = _declared(path, encoding) if encoding else _marked(head)
    census = _Census(named or "utf-8")
    for block in _blocks(path, gzipped):
        census.add(block)
    census.finish()
    guessed = False
    if census.bad_line is not None:
        if named:
            said = f"--encoding {encoding}" if encoding else f"its byte-order mark ({named})"
            raise Refused(
                "encoding",
                f"Line {census.bad_line} of {path.name} is not {named}, although {said} says so. "
                "Name the encoding with --encoding, for example cp1252.",
                line=census.bad_line,
            )
        named, guessed = _western(path, census), True
        census = _recount(path, gzipped, named)
    if kind == "text" and census.nuls * 10 > census.characters:
        raise Refused(
            "binary", f"{path.name} is not text: more than a tenth of it is NUL bytes. Check how it was made."
        )
    return Probe(path, kind, gzipped, digest, size, named or "utf-8", census.lines, census.nuls, guessed)


def _recount(path: Path, gzipped: bool, encoding: str) -> "_Census":
    """Count the text again in the encoding that was found, which must hold for all of it."""
    census = _Census(encoding)
    for block in _blocks(path, gzipped):
        census.add(block)
    census.finish()
    if census.bad_line is None:
        return census
    raise Refused(
        "encoding",
        f"{path.name} looks like {encoding}, but line {census.bad_line} is not. Name the encoding with --encoding.",
        line=census.bad_line,
    )


def _declared(path: Path, encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise Refused(
            "encoding",
            f"'{encoding}' is not an encoding known here, so {path.name} was not read. Try utf-8 or cp1252.",
        ) from None


def _marked(head: bytes) -> str | None:
    """Return the encoding that a byte-order mark, or NUL in every other place, gives away."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    pairs = head[: len(head) // 2 * 2][:4096]
    if len(pairs) >= 4:
        even, odd = pairs[0::2].count(0), pairs[1::2].count(0)
        if odd > len(pairs) * 0.4 and even == 0:
            return "utf-16-le"
        if even > len(pairs) * 0.4 and odd == 0:
            return "utf-16-be"
    return None


class _Census:
    """Count lines, NUL characters and multi-byte characters of a text, and find its first undecodable byte."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self._strict = codecs.getincrementaldecoder(encoding)("strict")
        self.lines = 0
        self.nuls = 0
        self.characters = 0
        self.multibyte = False
        self.bad_line: int | None = None
        self.bad_sample = b""

    def add(self, block: bytes, *, final: bool = False) -> None:
        """Count one block."""
        try:
            text = self._strict.decode(block, final)
        except UnicodeDecodeError as problem:
            if self.bad_line is None:
                before = problem.object[: problem.start]
                self.bad_line = self.lines + before.count(b"\n") + 1
            whole = problem.object  # what was kept back of the block before, and this one
            foreign = [line for line in whole.split(b"\n")[:20000] if not line.isascii()]
            self.bad_sample += b"\n".join(foreign)[:8192]
            # Valid multi-byte characters beside invalid bytes mean that two encodings were mixed.
            self.multibyte = self.multibyte or bool(_UTF8_PAIR.search(whole))
            self._strict.reset()
            text = block.decode("latin-1")
        else:
            self.multibyte = self.multibyte or (self.bad_line is not None and not text.isascii())
            if self.bad_line is None and not text.isascii():
                self.multibyte = True
        self.characters += len(text)
        self.lines += text.count("\n")
        self.nuls += text.count("\x00")

    def finish(self) -> None:
        """Tell the decoder that the file ends here."""
        self.add(b"", final=True)
        self.lines += 1


_UTF8_PAIR = re.compile(
    rb"(?<![\xc0-\xff])(?:[\xc3-\xdf][\x80-\xbf]|\xc2[\xa0-\xbf]|[\xe1-\xef][\x80-\xbf]{2})(?![\x80-\xff])"
)


def _western(path: Path, census: _Census) -> str:
    """Return cp1252 when the bytes that are not UTF-8 read as Western text, and refuse otherwise."""
    line = census.bad_line
    if census.multibyte:
        raise Refused(
            "mixed-encoding",
            f"{path.name} mixes encodings: some characters are UTF-8, but line {line} is not. "
            "Save it again in one encoding, or name one with --encoding.",
            line=line,
        )
    text = census.bad_sample.decode("cp1252", "replace")
    odd = [character for character in text if not character.isascii() and not _WESTERN.match(character)]
    if not odd and not _RUN.search(text):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(census.bad_sample).best()
    guess = f" It may be {best.encoding}." if best is not None else ""
    raise Refused(
        "encoding",
        f"Line {line} of {path.name} is neither UTF-8 nor Western text (cp1252).{guess} "
        "Name the encoding with --encoding.",
        line=line,
    )
