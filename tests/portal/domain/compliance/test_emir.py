"""Who reports a derivative."""

import pytest

from portal.domain.compliance.emir import BOTH, reporting_party
from portal.domain.compliance.errors import NotAskedError


def party(number, kind, country, **more):
    return {"id": number, "class": kind, "country": country, **more}


N = party("N", "NFC-", "DE", self_reports=False)
F = party("F", "FC", "FR")


@pytest.mark.parametrize(
    ("parties", "is_otc", "expected"),
    [
        ([N, F], True, "F"),
        ([F, N], True, "F"),
        ([N, F], False, BOTH),
        ([{**N, "self_reports": True}, F], True, BOTH),
        ([N, party("M", "NFC-", "NL")], True, BOTH),
        ([N, party("B", "FC", "GB")], True, BOTH),
        ([N, party("S", "SD", "US")], True, "N"),
        ([F, party("S", "SD", "US")], True, "F"),
        ([party("E", "END_USER", "US"), party("S", "SD", "US")], True, ""),
    ],
)
def test_reporting_party(parties, is_otc, expected):
    assert reporting_party(parties, is_otc=is_otc) == expected


def test_what_an_nfc_told_must_be_known():
    with pytest.raises(NotAskedError, match="N reports itself"):
        reporting_party([party("N", "NFC-", "DE"), F], is_otc=True)
