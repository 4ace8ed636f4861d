"""Detection of regimes beyond the examples of RG-01 to RG-08: orders, positions, reports, events, and odd shapes."""

from typing import Any

import pytest

from portal.domain.compliance.regimes import counted_capacity, detect, is_region_known


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"kind": "order", "order": {"commodity": "power", "zone": "DE-LU"}}, {"EU-REMIT"}),
        ({"kind": "order", "order": {"commodity": "power", "zone": "GB"}}, {"UK-REMIT"}),
        ({"kind": "order", "order": {"commodity": "power", "zone": "NO2"}}, {"EU-REMIT"}),
        ({"kind": "order", "order": {"commodity": "gas", "zone": "NO2"}}, set()),
        ({"kind": "order", "order": {"venue": {"mic": "IFAD"}}}, {"ME-ADNOC"}),
        ({"kind": "position", "contract": "NG"}, {"US-CFTC"}),
        ({"kind": "position", "ancillary": {}}, {"EU-MIFID"}),
        ({"kind": "position", "emir": {}}, {"EU-EMIR"}),
        ({"kind": "report", "report_type": "FERC-EQR"}, {"US-FERC"}),
        ({"kind": "report", "report_type": "REMIT-T1"}, {"EU-REMIT"}),
        ({"kind": "event", "event": {"type": "unavailability", "zone": "FR"}}, {"EU-REMIT"}),
        ({"kind": "event", "event": {"type": "suspicion", "instrument": "UKA"}}, {"UK-MAR", "UK-ETS"}),
        ({"kind": "order_flow", "own_fills": [{"contract": "CL"}]}, {"US-CFTC"}),
        ({"kind": "trade", "seller": {"mbr_authority": True}}, set()),
        ({"kind": "trade", "trade": {"instrument": "EUA"}}, {"EU-ETS", "EU-MIFID"}),
        ({"kind": "installation", "scheme": "UK"}, {"UK-ETS"}),
        (
            {"kind": "trade", "trade": {"commodity": "power", "delivery": {"country": "GB", "zone": "SEM"}}},
            {"EU-REMIT"},
        ),
        ({"kind": "trade", "trade": "odd", "parties": ["odd"]}, set()),
    ],
)
def test_regimes(facts: dict[str, Any], expected: set[str]) -> None:
    assert detect(facts) == {"GLOBAL", *expected}


def test_no_final_customer_has_no_capacity() -> None:
    assert counted_capacity({}) is None
    assert counted_capacity({"final_customer": {"plants": []}}) == 0.0


def test_empty_places_are_no_region() -> None:
    trade = {"delivery": None, "venue": {"mic": None, "is_sef_or_dcm": True}}
    assert not is_region_known({"trade": trade, "parties": [{"id": "A", "country": None}]})
    assert is_region_known({"trade": {**trade, "grade": "Murban"}})
