"""Files of sanctions lists, in miniature and with made-up names."""

from datetime import UTC, datetime

import pytest

from portal.domain.compliance.errors import BadListError
from portal.domain.compliance.screening_lists import Entry, read_list

OFAC = b"""<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML">
 <publshInformation><Publish_Date>05/08/2026</Publish_Date><Record_Count>3</Record_Count></publshInformation>
 <sdnEntry><uid>10</uid><lastName>QESHM STAR PETROCHEM FZE</lastName><sdnType>Entity</sdnType>
  <programList><program>TEST</program><program>TEST2</program></programList>
  <akaList><aka><uid>1</uid><type>a.k.a.</type><category>strong</category><lastName>QSP</lastName></aka></akaList>
  <addressList><address><uid>2</uid><country>Iran</country></address></addressList></sdnEntry>
 <sdnEntry><uid>11</uid><firstName>Orlov</firstName><lastName>NEMO</lastName><sdnType>Individual</sdnType>
  <nationalityList><nationality><uid>3</uid><country>Russia</country></nationality></nationalityList>
  <dateOfBirthList><dateOfBirthItem><uid>4</uid><dateOfBirth>circa 15 Jan 1961</dateOfBirth></dateOfBirthItem>
  </dateOfBirthList></sdnEntry>
 <sdnEntry><uid>12</uid><lastName>PHANTOM BREEZE</lastName><sdnType>Vessel</sdnType>
  <idList><id><uid>5</uid>
  <idType>Vessel Registration Identification</idType><idNumber>IMO 9990001</idNumber></id></idList></sdnEntry>
</sdnList>"""
EU = b"""<?xml version="1.0"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-05-08T10:15:00.000+02:00">
 <sanctionEntity euReferenceNumber="EU.1.2" logicalId="13"><regulation programme="TST"/>
  <subjectType code="person" classificationCode="P"/>
  <nameAlias firstName="Orlov" lastName="Nemo" wholeName="Orlov Nemo"/><nameAlias wholeName="O. Nemo"/>
  <birthdate year="1961"/><citizenship countryIso2Code="RU"/></sanctionEntity>
 <sanctionEntity logicalId="14"><subjectType code="enterprise" classificationCode="E"/>
  <nameAlias wholeName="Ghost Fleet"/><address countryIso2Code="00"/></sanctionEntity>
</export>"""
UN = b"""<?xml version="1.0"?>
<CONSOLIDATED_LIST dateGenerated="2026-05-08T00:00:04Z">
 <INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>ZAHIR</FIRST_NAME><SECOND_NAME>NOBODY</SECOND_NAME>
  <UN_LIST_TYPE>TEST</UN_LIST_TYPE><REFERENCE_NUMBER>TSi.001</REFERENCE_NUMBER>
  <NATIONALITY><VALUE>Syrian Arab Republic</VALUE></NATIONALITY>
  <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Abu Nobody</ALIAS_NAME></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><YEAR>1966</YEAR></INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL></INDIVIDUALS>
 <ENTITIES><ENTITY><DATAID>2</DATAID><FIRST_NAME>PYONGWON COAL</FIRST_NAME><UN_LIST_TYPE>TEST</UN_LIST_TYPE>
  <REFERENCE_NUMBER>TSe.001</REFERENCE_NUMBER>
  <ENTITY_ADDRESS><COUNTRY>Democratic People's Republic of Korea</COUNTRY></ENTITY_ADDRESS></ENTITY></ENTITIES>
</CONSOLIDATED_LIST>"""
UK = b"""<?xml version="1.0"?>
<Designations><DateGenerated>08/05/2026</DateGenerated>
 <Designation><UniqueID>TST0001</UniqueID><Names>
   <Name><Name6>GREY</Name6><NameType>Alias</NameType></Name>
   <Name><Name1>Grey</Name1><Name6>HORIZON</Name6><NameType>Primary Name</NameType></Name></Names>
  <RegimeName>Test</RegimeName><IndividualEntityShip>Ship</IndividualEntityShip>
  <ShipDetails><Ship><IMONumbers><IMONumber>9990013</IMONumber></IMONumbers></Ship></ShipDetails></Designation>
</Designations>"""
SDN_CSV = (
    b'36,"QESHM STAR PETROCHEM FZE",-0- ,"TEST",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n'
    b'37,"NEMO, Orlov","individual","TEST",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    b"\"DOB 15 Jan 1961; nationality Russia; a.k.a. 'CAPTAIN NEMO'.\"\n\x1a\n"
)
HEAD = "entry,kind,name,aliases,country,birth_year,imo,program\n"
OWN = HEAD + "A1,person,Orlov Nemo,O. Nemo;Captain Nemo,RU,1961,,TEST\n"


