"""A real HTTP server with targets that behave, hang, drip, lie and flood."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CLASSIC = """\
# HELP node_load1 1m load average.
# TYPE node_load1 gauge
node_load1 0.5
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="po,st",code="400"} 3
# TYPE rpc_seconds summary
rpc_seconds{quantile="0.5"} NaN
rpc_seconds_sum 1.75e+03
rpc_seconds_count 26
# TYPE size_bytes histogram
size_bytes_bucket{le="100"} 3
size_bytes_bucket{le="+Inf"} 5
size_bytes_sum 800
size_bytes_count 5
temperature_celsius +Inf
"""
OPEN_METRICS = """\
# TYPE jobs counter
# UNIT jobs_seconds seconds
# HELP jobs Jobs done.
jobs_total{kind="a"} 17 # {trace_id="abc"} 1.0
jobs_created{kind="a"} 1520430000.123
# TYPE depth gauge
depth 4
# EOF
""".replace("# UNIT jobs_seconds seconds\n", "")

Behaviour = Callable[[BaseHTTPRequestHandler], None]


def says(body: str | bytes, content_type: str = "text/plain; version=0.0.4", status: int = 200) -> Behaviour:
    """Return a behaviour that answers at once."""
    raw = body.encode() if isinstance(body, str) else body

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", content_type)
        request.send_header("Content-Length", str(len(raw)))
        request.end_headers()
        request.wfile.write(raw)

    return answer


def redirects(place: str) -> Behaviour:
    """Return a behaviour that sends the asker elsewhere."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", place)
        request.end_headers()

    return answer


class Targets(ThreadingHTTPServer):
    """The server; ``behaviours`` are by path, and ``seen`` holds the paths and headers of all requests."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviours: dict[str, Behaviour] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.released = threading.Event()

    def at(self, path: str, behaviour: Behaviour) -> str:
        """Let ``path`` behave so, and return its URL."""
        self.behaviours[path] = behaviour
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def hangs(self, path: str) -> str:
        """Return the URL of a target that takes the question and says nothing until the end."""
        return self.at(path, lambda _request: self.released.wait(60) and None)

    def drips(self, path: str, *, headers: bool = False) -> str:
        """Return the URL of a target that sends a byte now and then, in its headers or its body, without end."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            request.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: " if headers else b"HTTP/1.0 200 OK\r\n\r\n# ")
            while not self.released.is_set():
                request.wfile.write(b"x")
                time.sleep(0.02)

        return self.at(path, answer)

    def floods(self, path: str) -> str:
        """Return the URL of a target whose answer has no end."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            request.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n")
            while not self.released.is_set():
                request.wfile.write(b"node_load1 1\n" * 5000)

        return self.at(path, answer)


class _Handler(BaseHTTPRequestHandler):
    server: Targets

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.seen.append((self.path, dict(self.headers)))
        with contextlib.suppress(ConnectionError, TimeoutError):  # the asker has gone, as it may
            self.server.behaviours.get(path, says("", status=404))(self)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def targets() -> Iterator[Targets]:
    """Run the server on a free port."""
    with Targets() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            thread.join(5)
