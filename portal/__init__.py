"""Enerscope: analytics and monitoring for an energy trading desk."""

import os

# Before numpy is imported: its matrices here are small, and several processes serve pages, so that threads that wait
# for each other cost more than they bring (valuing storage: four times). An operator's own setting wins.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

VERSION = "0.1.0"
