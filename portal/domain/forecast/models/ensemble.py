"""The weighted mean of several models, level by level: hard to beat, and it goes on when a member fails."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D
from portal.domain.forecast.base import Family, Forecast, Task, forecast_model, model
from portal.domain.forecast.inner import Inner, inner_forecasts, members_of
from portal.domain.forecast.quantiles import sorted_quantiles
from portal.domain.market.errors import BadParameter

WEIGHTS = ("inverse", "equal")


@dataclass(frozen=True)
class _Weighed:
    weights: FloatArray1D
    notes: tuple[str, ...] = ()


@forecast_model("Ensemble", Family.COMBINATION, least=60, uses_features=True, fit_seconds=18.0)
def ensemble(
    task: Task, *, members: Sequence[str] = (), weights: str = "inverse", seconds: float = 15.0
) -> Forecast:
    """Average the quantiles of several models, equally or by the inverse of their absolute errors on inner origins.

    Parameters
    ----------
    task : Task
        The question.
    members : sequence of str
        Codes of models; the usual ones of the grid when none is named.
    weights : str
        ``inverse`` weighs by one over the mean absolute error at origins inside the task's own history, ``equal``
        asks no origin.
    seconds : float
        About what the inner fits may take together.

    Returns
    -------
    Forecast
        ``facts["drivers"]`` are the weights; members that failed are named in the notes and left out.

    Raises
    ------
    BadParameter
        An unknown kind of weights, or members that cannot be combined.
    NotConverged
        No member answered.

    References
    ----------
    Bates and Granger (1969), "The combination of forecasts", Operational Research Quarterly 20; Lichtendahl,
    Grushka-Cockayne and Winkler (2013), "Is it better to average probabilities or quantiles?", Management Science 59.
    """
    if weights not in WEIGHTS:
        raise BadParameter(
            f"An ensemble weighs its members by 'inverse' or 'equal', not '{weights}'.",
            name="weights",
            value=weights,
        )
    found = inner_forecasts(
        task, members_of(task, members), seconds=seconds if weights == "inverse" else 0.0, least=1
    )
    weighed = _weights(found, task.lead, inverse=weights == "inverse")
    quantiles = sorted_quantiles(np.tensordot(weighed.weights, [one.quantiles for one in found.now], axes=1))
    return Forecast(
        mean=np.tensordot(weighed.weights, [one.mean for one in found.now], axes=1),
        quantiles=quantiles,
        facts={
            "drivers": {
                model(code).title: float(share)
                for code, share in zip(found.codes, weighed.weights, strict=True)
            },
            "members": list(found.codes),
            "inner_origins": len(found.actual),
        },
        notes=(*found.notes, *weighed.notes),
    )


def _weights(found: Inner, lead: int, *, inverse: bool) -> _Weighed:
    equal = np.full(len(found.codes), 1.0 / len(found.codes))
    if not inverse:
        return _Weighed(equal)
    if not len(found.actual):
        return _Weighed(
            equal, ("History or time has no room for inner origins: members have equal weights.",)
        )
    errors = np.abs(found.medians - found.actual)[:, :, lead:].mean(axis=(1, 2))
    if not errors.all():  # one was never wrong
        return _Weighed((errors == 0.0) / float((errors == 0.0).sum()))
    return _Weighed((1.0 / errors) / float((1.0 / errors).sum()))
