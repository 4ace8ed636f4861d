"""The registry of detectors and their thresholds, which are parameters with dates like those of rules."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from portal.domain.compliance.detectors.tape import Hit, InsideEntry, Tape

Thresholds = Mapping[str, float]
Look = Callable[[Tape, Thresholds, tuple[InsideEntry, ...]], list[Hit]]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A figure that can be tuned: ``parameter`` is its code, ``low`` and ``high`` what makes sense."""

    parameter: str
    title: str
    unit: str = ""
    low: float = 0.0
    high: float = 1e9

    @property
    def name(self) -> str:
        """The last part of the code."""
        return self.parameter.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Detector:
    """A registered detector; ``severity`` is that of the cases that it opens."""

    code: str
    title: str
    law: str
    severity: str
    thresholds: tuple[Threshold, ...]
    look: Look
    version: int


_DETECTORS: dict[str, Detector] = {}


def detector(
    code: str, title: str, *, law: str, severity: str, thresholds: tuple[Threshold, ...], version: int = 1
) -> Callable[[Look], Look]:
    """Register a detector; ``version`` is raised when what it finds changes."""

    def register(look: Look) -> Look:
        if code in _DETECTORS:
            raise ValueError(f"Two detectors have the code {code}.")
        _DETECTORS[code] = Detector(code, title, law, severity, thresholds, look, version)
        return look

    return register


def all_detectors() -> Mapping[str, Detector]:
    """Return all detectors by code; the first call imports them."""
    package = import_module("portal.domain.compliance.detectors")
    for module in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
    return MappingProxyType(dict(sorted(_DETECTORS.items())))


def detect(
    tape: Tape,
    thresholds: Mapping[str, float],
    inside: Iterable[InsideEntry] = (),
    codes: Iterable[str] | None = None,
) -> list[Hit]:
    """Return what the detectors see on a tape, by time.

    Parameters
    ----------
    tape : Tape
        Events of one or many days; patterns do not span days, but positions of earlier days count.
    thresholds : mapping
        Parameter code to value, of all thresholds.
    inside : iterable of InsideEntry
        What was inside information.
    codes : iterable of str, optional
        Detectors to ask; all by default.
    """
    if not tape.size:
        return []
    known, entries = all_detectors(), tuple(inside)
    found = [hit for code in codes or known for hit in known[code].look(tape, thresholds, entries)]
    return sorted(found, key=lambda hit: (hit.started_at, hit.detector, hit.events))
