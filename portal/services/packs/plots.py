"""What a figure of lines and bars says, as series that a spreadsheet can chart by itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["date", "number", "category"]
COLOURS = (
    "#1f77b4",
    "#d1762b",
    "#0f8a6d",
    "#b5489a",
    "#8a7a2a",
    "#4aa3c7",
    "#c2502f",
    "#6a6fb5",
)  # as on screen
MOST_SERIES, MOST_POINTS = 255, 32_000  # that a chart of a spreadsheet takes
_HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")
_RGB = re.compile(r"rgba?\((\d{1,3}),\s*(\d{1,3}),\s*(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Series:
    """One line or row of bars: ``x`` and ``y`` of equal length, None where there is no value; ``y`` is the figure.

    ``colours`` are those of single bars; ``clear`` bars hold up others and are not seen.
    """

    name: str
    x: tuple[Any, ...]
    y: tuple[float | None, ...]
    colour: str
    bars: bool = False
    lines: bool = True
    markers: bool = False
    dash: str = ""
    width: float = 1.5
    secondary: bool = False
    colours: tuple[str, ...] = ()
    clear: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """One pair of axes. ``x`` is what series share: along the bars' feet, upright where ``horizontal``."""

    series: tuple[Series, ...]
    kind: Kind
    horizontal: bool = False
    stacked: bool = False
    x_title: str = ""
    y_title: str = ""
    second_title: str = ""
    logarithmic: bool = False
    backwards: bool = False
    order: tuple[Any, ...] = field(default=())  # of categories and dates, where bars need one for all


def plots(figure: Mapping[str, Any]) -> tuple[Plot, ...]:
    """Return a plot for each pair of axes of ``figure`` (of plain lists); none when it has more than lines and bars."""
    layout = figure.get("layout") or {}
    traces = [trace for trace in figure.get("data") or [] if trace.get("visible", True) is not False]
    if not traces or len(traces) > MOST_SERIES or not all(_is_plain(trace) for trace in traces):
        return ()
    groups: dict[tuple[str, str], list[tuple[int, Mapping[str, Any]]]] = {}
    for at, trace in enumerate(traces):
        groups.setdefault((trace.get("xaxis", "x"), _base_axis(layout, trace)), []).append((at, trace))
    found = [_plot(layout, x, y, group) for (x, y), group in groups.items()]
    return tuple(plot for plot in found if plot is not None)


def _is_plain(trace: Mapping[str, Any]) -> bool:
    if trace.get("type", "scatter") not in ("scatter", "bar"):
        return False
    if not isinstance(trace.get("y"), list) or not isinstance(trace.get("x", []), list):
        return False
    value = trace.get("x") if trace.get("orientation") == "h" else trace["y"]
    if not isinstance(value, list) or len(value) > MOST_POINTS:
        return False
    base = trace.get("base", 0)
    numbers = [*value, *(base if isinstance(base, list) else [base])]
    return all(
        item is None or (isinstance(item, (int, float)) and not isinstance(item, bool)) for item in numbers
    )


