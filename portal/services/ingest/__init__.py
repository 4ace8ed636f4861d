"""Taking files in: the use cases behind ``enerscope import``, the import page and the quarantine on Data quality."""

from portal.services.ingest.answers import ImportOptions
from portal.services.ingest.importing import import_file, recent_imports
from portal.services.ingest.quarantine import dismiss_row, quarantine_row, quarantine_table, repair_row
from portal.services.ingest.report import ImportReport, combine

__all__ = [
    "ImportOptions",
    "ImportReport",
    "combine",
    "dismiss_row",
    "import_file",
    "quarantine_row",
    "quarantine_table",
    "recent_imports",
    "repair_row",
]
