"""The secret of this installation: it signs cookies, and keys that seal stored secrets are derived from it."""

import os
import secrets
from pathlib import Path

from portal.core.config import Settings


def secret_key(config: Settings) -> str:
    """Return the key that signs cookies: the setting, or one made once and kept under ``home`` with mode 0600."""
    if config.secret_key is not None:
        return config.secret_key.get_secret_value()
    kept = config.root / "secret_key"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        _publish(secrets.token_hex(32), kept)
    return kept.read_text(encoding="ascii").strip()


def _publish(text: str, kept: Path) -> None:
    """Write ``text`` to ``kept`` unless another process was first; nobody ever reads half a key."""
    draft = kept.with_name(f"{kept.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        if not kept.exists():
            os.link(draft, kept)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)
