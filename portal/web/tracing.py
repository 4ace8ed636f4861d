"""A span for each request, when traces are wanted: its route, its id, the number of who asks; no address, no query."""

from typing import Any

from flask import Flask, has_request_context, request

from portal.core import trail
from portal.core.config import Settings
from portal.services.monitoring import traces
from portal.web.measuring import kind_of

_EXCLUDED = "/_dash-component-suites/,/assets/,/healthz/,/metrics"


def install(server: Flask, config: Settings) -> None:
    """Trace the requests of ``server`` if a collector is set; call after the guard has closed it."""
    provider = traces.start(config)
    if provider is None:
        return
    from opentelemetry.instrumentation.flask import FlaskInstrumentor

    FlaskInstrumentor.instrument_app(
        server,
        tracer_provider=provider,
        request_hook=_began,
        response_hook=_ended,
        excluded_urls=_EXCLUDED,
        enable_commenter=False,
    )
    # It only opens the span; behind the gate it would not see what the gate refuses.
    steps = server.before_request_funcs[None]
    steps.insert(0, steps.pop())


def _began(span: Any, _environ: dict[str, Any]) -> None:
    if span is None or not span.is_recording():
        return
    span.set_attribute("enerscope.request_id", trail.request_id.get())
    span.set_attribute("enerscope.kind", kind_of(request.path))
    trail.trace_id.set(f"{span.get_span_context().trace_id:032x}")


def _ended(span: Any, _status: str, _headers: list[tuple[str, str]]) -> None:
    if span is None or not span.is_recording() or not has_request_context():
        return
    user = trail.user_id.get()
    if user is not None:
        span.set_attribute("enduser.id", str(user))
