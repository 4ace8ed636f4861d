"""Encryption of dumps in the age format, for a recipient whose secret key lies elsewhere."""

from pathlib import Path

from portal.core.errors import ConfigurationError, DomainError


def seal(source: Path, target: Path, recipient: str) -> None:
    """Encrypt ``source`` to ``target`` for an age recipient (``age1...``).

    Raises
    ------
    ConfigurationError
        It is no recipient.
    """
    import pyrage

    try:
        key = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as problem:
        raise ConfigurationError(
            "ENERSCOPE_BACKUP_RECIPIENT is no age recipient: it begins with 'age1'. `age-keygen` makes a pair; keep "
            "the secret half away from this machine."
        ) from problem
    pyrage.encrypt_file(str(source), str(target), [key])


def unseal(source: Path, target: Path, identity: str | None) -> None:
    """Decrypt ``source`` to ``target`` with an age identity (``AGE-SECRET-KEY-1...``).

    Raises
    ------
    ConfigurationError
        There is no identity, or it is none.
    DomainError
        The file is for somebody else, or was altered.
    """
    import pyrage

    if not identity:
        raise ConfigurationError(
            "This backup is encrypted. Set ENERSCOPE_BACKUP_IDENTITY to the age secret key that it is for."
        )
    try:
        key = pyrage.x25519.Identity.from_str(identity)
    except pyrage.IdentityError as problem:
        raise ConfigurationError(
            "ENERSCOPE_BACKUP_IDENTITY is no age secret key: it begins with 'AGE-SECRET-KEY-1'."
        ) from problem
    try:
        pyrage.decrypt_file(str(source), str(target), [key])
    except pyrage.DecryptError as problem:
        raise DomainError(
            f"{source.name} cannot be decrypted: it is for another key, or it was altered ({problem})."
        ) from problem
