"""Colours, colour scales and dashes as Plotly's schema writes them."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from portal.core.errors import DomainError

Colour = tuple[float, float, float, float]
"""Red, green, blue and opacity, each from 0 to 1."""

_RGB = re.compile(r"rgba?\(([^)]*)\)")
_SCALES = {
    "viridis": ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"),
    "blues": ("#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b"),
    "greys": ("#ffffff", "#bdbdbd", "#737373", "#252525", "#000000"),
    "rdbu": ("#053061", "#4393c3", "#f7f7f7", "#d6604d", "#67001f"),
}


def colour(text: Any, *, opacity: float = 1.0) -> Colour:
    """Return a colour of the schema: ``#1f77b4``, ``rgb(…)``, ``rgba(…)`` or a name of CSS.

    Raises
    ------
    DomainError
        It is none of these.
    """
    from matplotlib.colors import to_rgba

    match = _RGB.fullmatch(str(text).strip().replace(" ", ""))
    if match:
        parts = [float(part) for part in match.group(1).split(",")]
        red, green, blue = (part / 255.0 for part in parts[:3])
        return red, green, blue, (parts[3] if len(parts) > 3 else 1.0) * opacity
    try:
        red, green, blue, alpha = to_rgba(str(text))
    except ValueError as error:
        raise DomainError(f"{text!r} is not a colour that a file can show.", colour=text) from error
    return red, green, blue, alpha * opacity


def contrast(on: Colour) -> Colour:
    """Return the darker or lighter colour of text that is read well on ``on``."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in on[:3]]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return (0.15, 0.18, 0.21, 1.0) if light > 0.3 else (1.0, 1.0, 1.0, 1.0)


def scale(spec: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the places (k,), from 0 to 1, and the colours (k, 4) of a colour scale.

    Raises
    ------
    DomainError
        The scale is a name that is not known here.
    """
    if spec is None:
        spec = "rdbu"
    if isinstance(spec, str):
        named = _SCALES.get(spec.lower())
        if named is None:
            raise DomainError(f"Files do not know the colour scale {spec!r}.", colour=spec)
        spec = [[at / (len(named) - 1), tone] for at, tone in enumerate(named)]
    return np.array([float(at) for at, _ in spec]), np.array([colour(tone) for _, tone in spec])


def scaled(values: np.ndarray[Any, Any], spec: Any, low: float, high: float) -> np.ndarray[Any, Any]:
    """Return the colours, shape (…, 4), of values between ``low`` and ``high``."""
    places, tones = scale(spec)
    share = np.clip((values - low) / ((high - low) or 1.0), 0.0, 1.0)
    return np.stack([np.interp(share, places, tones[:, part]) for part in range(4)], axis=-1)


def dashes(dash: Any, width: float, per_pixel: float) -> Any:
    """Return the line style of the drawing library for a dash of the schema; ``width`` in pixels."""
    unit = max(width, 3.0)
    pattern: Sequence[float] = {
        "dot": (1, 1),
        "dash": (3, 3),
        "longdash": (5, 5),
        "dashdot": (3, 1, 1, 1),
        "longdashdot": (5, 2, 1, 2),
    }.get(str(dash), ())
    if pattern:
        return (0, tuple(part * unit * per_pixel for part in pattern))
    if dash in (None, "", "solid"):
        return "solid"
    lengths = [float(part.strip().removesuffix("px")) for part in re.split(r"[,\s]+", str(dash).strip())]
    return (0, tuple(part * per_pixel for part in lengths))
