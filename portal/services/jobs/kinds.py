"""The modules that register kinds of jobs; a new area adds its module here."""

from types import ModuleType

from portal.services.monitoring import retention
from portal.services.risk import jobs as risk_jobs
from portal.services.risk import nightly as risk_nightly

AREAS: tuple[ModuleType, ...] = (
    risk_jobs,
    risk_nightly,
    retention,
)  # importing a module registers its kinds and schedules
