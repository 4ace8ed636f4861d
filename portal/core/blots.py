"""Secrets in a text, and a text without them: for log lines and reports of errors, which may leave the house."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from portal.core.config import Settings

HIDDEN = "[hidden]"
_SHORTEST = 6  # a shorter secret would blot half of what is written
_NAMES = r"(?:set-)?cookie|authorization|x-csrf-?token|api[_-]?key|dsn|password|passwd|secret|token"
_NAME = re.compile(rf"(?i)(?:^|[_.-])(?:{_NAMES}|csrf|session)(?:$|[_.-])")
_SHAPES = (
    (re.compile(r"(://[^:/?#\s\"']*:)[^@/\s\"']+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(?i)\b(bearer\s+|basic\s+)[A-Za-z0-9._~+/=-]{8,}"), rf"\1{HIDDEN}"),
    (
        re.compile(
            rf"(?i)\b((?:\w+[_-])?(?:{_NAMES}))([\"']?\s*[:=]\s*[\"']?)(?!\[hidden|bearer|basic)[^\s,;&\"'}}]+"
        ),
        rf"\1\2{HIDDEN}",
    ),
)


def is_secret(name: str) -> bool:
    """Tell whether what is called ``name`` is hidden whatever it is."""
    return _NAME.search(name) is not None


class Blotter:
    """Takes secrets out of a text: the values of secret settings wherever they stand, and what looks like one."""

    def __init__(self, config: Settings) -> None:
        values = (getattr(config, name) for name in type(config).model_fields)
        secrets = {value.get_secret_value() for value in values if isinstance(value, SecretStr)}
        secrets |= {_password(value) for value in secrets}
        self._values = sorted((one for one in secrets if len(one) >= _SHORTEST), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return ``text`` without secrets."""
        for value in self._values:
            text = text.replace(value, HIDDEN)
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        return text

    def tree(self, value: Any, name: str = "") -> Any:
        """Return ``value``, made of mappings, lists and single values, without secrets and ready for JSON."""
        if isinstance(value, Mapping):
            return {str(key): self.tree(one, str(key)) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.tree(one, name) for one in value]
        if value is None or isinstance(value, bool):
            return value
        if is_secret(name):
            return HIDDEN
        return value if isinstance(value, (int, float)) else self(str(value))


def _password(value: str) -> str:
    """Return the password in an address, which errors may name alone; nothing where it has none."""
    try:
        return urlsplit(value).password or ""
    except ValueError:
        return ""
