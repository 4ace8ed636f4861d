"""The formats of packs and pages: who writes them, and what they are called.

Writers are imported when they are used: drawing charts and setting pages load large libraries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from portal.core.document import Document
from portal.core.errors import NotFound
from portal.services import files
from portal.services.packs import unsealing


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its title, media type, extension, and the module and function that write it."""

    title: str
    media_type: str
    extension: str
    module: str
    function: str

    def writer(self, document: Document) -> bytes:
        """Return ``document`` in this format."""
        content: bytes = getattr(import_module(f"portal.services.packs.{self.module}"), self.function)(
            document
        )
        return content


FORMATS: Mapping[str, Format] = {
    "pdf": Format("PDF", "application/pdf", "pdf", "pdf", "to_pdf"),
    "xlsx": Format("Excel workbook", files.XLSX_TYPE, "xlsx", "workbook", "to_xlsx"),
    "csv": Format("CSV tables (zip)", "application/zip", "zip", "tables", "to_csv"),
    "json": Format("JSON", "application/json", "json", "sealing", "to_json"),
}


def known(code: str) -> Format:
    """Return the format ``code``.

    Raises
    ------
    NotFound
        There is none of that code.
    """
    found = FORMATS.get(code)
    if found is None:
        raise NotFound(
            f"Packs are written as {', '.join(FORMATS)}, not as '{code[:20]}'. Choose one of these.",
            format=code,
        )
    return found


def write(document: Document, code: str) -> bytes:
    """Return ``document`` as a file of the format ``code``; the same document gives the same bytes.

    Raises
    ------
    NotFound
        There is no such format.
    """
    return known(code).writer(unsealing.normal(document))
