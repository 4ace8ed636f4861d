"""The HTML document around the app: which scripts it loads, and what starts before they run."""

import re
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dash
import plotly
from dash import Dash, dcc
from dash.fingerprint import build_fingerprint

from portal.web.assets import fingerprint
from portal.web.bundle import Bundles

PAGE = """<!DOCTYPE html>
<html lang="en" data-bs-theme="light">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{%title%}</title>
<link rel="icon" href="[icon]" type="image/svg+xml">
<script>[theme]</script>
<script data-plotly="[plotly]" data-graph="[graph]" data-dropdown="[dropdown]"
 data-topology="[topology]">[early]</script>
{%css%}
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""

NOT_NEEDED = ("/dash/dash_table/", "/dash/deps/polyfill@", "/dash_cytoscape/")
"""Scripts that Dash adds to every document: its data table and what only old browsers lack, which no page uses, and the
graph of services, which ``assets/services.js`` loads on the page that shows it."""


class Portal(Dash):
    """Dash with the document of the portal; ``files`` is the folder behind ``/assets/``."""

    def __init__(self, name: str, *, files: Path, **options: Any) -> None:
        self._files = files
        super().__init__(name, assets_folder=str(files), **options)
        self._bundles = Bundles(self.server, files)
        self.index_string = page_shell(files / "public")

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]  # Dash names each part
        """Return the document; Dash calls this for every page that is opened."""
        needed = [
            line for line in parts["scripts"].split("\n") if not any(path in line for path in NOT_NEEDED)
        ]
        parts["scripts"] = self._bundles.scripts("\n".join(needed))
        parts["css"] = self._bundles.styles(
            parts["css"], (_bootstrap(), self._files / "public" / "tokens.css")
        )
        index: str = super().interpolate_index(**parts)  # type: ignore[no-untyped-call]
        return index


def page_shell(public: Path) -> str:
    """Return the document with what comes from ``public`` filled in; Dash fills in the rest.

    The two small scripts stand in the document, since they are to run before anything else is there.
    """
    parts = {
        "icon": f"/assets/public/icon.svg?m={fingerprint(public / 'icon.svg')}",
        "theme": (public / "theme.js").read_text(encoding="utf-8"),
        "early": (public / "early.js").read_text(encoding="utf-8"),
        "graph": _core_part("graph"),
        "dropdown": _core_part("dropdown"),
        "plotly": chart_library(public),
        "topology": _topology(),
    }
    return re.sub(
        r"\[(icon|theme|early|graph|dropdown|plotly|topology)\]", lambda found: parts[found[1]], PAGE
    )


def suite_address(package: str, file: Path, folder: str, release: str) -> str:
    """Return the address at which Dash serves ``file`` of ``package``, with a fingerprint, so that it may be kept."""
    marked = build_fingerprint(f"{folder}/{file.name}".lstrip("/"), release, int(file.stat().st_mtime))
    return f"/_dash-component-suites/{package}/{marked}"


def _core_part(name: str) -> str:
    """Return the address of a part of Dash's core components that it loads when a page needs it."""
    return suite_address("dash", Path(dcc.__file__).with_name(f"async-{name}.js"), "dcc", dash.__version__)


def _topology() -> str:
    """Return the address of the library that draws the graph of services."""
    file = Path(str(resources.files("dash_cytoscape"))) / "dash_cytoscape.min.js"
    return suite_address("dash_cytoscape", file, "", version("dash-cytoscape"))


def chart_library(public: Path) -> str:
    """Return the address of plotly.js: our bundle of what the portal draws, if it has the Python package's version.

    The whole library, four times its size, takes its place after an upgrade of plotly until ``make charts`` was run.
    """
    whole = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    with whole.open(encoding="utf-8") as file:
        found = re.search(r"plotly\.js v([\d.]+)", file.read(400))
    bundle = public / f"plotly-{found[1] if found else ''}.min.js"
    if bundle.is_file():
        return f"/assets/public/{bundle.name}?m={fingerprint(bundle)}"
    return suite_address("plotly", whole, "package_data", plotly.__version__)


def _bootstrap() -> Path:
    """Return the style sheet in the package ``flask_bootstrap``."""
    return (
        Path(str(resources.files("flask_bootstrap"))) / "static" / "bootstrap5" / "css" / "bootstrap.min.css"
    )
