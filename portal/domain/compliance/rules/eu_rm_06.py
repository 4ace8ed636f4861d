"""EU-RM-06: a delay of publication is notified, and nobody trades meanwhile."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "EU-RM-06",
    "Delayed publication",
    regimes=("EU-REMIT", "UK-REMIT"),
    kinds=("event",),
    law="Reg. (EU) 1227/2011 Art. 4(2)",
    trust="V",
    inputs={
        "event.type": "s(delayed_publication)",
        "event.delay_set_at": "t",
        "event.notified_at": "t!",
        "event.own_trades_in_product": "i",
    },
    test="no notification, or own trades > 0 -> flag; own trades > 0 -> also block (EU-RM-01)",
    deadline="notice to ACER and NRA without delay",
    actions=("flag", "block"),
)
def check(case: Case) -> Answer:
    """Flag a delay without notice or with own trades, and block those trades as insider trading."""
    trades, told = case["event.own_trades_in_product"], case["event.notified_at"] is not None
    findings = []
    if not told or trades > 0:
        what = [] if told else ["ACER and the national authority have no notice of it"]
        what += [f"the firm traded the product {trades} times meanwhile"] if trades > 0 else []
        findings.append(
            Finding(
                Action.FLAG,
                f"Publication has been delayed since {case['event.delay_set_at']}: {', and '.join(what)}. "
                "Send the notice with its reason, or publish.",
            )
        )
    if trades > 0:
        findings.append(
            Finding(
                Action.BLOCK,
                f"{trades} own trades rest on information whose publication the firm delayed. Stop trading the product "
                "until it is public.",
                rule="EU-RM-01",
                measured=float(trades),
                limit=0.0,
                unit="trades",
            )
        )
    return Answer(tuple(findings))
