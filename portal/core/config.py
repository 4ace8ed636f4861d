"""Typed settings, read once from the environment in ``app.py`` and by the command line.

Every field says its unit and default. Secrets have no default: without one, a random secret is made and kept
under ``ENERSCOPE_HOME`` with mode 0600.
"""

from functools import lru_cache
from pathlib import Path
from typing import Literal

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
    survey: bool = Field(
        True, description="Ask people now and then, at most once in 30 days, how well this serves."
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
    monitor: bool = Field(True, description="Start the monitor beside the web server on one machine.")
    monitor_seconds: float = Field(
        5.0, gt=0, description="Seconds between two looks at the health of services."
    )
    health_minutes: int = Field(
        30,
        ge=0,
        description="Minutes for which a session that a web process has checked may still read Health, and nothing "
        "else, while the database is away; 0 lets nobody.",
    )
    sample_seconds: float = Field(15.0, gt=0, description="Seconds between two samples of a service.")
    keep_samples_days: int = Field(
        7, ge=1, description="Days that samples are kept; hours are made of them first."
    )
    keep_sample_hours_days: int = Field(400, ge=1, description="Days that the hours of samples are kept.")
    targets: str = Field(
        "",
        description="Prometheus endpoints to scrape, as name=URL with commas between, such as "
        "gateway=http://gateway:9100/metrics.",
    )
    prometheus_url: str = Field(
        "",
        validation_alias=AliasChoices("PROMETHEUS_URL", "ENERSCOPE_PROMETHEUS_URL"),
        description="Prometheus server whose HTTP API is asked; empty asks none.",
    )
    prometheus_queries: str = Field(
        "targets_up=up",
        description="What that server is asked at each sample, as name=PromQL with semicolons between.",
    )
    target_seconds: float = Field(5.0, gt=0, description="Seconds that a target has for its answer.")
    target_samples: int = Field(
        2000, ge=1, description="Most samples of one target; one that shows more is refused, with a sentence."
    )
    metrics_token: SecretStr | None = Field(
        None,
        description="Bearer token that opens /metrics to a scraper; without it only people with the right see it.",
    )
    vulnerabilities_file: Path | None = Field(
        None, description="JSON file that pip-audit writes, shown on Monitoring > Security; empty shows none."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="How log lines are written: text or json."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="Least level of log lines; info adds a line for each request."
    )
    sentry_dsn: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("SENTRY_DSN", "ENERSCOPE_SENTRY_DSN"),
        description="Sentry project that errors are sent to; empty sends none.",
    )
    otlp_endpoint: str = Field(
        "",
        validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_ENDPOINT", "ENERSCOPE_OTLP_ENDPOINT"),
        description="OpenTelemetry collector (OTLP over HTTP) that traces are sent to; empty sends none.",
    )
    public_url: str = Field(
        "",
        description="Address under which people reach the portal, such as https://portal.example.com; messages link "
        "to it, and without one they name the page.",
    )
    smtp_host: str = Field("", description="Mail server that messages are handed to; empty sends no e-mail.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="How the connection to the mail server is encrypted: starttls, tls from the start, none.",
    )
    smtp_user: str = Field("", description="User of the mail server; empty signs in as nobody.")
    smtp_password: SecretStr | None = Field(None, description="Password of that user.")
    smtp_sender: str = Field(
        "", description="Address that e-mail comes from, such as Enerscope <portal@example.com>."
    )
    mail_domains: str = Field(
        "",
        description="Domains that e-mail may be sent to, with commas between, such as example.com; empty allows all.",
    )
    telegram_token: SecretStr | None = Field(
        None, description="Token of the Telegram bot that sends messages; without one there is no Telegram."
    )
    whatsapp_token: SecretStr | None = Field(
        None, description="Access token of the WhatsApp Business Cloud API; without one there is no WhatsApp."
    )
    whatsapp_phone_id: str = Field("", description="Id of the phone number that WhatsApp messages come from.")
    whatsapp_template: str = Field(
        "",
        description="Approved WhatsApp template whose first parameter is the message; empty sends plain text, which "
        "WhatsApp only delivers within a day of the person's own last message.",
    )
    sms_gateway: SecretStr | None = Field(
        None,
        description="SMS gateway as apprise writes it, without a recipient, such as twilio://SID:TOKEN@+15550100; "
        "without one there is no SMS.",
    )
    webhook_networks: str = Field(
        "",
        description="Private networks that webhooks of users may reach, as CIDR with commas between, such as "
        "10.20.0.0/16; empty allows public addresses only.",
    )
    delivery_timeout_seconds: float = Field(
        20.0, gt=0, description="Seconds that a receiver has to take a message."
    )
    delivery_attempts: int = Field(
        10, ge=1, description="Attempts until a message that is not taken is left to people."
    )
    pack_folder: Path | None = Field(
        None,
        description="Folder below which scheduled packs are put as files; empty puts none anywhere.",
    )
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
