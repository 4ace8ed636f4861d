"""The modules that register kinds of jobs; a new area adds its module here."""

from types import ModuleType

from portal.services.backup import jobs as backup_jobs
from portal.services.compliance import (
    audit_jobs,
    calendar_jobs,
    check_jobs,
    list_jobs,
    report_jobs,
    surveillance_jobs,
)
from portal.services.forecast import jobs as forecast_jobs
from portal.services.monitoring import retention
from portal.services.packs import jobs as pack_jobs
from portal.services.risk import jobs as risk_jobs
from portal.services.risk import nightly as risk_nightly

AREAS: tuple[ModuleType, ...] = (
    risk_jobs,
    risk_nightly,
    retention,
    backup_jobs,
    forecast_jobs,
    report_jobs,
    check_jobs,
    calendar_jobs,
    surveillance_jobs,
    list_jobs,
    audit_jobs,
    pack_jobs,
)  # importing a module registers its kinds and schedules
