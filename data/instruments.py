"""How long statements take and how many connections are in use, counted by :mod:`portal.core.meters`."""

import time
from typing import Any

from sqlalchemy import Engine, event

from portal.core import meters

_BEGAN = "enerscope_began"
_KINDS = frozenset({"select", "insert", "update", "delete"})


def watch(engine: Engine) -> None:
    """Count the statements and connections of ``engine``."""
    event.listen(engine, "before_cursor_execute", _before)
    event.listen(engine, "after_cursor_execute", _after)
    event.listen(engine, "handle_error", _failed)
    event.listen(engine, "checkout", lambda *_: meters.CONNECTIONS.change(1))
    event.listen(engine, "checkin", lambda *_: meters.CONNECTIONS.change(-1))


def trace(engine: Engine, provider: Any) -> None:
    """Make a span of ``provider`` for each statement of ``engine``; statements carry no values, which are bound."""
    from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor

    # Its list of versions ends before SQLAlchemy 2.1, of which it uses nothing that is new: see the test of traces.
    SQLAlchemyInstrumentor().instrument(engine=engine, tracer_provider=provider, skip_dep_check=True)


def _before(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
    setattr(context, _BEGAN, time.perf_counter())


def _after(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
    began = getattr(context, _BEGAN, None)
    if began is not None:
        word = statement[:12].lstrip()[:6].lower()
        meters.STATEMENT_SECONDS.took(time.perf_counter() - began, word if word in _KINDS else "other")


def _failed(_context: Any) -> None:
    meters.STATEMENT_ERRORS.add()