def _axis(layout: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = layout.get(f"{name[0]}axis{name[1:]}")
    return found if isinstance(found, Mapping) else {}


def _base_axis(layout: Mapping[str, Any], trace: Mapping[str, Any]) -> str:
    """Return the y axis that a trace is drawn over: its own, or the one below it."""
    name = str(trace.get("yaxis", "y"))
    return str(_axis(layout, name).get("overlaying") or name)


def _plot(
    layout: Mapping[str, Any], x: str, y: str, group: Sequence[tuple[int, Mapping[str, Any]]]
) -> Plot | None:
    bars = [trace for _, trace in group if trace.get("type") == "bar"]
    horizontal = bool(bars) and all(trace.get("orientation") == "h" for trace in bars)
    if horizontal and len(bars) < len(group):
        return None
    feet, height = (
        (_axis(layout, y), _axis(layout, x)) if horizontal else (_axis(layout, x), _axis(layout, y))
    )
    places = [_feet(trace, horizontal=horizontal) for _, trace in group]
    kind = _kind(str(feet.get("type", "")), [place for of_one in places for place in of_one])
    series = [
        one
        for (at, trace), place in zip(group, places, strict=True)
        for one in _series(at, trace, tuple(_place(item, kind) for item in place), y, horizontal=horizontal)
    ]
    second = next((trace["yaxis"] for _, trace in group if trace.get("yaxis", "y") != y), "")
    plot = Plot(
        tuple(series),
        kind,
        horizontal=horizontal,
        stacked=layout.get("barmode") in ("stack", "relative") or any(one.clear for one in series),
        x_title=_title(feet),
        y_title=_title(height),
        second_title=_title(_axis(layout, second)) if second else "",
        logarithmic=height.get("type") == "log",
        backwards=feet.get("autorange") == "reversed",
    )
    return _aligned(plot, feet) if bars or kind == "category" else plot


def _feet(trace: Mapping[str, Any], *, horizontal: bool) -> list[Any]:
    place = trace["y"] if horizontal else trace.get("x")
    return list(range(len(trace["y"]))) if place is None else place


def _kind(stated: str, places: Sequence[Any]) -> Kind:
    known = [place for place in places if place is not None]
    if stated == "category" or not known:
        return "category"
    if all(isinstance(place, (int, float)) for place in known):
        return "number"
    return (
        "date"
        if all(isinstance(place, str) and _moment(place) is not None for place in known)
        else "category"
    )


def _moment(text: str) -> datetime | None:
    """Return a day or moment as a spreadsheet holds it, without a zone and in UTC; None for other text."""
    if not re.match(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)


def _place(item: Any, kind: Kind) -> Any:
    if kind == "date" and item is not None:
        return _moment(item)
    return item if item is None or kind == "number" else _words(item)


def _words(item: Any) -> str:
    """Return a category as text, without the markup that the browser would read."""
    return re.sub(r"<[^>]*>", " ", str(item)).strip()


def _title(axis: Mapping[str, Any]) -> str:
    title = axis.get("title")
    return _words(title.get("text") or "" if isinstance(title, Mapping) else title or "")


def _series(
    at: int, trace: Mapping[str, Any], place: tuple[Any, ...], y: str, *, horizontal: bool
) -> list[Series]:
    """Return the series of a trace; bars that do not begin at zero become three, one of them clear."""
    mark, line = trace.get("marker") or {}, trace.get("line") or {}
    drawn = str(trace.get("mode", "lines"))
    bars = trace.get("type") == "bar"
    stated = mark.get("color")
    several = stated if isinstance(stated, list) else []
    one = Series(
        name=_words(trace.get("name") or ""),
        x=place,
        y=tuple(trace["x"] if horizontal else trace["y"]),
        colour=_colour(stated if bars else line.get("color") or stated, at),
        bars=bars,
        lines=not bars and "lines" in drawn,
        markers=not bars and "markers" in drawn,
        dash=str(line.get("dash") or ""),
        width=float(line.get("width") or (0.75 if "width" in line else 1.5)),
        secondary=trace.get("yaxis", "y") != y,
        colours=tuple(_colour(colour, at) for colour in several),
    )
    if len(one.x) != len(one.y):
        size = min(len(one.x), len(one.y))
        one = replace(one, x=one.x[:size], y=one.y[:size])
    if one.lines and str(line.get("shape", "")) == "hv":
        return [_stepped(one)]
    return _raised(one, trace["base"]) if bars and trace.get("base") is not None else [one]


def _colour(stated: Any, at: int) -> str:
    text = str(stated)
    if _HEX.match(text):
        return text
    parts = _RGB.match(text)
    if parts:
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in parts.groups())
    return COLOURS[at % len(COLOURS)]


def _stepped(one: Series) -> Series:
    """Return a step line as the corners that it goes through."""
    x = [place for place in one.x for _ in range(2)][1:]
    y = [height for height in one.y for _ in range(2)][:-1]
    return replace(one, x=tuple(x), y=tuple(y))


def _raised(one: Series, base: Any) -> list[Series]:
    """Return bars from ``base`` to base plus height: what is below them, their parts above zero and below zero."""
    below: list[float | None] = []
    up: list[float | None] = []
    down: list[float | None] = []
    begins = base if isinstance(base, list) else [base] * len(one.y)
    for begin, height in zip(begins, one.y, strict=False):
        if begin is None or height is None:
            ends = (None, None, None)
        else:
            low, high = sorted((begin, begin + height))
            ends = (max(low, 0) + min(high, 0), max(high, 0) - max(low, 0), min(low, 0) - min(high, 0))
        for held, end in zip((below, up, down), ends, strict=True):
            held.append(end)
    return [
        replace(one, name=f"below {one.name}".strip(), y=tuple(below), clear=True),
        replace(one, y=tuple(up)),
        replace(one, name=f"{one.name} below zero".strip(), y=tuple(down)),
    ]


def _aligned(plot: Plot, feet: Mapping[str, Any]) -> Plot:
    """Return the plot with all series over the same feet, in one order."""
    order = dict.fromkeys(_place(item, plot.kind) for item in feet.get("categoryarray") or [])
    seen = dict.fromkeys(place for one in plot.series for place in one.x if place is not None)
    places = list(dict.fromkeys([*(place for place in order if place in seen), *seen]))
    if plot.kind != "category":
        places.sort()
    series = []
    for one in plot.series:
        at = {place: n for n, place in enumerate(one.x)}
        colours = tuple(
            one.colours[at[place]] if place in at and at[place] < len(one.colours) else one.colour
            for place in places
        )
        series.append(
            replace(
                one,
                x=tuple(places),
                y=tuple(one.y[at[place]] if place in at else None for place in places),
                colours=colours if one.colours else (),
            )
        )
    return replace(plot, series=tuple(series), order=tuple(places))
