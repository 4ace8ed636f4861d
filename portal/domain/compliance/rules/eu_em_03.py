"""EU-EM-03: a group above the clearing threshold for commodity and emission derivatives must clear."""

from statistics import fmean

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.errors import NotAskedError
from portal.domain.compliance.working_days import months_after

_MONTHS_TO_CLEARING = 4


@compliance_rule(
    "EU-EM-03",
    "Clearing threshold",
    regimes=("EU-EMIR", "UK-EMIR"),
    kinds=("position",),
    law="Regulation (EU) 648/2012 (EMIR) Art. 4a, 10; Delegated Regulation (EU) 2022/2310",
    trust="V",
    inputs={
        "emir.class": "s(NFC,FC)",
        "emir.asset": "s(commodity_emission)",
        "emir.month_end_otc_eur[]": "n",
        "emir.of_which_hedging_eur[]": "n",
        "emir.calculated": "b",
    },
    groups=(
        (
            "emir.class",
            "emir.asset",
            "emir.month_end_otc_eur[]",
            "emir.of_which_hedging_eur[]",
            "emir.calculated",
        ),
        ("emir.class", "emir.asset", "emir.calculated"),
    ),
    test="12-month mean of the month-ends (an NFC leaves hedges out) > threshold, or not calculated -> flag",
    deadline="tell ESMA and the authority at once; clearing within four months",
    actions=("flag",),
    parameters=("EU-EM-03.commodity_threshold_eur",),
)
def check(case: Case) -> Answer:
    """Flag a group that is above the threshold or did not calculate where it stands."""
    kind = case["emir.class"]
    threshold = case.parameter("EU-EM-03.commodity_threshold_eur")
    mean = _mean(case)
    if not case["emir.calculated"]:
        values = {"status": f"{kind}+"} | ({} if mean is None else {"mean_eur": mean})
        message = (
            f"The positions were not calculated, so that the firm counts as {kind}+ in every class. Calculate them, or "
            "tell ESMA and the authority at once and prepare clearing."
        )
        return Answer((Finding(Action.FLAG, message, due=case.day),), values)
    if mean is None:
        raise NotAskedError("The month-end positions are not known. Enter those of twelve months.")
    values = {"mean_eur": mean, "status": f"{kind}{'+' if mean > threshold else '-'}"}
    if mean <= threshold:
        return Answer(values=values)
    message = (
        f"The mean of the month-ends is {mean:,.0f} EUR, above the clearing threshold of {threshold:,.0f} EUR: the "
        f"firm is {kind}+. Tell ESMA and the authority at once and have clearing in place by "
        f"{months_after(case.day, _MONTHS_TO_CLEARING)}."
    )
    return Answer(
        (
            Finding(
                Action.FLAG, message, due=case.day, measured=mean, limit=float(threshold), unit="EUR",
                extra={"clearing_by": months_after(case.day, _MONTHS_TO_CLEARING)},
            ),
        ),
        values,
    )  # fmt: skip


def _mean(case: Case) -> float | None:
    """Mean of what counts; None when it is not known."""
    try:
        ends, hedges = case["emir.month_end_otc_eur"], case["emir.of_which_hedging_eur"]
    except KeyError:
        return None
    if not ends or None in ends:
        return None
    if case["emir.class"] == "FC":
        return fmean(ends)
    if len(hedges) != len(ends) or None in hedges:
        return None
    return fmean(end - hedge for end, hedge in zip(ends, hedges, strict=True))
