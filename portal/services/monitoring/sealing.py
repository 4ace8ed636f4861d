"""Addresses of channels at rest: encrypted with a key that is derived from the secret of this installation."""

from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

from portal.core.config import Settings
from portal.core.errors import DomainError
from portal.services.access.signing_key import secret_key

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_PURPOSE = b"enerscope channel addresses, 1"


class SealBrokenError(DomainError):
    """A sealed address was sealed with another secret, or was altered."""


def seal(address: str, config: Settings) -> str:
    """Return ``address`` so that only this installation can read it."""
    return _box(secret_key(config)).encrypt(address.encode()).decode("ascii")


def unseal(sealed: str, config: Settings) -> str:
    """Return what was sealed.

    Raises
    ------
    SealBrokenError
        It was sealed with another secret key, or altered.
    """
    from cryptography.fernet import InvalidToken

    try:
        return _box(secret_key(config)).decrypt(sealed.encode("ascii")).decode()
    except InvalidToken:
        raise SealBrokenError(
            "The address of this channel cannot be read any more: the secret key of the portal has changed since it "
            "was entered. Enter it again under Monitoring > Notifications."
        ) from None


@lru_cache(maxsize=2)
def _box(secret: str) -> "Fernet":
    """Return the box for a secret: Fernet (AES-128-CBC with HMAC-SHA256) under a key by HKDF-SHA256 (RFC 5869)."""
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return Fernet(urlsafe_b64encode(key))
