"""The kinds of jobs: what each takes, who may start it, what runs it. Areas register theirs (:func:`register_kind`)."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from data.session import UnitOfWork
from portal.core.errors import DomainError, NotFound, UpstreamError
from portal.core.permissions import Permission
from portal.services.jobs.context import JobContext

Handler = Callable[[Any, JobContext], Mapping[str, Any]]
DataVersion = Callable[[UnitOfWork, Any], str]

_AREAS = "portal.services.jobs.kinds"


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job.

    ``handler`` gets the parameters as ``params_model`` and a context to report to; it returns a small JSON object with
    the ids of what it stored and the ``link`` of the page that shows it, never figures: the result is read under the
    rights of whoever opens it. ``data_version`` says on which data a run would stand; two runs with the same
    parameters, data and ``version`` of the code are one run, even when the first is done. Without it only runs that
    are still under way are shared. ``most_attempts`` and ``retry_on`` are the retry policy: a worker that dies, or an
    error of these types, costs an attempt; any other error ends the job at once.
    """

    code: str
    title: str
    params_model: type[BaseModel]
    handler: Handler
    permission: Permission
    expected_seconds: float
    most_attempts: int = 2
    data_version: DataVersion | None = None
    version: int = 1
    priority: int = 0
    retry_on: tuple[type[Exception], ...] = (UpstreamError,)
    retry_after_seconds: float = 5.0
    most_seconds: float = 6 * 3600.0

    def read(self, params: Mapping[str, Any] | BaseModel) -> BaseModel:
        """Return the parameters as the model of this kind.

        Raises
        ------
        DomainError
            One is missing or wrong; the sentence names it.
        """
        try:
            given = params.model_dump() if isinstance(params, BaseModel) else dict(params)
            return self.params_model.model_validate(given)
        except ValidationError as problem:
            first = problem.errors(include_input=False, include_url=False)[0]
            name = ".".join(str(part) for part in first["loc"]) or "parameters"
            raise DomainError(
                f"{self.title} cannot start: {name}: {first['msg']}. Correct it and start again.",
                parameter=name,
            ) from None


_KINDS: dict[str, JobKind] = {}
KINDS: Mapping[str, JobKind] = MappingProxyType(_KINDS)


def register_kind(kind: JobKind) -> JobKind:
    """Make ``kind`` known; a second one with its code raises ValueError."""
    if kind.code in _KINDS:
        raise ValueError(f"The kind of job '{kind.code}' is registered twice.")
    _KINDS[kind.code] = kind
    return kind


def all_kinds() -> Mapping[str, JobKind]:
    """Return all kinds by their code, with every area's module imported."""
    importlib.import_module(_AREAS)  # not at the top: the areas import this module
    return KINDS


def find_kind(code: str) -> JobKind:
    """Return the kind ``code``.

    Raises
    ------
    NotFound
        There is none, for example because a newer release started the job.
    """
    found = all_kinds().get(code)
    if found is None:
        raise NotFound(
            f"This release knows no kind of job '{code}'. Start it from its page again.", kind=code
        )
    return found


def title_of(code: str) -> str:
    """Return the title of a kind, or its code when this release does not know it."""
    found = all_kinds().get(code)
    return code if found is None else found.title
