"""Receivers of messages that can fail at the worst moment: a real SMTP server and a real webhook, on free ports."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.helpers.ports import free_port


def wait_for(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Return what ``condition`` returns as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.02)
    return found


class Mailbox:
    """A mail server that keeps what it accepts; ``answers`` are replies to give first, instead of taking a message.

    ``die_at`` cuts the connection "before" it has the message, "during" (it has it and forgets it), or "after" it has
    kept it but before it says so.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.kept: list[Message] = []
        self.recipients: list[str] = []
        self.die_at: list[str] = []
        self.answers: list[str] = []
        self.asked = 0
        self.slow = threading.Event()
        self.slow.set()
        self._server: Controller | None = None

    async def handle_MAIL(  # noqa: N802  (aiosmtpd's name)
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:  # fmt: skip
        self.asked += 1
        if self.die_at and self.die_at[0] == "before":
            self.die_at.pop(0)
            server.transport.abort()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  (likewise)
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        await asyncio.to_thread(self.slow.wait)
        if self.answers:
            return self.answers.pop(0)
        how = self.die_at.pop(0) if self.die_at else ""
        if how != "during":
            self.kept.append(message_from_bytes(envelope.content or b""))
            self.recipients.extend(envelope.rcpt_tos)
        if how:
            server.transport.abort()
        return "250 OK"

    @property
    def numbers(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.kept]

    def start(self) -> None:
        self._server = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=60.0)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop(no_assert=True)
            self._server = None


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Yield a running mail server."""
    made = Mailbox()
    made.start()
    try:
        yield made
    finally:
        made.slow.set()
        made.stop()


@dataclass
class Posted:
    """A request that reached the webhook whole."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Hook:
    """A webhook that keeps what it gets; ``statuses`` are answers to give first, ``die_at`` as of :class:`Mailbox`."""

    port: int
    got: list[Posted] = field(default_factory=list)
    die_at: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    redirect: str = ""
    tail: bytes = b""
    hang: threading.Event = field(default_factory=threading.Event)
    _server: ThreadingHTTPServer | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?room=7"

    @property
    def keys(self) -> list[str]:
        return [one.headers["Idempotency-Key"] for one in self.got]

    def start(self) -> None:
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.take(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.hang.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.hang.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def take(self, request: BaseHTTPRequestHandler) -> None:
        how = self.die_at.pop(0) if self.die_at else ""
        if how == "before":
            return self._drop(request)
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        if how != "during":
            self.got.append(Posted(request.path, dict(request.headers), body))
        if how:
            return self._drop(request)
        self.hang.wait(60)
        request.send_response(self.statuses.pop(0) if self.statuses else 200)
        if self.redirect:
            request.send_header("Location", self.redirect)
        request.end_headers()
        request.wfile.write(self.tail)
        return None

    def _drop(self, request: BaseHTTPRequestHandler) -> None:
        request.connection.shutdown(socket.SHUT_RDWR)
        request.close_connection = True


@contextmanager
def webhook() -> Iterator[Hook]:
    """Yield a running webhook."""
    made = Hook(free_port())
    made.start()
    try:
        yield made
    finally:
        made.stop()
