"""SH-10: how much debt, interest-bearing deposits and impermissible income a counterparty may have."""

from collections.abc import Mapping
from typing import Any

from portal.domain.compliance import shariah
from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.errors import MissingFactError

_DUST = 1e-9  # what binary fractions cannot hold
_WORDS = {
    "debt": "interest-bearing debt to market capitalisation",
    "deposits": "interest-bearing deposits to market capitalisation",
    "income": "impermissible to total income",
}


@compliance_rule(
    "SH-10",
    "Financial screens of a counterparty",
    regimes=("SHARIAH",),
    kinds=("party",),
    law="AAOIFI Shariah standard 21, as quoted (set A); index profile (set B)",
    trust="S",
    inputs={
        "screen.debt": "n",
        "screen.deposits": "n",
        "screen.market_cap": "n",
        "screen.impermissible_income": "n",
        "screen.total_income": "n",
        "variants[].name": "s",
        "variants[].set": "s(set_A,set_B)",
    },
    test="debt / market cap, deposits / market cap or impermissible income / income above the limit of the set -> flag",
    actions=("flag",),
    parameters=("SH-10.",),
)
def check(case: Case) -> Answer:
    """Flag a counterparty that fails a set of limits, once for each set."""
    if not shariah.concerns(case):
        return NOTHING
    ratios = _ratios(case)
    findings: list[Finding] = []
    values: dict[str, Any] = {"debt_ratio": ratios["debt"]}
    for variant in case.facts["variants"]:
        limits = case.parameter(f"SH-10.{variant['set']}")
        above = [name for name, ratio in ratios.items() if ratio > limits[name] + _DUST]
        values[f"result.{variant['name']}"] = "fail" if above else "pass"
        if above:
            findings.append(_finding(variant, above, ratios, limits))
    return Answer(tuple(findings), values)


def _ratios(case: Case) -> dict[str, float]:
    worth, income = case["screen.market_cap"], case["screen.total_income"]
    if worth <= 0 or income <= 0:
        raise MissingFactError("Market capitalisation and total income must be above zero. Enter both.")
    return {
        "debt": case["screen.debt"] / worth,
        "deposits": case["screen.deposits"] / worth,
        "income": case["screen.impermissible_income"] / income,
    }


def _finding(
    variant: Mapping[str, Any], above: list[str], ratios: Mapping[str, float], limits: Mapping[str, float]
) -> Finding:
    what = "; ".join(f"{_WORDS[name]} is {ratios[name]:.2%}, at most {limits[name]:.0%}" for name in above)
    name = above[0]
    return Finding(
        Action.FLAG,
        f"The counterparty fails {variant['set'].replace('_', ' ')}: {what}. Ask the Shariah board before trading.",
        measured=100 * ratios[name],
        limit=100 * limits[name],
        unit="%",
        extra={"variant": variant["name"]},
    )
