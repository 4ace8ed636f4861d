"""Layers of shocks as plain values, as they are stored.

API: ``to_record(layers)``, ``from_record(record)``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from portal.domain.market.errors import BadParameter
from portal.domain.risk.stress.shocks import Factor, Layer, Measure, Months, Shock


def to_record(layers: Iterable[Layer]) -> dict[str, Any]:
    """Layers as plain values that JSON can hold.

    Parameters
    ----------
    layers : iterable of Layer
        Layers.

    Returns
    -------
    dict
        With the one key ``layers``.
    """
    return {
        "layers": [
            {
                "title": layer.title,
                "shocks": [_slim(shock) for shock in layer.shocks],
                "lenient": layer.lenient,
            }
            for layer in layers
        ]
    }


def _slim(shock: Shock) -> dict[str, Any]:
    plain = {
        key: value.value
        if isinstance(value, StrEnum)
        else [list(pair) for pair in value]
        if key == "nodes"
        else value
        for key, value in asdict(shock).items()
    }
    return {key: value for key, value in plain.items() if value not in (None, [])}


def from_record(record: Mapping[str, Any]) -> tuple[Layer, ...]:
    """Read what :func:`to_record` wrote.

    Parameters
    ----------
    record : mapping
        With the key ``layers``.

    Returns
    -------
    tuple of Layer
        The layers.

    Raises
    ------
    BadParameter
        The record is of another form, or a shock cannot be.
    """
    try:
        return tuple(
            Layer(
                str(layer["title"]),
                tuple(_read(each) for each in layer["shocks"]),
                bool(layer.get("lenient")),
            )
            for layer in record["layers"]
        )
    except (KeyError, TypeError, ValueError) as wrong:
        raise BadParameter(
            f"The stored shocks cannot be read ({wrong}). Save the scenario anew.",
            name="shocks",
            value=str(wrong),
        ) from wrong


def _read(record: Mapping[str, Any]) -> Shock:
    values = dict(record)
    values["factor"], values["measure"] = Factor(values["factor"]), Measure(values["measure"])
    values["months"] = Months(values.get("months", Months.ALL))
    values["nodes"] = tuple((int(tenor), float(size)) for tenor, size in values.get("nodes", ()))
    return Shock(**values)
