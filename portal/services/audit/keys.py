"""The key that signs checkpoints of the audit log: made once under the home, readable by its owner alone.

It is not in the database, so that whoever can rewrite the log there cannot sign what they wrote. Its public half is
handed to the auditor, who checks checkpoints with it on another machine.
"""

import os
import secrets
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from portal.core.config import Settings
from portal.core.errors import ConfigurationError, DomainError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PRIVATE, PUBLIC = "checkpoint_key.pem", "checkpoint_key.pub.pem"


def folder(config: Settings) -> Path:
    """Return where the keys lie."""
    return config.root / "audit"


def signing_key(config: Settings) -> "Ed25519PrivateKey":
    """Return the signing key, made at the first call; of two processes that make one, the first wins.

    Raises
    ------
    ConfigurationError
        The file is not a key of ours, or cannot be read or written.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    kept = folder(config) / PRIVATE
    try:
        if not kept.exists():
            made = Ed25519PrivateKey.generate()
            _publish(
                made.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                ),
                kept,
            )
        found = serialization.load_pem_private_key(kept.read_bytes(), password=None)
    except (OSError, ValueError) as problem:
        raise ConfigurationError(
            f"The key of the audit log's checkpoints, {kept}, cannot be used: {problem}. "
            "Put it back from a backup; checkpoints signed with another key cannot be told from forged ones.",
            file=str(kept),
        ) from problem
    if not isinstance(found, Ed25519PrivateKey):
        raise ConfigurationError(f"{kept} holds a key of another kind than Ed25519. Put the right one back.")
    _keep_public(found.public_key(), kept.with_name(PUBLIC))
    return found


def public_key(config: Settings) -> "Ed25519PublicKey | None":
    """Return the public key of this home; None where no checkpoint was ever signed."""
    kept = folder(config) / PUBLIC
    return read_public_key(kept) if kept.exists() else None


def read_public_key(path: Path) -> "Ed25519PublicKey":
    """Return the public key in the PEM file ``path``.

    Raises
    ------
    DomainError
        It cannot be read as one.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        found = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as problem:
        raise DomainError(
            f"'{path}' cannot be read as a public key: {problem}. `enerscope audit key` writes it."
        ) from None
    if not isinstance(found, Ed25519PublicKey):
        raise DomainError(f"'{path}' holds a key of another kind than Ed25519.")
    return found


def public_pem(key: "Ed25519PublicKey") -> bytes:
    """Return a public key as the text of a PEM file."""
    from cryptography.hazmat.primitives import serialization

    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def key_id(key: "Ed25519PublicKey") -> str:
    """Return the name of a key: the beginning of the SHA-256 of its 32 bytes."""
    return sha256(key.public_bytes_raw()).hexdigest()[:16]


def _publish(content: bytes, kept: Path, mode: int = 0o600) -> None:
    """Write ``content`` to ``kept`` unless another process was first; nobody ever reads half of it."""
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = kept.with_name(f"{kept.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, kept)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


def _keep_public(key: "Ed25519PublicKey", kept: Path) -> None:
    content = public_pem(key)
    if kept.exists() and kept.read_bytes() == content:
        return
    kept.unlink(missing_ok=True)
    _publish(content, kept, 0o644)
