"""Taking files in: the use cases behind ``enerscope import``, the import page and the quarantine on Data quality."""

from portal.services.ingest.answers import ImportOptions
from portal.services.ingest.history import recent_imports
from portal.services.ingest.importing import import_file
from portal.services.ingest.preview import Preview, preview_file
from portal.services.ingest.quarantine import dismiss_row, quarantine_row, quarantine_table, repair_row
from portal.services.ingest.report import ImportReport, combine
from portal.services.ingest.staged import discard, stage, staged_file

__all__ = [
    "ImportOptions", "ImportReport", "Preview", "combine", "discard", "dismiss_row", "import_file", "preview_file",
    "quarantine_row", "quarantine_table", "recent_imports", "repair_row", "stage", "staged_file",
]  # fmt: skip
