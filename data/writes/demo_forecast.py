"""What the demo desk keeps of forecasts: taken out with it, since they stand on its prices and can be made again."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from data.models.forecast import (
    Experiment,
    ExperimentArray,
    ForecastModelRow,
    ForecastPath,
    ForecastRun,
    ForecastValue,
    ModelDecision,
    ModelVersion,
)

_ALL = (
    ForecastPath, ForecastValue, ForecastRun, ModelDecision, ModelVersion, ForecastModelRow, ExperimentArray,
    Experiment,
)  # fmt: skip


def remove(session: Session) -> None:
    """Delete trials with their forecasts, versions with their decisions, and what was served."""
    for table in _ALL:
        session.execute(delete(table))
