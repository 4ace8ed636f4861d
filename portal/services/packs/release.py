"""Which code sets out the files of packs: a digest of the writers' sources and of the libraries that draw for them.

A version number says too little: whoever runs a checkout, or another version of a library, may set a page otherwise. A
check must tell that from an alteration.
"""

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

WRITERS = (
    "book", "columns", "formats", "native_charts", "paper", "paper_tables", "pdf", "plots", "release", "sealing",
    "sheet_names", "table_sheet", "tables", "typeface", "unsealing", "workbook",
)  # fmt: skip
"""The modules of this package that writing a file uses, beside those that draw."""
BESIDE = ("services/files.py", "core/document.py", "core/format.py", "core/precision.py", "core/table.py")
LIBRARIES = ("matplotlib", "typst", "xlsxwriter")


@cache
def writers() -> str:
    """Return the digest of what writes files here, 16 hexadecimal digits."""
    here = Path(__file__).parent
    portal = here.parents[1]
    sources = [here / f"{name}.py" for name in WRITERS] + [portal / name for name in BESIDE]
    sources += sorted([*here.glob("*.typ"), *(here / "drawing").rglob("*.py")])
    state = hashlib.sha256()
    for source in sources:
        state.update(source.relative_to(portal).as_posix().encode())
        state.update(hashlib.sha256(source.read_bytes().replace(b"\r\n", b"\n")).digest())
    for library in LIBRARIES:
        state.update(f"{library} {metadata.version(library)};".encode())
    return state.hexdigest()[:16]
