"""Files for US authorities: rows that fit the generated schema, scope, and named rejects."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from portal.domain.compliance.identifiers import emir_uti
from portal.domain.compliance.reports.kinds.cftc_43 import rounded
from portal.domain.compliance.reports.layout import layout_of
from portal.domain.compliance.reports.schema import check_file
from portal.domain.compliance.reports.source import Party
from portal.domain.compliance.reports.writing import to_csv
from tests.helpers.report_sources import OTHER, OWN, source

DAY = date(2026, 6, 30)
LEI = "5493001KJTIIGC8Y1R12"
US = replace(OTHER, facts={"lei": LEI, "us_person": True, "class": "SD"})
SWAP = source(
    kind="swap", party=US, curve="HENRY_HUB", unit="USD/MMBtu", currency="USD", quantity=12_345.0,
    quantity_unit="MMBtu", total=37_035.0, total_unit="MMBtu", uti={"EMIR": emir_uti(LEI, "trade 17")},
    facts={"trade": {"publicly_reportable": True, "block": False, "publicly_submitted_at": "2026-06-08T09:20:00Z"}},
)  # fmt: skip
OPTION = replace(SWAP, kind="option", price=None, strike=3.2, premium=0.2, is_call=False)
SALE = source(
    curve="HENRY_HUB", commodity="power", side=-1, unit="USD/MWh", currency="USD", price=44.5,
    own=Party("SELF", "Own desk", facts={"ferc_tariff": "Tariff 1", "name": "Own desk LLC"}),
    party=replace(OTHER, facts={"service_agreement": "SA-7"}), facts={"balancing_authority": "PJM"},
)  # fmt: skip


def file_of(kind, *sources):
    layout = layout_of(kind, DAY)
    rows = [layout.row(item, subject=item.external_id, trade_id=item.trade_id) for item in sources]
    assert [row.problems for row in rows] == [()] * len(rows)
    assert all(set(row.cells) <= set(layout.by_path) for row in rows)
    content = to_csv(layout, [row.cells for row in rows])
    assert check_file(layout, content) == []
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_part_45():
    swap, option, error = file_of("cftc-45", SWAP, OPTION, replace(SWAP, event="cancelled", side=-1))
    assert (swap["buyer_identifier"], swap["counterparty_2_financial_entity"]) == (LEI, "true")
    assert (option["option_type"], option["price"]) == ("PUTO", "")
    assert error["action_type"] == "EROR"


def test_part_43_names_nobody():
    (row,) = file_of("cftc-43", SWAP)
    assert LEI not in "".join(row.values())
    assert (row["notional_quantity"], row["total_notional_quantity"]) == ("12000", "37000")


@pytest.mark.parametrize(
    ("quantity", "published"), [(3.0, 5.0), (1_049.0, 1_000.0), (7.6e7, 7.6e7), (99.0, 100.0)]
)
def test_quantities_are_published_rounded(quantity, published):
    assert rounded(quantity) == published


def test_quarterly_report():
    (row,) = file_of("ferc-eqr", SALE)
    assert float(row["total_transaction_charge"]) == pytest.approx(44.5 * 7440)


def test_scope():
    part_45, part_43, eqr = (layout_of(kind, DAY) for kind in ("cftc-45", "cftc-43", "ferc-eqr"))
    assert part_45.scope(SWAP) == part_43.scope(SWAP) == ""
    assert "US person" in part_45.scope(replace(SWAP, party=OTHER, curve="TTF"))
    assert "no swap" in part_45.scope(replace(SWAP, kind="future"))
    assert "not publicly" in part_43.scope(replace(SWAP, facts={}))
    assert eqr.scope(SALE) == ""
    assert "purchase" in eqr.scope(replace(SALE, side=1))
    assert "no power" in eqr.scope(source())


@pytest.mark.parametrize(
    ("kind", "case", "field", "code"),
    [
        ("cftc-45", replace(SWAP, uti={}), "9", "missing"),
        ("cftc-45", replace(SWAP, party=replace(US, facts={"us_person": True})), "2", "missing"),
        ("cftc-45", replace(SWAP, party=replace(US, facts={"lei": "5493001KJTIIGC8Y1R13"})), "2", "lei"),
        ("cftc-45", replace(SWAP, facts={"mic": "ZZZZ"}), "18", "mic"),
        ("cftc-43", replace(SWAP, uti={}), "1", "missing"),
        ("ferc-eqr", replace(SALE, price=None), "65", "missing"),
        ("ferc-eqr", replace(SALE, own=OWN), "48", "missing"),
    ],
)
def test_bad_trades_are_refused_by_name(kind, case, field, code):
    row = layout_of(kind, DAY).row(case, subject="T", trade_id=1)
    assert (field, code) in {(item.field, item.code) for item in row.problems}, row.problems


def test_a_cell_is_no_formula():
    layout = layout_of("ferc-eqr", DAY)
    content = to_csv(layout, [{"customer_company_name": "=1+1", "price": "-4.5"}])
    assert b"'=1+1" in content
    assert b",-4.5," in content
