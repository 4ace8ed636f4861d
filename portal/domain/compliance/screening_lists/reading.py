"""Which reader a file needs: told by how it begins, whatever it is called."""

from portal.domain.compliance.errors import BadListError
from portal.domain.compliance.screening_lists.base import ListFile
from portal.domain.compliance.screening_lists.plain_files import read_csv, read_json


def read_list(content: bytes, file_name: str) -> ListFile:
    """Return the list in a file.

    Parameters
    ----------
    content : bytes
        The file.
    file_name : str
        What it is called, for a refusal.

    Raises
    ------
    BadListError
        It cannot be read, or has bad entries; the sentence names the first.
    """
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not start:
        raise BadListError(f"{file_name} is empty.")
    if b"\x00" in content[:4096]:
        raise BadListError(f"{file_name} is no text. Import the XML, CSV or JSON file of the list.")
    if start == b"<":
        from portal.domain.compliance.screening_lists.xml_files import read_xml  # with lxml

        return read_xml(content)
    return read_json(content) if start in (b"{", b"[") else read_csv(content)