def test_the_list_of_ofac():
    found = read_list(OFAC, "sdn.xml")
    assert (found.code, found.listed_at) == ("OFAC-SDN", datetime(2026, 5, 8, tzinfo=UTC))
    assert found.entries == (
        Entry("10", "company", "QESHM STAR PETROCHEM FZE", ("QSP",), "IR", None, None, "TEST, TEST2"),
        Entry("11", "person", "Orlov NEMO", (), "RU", 1961),
        Entry("12", "vessel", "PHANTOM BREEZE", imo="9990001"),
    )


def test_the_list_of_the_eu():
    found = read_list(EU, "eu.xml")
    assert found.listed_at == datetime(2026, 5, 8, 8, 15, tzinfo=UTC)
    assert found.entries == (
        Entry("EU.1.2", "person", "Orlov Nemo", ("O. Nemo",), "RU", 1961, None, "TST"),
        Entry("14", "company", "Ghost Fleet"),
    )


def test_the_list_of_the_un():
    found = read_list(UN, "un.xml")
    assert found.code == "UN"
    assert found.entries == (
        Entry("TSi.001", "person", "ZAHIR NOBODY", ("Abu Nobody",), "SY", 1966, None, "TEST"),
        Entry("TSe.001", "company", "PYONGWON COAL", (), "KP", None, None, "TEST"),
    )


def test_the_list_of_the_uk_puts_the_primary_name_first():
    found = read_list(UK, "uk.xml")
    assert (found.code, found.listed_at) == ("UK", datetime(2026, 5, 8, tzinfo=UTC))
    assert found.entries == (
        Entry("TST0001", "vessel", "Grey HORIZON", ("GREY",), imo="9990013", program="Test"),
    )


def test_the_csv_of_ofac_has_no_heading():
    found = read_list(SDN_CSV, "SDN.CSV")
    assert found.entries[1] == Entry(
        "37", "person", "NEMO, Orlov", ("CAPTAIN NEMO",), "RU", 1961, None, "TEST"
    )


def test_our_own_columns_and_json():
    entry = Entry("A1", "person", "Orlov Nemo", ("O. Nemo", "Captain Nemo"), "RU", 1961, None, "TEST")
    assert read_list(OWN.encode(), "own.csv").entries == (entry,)
    text = (
        b'{"code": "HOUSE", "listed_at": "2026-05-08", "entries": [{"entry": "A1", "kind": "person", "name": '
        b'"Orlov Nemo", "aliases": ["O. Nemo", "Captain Nemo"], "country": "RU", "birth_year": 1961, '
        b'"program": "TEST"}]}'
    )
    found = read_list(text, "own.json")
    assert (found.code, found.entries) == ("HOUSE", (entry,))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04\x00\x00", "is no text"),
        (b"<sdnList><sdnEntry>", "no whole XML"),
        (b"<other/>", "begins with 'other'"),
        (b"{", "no whole JSON"),
        (b"[1]", "list 'entries' of objects"),
        (b"a,b\n1,2\n", "must name the columns"),
        (OWN.encode().replace(b"Orlov Nemo", b""), "line 2: it has no name"),
        (OWN.encode().replace(b"1961", b"soon"), "line 2: 'soon' is no date or year of birth"),
        (OWN.encode().replace(b"person", b"alien"), "line 2: 'alien' is none of"),
        (OWN.encode() + b"A1,person,Twice,,,,,\n", "line 3: the number A1 is there twice"),
        (b"entry,kind,name\n", "no names in it"),
        (b"entry,kind,name\n1,person,\xff\n", "not in UTF-8"),
        (OFAC.replace(b"IMO 9990001", b"none"), "sdnEntry 12: 'none' is no IMO number"),
    ],
)
def test_a_bad_file_is_refused_with_the_row(content, said):
    with pytest.raises(BadListError, match=said):
        read_list(content, "file")


def test_entities_are_refused_and_nothing_is_fetched():
    bomb = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><export><sanctionEntity>&x;</sanctionEntity></export>'
    with pytest.raises(BadListError, match="declares entities"):
        read_list(bomb, "bomb.xml")


def test_the_first_bad_rows_are_named():
    rows = "".join(f"{number},person,\n" for number in range(9))
    with pytest.raises(BadListError, match=r"9 rows are bad.*line 6.*and 4 more"):
        read_list(f"entry,kind,name\n{rows}".encode(), "file")
