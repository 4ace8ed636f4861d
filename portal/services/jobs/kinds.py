"""The modules that register kinds of jobs; a new area adds its module here."""

from types import ModuleType

from portal.services.risk import jobs as risk_jobs

AREAS: tuple[ModuleType, ...] = (risk_jobs,)  # importing a module registers its kinds
