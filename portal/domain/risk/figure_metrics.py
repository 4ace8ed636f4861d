"""The metrics that the pages of Risk share: figures of a run, and what they are made of."""

from portal.core.metrics import Metric, register

_READ = "portal.domain.risk.reading.read"
_OUTCOME = "portal.domain.risk.revaluation.outcome.Outcome"

VAR = register(
    Metric(
        "risk.var",
        "Value at risk",
        "EUR",
        "Loss that is not exceeded with the chosen probability over the horizon of the run: of n scenarios the loss of "
        "rank n - ceil(n c) + 1 from the worst, an observed one. Losses are positive. The parametric method takes the "
        "normal quantile of the standard deviation instead.",
        "VaR(c) = inf{x : F(x) >= c}",
        _READ,
        decimals=0,
        coloured=False,
    )
)
ES = register(
    Metric(
        "risk.expected_shortfall",
        "Expected shortfall",
        "EUR",
        "Mean of the worst n (1 - c) losses, the last one counted by the fraction that is left. Losses are positive.",
        "ES(c) = (1 / (n (1 - c))) x (sum of whole losses + fraction x next loss)",
        _READ,
        decimals=0,
        coloured=False,
    )
)
BY_MEASURE = {"var": VAR, "expected_shortfall": ES}
COMPONENT = register(
    Metric(
        "risk.component",
        "Component",
        "EUR",
        "What a part adds to the figure of the whole: its loss averaged over the scenarios that make the figure. The "
        "components of all parts add up to the figure; a negative one hedges. Of a VaR the scenarios around the "
        "quantile are averaged and scaled to it.",
        "C(i) = - sum over scenarios of share x P&L(i)",
        "portal.domain.risk.reading.Reading",
        decimals=0,
        signed=True,
        coloured=False,
    )
)
COMPONENT_SHARE = register(
    Metric(
        "risk.component_share",
        "Share of the whole",
        "",
        "Component of a part over the figure of the whole.",
        "C(i) / figure",
        "portal.domain.risk.reading.Reading",
        decimals=1,
        signed=True,
        percent=True,
        coloured=False,
    )
)
STAND_ALONE = register(
    Metric(
        "risk.stand_alone",
        "By itself",
        "EUR",
        "The same figure of the part alone, as if nothing else were held.",
        "figure of P&L(i)",
        _READ,
        decimals=0,
        coloured=False,
    )
)
INCREMENTAL = register(
    Metric(
        "risk.incremental",
        "If removed",
        "EUR",
        "By how much the figure falls when the part is taken out, re-sorted over the same scenarios; negative where "
        "the part hedges.",
        "figure(book) - figure(book without i)",
        _READ,
        decimals=0,
        signed=True,
        coloured=False,
    )
)
WITHOUT = register(
    Metric(
        "risk.without",
        "Without what is left out",
        "EUR",
        "The same figure of what remains when some portfolios and trades are taken out, re-sorted over the same "
        "scenarios.",
        "figure(book without parts)",
        _READ,
        decimals=0,
        coloured=False,
    )
)
DIVERSIFICATION = register(
    Metric(
        "risk.diversification",
        "Diversification",
        "EUR",
        "Sum of the figures of the parts, each by itself, less the figure of the whole.",
        "sum of figure(i) - figure(whole)",
        _READ,
        decimals=0,
        coloured=False,
    )
)
SCENARIO_PNL = register(
    Metric(
        "risk.scenario_pnl",
        "P&L in a scenario",
        "EUR",
        "Change of value in one scenario: exposure to each factor times its move, and what full revaluation of "
        "options, storage and swing adds.",
        "P(s) = sum over factors of exposure x move(s) + rest(s)",
        _OUTCOME,
        decimals=0,
        signed=True,
    )
)
TRADE_SCENARIO = register(
    Metric(
        "risk.trade_scenario_pnl",
        "P&L of a trade in a scenario",
        "EUR",
        "Change of value of one trade in one scenario: exposure to each factor times its move, and what full "
        "revaluation adds.",
        "P(i, s) = sum over factors of exposure(i) x move(s) + rest(i, s)",
        "portal.domain.risk.revaluation.outcome.Outcome",
        decimals=0,
        signed=True,
    )
)
EXPOSURE = register(
    Metric(
        "risk.exposure",
        "Exposure",
        "EUR",
        "Change of value for a move of 1 in the unit of a factor.",
        "E(k) = sum over trades of dV / dF(k)",
        "portal.domain.risk.revaluation.outcome.Outcome",
        decimals=0,
        signed=True,
        coloured=False,
    )
)
