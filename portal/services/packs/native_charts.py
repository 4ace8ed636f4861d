"""Charts that a spreadsheet draws itself, from the cells of its own sheet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from portal.core.document import Chart
from portal.services.packs.book import MOMENT_FORMAT, QUIET, Book
from portal.services.packs.plots import Plot, Series, plots
from portal.services.packs.table_sheet import HEAD, Place

SIZE = {"width": 860, "height": 400}  # pixels
COLUMNS, ROWS = 14, 21  # of cells that a chart lies over
DASHES = {"dot": "round_dot", "dash": "dash", "longdash": "long_dash", "dashdot": "dash_dot"}
_GRID = {"visible": True, "line": {"color": "#e4e8ec", "width": 0.75}}


def add_charts(book: Book, place: Place, chart: Chart) -> int:
    """Draw ``chart`` beside the rows of ``place``, from these and, where they do not have it, from cells of its own.

    Returns how many were drawn: one for each pair of axes, 0 for a figure that has more than lines and bars.
    """
    found = plots(chart.figure)
    cells = _Cells(book, place)
    for at, plot in enumerate(found):
        drawn = _drawn(book, cells, plot, chart.title)
        options = {"description": chart.title, "x_offset": 8, "y_offset": 4}
        place.sheet.insert_chart(HEAD + at * ROWS, len(place.columns) + 1, drawn, options)
    return len(found)


class _Cells:
    """The columns of a sheet that charts may refer to; what no column holds is written to the right of the charts."""

    def __init__(self, book: Book, place: Place) -> None:
        self._book, self._place = book, place
        self._known: list[tuple[tuple[Any, ...], int]] = []
        if place.whole:
            self._known = [(tuple(map(_bare, cells)), at) for at, (_, cells) in enumerate(place.columns)]
        self._next = len(place.columns) + 1 + COLUMNS

    def turned(self, plot: Plot) -> Plot:
        """Return the plot from its newest day on when the rows are in that order: an axis of days sorts by itself."""
        known = {cells for cells, _ in self._known}
        if plot.kind != "date" or any(tuple(map(_bare, one.x)) in known for one in plot.series):
            return plot
        back = [replace(one, x=one.x[::-1], y=one.y[::-1], colours=one.colours[::-1]) for one in plot.series]
        return replace(plot, series=tuple(back)) if any(one.x in known for one in back) else plot

    def range(self, title: str, values: Sequence[Any]) -> list[Any]:
        """Return where these values stand, as xlsxwriter takes it."""
        bare = tuple(map(_bare, values))
        column = next((at for cells, at in self._known if cells == bare), None)
        if column is None:
            column = self._write(title, values)
            self._known.append((bare, column))
        return [self._place.name, HEAD + 1, column, HEAD + max(len(values), 1), column]

    def _write(self, title: str, values: Sequence[Any]) -> int:
        column = self._next
        self._next += 1
        sheet = self._place.sheet
        if column == len(self._place.columns) + 1 + COLUMNS:
            self._book.text(sheet, HEAD - 1, column, "Values of the charts", font_color=QUIET, italic=True)
        self._book.text(sheet, HEAD, column, title, bold=True, bottom=1)
        for line, value in enumerate(values, start=HEAD + 1):
            self._book.cell(sheet, line, column, value, "General")
        sheet.set_column(column, column, 14)
        return column


def _bare(value: Any) -> Any:
    """Return a cell so that a figure's value compares with it: days and moments as moments in UTC, no zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  (a day has no zone)
    if isinstance(value, bool) or value != value:  # noqa: PLR0124  (true of NaN alone)
        return None
    return value


