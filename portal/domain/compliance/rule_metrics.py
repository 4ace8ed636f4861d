"""The metrics of Compliance > Rules."""

from portal.core.metrics import Metric, register

_HERE = "portal.domain.compliance.rule_counts"
RULES = register(
    Metric(
        "compliance.rules",
        "Rules",
        "rules",
        "How many rules the engine knows, all or those of a regime.",
        "count of rules",
        f"{_HERE}.count",
        decimals=0,
    )
)
UNCONFIRMED = register(
    Metric(
        "compliance.parameters_unconfirmed",
        "Values to be confirmed",
        "values",
        "How many parameters have a value in force on the day of the view whose source nobody has confirmed (mark U).",
        "count of trust = U",
        f"{_HERE}.unconfirmed",
        decimals=0,
    )
)
WAITING = register(
    Metric(
        "compliance.parameters_waiting",
        "Proposed values that wait",
        "proposals",
        "How many proposed values nobody has approved, rejected or withdrawn.",
        "count of decision = none",
        f"{_HERE}.waiting",
        decimals=0,
    )
)
RECORDS = register(
    Metric(
        "compliance.rule_records",
        "Found by a rule, last 90 days",
        "records",
        "How many records a rule has made of the ninety days up to the day of the view: blocks, flags, reports and "
        "data gaps.",
        "count of records of the rule",
        f"{_HERE}.total",
        decimals=0,
    )
)
EXAMPLES_MET = register(
    Metric(
        "compliance.examples_met",
        "Examples met",
        "fraction",
        "Which share of a rule's examples the engine answers as expected with the parameters in force.",
        "count of met / count of examples",
        f"{_HERE}.met_share",
        decimals=0,
        percent=True,
    )
)
PARAMETER = register(
    Metric(
        "compliance.parameter",
        "Parameter of a rule",
        "",
        "The value in force on the day of the view: of the newest approved change that covers the day, else of the "
        "values that are shipped.",
        "newest value whose span holds the day",
        "portal.domain.compliance.parameter_values.part_of",
        coloured=False,
    )
)
REPLAY = register(
    Metric(
        "compliance.parameter_replay",
        "Replay of a changed value",
        "findings",
        "How often the rules that read a parameter fire over the last ninety days: with the values in force (now), "
        "with the proposed one (then), only then (new) or only now (gone).",
        "count of findings by rule and action",
        "portal.domain.compliance.replay.replay",
        decimals=0,
    )
)
