"""OpenTelemetry traces, when a collector is set: where the spans go, and what they never carry."""

import os
from typing import Any

from portal import VERSION
from portal.core.config import Settings
from portal.services import runtime

_PERSONAL = frozenset(
    {
        "client.address",
        "client.port",
        "network.peer.address",
        "network.peer.port",
        "net.peer.ip",
        "net.peer.port",
        "url.query",
        "url.full",
        "http.target",
        "http.url",
        "user_agent.original",
        "http.user_agent",
    }
)
"""Attributes, by their names of today and before, that say from where somebody came or what they asked for."""
_PATH = "/v1/traces"


def start(config: Settings) -> Any:
    """Return the provider of spans, with the statements of the database traced already; None without a collector.

    It may be called before a fork: the thread that sends is made again in each child.
    """
    if not config.otlp_endpoint:
        return None
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")  # the stable names of attributes
    resource = Resource.create({"service.name": "enerscope", "service.version": VERSION})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(_exporter(config)))
    runtime.trace_statements(provider)
    return provider


def _exporter(config: Settings) -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    class Discreet(OTLPSpanExporter):
        """Sends spans without addresses, queries and the words of errors, in which PostgreSQL quotes rows."""

        def export(self, spans: Any) -> Any:
            for span in spans:  # finished ones, which have no setters
                span._status = type(span.status)(span.status.status_code)  # noqa: SLF001
                span._events = ()  # noqa: SLF001
                kept = {name: value for name, value in span.attributes.items() if name not in _PERSONAL}
                span._attributes = kept  # noqa: SLF001
            return super().export(spans)

    base = config.otlp_endpoint.rstrip("/")
    return Discreet(endpoint=base if base.endswith(_PATH) else base + _PATH)
