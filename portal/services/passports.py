"""The passport of a figure: what it means, what it is under the reader's clocks, and the rows behind it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import metric
from portal.core.passport import Passport
from portal.core.table import GridQuery, Table, sort_rows
from portal.services import evaluation
from portal.services.compliance import (
    audit_passports,
    case_passports,
    check_passports,
    kyc_passports,
    privacy_passports,
    report_passports,
    rule_passports,
    score_passports,
    surveillance_passports,
)
from portal.services.forecast import accuracy_passports, model_passports, outlook_passports
from portal.services.market import (
    correlation_passports,
    curve_build_passports,
    curve_passports,
    quality_passports,
    seasonality_passports,
    spread_passports,
    volatility_passports,
)
from portal.services.market import passports as market_passports
from portal.services.monitoring import (
    alert_passports,
    alert_rule_passports,
    backup_passports,
    chain_passports,
    delivery_passports,
    feed_passports,
    health_passports,
    incident_passports,
    infrastructure_passports,
    job_passports,
    request_passports,
    sample_passports,
    security_passports,
    service_passports,
    slo_passports,
    usage_passports,
)
from portal.services.overview import passports as overview_page_passports
from portal.services.packs import passports as pack_passports
from portal.services.portfolio import (
    explain_cell_passports,
    explain_passports,
    gap_passports,
    leg_passports,
    position_passports,
    trade_passports,
    valuation_passports,
    what_if_fair_passports,
    what_if_passports,
)
from portal.services.risk import (
    backtest_passports,
    earnings_passports,
    figure_passports,
    limit_passports,
    marginal_passports,
    overview_passports,
    performance_passports,
    scenario_passports,
    sizing_passports,
    stress_likely_passports,
    stress_passports,
)
from portal.services.signoff import signoff_passports

AREAS = (  # importing these modules registers their evaluators
    market_passports,
    volatility_passports,
    correlation_passports,
    curve_passports,
    curve_build_passports,
    quality_passports,
    seasonality_passports,
    spread_passports,
    explain_passports,
    explain_cell_passports,
    gap_passports,
    leg_passports,
    position_passports,
    trade_passports,
    valuation_passports,
    what_if_fair_passports,
    what_if_passports,
    figure_passports,
    stress_passports,
    overview_passports,
    overview_page_passports,
    scenario_passports,
    stress_likely_passports,
    alert_passports,
    delivery_passports,
    backup_passports,
    health_passports,
    incident_passports,
    infrastructure_passports,
    chain_passports,
    feed_passports,
    job_passports,
    request_passports,
    alert_rule_passports,
    slo_passports,
    security_passports,
    sample_passports,
    service_passports,
    usage_passports,
    pack_passports,
    marginal_passports,
    backtest_passports,
    limit_passports,
    sizing_passports,
    model_passports,
    earnings_passports,
    performance_passports,
    outlook_passports,
    accuracy_passports,
    case_passports,
    rule_passports,
    report_passports,
    score_passports,
    audit_passports,
    check_passports,
    surveillance_passports,
    privacy_passports,
    kyc_passports,
    signoff_passports,
)


def open_passport(metric_id: str, params: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Passport:
    """Return the passport of ``metric_id`` for ``params`` under ``clocks``.

    Raises
    ------
    NotFound
        There is no such metric, or what the parameters name does not exist.
    NotPermitted
        The actor may not see this metric.
    DomainError
        A parameter is missing or cannot be read.
    """
    pinned = replace(clocks, live=False)
    found = evaluation.evaluate(metric_id, params, pinned, actor)
    return Passport(
        metric(metric_id),
        evaluation.evaluator(metric_id).parameters,
        evaluation.clean_params(metric_id, params),
        pinned,
        found,
    )


def rows_behind(
    query: GridQuery, metric_id: str, params: Mapping[str, Any], clocks: Clocks, actor: Actor
) -> Table:
    """Return the rows behind a figure as a grid asks for them, newest first unless sorted otherwise."""
    return arranged(query, evaluation.evaluate(metric_id, params, clocks, actor).inputs)


def arranged(query: GridQuery, inputs: Table) -> Table:
    """Return ``inputs`` in the order asked for, newest day first by default, without columns that say nothing."""
    columns = tuple(
        replace(column, hidden=True) if all(row[at] is None for row in inputs.rows) else column
        for at, column in enumerate(inputs.columns)
    )
    by_day = query.sort is None and any(column.key == "day" for column in columns)
    asked = replace(query, sort="day", descending=True) if by_day else query
    return sort_rows(replace(inputs, columns=columns), asked)
