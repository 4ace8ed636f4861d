"""A sender that is killed at its worst moments: nothing is lost, and a double carries the same number."""

import signal
import subprocess
import sys

import pytest

from portal.core.permissions import Role
from portal.services.monitoring import sending
from tests.helpers.program import ROOT, environment
from tests.helpers.receivers import wait_for
from tests.portal.services.monitoring.delivery_desk import (
    mail_of,
    make_due,
    make_old,
    person,
    raise_one,
    rows,
    tries,
)

SENDER = """
import sys, time
from data import engine
from portal.core.config import settings
from portal.services.monitoring import sending

def stand_still(*_, **__):
    print("here", flush=True)
    time.sleep(600)

setattr(sending, sys.argv[2], stand_still)
engine.connect(sys.argv[1], pool_size=2)
sending.send_next()
"""


@pytest.mark.parametrize(
    ("moment", "arrived"),
    [
        pytest.param("judge", 1, id="between-claim-and-send"),
        pytest.param("_record", 2, id="between-send-and-record"),
    ],
)
def test_a_killed_sender_loses_nothing(database, delivery_settings, mails, moment, arrived):
    mail_of(person("olga", Role.OPERATIONS))
    raise_one()
    more = {name: value for name, value in delivery_settings.items() if name != "ENERSCOPE_HOME"}
    process = subprocess.Popen(
        [sys.executable, "-c", SENDER, database, moment],
        env=environment(ROOT / "unused", **more) | {"ENERSCOPE_HOME": delivery_settings["ENERSCOPE_HOME"]},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    process.stdout.close()
    assert rows()[0].state == "sending"
    assert len(mails.kept) == arrived - 1
    make_old()
    assert sending.find_lost() == 1
    make_due()
    while sending.send_next():
        pass
    wait_for(lambda: len(mails.kept) == arrived)
    assert [outcome for _, outcome, _ in tries()] == ["lost", "sent"]
    assert rows()[0].state == "sent"
    assert len(set(mails.numbers)) == 1, "whoever gets it twice can tell"
