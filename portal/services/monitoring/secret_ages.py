"""How old the portal's own secrets are: a key that nobody has changed for years is known to more people than it should.

Passwords of people are left out on purpose: they are changed when there is a reason, not by the calendar (NIST
SP 800-63B-4, section 3.1.1.2).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from portal.core.config import settings

YEAR = 365


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret: ``made_at`` is None where its age is not known here; ``renew`` says how, ``days`` how often."""

    name: str
    kept_in: str
    made_at: datetime | None
    days: int
    renew: str


def secrets() -> list[Secret]:
    """Return the secrets that this portal has, never their values."""
    config = settings()
    own = [
        _secret(
            "Signs session cookies", config.root / "secret_key", days=YEAR,
            in_environment=config.secret_key is not None,
            renew="Remove the file, or change SECRET_KEY, and start again: everybody signs in anew.",
        ),
        _secret(
            "Signs checkpoints of the audit log", config.root / "checkpoint_key.pem", days=5 * YEAR,
            in_environment=False,
            renew="Keep the public key with the exports before you replace it: old checkpoints are verified with it.",
        ),
    ]  # fmt: skip
    outside = {
        "Opens the database": ("DATABASE_URL", config.database_url),
        "Opens Redis": ("REDIS_URL", config.redis_url),
        "Opens /metrics": ("ENERSCOPE_METRICS_TOKEN", config.metrics_token),
        "Decrypts backups": ("ENERSCOPE_BACKUP_IDENTITY", config.backup_identity),
        "Signs in at the mail server": ("ENERSCOPE_SMTP_PASSWORD", config.smtp_password),
        "Sends messages by Telegram": ("ENERSCOPE_TELEGRAM_TOKEN", config.telegram_token),
        "Sends messages by WhatsApp": ("ENERSCOPE_WHATSAPP_TOKEN", config.whatsapp_token),
        "Sends messages by SMS": ("ENERSCOPE_SMS_GATEWAY", config.sms_gateway),
        "Exports trials to MLflow": ("MLFLOW_TRACKING_TOKEN", config.mlflow_tracking_token),
        "Sends errors to Sentry": ("SENTRY_DSN", config.sentry_dsn),
    }
    renew = "Change it where it was made, then in the environment, and start again."
    return [
        *(one for one in own if one is not None),
        *(
            Secret(name, f"environment, {variable}", None, YEAR, renew)
            for name, (variable, value) in outside.items()
            if value is not None
        ),
    ]


def _secret(name: str, file: Path, *, in_environment: bool, days: int, renew: str) -> Secret | None:
    if in_environment:
        return Secret(name, "environment", None, days, renew)
    try:
        made = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return None
    return Secret(name, f"home, {file.name}", made, days, renew)
