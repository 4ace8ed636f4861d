"""Run times of a desk that does not exist: what the chain of the demo desk shows where no job has run.

The demo desk has ten years of prices but its nights were never run. So that the chain can be looked at, its jobs get
times that depend on nothing but day and step; they are marked as simulated wherever they are shown.
"""

from datetime import date
from zlib import crc32

import numpy as np

from portal.domain.monitoring.chain import Run

SPREAD = 0.16  # standard deviation of the logarithm of a run time
SLOW_SHARE, SLOW = 0.06, 1.7  # of the nights, and how much longer they take
MOST_WAIT = 0.4  # minutes until a worker is free


def simulated_run(step: str, day: date, ready: float, minutes: float) -> Run:
    """Make up a run.

    Parameters
    ----------
    step : str
        Code of the step; with the day it decides the run.
    day : date
        The chain's day.
    ready : float
        Minute of the day from which on it could begin.
    minutes : float
        Its usual run time.

    Returns
    -------
    Run
        The same for the same step and day, wherever it is computed.
    """
    random = np.random.default_rng([day.toordinal(), crc32(step.encode())])
    slow = SLOW if random.random() < SLOW_SHARE else 1.0
    begin = ready + MOST_WAIT * random.random()
    return Run(round(begin, 2), round(begin + minutes * slow * float(np.exp(SPREAD * random.normal())), 2))
