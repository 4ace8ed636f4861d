"""Lists in XML: OFAC's SDN list, the EU's and the UN's consolidated lists, the UK sanctions list.

Element names are those of the publishers' files: ``sdnList`` (OFAC), ``export`` (EU, version 1.1),
``CONSOLIDATED_LIST`` (UN) and ``Designations`` (UK). Namespaces are not looked at, since OFAC has changed its own.
"""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from portal.domain.compliance.errors import BadListError
from portal.domain.compliance.screening_lists.base import Draft, ListFile, finished, moment_of

Node = Any  # lxml exports no public name for the class of its elements


def read_xml(content: bytes) -> ListFile:
    """Return the list of an XML file.

    Raises
    ------
    BadListError
        It is no XML, declares entities, or is none of the lists.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as problem:
        raise BadListError(
            f"The file is no whole XML: {problem.msg}. Download it again and import it."
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadListError(
            "The file declares entities of its own, which no published list does. It is refused."
        )
    for node in root.iter():
        if isinstance(node.tag, str):
            node.tag = etree.QName(node).localname
    reader = {"sdnList": _ofac, "export": _eu, "CONSOLIDATED_LIST": _un, "Designations": _uk}.get(
        str(root.tag)
    )
    if reader is None:
        raise BadListError(
            f"The file begins with '{root.tag}'. Known are sdnList (OFAC), export (EU), CONSOLIDATED_LIST (UN) and "
            "Designations (UK)."
        )
    return reader(root)


def _text(node: Node, path: str) -> str:
    return (node.findtext(path) or "").strip()


def _texts(node: Node, path: str) -> list[str]:
    return [found.text.strip() for found in node.iterfind(path) if found.text and found.text.strip()]


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _first(items: list[str]) -> str:
    return items[0] if items else ""


def _ofac(root: Node) -> ListFile:
    published = moment_of(_text(root, "publshInformation/Publish_Date"), "%m/%d/%Y")
    return finished("OFAC-SDN", published, _ofac_entries(root))


def _ofac_entries(root: Node) -> Iterator[Draft]:
    kinds = {"Individual": "person", "Vessel": "vessel"}
    for number, node in enumerate(root.iterfind("sdnEntry"), start=1):
        uid = _text(node, "uid")
        imo = [
            _text(item, "idNumber")
            for item in node.iterfind("idList/id")
            if _text(item, "idType").startswith("Vessel Registration")
        ]
        countries = _texts(node, "nationalityList/nationality/country") + _texts(
            node, "addressList/address/country"
        )
        yield Draft(
            f"sdnEntry {uid or number}", uid, kinds.get(_text(node, "sdnType"), "company"),
            _joined(_text(node, "firstName"), _text(node, "lastName")),
            [_joined(_text(aka, "firstName"), _text(aka, "lastName")) for aka in node.iterfind("akaList/aka")],
            _first(countries), _first(_texts(node, "dateOfBirthList/dateOfBirthItem/dateOfBirth")), _first(imo),
            ", ".join(_texts(node, "programList/program")),
        )  # fmt: skip


def _eu(root: Node) -> ListFile:
    return finished("EU", moment_of(root.get("generationDate", "")), _eu_entries(root))


def _eu_entries(root: Node) -> Iterator[Draft]:
    for number, node in enumerate(root.iterfind("sanctionEntity"), start=1):
        entry = node.get("euReferenceNumber") or node.get("logicalId") or ""
        names = [
            alias.get("wholeName")
            or _joined(*(alias.get(part) or "" for part in ("firstName", "middleName", "lastName")))
            for alias in node.iterfind("nameAlias")
        ]
        subject = node.find("subjectType")
        code = "" if subject is None else (subject.get("code") or subject.get("classificationCode") or "")
        places = [
            found.get("countryIso2Code") or ""
            for path in ("citizenship", "address")
            for found in node.iterfind(path)
        ]
        births = [found.get("birthdate") or found.get("year") or "" for found in node.iterfind("birthdate")]
        regulation = node.find("regulation")
        yield Draft(
            f"sanctionEntity {entry or number}", entry, "person" if code in ("person", "P") else "company",
            _first(names), names[1:], _first([place for place in places if place not in ("", "00")]),
            _first([birth for birth in births if birth]), "",
            "" if regulation is None else regulation.get("programme", ""),
        )  # fmt: skip


def _un(root: Node) -> ListFile:
    return finished("UN", moment_of(root.get("dateGenerated", "")), _un_entries(root))


def _un_entries(root: Node) -> Iterator[Draft]:
    for path, kind, prefix in (
        ("INDIVIDUALS/INDIVIDUAL", "person", "INDIVIDUAL"),
        ("ENTITIES/ENTITY", "company", "ENTITY"),
    ):
        for number, node in enumerate(root.iterfind(path), start=1):
            entry = _text(node, "REFERENCE_NUMBER") or _text(node, "DATAID")
            births = [
                _text(birth, "DATE") or _text(birth, "YEAR") or _text(birth, "FROM_YEAR")
                for birth in node.iterfind("INDIVIDUAL_DATE_OF_BIRTH")
            ]
            places = _texts(node, "NATIONALITY/VALUE") + _texts(node, f"{prefix}_ADDRESS/COUNTRY")
            names = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
            yield Draft(
                f"{prefix} {entry or number}", entry, kind, _joined(*(_text(node, name) for name in names)),
                _texts(node, f"{prefix}_ALIAS/ALIAS_NAME"), _first(places),
                _first([birth for birth in births if birth]), "", _text(node, "UN_LIST_TYPE"),
            )  # fmt: skip


def _uk(root: Node) -> ListFile:
    published = moment_of(root.get("DateGenerated") or _text(root, "DateGenerated"), "%d/%m/%Y")
    return finished("UK", published, _uk_entries(root))


def _uk_entries(root: Node) -> Iterator[Draft]:
    kinds = {"Individual": "person", "Ship": "vessel"}
    parts = ("Name1", "Name2", "Name3", "Name4", "Name5", "Name6")
    for number, node in enumerate(root.iterfind("Designation"), start=1):
        entry = _text(node, "UniqueID")
        named = [
            (_text(name, "NameType"), _joined(*(_text(name, part) for part in parts)))
            for name in node.iterfind("Names/Name")
        ]
        named.sort(key=lambda item: item[0].casefold() != "primary name")
        names = [name for _, name in named if name]
        places = _texts(node, ".//Nationalities/Nationality") + _texts(
            node, "Addresses/Address/AddressCountry"
        )
        yield Draft(
            f"Designation {entry or number}", entry, kinds.get(_text(node, "IndividualEntityShip"), "company"),
            _first(names), names[1:], _first(places), _first(_texts(node, ".//DOBs/DOB")),
            _first(_texts(node, ".//IMONumbers/IMONumber")), _text(node, "RegimeName"),
        )  # fmt: skip
