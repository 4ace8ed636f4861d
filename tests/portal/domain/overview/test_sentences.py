"""Sentences of the overview: they name the largest parts, add up, and have words for what is missing."""

import re

import numpy as np
import pytest

from portal.domain.overview import sentences
from portal.domain.overview.amounts import Named, by_part, profit, short_money

NAN = float("nan")


def amounts(text: str) -> list[float]:
    """The numbers of a sentence, in the order in which they stand."""
    return [
        float(found.replace("−", "-").replace("+", "").replace(",", ""))
        for found in re.findall(r"[+−]?\d+(?:,\d{3})*(?:\.\d+)?", text)
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 EUR"),
        (-0.4, "0 EUR"),
        (-8_909_686.3, "−8.9 M EUR"),
        (999_960.0, "1.0 M EUR"),
        (12_340.0, "12.3 k EUR"),
        (2.5e9, "2.5 bn EUR"),
        (None, "no value"),
        (NAN, "no value"),
    ],
)
def test_an_amount_is_said_in_its_unit(value, text):
    assert short_money(value) == text


def test_a_profit_names_its_largest_parts_and_the_rest():
    said = profit(
        "dtd", -1_200_000.0, [Named("TTF", -900_000.0), Named("EUA", -200_000.0), Named("x", -100_000.0)]
    )
    assert said == "P&L on the day −1.2 M EUR, of which TTF −0.9 M, EUA −0.2 M and x −0.1 M."


def test_one_part_dominates_and_small_ones_are_all_else():
    parts = [Named("TTF", 9e6), *(Named(f"small {n}", 1e5) for n in range(4))]
    assert (
        profit("mtd", 9.4e6, parts) == "P&L this month +9.4 M EUR, of which TTF +9.0 M and all else +0.4 M."
    )


def test_parts_that_offset_each_other_are_named_though_the_total_is_zero():
    said = profit("ytd", 0.0, [Named("gas", 2e6), Named("power", -2e6)])
    assert said == "P&L this year 0.0 M EUR, of which gas +2.0 M and power −2.0 M."


def test_a_small_total_of_parts_that_offset_each_other_is_not_lost():
    said = profit("dtd", 49.0, [Named("a", 1_000_000.0), Named("b", -999_951.0)])
    assert said == "P&L on the day +49 EUR, of which a +1,000,000 and b −999,951."
    said = profit("dtd", -4_900.0, [Named("a", 1_000_000.0), Named("b", -1_004_900.0)])
    assert said == "P&L on the day −4.9 k EUR, of which b −1,004.9 k and a +1,000.0 k."
    said = profit("dtd", 0.3, [Named("a", 1_000_000.3), Named("b", -1_000_000.0)])
    assert said == "P&L on the day 0.0 M EUR, of which a +1.0 M and b −1.0 M."


@pytest.mark.parametrize("total", [None, NAN])
def test_a_profit_without_a_value_says_so(total):
    assert profit("dtd", total, [Named("gas", 1.0)]) == "P&L on the day: no value."


def test_a_profit_of_nothing_says_so():
    assert profit("dtd", 0.0, []) == "P&L on the day 0 EUR: nothing moved."
    assert profit("dtd", 0.0, [Named("gas", 0.0)]) == "P&L on the day 0 EUR: nothing moved."
    assert by_part("By portfolio", [Named("gas", 0.0), Named("oil", NAN)]) == ""


