"""Text types of flat files, and a short way to write their fields."""

from portal.domain.compliance.reports.layout import Field
from portal.domain.compliance.reports.tree import Simple

TEXT = Simple("text", max_length=350)
NUMBER = Simple("decimal", base="decimal", digits=25, decimals=6)
DAY = Simple("date", base="date")
MOMENT = Simple("moment", base="dateTime")
FLAG = Simple("boolean", base="boolean")
CURRENCY = Simple("currency", min_length=3, max_length=3)


def one_of(*codes: str) -> Simple:
    """Return the type of a code list."""
    return Simple("code", enum=codes)


def must(
    number: str, path: str, title: str, source: str, kind: Simple = TEXT, rule: str = "as it is"
) -> Field:
    """Return a mandatory field."""
    return Field(number, path, title, source, rule, kind, required=True)


def may(
    number: str, path: str, title: str, source: str, kind: Simple = TEXT, rule: str = "as it is"
) -> Field:
    """Return an optional field."""
    return Field(number, path, title, source, rule, kind)
