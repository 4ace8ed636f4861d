"""E-mail through apprise, with a Message-ID of our own and the server's answer in words.

apprise adds a random Message-ID to every message, beside one given as a header; a message with two has none. So the
connection, sign-in and the message are apprise's, and only what is handed to the server is changed here.
"""

import smtplib
from dataclasses import replace
from email import message_from_string
from email.policy import SMTP
from typing import Any

from apprise.plugins.email import NotifyEmail
from apprise.plugins.email.smtp import AppriseSMTPController

from portal.services.monitoring.answers import Answer, in_words


class _Line(AppriseSMTPController):
    """A connection whose problems are not swallowed."""

    def hand_over(self, sender: str, recipients: list[str], message: bytes) -> None:
        """Hand a message to the server; what it refuses is raised."""
        line: Any = self._socket
        line.sendmail(sender, recipients, message)


class Mail(NotifyEmail):
    """An e-mail whose Message-ID is given; :attr:`answer` says how it went."""

    def __init__(self, *, message_id: str = "", **address: Any) -> None:
        super().__init__(**address)  # type: ignore[no-untyped-call]  # apprise's own has no annotations
        self.message_id = message_id
        self.answer: Answer | None = None

    def send(
        self,
        body: str,
        title: str = "",
        *_more: Any,
        attach: Any = None,
        body_format: Any = None,
        **_rest: Any,
    ) -> bool:
        """Send one message to one person."""
        (made,) = NotifyEmail.prepare_emails(
            subject=title, body=body, notify_format=self.resolve_format(body_format), from_addr=self.from_addr,
            to=self.targets, smtp_host=self.smtp_host, attach=attach, headers=self.headers, names=self.names,
            tzinfo=self.tzinfo,
        )  # fmt: skip
        line = _Line(
            host=self.smtp_host, port=self.port or 0, secure_mode=self.secure_mode or "", user=self.user,
            password=self.password, verify_certificate=self.verify_certificate,
            socket_connect_timeout=self.socket_connect_timeout,
        )  # fmt: skip
        try:
            with line:
                line.hand_over(str(self.from_addr[1]), made.to_addrs, self._numbered(made.body))
        except smtplib.SMTPRecipientsRefused as refused:
            (said,) = refused.recipients.values()
            self.answer = _refused(*said)
        except smtplib.SMTPDataError as refused:
            self.answer = _refused(refused.smtp_code, refused.smtp_error)
        except (
            smtplib.SMTPResponseException
        ) as refused:  # of the portal, its password or sender: operations can help
            self.answer = replace(_refused(refused.smtp_code, refused.smtp_error), is_final=False)
        except (OSError, smtplib.SMTPException) as problem:
            self.answer = Answer(False, f"The mail server did not take it: {in_words(problem)}.")
        else:
            self.answer = Answer(True)
        return self.answer.taken

    def _numbered(self, text: str) -> bytes:
        """Return the message with our Message-ID in the place of apprise's."""
        message = message_from_string(text)
        del message["Message-ID"]
        message["Message-ID"] = self.message_id
        return message.as_bytes(policy=message.policy.clone(linesep=SMTP.linesep))


def _refused(code: int, said: bytes | str) -> Answer:
    """Return the answer of a server that refused; 5xx is its last word (RFC 5321, 4.2.1)."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return Answer(
        False, f"The mail server refused it: {code} {' '.join(words.split())}", is_final=500 <= code < 600
    )
