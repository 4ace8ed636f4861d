"""The metrics of Forecast > Models: scores of trials, gains over the naive, and numbers of versions and trials."""

from portal.core.metrics import Metric, register

SCORE = register(
    Metric(
        "forecast.trial_score",
        "Score of a trial",
        "",
        "The losses of all scored cells (one origin and one step each) of a trial, averaged; divided by those of the "
        "seasonal naive where the score is relative, and the root of it where it is a root mean square.",
        "mean loss(origin, step) [/ mean loss of the naive]",
        "portal.domain.forecast.scoring.Score",
        decimals=3,
        coloured=False,
    )
)
COVERAGE = register(
    Metric(
        "forecast.trial_coverage",
        "Coverage in a trial",
        "",
        "Share of what happened that lay inside the 80 % interval of the forecast.",
        "number of values inside / number of values",
        "portal.domain.forecast.scores.coverage.inside",
        decimals=1,
        percent=True,
        coloured=False,
    )
)
DIFFERENCE = register(
    Metric(
        "forecast.score_difference",
        "Difference of two scores",
        "",
        "The score of the first trial less that of the second, each over its own cells.",
        "score(A) - score(B)",
        "portal.domain.forecast.scoring.Score",
        decimals=3,
        signed=True,
        coloured=False,
    )
)
GAIN_P = register(
    Metric(
        "forecast.gain_p",
        "Chance of no gain",
        "probability",
        "One-sided p-value of the Diebold-Mariano test that the seasonal naive is as good, on the mean absolute errors "
        "of the origins of a trial.",
        "P(t >= statistic), t with n - 1 degrees of freedom",
        "portal.domain.forecast.sweep.gain_p",
        decimals=3,
        coloured=False,
    )
)
STEP_ERROR = register(
    Metric(
        "forecast.step_error",
        "Error by step ahead",
        "",
        "Mean absolute error of the medians of a trial at one step ahead, over its origins; or that of the naive.",
        "mean |y - median| at a step",
        "portal.domain.forecast.common.absolute_errors",
        decimals=3,
        coloured=False,
    )
)
VERSIONS = register(
    Metric(
        "forecast.versions",
        "Versions by stage",
        "versions",
        "Number of model versions that stand in a stage: champion, candidate, retired; or that wait for a decision.",
        "N = number of versions in that stage",
        "portal.domain.forecast.stages.standings",
        decimals=0,
        coloured=False,
    )
)
TRIALS = register(
    Metric(
        "forecast.trials",
        "Trials by outcome",
        "trials",
        "Number of trials that were made, whatever became of them; or those of them that failed.",
        "N = number of trials",
        "portal.services.forecast.training.train",
        decimals=0,
        coloured=False,
    )
)