@pytest.mark.parametrize("seed", range(60))
def test_what_is_written_adds_up_to_what_is_written(seed):
    random = np.random.default_rng(seed)
    size = 10.0 ** random.integers(0, 9)
    parts = [Named(f"book {chr(97 + n)}", float(worth)) for n, worth in enumerate(random.normal(0, size, 7))]
    total, *named = amounts(profit("dtd", sum(part.amount for part in parts), parts))
    assert sum(named) == pytest.approx(total, abs=1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_a_total_that_offsetting_parts_leave_keeps_its_digits_and_adds_up(seed):
    random = np.random.default_rng(seed)
    total = float(random.choice([-1, 1]) * 10.0 ** random.uniform(0.3, 6))
    worth = random.normal(0, 10.0 ** random.integers(2, 10), 6)
    parts = [Named(f"book {chr(97 + n)}", float(one)) for n, one in enumerate([*worth, total - worth.sum()])]
    said = profit("dtd", total, parts)
    size = {"bn": 1e9, "M": 1e6, "k": 1e3, "EUR": 1.0}[said.replace(",", "").split()[5]]
    shown, *named = amounts(said)
    assert sum(named) == pytest.approx(shown, abs=1e-6)
    assert shown * size == pytest.approx(total, rel=0.051, abs=0.5)


def test_risk_is_said_with_and_without_a_limit():
    said = sentences.risk(7.7e6, 11.4e6, 0.975, 15.8e6, 0.72)
    assert "one day in 40" in said
    assert "7.7 M EUR" in said
    assert "72 % of the limit of 15.8 M EUR, within it" in said
    other = sentences.risk(7.7e6, 11.4e6, 0.975, 10e6, 0.6, of="VaR 99 %")
    assert other.endswith("on average. VaR 99 % uses 60 % of its limit of 10.0 M EUR, within it.")
    assert "more than it allows" in sentences.risk(1.0, 2.0, 0.99, 1.5, 1.33)
    assert sentences.risk(None, None, 0.99, None, None) == "No run of risk stands by then."
    assert sentences.risk(None, 2e6, 0.99, None, None).startswith("Expected shortfall 99.0 %: 2.0 M EUR.")
    assert sentences.risk(1e6, 2e6, 0.99, 5e6, NAN).endswith("No limit binds the whole.")


def test_limits_are_counted_and_named():
    assert sentences.limits([], [], 0) == "No limit is in force."
    assert sentences.limits([], [], 8) == "All 8 limits are kept with room."
    assert sentences.limits(["power"], [], 8) == "1 of 8 limits is broken: power."
    assert sentences.limits(["a", "b"], ["c"], 8) == "2 of 8 limits are broken: a and b; 1 more near: c."
    assert sentences.limits([], list("abcde"), 8).endswith("a, b, c and 2 more.")
    assert sentences.limits([], [], 3, 3) == "None of 3 limits can be judged for want of a value."
    assert sentences.limits([], [], 1) == "The only limit is kept with room."
    assert sentences.limits([], [], 1, 1) == "The only limit cannot be judged for want of a value."
    assert sentences.limits([], [], 2, 1).startswith(
        "The only limit that has a value is kept with room. 1 limit "
    )
    assert sentences.limits([], [], 3, 1).startswith("All 2 limits that have a value are kept with room.")
    assert sentences.limits(["power"], [], 1) == "1 of 1 limit is broken: power."
    assert "2 limits cannot be judged" in sentences.limits([], [], 8, 2)


def test_what_waits_is_counted():
    assert sentences.breaches(0, 0) == "No breach of a limit is open."
    assert sentences.breaches(1, 1) == "1 breach of limits is open, 1 past its deadline."
    assert sentences.breaches(3, 0) == "3 breaches of limits are open, none past its deadline."
    assert sentences.cases(0, 0) == "No case of compliance waits for a decision."
    assert sentences.cases(2, 2) == "2 cases of compliance wait for a decision, 2 past their time."
    assert sentences.score(None, 3) == "No run over the book says how compliance stands."
    assert sentences.score(99.94, 0) == "Compliance scores 99.9 of 100; no obligation is late."


def test_prices_that_moved_are_named_only_when_the_move_is_large():
    quiet = sentences.movers([("TTF", 0.01, 0.4), ("EUA", None, -0.3)], 0)
    assert quiet == "No price moved by more than two standard deviations; most: TTF +1.0 % and EUA −0.3 sd."
    many = sentences.movers([(name, -0.05, -3.0) for name in "abcde"], 1)
    assert many.startswith("5 prices moved")
    assert "and 2 more" in many
    assert many.endswith("1 price is late.")
    assert sentences.movers([], 2) == "No price has a move on the day. 2 prices are late."


def test_forecasts_stand_beside_prices():
    assert sentences.forecasts([]) == sentences.forecasts([("a", None, None)])
    assert sentences.forecasts([("TTF", 0.1, True)]).endswith("outside the 80 % band for TTF.")
    assert sentences.forecasts([("TTF", 0.1, False)]).endswith("every price lies within its 80 % band.")
    assert sentences.gap(33.0, 0.0) is None
    assert sentences.gap(NAN, 1.0) is None
    assert sentences.gap(-8.0, -10.0) == pytest.approx(0.2)


def test_readiness_and_promises():
    ready = sentences.readiness("2026-11-20", complete=True, given_up=False, at="19:51", later=-12.0)
    assert ready == "The numbers of 2026-11-20 are complete since 19:51 UTC, 12 min earlier than usual."
    assert "never complete" in sentences.readiness("d", complete=False, given_up=True, at="", later=None)
    assert "expected by 20:10" in sentences.readiness(
        "d", complete=False, given_up=False, at="20:10", later=NAN
    )
    assert sentences.readiness("d", complete=False, given_up=False, at="", later=None).startswith("Nothing")
    assert sentences.availability(0, [], 4) == "Nothing has been measured of the portal's own promises."
    assert sentences.availability(2, ["The cache answers"], 0).startswith(
        "1 of 3 promises of the portal is missed"
    )
    assert sentences.availability(3, [], 0) == "All 3 promises of the portal that were measured are kept."
    assert sentences.availability(1, [], 0) == "The only promise of the portal that was measured is kept."
    assert sentences.availability(0, ["Pages"], 0) == "1 of 1 promise of the portal is missed: Pages."


def test_what_changed_since_the_last_look():
    assert sentences.changes([], "2 hours ago") == "Nothing changed since you last looked, 2 hours ago."
    assert sentences.changes(["a", "b"], "yesterday") == "Since you last looked, yesterday: a and b."


def test_parts_that_round_to_nothing_are_no_sentence():
    assert by_part("Prices", [Named("TTF", 1e-9), Named("NBP", -0.2)]) == ""
