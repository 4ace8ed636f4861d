"""The metrics of Risk > Backtests: exceptions against what was promised, and what each test says of them."""

from portal.core.metrics import Metric, register

_RUN = "portal.domain.risk.backtests.run.run_backtest"

PNL = register(
    Metric(
        "risk.backtest_pnl",
        "P&L of a backtested day",
        "EUR",
        "What the positions of the business day before gained or lost on the day: hypothetical (no trade changed) or "
        "actual (amendments and cancellations counted, new deals and fees left out).",
        "H(t) or A(t)",
        "portal.domain.portfolio.valuation.value_book",
        decimals=0,
        signed=True,
    )
)
VAR = register(
    Metric(
        "risk.backtest_var",
        "VaR forecast of a backtested day",
        "EUR",
        "Value at risk that the method forecast for the day on the business day before. Losses are positive.",
        "VaR(c, t | t-1)",
        "portal.domain.risk.daily_forecasts.forecasts",
        decimals=0,
        coloured=False,
    )
)
ES = register(
    Metric(
        "risk.backtest_es",
        "ES forecast of a backtested day",
        "EUR",
        "Expected shortfall that the method forecast for the day on the business day before. Losses are positive.",
        "ES(c, t | t-1)",
        "portal.domain.risk.daily_forecasts.forecasts",
        decimals=0,
        coloured=False,
    )
)
EXCESS = register(
    Metric(
        "risk.backtest_excess",
        "Loss over VaR",
        "times",
        "The loss of an exception over the VaR that was forecast for its day.",
        "-P(t) / VaR(t)",
        "portal.domain.risk.backtests.base.exceptions",
        decimals=2,
        coloured=False,
    )
)
DAYS = register(
    Metric(
        "risk.backtest_days",
        "Days of a backtest",
        "days",
        "Days of the period that have a forecast and a P&L.",
        "n",
        _RUN,
        decimals=0,
        coloured=False,
    )
)
EXCEPTIONS = register(
    Metric(
        "risk.backtest_exceptions",
        "Exceptions of a backtest",
        "days",
        "Days of the period on which the loss was strictly above the VaR forecast for the day.",
        "x = number of days with -P(t) > VaR(t)",
        "portal.domain.risk.backtests.base.exceptions",
        decimals=0,
        coloured=False,
    )
)
EXPECTED = register(
    Metric(
        "risk.backtest_expected",
        "Expected exceptions",
        "days",
        "Exceptions that the confidence level promises.",
        "n (1 - c)",
        _RUN,
        decimals=1,
        coloured=False,
    )
)
LONGEST = register(
    Metric(
        "risk.backtest_longest_run",
        "Longest run of exceptions",
        "days",
        "Most exceptions on backtested days that follow each other.",
        "max length of runs of exceptions",
        _RUN,
        decimals=0,
        coloured=False,
    )
)
MEAN_VAR = register(
    Metric(
        "risk.backtest_mean_var",
        "Mean VaR forecast",
        "EUR",
        "Mean of the VaR forecasts of the period: of two methods that pass, the one with less ties up less capital.",
        "1/n sum VaR(t)",
        _RUN,
        decimals=0,
        coloured=False,
    )
)
MULTIPLIER = register(
    Metric(
        "risk.backtest_multiplier",
        "Multiplier of the traffic light",
        "times",
        "Multiplier of the present Basel framework: 1.5, plus an addition in the yellow and red zone. Other lengths "
        "and levels than 250 days at 99 % take the addition of the count that is as improbable there.",
        "1.5 + plus(x)",
        "portal.domain.risk.backtests.traffic_light.traffic_light",
        decimals=2,
        coloured=False,
    )
)
MULTIPLIER_1996 = register(
    Metric(
        "risk.backtest_multiplier_1996",
        "Multiplier of 1996",
        "times",
        "Multiplier of the framework of 1996: 3, plus an addition in the yellow and red zone.",
        "3 + plus(x)",
        "portal.domain.risk.backtests.traffic_light.traffic_light",
        decimals=2,
        coloured=False,
    )
)
LOSS = register(
    Metric(
        "risk.backtest_score",
        "Mean FZ0 score",
        "score",
        "Mean Fissler-Ziegel score of VaR and ES together; of two methods over the same days the lower one forecast "
        "better.",
        "1/n sum FZ0(P(t), VaR(t), ES(t))",
        "portal.domain.risk.backtests.fz_loss.fz0_losses",
        decimals=3,
        coloured=False,
    )
)
STATISTIC = register(
    Metric(
        "risk.backtest_statistic",
        "Statistic of a test",
        "statistic",
        "Statistic of one test of the forecasts: likelihood ratios of Kupiec, of the time until the first failure, of "
        "Christoffersen and of the times between failures; z of the binomial count; cumulative probability of the "
        "traffic light; Z1 and Z2 of Acerbi and Szekely; of Du and Escanciano the mean and the dependence; t of the "
        "exceedance residuals. The steps of a passport name the test.",
        "T(P, VaR, ES, c)",
        _RUN,
        decimals=3,
        coloured=False,
    )
)
P_VALUE = register(
    Metric(
        "risk.backtest_p_value",
        "P value of a test",
        "probability",
        "Probability of a statistic at least as extreme when the model is right. Below 0.05 the model is rejected; "
        "with too few exceptions a test has no power and shows none.",
        "Pr(T at least as extreme | model right)",
        _RUN,
        decimals=4,
        coloured=False,
    )
)