def _drawn(book: Book, cells: _Cells, plot: Plot, title: str) -> Any:
    plot = cells.turned(plot)
    bars = [one for one in plot.series if one.bars]
    lines = [one for one in plot.series if not one.bars]
    main = book.chart(_main(plot, lines=bool(lines), bars=bool(bars)))
    feet = plot.x_title or ("Day" if plot.kind == "date" else "Place")
    for one in bars or lines:
        main.add_series(_options(cells, one, feet, scatter=not bars and plot.kind != "category"))
    if bars and lines:
        over = book.chart({"type": "line"})
        for one in lines:
            over.add_series(_options(cells, one, feet, scatter=False))
        main.combine(over)
        _second_axis(over, plot)
    _axes(main, plot)
    main.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    named = sum(bool(one.name) and not one.clear for one in plot.series)
    hidden = [at for at, one in enumerate(plot.series) if one.clear]
    main.set_legend({"position": "bottom", "delete_series": hidden} if named > 1 else {"none": True})
    main.set_size(SIZE)
    main.show_blanks_as("gap")
    return main


def _main(plot: Plot, *, lines: bool, bars: bool) -> dict[str, str]:
    if bars:
        kind = {"type": "bar" if plot.horizontal else "column"}
        return {**kind, "subtype": "stacked"} if plot.stacked else kind
    return (
        {"type": "line"} if lines and plot.kind == "category" else {"type": "scatter", "subtype": "straight"}
    )


def _options(cells: _Cells, one: Series, feet: str, *, scatter: bool) -> dict[str, Any]:
    options: dict[str, Any] = {
        "name": one.name or feet,
        "categories": cells.range(feet, one.x),
        "values": cells.range(one.name or "Value", one.y),
        "y2_axis": one.secondary,
    }
    if one.bars:
        options["gap"] = 60
        options["fill"] = {"none": True} if one.clear else {"color": one.colour}
        if one.colours and not one.clear:
            options["points"] = [{"fill": {"color": colour}} for colour in one.colours]
        return options
    dash = DASHES.get(one.dash)
    line = {"color": one.colour, "width": one.width, **({"dash_type": dash} if dash else {})}
    options["line"] = line if one.lines else {"none": True}
    mark = {"type": "circle", "size": 5, "fill": {"color": one.colour}, "border": {"color": one.colour}}
    options["marker"] = mark if one.markers else {"type": "none"}
    if scatter:
        options["smooth"] = False
    return options


def _axes(main: Any, plot: Plot) -> None:
    x: dict[str, Any] = {"name": plot.x_title, "label_position": "low", "reverse": plot.backwards}
    y: dict[str, Any] = {"name": plot.y_title, "major_gridlines": _GRID, "name_font": {"bold": False}}
    if plot.logarithmic:
        y["log_base"] = 10
    x["name_font"] = {"bold": False}
    bars = any(one.bars for one in plot.series)
    if plot.kind == "date":
        x.update(_dates([place for one in plot.series for place in one.x if place is not None], bars=bars))
    if bars and plot.horizontal:
        y["label_position"] = "low"
    main.set_x_axis(x)
    main.set_y_axis(y)
    if not (bars and any(not one.bars for one in plot.series)):
        _second_axis(main, plot)


def _dates(places: Sequence[datetime], *, bars: bool) -> dict[str, Any]:
    """Return an axis of days, or of moments when any is not a midnight; a free one spans what is there."""
    whole = all(place.time() == datetime.min.time() for place in places)
    form = "yyyy-mm-dd" if whole else MOMENT_FORMAT.partition('"')[0]
    if bars:
        return {"date_axis": whole, "num_format": form}
    ends = {"min": min(places), "max": max(places)} if places and min(places) < max(places) else {}
    zero = datetime(1899, 12, 30)  # noqa: DTZ001  (day 0 of a spreadsheet)
    return {
        "num_format": form,
        "num_font": {"rotation": -45},
        **{key: (end - zero).total_seconds() / 86400 for key, end in ends.items()},
    }


def _second_axis(chart: Any, plot: Plot) -> None:
    if any(one.secondary for one in plot.series):
        chart.set_y2_axis({"name": plot.second_title, "name_font": {"bold": False}})
