"""A pack as zipped CSV files: the receipt among them, and each file compared with the one that the receipt makes."""

import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from itertools import zip_longest

from portal.services.packs import sealing
from portal.services.receipts.packs.finding import Finding, NoReceiptError, quoted

LARGEST = 1 << 30  # bytes that an archive or a workbook may unpack to
DAMAGE = (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError)
"""What reading a damaged archive raises."""


def receipt(content: bytes) -> bytes:
    """Return the receipt in an archive.

    Raises
    ------
    NoReceiptError
        There is none.
    ValueError
        It is no archive that can be read.
    """
    files = _files(content)
    if sealing.FILE_NAME not in files:
        ours = b"release," in files.get("about.csv", b"")
        raise NoReceiptError(f"It has no file {sealing.FILE_NAME}.", is_ours=ours)
    return files[sealing.FILE_NAME]


def _files(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return {name: archive.read(name) for name in names(archive)}
    except DAMAGE as problem:
        raise ValueError(f"it is not a whole archive ({problem})") from None


def names(archive: zipfile.ZipFile) -> list[str]:
    """Return the names of the files in an archive.

    Raises
    ------
    ValueError
        It unpacks to more than any pack does, or holds two files of one name, of which one program shows the first and
        another the last. Workbooks and some systems do not tell capitals from small letters in names.
    """
    if sum(info.file_size for info in archive.infolist()) > LARGEST:
        raise ValueError("it unpacks to more than any pack does")
    found = archive.namelist()
    for name, count in Counter(name.casefold() for name in found).items():
        if count > 1:
            raise ValueError(f"it holds {count} files of the name {quoted(name)}")
    return found


def compare(found: bytes, issued: bytes) -> list[Finding]:
    """Return how an archive differs from the one that its receipt makes, by file and line."""
    return list(_compare(_files(found), _files(issued)))


def _compare(here: dict[str, bytes], there: dict[str, bytes]) -> Iterator[Finding]:
    for name, wanted in there.items():
        if name not in here:
            yield Finding(f"file {name}", f"The file '{name}' was removed.")
        elif name != sealing.FILE_NAME and here[name] != wanted:
            now, was = (side.decode("utf-8-sig", "replace").split("\r\n") for side in (here[name], wanted))
            for at, (says, said) in enumerate(zip_longest(now, was), start=1):
                if says != said:
                    words = f"it says {quoted(says)} where the receipt says {quoted(said)}."
                    yield Finding(f"file {name}:{at}", f"File '{name}', line {at}: {words}")
    for name in here:
        if name not in there:
            yield Finding(f"file {name}", f"The file '{name}' was added.")
