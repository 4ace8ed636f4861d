"""A worker that is killed in the middle of a training leaves whole trials, and the next attempt goes on behind them."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from portal.core import clock
from portal.core.clock import Clocks
from portal.services import clocks as clock_service
from portal.services.forecast import experiments, registry, training
from portal.services.forecast.training import Ask
from tests.helpers.forecasts import READER, add_prices

TARGET = "settle.OIL"
MODELS = ("theta", "ets")
RUN = """
import os, signal, sys
from datetime import timedelta
from tests.helpers.databases import connected
from portal.core import clock
from portal.core.clock import Clocks
from portal.services import clocks as clock_service
from portal.services.forecast import training
def die_in_the_fourth_trial(share, _words):
    if share > 0.8:
        os.kill(os.getpid(), signal.SIGKILL)
with connected(sys.argv[1]):
    clocks = Clocks(clock_service.latest_day(), clock.now() + timedelta(minutes=1))
    ask = training.Ask(("settle.OIL",), ("theta", "ets"), "killed", origins=14)
    training.train(ask, clocks, report=die_in_the_fourth_trial, run_by="trader", workers=2)
"""


def test_what_a_killed_worker_leaves_is_whole(database: str) -> None:
    add_prices("OIL")
    done = subprocess.run(
        [sys.executable, "-c", RUN, database], cwd=Path(__file__).parents[4], stderr=subprocess.DEVNULL,
        timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    left = experiments.trials(READER)
    assert 1 <= len(left) < 4
    for view in left:
        assert view.row.status == "finished"
        assert experiments.stored(view.id, READER).evaluation.scored.any()
    assert len(registry.versions(READER)) == sum(view.row.model in MODELS for view in left)
    clocks = Clocks(clock_service.latest_day(), clock.now() + timedelta(minutes=1))
    made = training.train(Ask((TARGET,), MODELS, "again", origins=14), clocks, workers=2)
    assert made.known == len(left)
    assert len(experiments.trials(READER)) == 4
    assert {view.model for view in registry.versions(READER)} == set(MODELS)
