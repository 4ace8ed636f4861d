"""The metrics of Monitoring > SLOs and Monitoring > Alert rules."""

from portal.core.metrics import Metric, register

ATTAINED = register(
    Metric(
        "monitoring.slo_attained",
        "Attained",
        "fraction",
        "The share of events of the window that went well: requests, jobs or minutes, as the objective says.",
        "good / all",
        "portal.domain.monitoring.slo.attained",
        decimals=2,
        percent=True,
    )
)
BUDGET_LEFT = register(
    Metric(
        "monitoring.slo_budget_left",
        "Error budget left",
        "fraction",
        "The share of the error budget of the window that is left; below zero the objective is missed. The budget is "
        "the share that may fail of the events that the window has seen.",
        "1 - (1 - good / all) / (1 - objective)",
        "portal.domain.monitoring.slo.budget_left",
        decimals=1,
        percent=True,
    )
)
BURN_RATE = register(
    Metric(
        "monitoring.slo_burn_rate",
        "Burn rate",
        "x",
        "How many times as fast as the objective allows its error budget is spent, over 5 minutes, 1 hour, 6 hours or "
        "3 days. At 1 the budget lasts exactly the window of the objective.",
        "(1 - good / all) / (1 - objective)",
        "portal.domain.monitoring.slo.burn_rate",
        decimals=2,
    )
)
FAILED = register(
    Metric(
        "monitoring.slo_failed",
        "Failed",
        "events",
        "How many events of the window did not go well.",
        "all - good",
        "portal.services.monitoring.slo_view.failed",
        decimals=0,
    )
)
LASTS = register(
    Metric(
        "monitoring.slo_budget_lasts",
        "Budget lasts",
        "h",
        "How many hours the rest of the error budget lasts when it goes on being spent as in the last six hours. No "
        "value while nothing is spent.",
        "left x window / burn(6 h)",
        "portal.domain.monitoring.slo.lasts_seconds",
        decimals=1,
    )
)
RULES_ON = register(
    Metric(
        "monitoring.rules_on",
        "Rules that are on",
        "rules",
        "How many alert rules are on: those that the release declares, with the versions that people wrote over them, "
        "at the moment of the count.",
        "count of newest versions that are on",
        "portal.services.monitoring.alert_rule_passports.count_on",
        decimals=0,
    )
)
RULES_FIRING = register(
    Metric(
        "monitoring.rules_firing",
        "Rules that fire",
        "rules",
        "How many alert rules have an open alert at the moment of the count.",
        "count of distinct rules of alerts with raised <= t < cleared",
        "portal.services.monitoring.alert_rule_passports.count_firing",
        decimals=0,
    )
)
REPLAY_TIMES = register(
    Metric(
        "monitoring.rule_times",
        "Would have fired",
        "times",
        "How often a rule would have fired over the stored history, all that it looks at counted by themselves.",
        "count of episodes",
        "portal.domain.monitoring.rules.episodes",
        decimals=0,
    )
)
REPLAY_HOURS = register(
    Metric(
        "monitoring.rule_hours",
        "For altogether",
        "h",
        "How long a rule would have fired over the stored history; one that still fires counts until the end of it.",
        "sum of end - begin over episodes",
        "portal.domain.monitoring.rules.firing_seconds",
        decimals=2,
    )
)
