"""``python forecast_peer.py HISTORY.npy HORIZON``: what a plain call of statsforecast says, and how long it took.

Run by an interpreter that has statsforecast, so it imports nothing of ours.
"""

import json
import sys
from time import perf_counter

import numpy as np


def main() -> None:
    """Print the mean of each step and the seconds of the call; what is compiled at the first call is not counted."""
    from statsforecast.models import MSTL

    history, horizon = np.load(sys.argv[1]), int(sys.argv[2])
    MSTL(season_length=[24, 168]).forecast(y=history[-24 * 28 :], h=horizon)
    began = perf_counter()
    said = MSTL(season_length=[24, 168]).forecast(y=history, h=horizon)["mean"]
    print(json.dumps({"seconds": perf_counter() - began, "mean": np.asarray(said, dtype=float).tolist()}))


if __name__ == "__main__":
    main()
