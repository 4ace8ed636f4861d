"""Durable jobs: what takes longer than a page may wait is a row that a worker carries on, whoever watches.

A kind of job registers itself (:func:`register_kind`); somebody asks for one (:func:`submit`), shares one that is
there, follows it (:func:`job`), stops it (:func:`cancel`) or runs it again (:func:`rerun`). Whoever executes it, a
page's own process, the local worker or Celery, calls :func:`run`. :func:`recover` finds those whose worker died,
:func:`fire_due` asks for those that a schedule wants.
"""

from data.queries.jobs import EventRow
from data.writes.jobs import Held
from portal.core.job import ACTIVE, OVER, STATES, JobView
from portal.services.jobs.asking import Queue, announce_with, cancel, rerun, submit
from portal.services.jobs.context import Cancelled, JobContext, log
from portal.services.jobs.recovery import recover, release, worker_died
from portal.services.jobs.registry import KINDS, JobKind, all_kinds, find_kind, register_kind
from portal.services.jobs.running import execute, run, take_next
from portal.services.jobs.schedules import (
    Schedule,
    ScheduleView,
    all_schedules,
    change_schedule,
    fire_due,
    list_schedules,
    register_schedule,
    restore_schedule,
)
from portal.services.jobs.views import active_jobs, due, job, job_log, jobs

__all__ = [
    "ACTIVE",
    "KINDS",
    "OVER",
    "STATES",
    "Cancelled",
    "EventRow",
    "Held",
    "JobContext",
    "JobKind",
    "JobView",
    "Queue",
    "Schedule",
    "ScheduleView",
    "active_jobs",
    "all_kinds",
    "all_schedules",
    "announce_with",
    "cancel",
    "change_schedule",
    "due",
    "execute",
    "find_kind",
    "fire_due",
    "job",
    "job_log",
    "jobs",
    "list_schedules",
    "log",
    "recover",
    "register_kind",
    "register_schedule",
    "release",
    "rerun",
    "restore_schedule",
    "run",
    "submit",
    "take_next",
    "worker_died",
]
