"""What a change would have done to the past."""

from datetime import date

from portal.domain.compliance.parameters import Parameter, shipped
from portal.domain.compliance.replay import Past, facts_of, readers, replay
from portal.domain.compliance.working_days import WorkingDays

DAY = date(2026, 7, 1)
FACTS = {
    "kind": "installation", "scheme": "EU", "year": 2025, "verified_emissions_t": 100, "surrendered": 0,
    "holdings": {"EUA": 0}, "secured_deliveries_before_due": 0,
}  # fmt: skip
CODE = "EU-ET-02.warning_days"


def after(value):
    return shipped().with_changes([Parameter(CODE, "", "days", value, None, None, "house", "P")])


def test_counts_of_now_then_new_and_gone():
    pasts = [Past("a", DAY, FACTS, is_live=False), Past("b", date(2026, 9, 1), FACTS, is_live=False)]
    effect = replay(pasts, shipped(), after(100), readers(CODE), WorkingDays())
    flag = ("EU-ET-02", "flag")
    assert (effect.looked_at, effect.now[flag], effect.then[flag]) == (2, 1, 2)
    assert (effect.new[flag], effect.gone[flag]) == (1, 0)
    assert [(item.subject, item.before, item.after) for item in effect.changed] == [("a", "", "flag")]
    back = replay(pasts, after(100), shipped(), readers(CODE), WorkingDays())
    assert back.gone[flag] == 1
    assert ("EU-ET-02", "report") in effect.keys


def test_rules_that_read_a_parameter():
    assert [rule.code for rule in readers("ME-AD-01.lot_bbl")] == ["ME-AD-01"]
    assert "EU-MI-01" in {rule.code for rule in readers("EU-MI.de_minimis_eur")}
    assert readers("XX.y") == ()


def test_facts_are_nested_again():
    inputs = {
        "report_type": "EMIR", "a.b": 1, "parties[].id": ["N", "F"], "parties[].class": ["NFC-", "FC"],
        "regimes[]": ["x"], "osp.<month>": [1],
    }  # fmt: skip
    assert facts_of("trade", inputs) == {
        "kind": "trade", "report_type": "EMIR", "a": {"b": 1}, "regimes": ["x"],
        "parties": [{"id": "N", "class": "NFC-"}, {"id": "F", "class": "FC"}],
    }  # fmt: skip


def test_another_deadline_is_a_change():
    trade = {
        "kind": "trade", "trade": {"product": {"is_derivative": True}, "otc": False, "trade_date": "2026-06-08"},
        "parties": [{"id": "N", "class": "NFC+", "country": "DE"}, {"id": "F", "class": "FC", "country": "FR"}],
    }  # fmt: skip
    code = "EU-EM-01.due_working_days"
    later = shipped().with_changes([Parameter(code, "", "", 2, None, None, "x", "V")])
    pasts = [Past("trade 1", date(2026, 6, 8), trade, is_live=False)]
    effect = replay(pasts, shipped(), later, readers(code), WorkingDays())
    assert [(item.before, item.after) for item in effect.changed] == [
        ("report due 2026-06-09", "report due 2026-06-10")
    ]
    assert not effect.new
