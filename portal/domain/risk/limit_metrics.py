"""The metrics of Risk > Limits: what is used of a limit, what is left, and how a proposed one would have fared."""

from portal.core.metrics import Metric, register

_JUDGE = "portal.domain.risk.limits.use.judge"
_REPLAY = "portal.domain.risk.limits.replay.replay"

USE = register(
    Metric(
        "risk.limit_use",
        "Use of a limit",
        "",
        "What is measured over the hard tier; of several conditions the one that decides: the most used of an 'or', "
        "the least used of an 'and'. For a floor the hard tier over what is measured.",
        "value / hard",
        _JUDGE,
        decimals=1,
        percent=True,
        coloured=False,
    )
)
VALUE = register(
    Metric(
        "risk.limit_value",
        "Value held against a limit",
        "",
        "The newest figure of the condition that decides: of the newest run of its method, of a stress scenario, of "
        "the last day's P&L (the loss), the largest drawdown of the stored closes of 250 days, or a position "
        "(obligations in months that are not over). EUR, the unit of the position, or none for a concentration.",
        "value",
        _JUDGE,
        decimals=0,
        coloured=False,
    )
)
HEADROOM = register(
    Metric(
        "risk.limit_headroom",
        "Headroom",
        "",
        "How far the value may still go until the hard tier is reached; below zero once it is broken.",
        "hard - value",
        _JUDGE,
        decimals=0,
        signed=True,
        coloured=False,
    )
)
TIER = register(
    Metric(
        "risk.limit_tier",
        "Tier of a limit",
        "",
        "The hard tier, which is the limit itself, or the soft one, from which it warns; as approved, of the condition "
        "that decides.",
        "tier",
        "portal.domain.risk.limits.terms_json.terms_from_json",
        decimals=0,
        coloured=False,
    )
)
COUNT = register(
    Metric(
        "risk.limit_count",
        "Limits by status",
        "limits",
        "Number of limits in force that stand so: in breach, near (between the soft and the hard tier), or "
        "without data.",
        "N = number of limits with that status",
        _JUDGE,
        decimals=0,
        coloured=False,
    )
)
OVERDUE = register(
    Metric(
        "risk.limit_overdue",
        "Overdue breaches",
        "breaches",
        "Number of open breaches whose next step was due before now.",
        "N = number of breaches with due < known at",
        "portal.domain.risk.limits.breach.is_overdue",
        decimals=0,
        coloured=False,
    )
)
BREACH_USE = register(
    Metric(
        "risk.limit_breach_use",
        "Use in a breach",
        "",
        "Share of the hard tier that was used when the breach was last judged, or at its worst.",
        "value / hard",
        "portal.domain.risk.limits.breach.read",
        decimals=1,
        percent=True,
        coloured=False,
    )
)
DAY_USE = register(
    Metric(
        "risk.limit_day_use",
        "Use on a day",
        "",
        "What was forecast or held on the day over the hard tier, under the terms of this version. A stress loss is "
        "revalued on every twentieth business day and stands until the next.",
        "value(t) / hard",
        "portal.domain.risk.limits.use.judge_days",
        decimals=1,
        percent=True,
        coloured=False,
    )
)
REPLAY_DAYS = register(
    Metric(
        "risk.limit_replay_days",
        "Days of a replay",
        "days",
        "Days of the last year on which the terms would have been broken, would have warned, or could not be judged.",
        "N = number of days with that status",
        _REPLAY,
        decimals=0,
        coloured=False,
    )
)
REPLAY_USE = register(
    Metric(
        "risk.limit_replay_use",
        "Highest use in a replay",
        "",
        "Largest share of the terms that would have been used on any day of the last year.",
        "max value(t) / hard",
        _REPLAY,
        decimals=1,
        percent=True,
        coloured=False,
    )
)
