"""Sanctions and PEP lists as files: the formats of OFAC, the EU, the UN and the UK, and our own in CSV and JSON.

API: ``read_list(content, file_name) -> ListFile``. A file is read as a whole or refused; the first bad rows are named.
"""

from portal.domain.compliance.screening_lists.base import Entry, ListFile
from portal.domain.compliance.screening_lists.reading import read_list

__all__ = ["Entry", "ListFile", "read_list"]
