"""Webhooks through apprise, over a connection that only leads where webhooks of users may lead.

The message is apprise's JSON. Its transport follows redirects to anywhere, resolves the name again after it was
checked, and reads an answer of any length for any time; an address that a user chose must not be able to use that.
"""

import base64
import http.client
import json
import ssl
import threading
from typing import Any

from apprise.plugins.custom_json import JSONPayloadField, NotifyJSON

from portal.services.monitoring.answers import Answer, in_words
from portal.services.monitoring.reach import OutOfReachError, Reach

_GONE = 410


class Webhook(NotifyJSON):
    """A message as JSON to a URL; :attr:`answer` says how it went.

    ``query`` is the URL's own, and ``extras`` are fields beside apprise's (version, title, message, attachments, type).
    """

    def __init__(
        self, *, reach: Reach, seconds: float, query: str = "", extras: dict[str, str], **address: Any
    ) -> None:
        super().__init__(**address)  # type: ignore[no-untyped-call]  # apprise's own has no annotations
        self._reach, self._seconds, self._query, self._extras = reach, seconds, query, extras
        self.answer: Answer | None = None

    def send(
        self, body: str, title: str = "", notify_type: Any = None, attach: Any = None, **_more: Any
    ) -> bool:  # fmt: skip
        """Post one message."""
        content = {
            JSONPayloadField.VERSION: self.json_version,
            JSONPayloadField.TITLE: title,
            JSONPayloadField.MESSAGE: body,
            JSONPayloadField.ATTACHMENTS: [
                {"filename": one.name, "base64": one.base64(), "mimetype": one.mimetype}
                for one in attach or ()
            ],
            JSONPayloadField.MESSAGETYPE: notify_type.value,
        } | self._extras
        try:
            status = self._post(json.dumps(content).encode())
        except OutOfReachError as refused:
            self.answer = Answer(False, refused.message, is_final=True)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            self.answer = Answer(False, f"The receiver did not take it: {in_words(problem)}.")
        else:
            self.answer = _judged(status)
        return self.answer.taken

    def _post(self, content: bytes) -> int:
        """Post ``content`` and return the status; the connection is cut when the time is over."""
        line = _line(self, self._reach, self._seconds)
        line.connect()
        cut = threading.Timer(self._seconds, _cut, (line.sock,))
        cut.daemon = True
        cut.start()
        try:
            path = (self.fullpath or "/") + (f"?{self._query}" if self._query else "")
            line.request("POST", path, content, self._headers())
            return line.getresponse().status  # what follows it, and whether it arrives, changes nothing
        finally:
            cut.cancel()
            line.close()

    def _headers(self) -> dict[str, str]:
        found = {"User-Agent": self.app_id, "Content-Type": "application/json"} | self.headers
        if self.user:
            pair = f"{self.user}:{self.password or ''}".encode()
            found["Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
        return found


class _Plain(http.client.HTTPConnection):
    """A connection to an address that was judged."""

    reach: Reach

    def connect(self) -> None:
        """Connect."""
        self.sock = self.reach.connect(self.host, self.port, self.timeout or 0, encrypted=False)


class _Encrypted(http.client.HTTPSConnection):
    """The same, encrypted; the certificate has to be that of the name."""

    reach: Reach

    def connect(self) -> None:
        """Connect and shake hands."""
        line = self.reach.connect(self.host, self.port, self.timeout or 0, encrypted=True)
        try:
            self.sock = ssl.create_default_context().wrap_socket(line, server_hostname=self.host)
        except OSError:
            line.close()
            raise


def _line(hook: Webhook, reach: Reach, seconds: float) -> _Plain | _Encrypted:
    kind = _Encrypted if hook.secure else _Plain
    line = kind(hook.host.strip("[]"), hook.port, timeout=seconds)
    line.reach = reach
    return line


def _cut(line: Any) -> None:
    """End a connection under the one who reads from it."""
    try:
        line.shutdown(2)
    except OSError:
        return


def _judged(status: int) -> Answer:
    if 200 <= status < 300:
        return Answer(True)
    moved = " It is not followed; enter the new address." if 300 <= status < 400 else ""
    phrase = http.client.responses.get(status, "")
    return Answer(
        False, f"The receiver answered {status} {phrase}.{moved}".replace(" .", "."), is_final=status == _GONE
    )
