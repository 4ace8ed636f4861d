"""Shocks: what they may be, how they are written and read, and what a refusal says."""

import pytest

from portal.domain.market.errors import BadParameter
from portal.domain.risk.stress.catalogue import LIBRARY, built_in, from_text
from portal.domain.risk.stress.events import EVENTS
from portal.domain.risk.stress.records import from_record, to_record
from portal.domain.risk.stress.shocks import Factor, Layer, Measure, Months, Shock, combined, scaled
from portal.domain.risk.stress.text import read_lines, read_shock, write

LINES = (
    "price gas +25%",
    "price POWER_FR +40 winter months 1-6",
    "price WTI 1:-31%,12:-14%",
    "price TTF,NBP -12.5% summer",
    "slope oil -10%",
    "slope oil -10% months 2-12",
    "season gas +15%",
    "vol power +40% floor 20",
    "vol TTF +10pt months 0-6",
    "correlation POWER_DE_LU:TTF to 1 by 50%",
    "correlation all to -1 by 100%",
    "fx USD -5%",
    "rate all +100bp",
)


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_written_as_it_was_read(line):
    assert write(read_shock(line)) == line


def test_a_line_means_what_it_says():
    found = read_shock("price gas +25% winter months 0-6")
    assert found == Shock(Factor.PRICE, "gas", 0.25, Measure.RELATIVE, 0, 6, Months.WINTER)
    assert read_shock("rate EUR +100bp").size == pytest.approx(0.01)
    assert read_shock("vol TTF +10pt").measure is Measure.ABSOLUTE
    assert read_shock("price WTI 1:-31%, 12:-14%").nodes == ((1, -0.31), (12, -0.14))


def test_layers_keep_their_order_and_kinds_within_a_layer_too():
    lines = read_lines("vol gas +10%\nprice gas +5%\n# Second\nprice gas -5%\nuse cold_snap")
    assert [line.code or line.layer.title for line in lines] == ["Own shocks", "Second", "COLD_SNAP"]
    assert [shock.factor for shock in lines[0].layer.ordered()] == [Factor.PRICE, Factor.VOL]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("gas +25%", "'gas' is none of price"),
        ("price gas", "it needs what moves"),
        ("price gas much", "'much' is no size"),
        ("price gas nan%", "'nan%' is no size"),
        ("price gas +5% sometimes", "'sometimes' is not understood"),
        ("price gas +5% months 6-1", "months 6 to 1"),
        ("price gas 12:-3%,1:-2%", "do not rise from month to month"),
        ("rate EUR +5", "ends in bp"),
        ("fx USD +5", "ends in %"),
        ("fx USD -100%", "takes away 100 % or more"),
        ("vol gas -100%", "takes away 100 % or more"),
        ("slope gas +5% months 3", "two different months"),
        ("correlation TTF to 1 by 50%", "two curves or commodities"),
        ("correlation A:B to 2", "'to 1', 'to 0' or 'to -1'"),
        ("correlation A:B to 1 by 150%", "0 to 100 %"),
        ("price gas +5% floor 3", "a floor, which only a volatility has"),
        ("fx USD +5% winter", "winter or summer alone"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(line, said):
    with pytest.raises(BadParameter) as caught:
        read_shock(line)
    assert said in caught.value.message
    assert caught.value.message.endswith(".") or caught.value.message.endswith("'.")


def test_a_size_that_is_not_a_number_is_refused():
    with pytest.raises(BadParameter, match="not a number"):
        Shock(Factor.PRICE, "gas", float("nan"))
    with pytest.raises(BadParameter, match="not a number"):
        Shock(Factor.PRICE, "gas", 0.1, nodes=((1, float("inf")),))


def test_too_many_lines_and_nothing_at_all_are_refused():
    with pytest.raises(BadParameter, match="keep to 60"):
        read_lines("price gas +1%\n" * 61)
    with pytest.raises(BadParameter, match="has no shock"):
        from_text("OWN", "Own", "# Only a title", LIBRARY)
    with pytest.raises(BadParameter, match="no scenario 'NOTHING'"):
        from_text("OWN", "Own", "use nothing", LIBRARY)


def test_scenarios_lie_over_each_other_in_order():
    found = from_text("OWN", "Own", "use COLD_SNAP\n# More\nprice coal +5%\nuse NUCLEAR_OUTAGE", LIBRARY)
    assert [layer.title for layer in found.layers] == ["Cold snap", "More", "Outage of French reactors"]
    both = LIBRARY["COLD_OUTAGE_SPIKE"]
    assert [layer.title for layer in both.layers] == ["Cold snap", "Outage of French reactors", "Gas spike"]
    assert combined("X", "X", [both, found]).layers == (*both.layers, *found.layers)


def test_a_multiple_scales_sizes_and_ends_correlations_at_their_target():
    scenario = from_text("OWN", "Own", "price gas 1:+10%,6:+4%\ncorrelation all to 1 by 60%", {})
    twice = scaled(scenario, 2.0).shocks
    assert twice[0].nodes == ((1, 0.2), (6, 0.08))
    assert twice[1].size == 1.0
    with pytest.raises(BadParameter, match="100 % or more"):
        scaled(from_text("OWN", "Own", "vol gas -60%", {}), 2.0)


def test_stored_shocks_are_read_back():
    for scenario in built_in({}).values():
        assert from_record(to_record(scenario.layers)) == scenario.layers
    with pytest.raises(BadParameter, match="cannot be read"):
        from_record({"layers": [{"title": "x"}]})
    with pytest.raises(BadParameter, match="cannot be read"):
        from_record({"layers": [{"title": "x", "shocks": [{"factor": "weather"}]}]})


def test_events_say_their_days_and_sources():
    for event in EVENTS:
        assert event.start < event.end
        assert event.source
        assert event.layers[0].shocks
        assert f"{event.start:%Y-%m-%d}" in event.scenario().source
    moves = (Shock(Factor.PRICE, "BRENT", 0.3),)
    stored = next(event for event in EVENTS if event.code == "INVASION_2022").scenario(moves)
    assert stored.source.startswith("stored curves")
    factors = {shock.factor for shock in stored.shocks}
    assert [shock for shock in stored.shocks if shock.factor is Factor.PRICE] == list(moves)
    assert {Factor.VOL, Factor.FX} <= factors  # what history does not hold is published
    spot = next(event for event in EVENTS if event.spot)
    assert spot.scenario(moves).shocks == spot.scenario().shocks
    assert isinstance(stored.layers[0], Layer)
