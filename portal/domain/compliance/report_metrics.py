"""The metrics of Compliance > Reports: rows on their way into a file, and files by where they stand."""

from portal.core.metrics import Metric, register

ROWS = register(
    Metric(
        "compliance.report_rows",
        "Rows of a report",
        "rows",
        "Number of things that the report looked at, found in its scope, wrote into the file or refused; or that it "
        "left out for a reason.",
        "N = number of rows with that fate",
        "portal.services.compliance.report_funnel.fate",
        decimals=0,
        coloured=False,
    )
)
FILES = register(
    Metric(
        "compliance.report_files",
        "Files by state",
        "files",
        "Number of files of a kind (or of all) that stand so: draft, released, rejected, submitted, accepted, refused; "
        "'all' counts every file.",
        "N = number of files in that state",
        "portal.services.compliance.report_funnel.in_state",
        decimals=0,
        coloured=False,
    )
)
