"""Real HTTP servers that take what the portal sends away: spans of OpenTelemetry and events of Sentry."""

import gzip
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import brotli


class Collector:
    """A server that answers 200 to everything and keeps what it was sent."""

    def __init__(self) -> None:
        kept: list[tuple[str, bytes]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(
                    self.headers.get("Content-Encoding", ""), bytes
                )
                body = unpack(body)
                kept.append((self.path, body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.kept = kept
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def spans(self) -> list[dict[str, Any]]:
        """Return all spans: name, trace, kind and attributes."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        found = []
        for path, body in list(self.kept):
            assert path == "/v1/traces"
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    found += [_plain(span) for span in scope.spans]
        return found

    def events(self) -> list[dict[str, Any]]:
        """Return all events out of Sentry's envelopes."""
        found = []
        for _, body in list(self.kept):
            lines = body.split(b"\n")
            for head, content in zip(lines[1::2], lines[2::2], strict=False):
                if json.loads(head).get("type") == "event":
                    found.append(json.loads(content))
        return found

    def wait_for(self, wanted: Any, *, seconds: float = 60.0) -> Any:
        """Return what ``wanted`` finds, once it finds something."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = wanted()
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError("Nothing came.")


def _plain(span: Any) -> dict[str, Any]:
    values = {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}
    return {
        "name": span.name,
        "trace": span.trace_id.hex(),
        "kind": span.kind,
        "values": values,
        "status": span.status,
    }
