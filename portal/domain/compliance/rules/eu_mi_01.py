"""EU-MI-01: a firm that passes one of three tests needs no licence for its commodity derivatives."""

from portal.domain.compliance import ancillary
from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule

_MEAN, _RATIO, _CAPITAL = (
    "ancillary.month_end_net_outstanding_eur[]",
    "ancillary.trading_ratio",
    "ancillary.capital_ratio",
)
_SUMS = ("ancillary.own_speculative_gross_eur", "ancillary.group_gross_eur")
_POSITIONS = (
    "ancillary.net_positions_eur[]",
    "ancillary.gross_positions_eur[]",
    "ancillary.assets_eur",
    "ancillary.current_debt_eur",
)


@compliance_rule(
    "EU-MI-01",
    "Ancillary activity exemption",
    regimes=("EU-MIFID",),
    kinds=("position",),
    law="Delegated Regulation (EU) 2021/1833 Art. 2(1)",
    trust="V",
    inputs=dict.fromkeys((_MEAN, _RATIO, _CAPITAL, *_SUMS, *_POSITIONS), "n"),
    groups=(
        (_MEAN, _RATIO, _CAPITAL),
        (_MEAN, *_SUMS, _CAPITAL),
        (_MEAN, _RATIO, *_POSITIONS),
        (_MEAN, *_SUMS, *_POSITIONS),
    ),
    test="none of: (a) mean < 3,000,000,000 EUR, (b) trading ratio <= 0.5, (c) capital ratio <= 0.5 -> flag",
    actions=("flag",),
    parameters=("EU-MI.",),
)
def check(case: Case) -> Answer:
    """Flag a firm that passes none of the three tests."""
    mean = ancillary.mean(case)
    trading = case.get(_RATIO)
    trading = ancillary.trading_ratio(case) if trading is None else trading
    capital = case.get(_CAPITAL)
    capital = ancillary.capital_ratio(case) if capital is None else capital
    most = case.parameter("EU-MI.de_minimis_eur")
    passed = [
        name
        for name, is_passed in (
            ("a", mean < most),
            ("b", trading <= case.parameter("EU-MI.trading_test_max")),
            ("c", capital is not None and capital <= case.parameter("EU-MI.capital_test_max")),
        )
        if is_passed
    ]
    values = {"mean_eur": mean, "exempt": bool(passed), "passed_tests": passed}
    if passed:
        return Answer(values=values)
    share = "not within the capital employed" if capital is None else f"{capital:.1%} of the capital employed"
    message = (
        f"None of the three tests is passed: the mean outstanding notional is {mean:,.0f} EUR (less than "
        f"{most:,.0f} EUR is free), own trading is {trading:.1%} of the group's, and the capital test gives {share}. "
        "Ask counsel about a MiFID licence."
    )
    return Answer((Finding(Action.FLAG, message, measured=mean, limit=float(most), unit="EUR"),), values)
