"""Typed settings, read once from the environment in ``app.py`` and by the command line.

Every field says its unit and default. Secrets have no default: without one, a random secret is made and kept
under ``ENERSCOPE_HOME`` with mode 0600.
"""

from functools import lru_cache
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from portal.core.errors import ConfigurationError


class Settings(BaseSettings):
    """All settings of the portal. Environment names are ``ENERSCOPE_<FIELD>`` unless an alias is given."""

    model_config = SettingsConfigDict(
        env_prefix="ENERSCOPE_", frozen=True, extra="ignore", populate_by_name=True
    )

    home: Path = Field(
        Path("~/.enerscope"), description="Folder of the embedded database, cache, uploads and secret."
    )
    host: str = Field(
        "127.0.0.1",
        validation_alias=AliasChoices("HOST", "ENERSCOPE_HOST"),
        description="Address that the web server binds.",
    )
    port: int = Field(
        8050,
        ge=0,
        le=65535,
        validation_alias=AliasChoices("PORT", "ENERSCOPE_PORT"),
        description="Port that the web server binds.",
    )
    database_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL", "ENERSCOPE_DATABASE_URL"),
        description="PostgreSQL to use; empty means the embedded one.",
    )
    redis_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("REDIS_URL", "ENERSCOPE_REDIS_URL"),
        description="Redis for the cache; empty means a disk cache under home.",
    )
    secret_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("SECRET_KEY", "ENERSCOPE_SECRET_KEY"),
        description="Signs session cookies; empty means one kept under home.",
    )
    demo: bool | None = Field(
        None,
        description="Load the demo desk on `run` into an empty database; unset means only into the embedded one.",
    )
    cookie_secure: bool = Field(False, description="Send cookies over HTTPS only; switch on behind TLS.")
    proxies: int = Field(
        0,
        ge=0,
        description="Reverse proxies in front whose X-Forwarded headers are believed; 0 believes none.",
    )
    session_idle_minutes: int = Field(30, ge=1, description="Minutes without activity until a session ends.")
    session_hours: int = Field(12, ge=1, description="Hours until a session ends whatever happens.")
    sessions_per_user: int = Field(
        5, ge=1, description="Sessions one user may have open; the oldest is ended."
    )
    threads: int = Field(8, ge=1, description="Threads of the web server.")
    job_heartbeat_seconds: float = Field(
        1.0,
        gt=0,
        description="Seconds between two signs of life of a running job; a cancel reaches it with the next one.",
    )
    job_stale_seconds: float = Field(
        30.0,
        gt=0,
        description="Seconds of silence after which the worker of a job is given up; several heartbeats long.",
    )
    job_grace_seconds: float = Field(
        10.0,
        ge=0,
        description="Seconds that a cancelled job has to stop by itself before its process is ended.",
    )
    job_workers: int = Field(
        1, ge=0, description="Jobs that the local worker runs at once; 0 starts no local worker."
    )
    job_poll_seconds: float = Field(
        1.0, gt=0, description="Seconds between two looks of an idle worker for a job."
    )
    schedules: bool = Field(
        True, description="Start the jobs of schedules when they are due; off leaves them to people."
    )
    keep_jobs_days: int = Field(
        180,
        ge=0,
        description="Days that finished jobs which nothing refers to are kept; 0 keeps them for ever.",
    )
    keep_scenarios_days: int = Field(
        90,
        ge=0,
        description="Days that the scenarios of risk runs are kept (figures, and the last run of each method and "
        "month, are kept for ever); 0 keeps all.",
    )
    keep_trials_days: int = Field(
        180,
        ge=0,
        description="Days that the forecasts of trials without a registered model are kept (scores are kept for "
        "ever); 0 keeps all.",
    )
    mlflow_tracking_uri: str = Field(
        "",
        validation_alias=AliasChoices("MLFLOW_TRACKING_URI", "ENERSCOPE_MLFLOW_TRACKING_URI"),
        description="MLflow server that trials and versions are exported to; empty exports nothing.",
    )
    mlflow_tracking_token: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("MLFLOW_TRACKING_TOKEN", "ENERSCOPE_MLFLOW_TRACKING_TOKEN"),
        description="Bearer token for that server.",
    )
    backup_folder: Path | None = Field(
        None, description="Folder of backups, best on another disk; empty means `backups` under home."
    )
    backup_recipient: str = Field(
        "", description="age recipient (age1...) that backups are encrypted for; empty leaves them plain."
    )
    backup_identity: SecretStr | None = Field(
        None, description="age secret key that encrypted backups are read with; set it only to restore."
    )
    keep_backup_days: int = Field(7, ge=1, description="Days whose newest backup is kept.")
    keep_backup_weeks: int = Field(5, ge=0, description="Weeks whose newest backup is kept.")
    keep_backup_months: int = Field(12, ge=0, description="Months whose newest backup is kept.")
    upload_mb: int = Field(64, ge=1, description="Largest file that the import page takes, in megabytes.")

    @property
    def root(self) -> Path:
        """``home`` as an absolute path."""
        return self.home.expanduser().resolve()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process, read from the environment at the first call.

    Raises
    ------
    ConfigurationError
        A variable cannot be read; the sentence names it, and never shows its value.
    """
    try:
        return Settings()
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0])
        field = Settings.model_fields.get(name)
        variable = name if field is None else f"ENERSCOPE_{name.upper()}"
        raise ConfigurationError(
            f"The setting {variable} cannot be read: {first['msg']}. "
            f"{f'It means: {field.description} ' if field else ''}Correct or remove it.",
            variable=variable,
        ) from None
