"""``enerscope config show``: every setting with its value, without any secret."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import AliasChoices, SecretStr

from portal.cli.main import new_app
from portal.cli.output import AsJson, print_columns, print_json
from portal.core.config import Settings, settings

MASK = "********"
_SAFE_PARAMETERS = frozenset({"host", "port", "dbname", "sslmode", "application_name"})

app = new_app()


@app.callback()
def _group() -> None:
    """Show the settings."""


@app.command("show")
def show(*, as_json: AsJson = False) -> None:
    """Show every setting, the environment variable that sets it, and its value; secrets are masked."""
    rows = describe(settings())
    if as_json:
        print_json(rows)
    else:
        print_columns(
            ("VARIABLE", "VALUE", "FROM", "MEANING"),
            [(row["variable"], str(row["value"]), row["from"], row["description"]) for row in rows],
        )


def describe(now: Settings) -> list[dict[str, Any]]:
    """Return one record for each setting: name, variable, value (masked), where it is from, description."""
    return [
        {
            "name": name,
            "variable": _variable(name),
            "value": masked(getattr(now, name)),
            "from": "environment" if name in now.model_fields_set else "default",
            "description": field.description or "",
        }
        for name, field in Settings.model_fields.items()
    ]


def masked(value: Any) -> Any:
    """Return ``value`` fit for a screen: a secret URL keeps its host and name, any other secret nothing."""
    if not isinstance(value, SecretStr):
        return value if isinstance(value, int | float | bool | None) else str(value)
    secret = value.get_secret_value()
    try:
        parts = urlsplit(secret)
        _port = parts.port  # raises when a piece of a badly written password stands where the port belongs
    except ValueError:
        return MASK
    if not parts.scheme or "://" not in secret or "@" in parts.path + parts.query + parts.fragment:
        return MASK
    user, at, place = parts.netloc.rpartition("@")
    name, colon, _password = user.partition(":")
    query = [
        (key, text if key.lower() in _SAFE_PARAMETERS else MASK)
        for key, text in parse_qsl(parts.query, keep_blank_values=True)
    ]
    shown = f"{name}:{MASK}{at}{place}" if colon else f"{user}{at}{place}"
    return urlunsplit((parts.scheme, shown, parts.path, urlencode(query, safe="*/"), ""))


def _variable(name: str) -> str:
    alias = Settings.model_fields[name].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"ENERSCOPE_{name.upper()}"
