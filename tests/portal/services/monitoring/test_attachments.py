"""Report files travel with messages, under the rights of the receiver at the moment of sending."""

import base64
from hashlib import sha256

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.permissions import Role
from portal.services import access
from portal.services.monitoring import attachments, channels, outbox, sending
from portal.services.monitoring.channels import Wishes
from tests.portal.services.monitoring.delivery_desk import mail_of, person, rows

pytestmark = pytest.mark.usefixtures("database", "delivery_settings")
CONTENT = b"<report>1</report>"


@pytest.fixture
def report() -> int:
    """A report with a file."""
    with UnitOfWork(write=True) as work:
        return work.session.execute(
            text(
                "INSERT INTO reports (kind, template_version, schema_note, params, period_start, period_end, as_of, "
                "known_at, file_name, media_type, content, sha256, rows, rejected, parameters_sha256, facts, "
                "simulated, made_by) "
                "VALUES ('emir', '1', '', '{}', '2026-01-01', '2026-01-02', '2026-01-02', now(), 'day.xml', "
                "'application/xml', :content, :digest, 1, 0, '', '{}', false, 'carla') RETURNING id"
            ),
            {"content": CONTENT, "digest": sha256(CONTENT).hexdigest()},
        ).scalar_one()


def put(channel: int, report: int) -> None:
    with UnitOfWork(write=True) as work:
        for _ in range(2):
            outbox.put(
                work,
                channel,
                f"report:{report}:{channel}",
                "Daily report",
                "It is here.",
                attachment={"report": report},
            )


def send_all() -> None:
    while sending.send_next():
        pass


def test_a_report_arrives_as_a_file(report, mails, hook):
    carla = person("carla", Role.COMPLIANCE_OFFICER)
    put(mail_of(carla), report)
    put(channels.add("webhook", hook.address, Wishes(), carla), report)
    send_all()
    assert {row.state for row in rows()} == {"sent"}
    (message,) = mails.kept
    (file,) = [part for part in message.walk() if part.get_filename()]
    assert (file.get_filename(), file.get_payload(decode=True)) == ("day.xml", CONTENT)
    (posted,) = hook.got
    (attached,) = posted.body["attachments"]
    assert (attached["filename"], base64.b64decode(attached["base64"])) == ("day.xml", CONTENT)
    with UnitOfWork() as work:
        noted = work.session.execute(text("SELECT count(*) FROM audit_log WHERE action = 'file.sent'"))
        assert noted.scalar_one() == 2


def test_the_right_is_asked_when_it_is_sent(report, mails):
    carla = person("carla", Role.COMPLIANCE_OFFICER)
    put(mail_of(carla), report)
    access.set_roles("carla", frozenset({Role.TRADER}), person("root", Role.ADMINISTRATOR))
    send_all()
    assert mails.kept == []
    (row,) = rows()
    assert (row.state, row.error.startswith("The file was not sent.")) == ("dropped", True)


def test_a_file_that_was_altered_is_not_sent(report, mails):
    carla = person("carla", Role.COMPLIANCE_OFFICER)
    put(mail_of(carla), report)
    with UnitOfWork(write=True) as work:
        work.session.execute(text("UPDATE reports SET content = 'other'"))
    send_all()
    assert mails.kept == []
    assert rows()[0].state == "dead"


def test_a_file_that_is_too_large_is_named_instead(report, mails, monkeypatch):
    monkeypatch.setattr(attachments, "LARGEST_BYTES", 3)
    carla = person("carla", Role.COMPLIANCE_OFFICER)
    put(mail_of(carla), report)
    send_all()
    said = mails.kept[0].get_payload(decode=True).decode()
    assert (
        f"The file day.xml is in Enerscope: https://portal.example.com/compliance/reports?report={report}"
        in said
    )
