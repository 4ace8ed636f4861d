"""What was measured: figures with units, and their ratio to a baseline of the same run."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psutil

PACKAGES = ("dash", "plotly", "flask", "gunicorn", "sqlalchemy", "psycopg", "pandas", "numpy", "playwright")


@dataclass(frozen=True)
class Figure:
    """One measured value. ``ratio`` is ours over the baseline's: below 1 is better, except for rates (``/s``)."""

    group: str
    subject: str
    name: str
    value: float
    unit: str
    baseline: float | None = None
    against: str = ""
    target: float | None = None

    @property
    def ratio(self) -> float | None:
        """``value`` over ``baseline``; None without one."""
        return None if not self.baseline else self.value / self.baseline

    def to_json(self) -> dict[str, Any]:
        """Return the figure for a program; numbers with four significant digits."""
        out = {**asdict(self), "ratio": self.ratio}
        return {
            key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in out.items()
        }


@dataclass
class Report:
    """All figures of a run, and what they were measured on."""

    quick: bool
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def add(self, figures: Sequence[Figure]) -> None:
        """Append ``figures``."""
        self.figures.extend(figures)

    def to_json(self) -> str:
        """Return everything as JSON text."""
        return json.dumps(
            {
                "started_at": self.started.isoformat(timespec="seconds"),
                "quick": self.quick,
                "machine": machine(),
                "notes": self.notes,
                "figures": [figure.to_json() for figure in self.figures],
            },
            indent=1,
        )

    def to_text(self) -> str:
        """Return the tables that a person reads, one for each group."""
        lines = [", ".join(f"{key} {value}" for key, value in machine().items() if key != "packages")]
        for group in dict.fromkeys(figure.group for figure in self.figures):
            rows = [_cells(figure) for figure in self.figures if figure.group == group]
            head = ("what", "figure", "value", "baseline", "ratio", "target", "baseline is")
            widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
            lines += ["", group.upper()]
            lines += [
                "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
                for row in [head, *rows]
            ]
        return "\n".join([*lines, "", *self.notes])


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.subject,
        figure.name,
        f"{_short(figure.value)} {figure.unit}",
        "" if figure.baseline is None else f"{_short(figure.baseline)} {figure.unit}",
        "" if figure.ratio is None else f"{figure.ratio:.2g}",
        "" if figure.target is None else f"{_short(figure.target)} {figure.unit}",
        figure.against,
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return float(median(values))


def percentile(values: Sequence[float], at: float) -> float:
    """Return the percentile ``at`` (0 to 100), interpolated."""
    return float(np.percentile(np.asarray(values, dtype=np.float64), at))


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "load_average": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "commit": _commit(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    return done.stdout.strip() or "unknown"
