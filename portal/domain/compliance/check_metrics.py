"""The metrics of Compliance > Checks."""

from portal.core.metrics import Metric, register

_HERE = "portal.domain.compliance.check_counts"
FINDINGS = register(
    Metric(
        "compliance.records",
        "Records of rules",
        "records",
        "How many records rules have left about events of the days chosen: blocks, flags, report tasks, or data gaps "
        "(blocking rules that lacked facts). The same finding about the same subject is counted once.",
        "count of records of an action, rule and regime with day of the event in (as of - days, as of]",
        f"{_HERE}.total",
        decimals=0,
    )
)
CHECKED = register(
    Metric(
        "compliance.checked",
        "Trades and positions checked",
        "subjects",
        "How many trades and positions the newest run over the whole book has held against the rules.",
        "subjects of the newest run",
        f"{_HERE}.total",
        decimals=0,
    )
)
COVERAGE = register(
    Metric(
        "compliance.check_coverage",
        "Questions that could be answered",
        "fraction",
        "Share of the questions to rules in the newest run for which all facts were known. A question is one rule that "
        "looks at this kind of trade under a regime that applies.",
        "evaluated / (evaluated + data gaps)",
        f"{_HERE}.coverage",
        decimals=1,
        percent=True,
    )
)
MARGIN = register(
    Metric(
        "compliance.margin",
        "Margin to the threshold",
        "",
        "The limit less what was measured, in the unit of the rule; negative when the value is above the limit.",
        "limit - measured",
        f"{_HERE}.margin",
        decimals=2,
        signed=True,
        coloured=False,
    )
)
