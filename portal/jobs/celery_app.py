"""Celery over Redis: takes the place of the local worker in production.

A message only says that a job waits; the row in the database is the job. So a message that comes twice starts nothing
twice, and one that Redis lost is sent again by the look that beat asks for every few seconds.

Dash ships the cookies of the page to a background callback, so they pass through Redis: give it a password and a
private network. Workers start with ``celery --app app:celery_app``, since background callbacks register when their
module is imported.
"""

import logging
from typing import Any

from celery import Celery, signals

from portal.core import logs
from portal.core.config import Settings, settings
from portal.core.errors import ConfigurationError, EnerscopeError
from portal.services import jobs, runtime
from portal.services.monitoring import beats

RUN = "enerscope.jobs.run"
LOOK = "enerscope.jobs.look"
LOOK_SECONDS = 5.0
_BROKER_SECONDS = 2.0  # a page does not wait longer for a Redis that is away


def make(config: Settings) -> Celery:
    """Return the Celery app of ``REDIS_URL``, with the tasks that run jobs.

    Raises
    ------
    ConfigurationError
        There is no ``REDIS_URL``.
    """
    if config.redis_url is None:
        raise ConfigurationError(
            "Celery needs REDIS_URL. Without it, `enerscope run` has a worker of its own."
        )
    url = config.redis_url.get_secret_value()
    made = Celery("enerscope", broker=url, backend=url, set_as_current=False)
    made.conf.update(_options(config))
    signals.setup_logging.connect(_set_up_logging)  # so that Celery leaves log lines to us
    made.task(name=RUN)(run_job)
    made.task(name=LOOK, bind=True, ignore_result=True)(_look)
    signals.worker_ready.connect(_worker_begins)
    signals.beat_init.connect(_beat_begins)
    signals.beat_embedded_init.connect(_beat_begins)
    return made


def _worker_begins(**_signal: Any) -> None:
    """Tell from now on that this worker lives; a worker that lost Redis for a while begins more than once."""
    beats.begin("worker")


def _beat_begins(**_signal: Any) -> None:
    """Tell from now on that this scheduler lives."""
    beats.begin("beat")


def announcer(made: Celery) -> Any:
    """Return what tells the workers of a new job."""
    return lambda job_id: made.send_task(RUN, [job_id], ignore_result=True)


def run_job(job_id: int) -> str | None:
    """Run one job; one that another worker took, or that is over, is left alone."""
    now = settings()
    with runtime.borrowed_database(now):
        return jobs.run(job_id, door="celery", own_process=True)


def look(made: Celery) -> int:
    """Settle the jobs of dead workers, ask for those of schedules, and send for those that wait; return how many wait.

    The messages last until the next look, so that a long queue does not pile up copies of itself.
    """
    now = settings()
    try:
        with runtime.borrowed_database(now):
            jobs.recover()
            jobs.fire_due()
            waiting = jobs.due()
    except EnerscopeError as problem:
        jobs.log.warning("%s", problem.message)
        return 0
    for job_id in waiting:
        made.send_task(RUN, [job_id], ignore_result=True, expires=LOOK_SECONDS)
    return len(waiting)


def _set_up_logging(loglevel: int | str | None = None, **_: Any) -> None:
    """Write Celery's lines as all others are written, from the level that its command line asks for."""
    logs.set_up(settings())
    if loglevel is not None:
        logging.getLogger("celery").setLevel(loglevel)


def _look(task: Any) -> int:
    return look(task.app)


def _options(config: Settings) -> dict[str, Any]:
    return {
        "task_ignore_result": False,  # background callbacks of pages ask for theirs
        "task_track_started": True,
        "result_expires": 3600,
        "worker_prefetch_multiplier": 1,  # long tasks: nobody waits behind one while another process is free
        "worker_hijack_root_logger": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,  # the database is there, so the run goes on
        "broker_connection_retry_on_startup": True,
        "broker_connection_timeout": _BROKER_SECONDS,
        "broker_transport_options": {"socket_connect_timeout": _BROKER_SECONDS, "socket_keepalive": True},
        "redis_socket_connect_timeout": _BROKER_SECONDS,
        "redis_retry_on_timeout": True,
        "result_backend_transport_options": {"retry_policy": {"timeout": _BROKER_SECONDS, "max_retries": 1}},
        "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.2},
        "timezone": "UTC",
        "beat_schedule": {
            "look": {"task": LOOK, "schedule": LOOK_SECONDS, "options": {"expires": LOOK_SECONDS}}
        },
        "beat_schedule_filename": str(config.root / "cache" / "beat"),
        "task_serializer": "json",
        "result_serializer": "json",
        "accept_content": ["json"],
    }
