"""A worker that is killed while it makes a pack: the next one makes it, once, and one message goes out."""

import signal
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest

from portal.core.permissions import Role
from portal.services import jobs
from portal.services.monitoring import channels
from portal.services.monitoring.channels import Wishes
from portal.services.packs import readiness
from portal.services.packs.jobs import ASKS, PACK, PackParams
from portal.services.packs.schedules import Terms
from tests.helpers import packs
from tests.helpers.packs import add_value, person, store
from tests.helpers.program import ROOT, environment
from tests.portal.services.monitoring.delivery_desk import rows as messages

DUE = datetime(2026, 11, 23, 5, 45, tzinfo=UTC)
FRIDAY = date(2026, 11, 20)
WORKER = """
import sys, time
from data import engine
from portal.services import jobs
from portal.services.packs import composing, making, readiness
from tests.helpers import packs

def stand_still(*given, **named):
    print("here", flush=True)
    time.sleep(600)

composing.compose, readiness.gaps = packs.compose, lambda clocks, reader: ()
engine.connect(sys.argv[1], pool_size=2)
jobs.all_kinds()
if sys.argv[3] == "before":
    making.formats.write = stand_still
else:
    from portal.services.packs import delivering
    delivering.to_folder = stand_still
jobs.run(int(sys.argv[2]))
"""


@pytest.mark.usefixtures("sends")
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_worker_makes_one_pack(small_packs, moment, monkeypatch, tmp_path):
    """It dies while the files are written, or when they are stored and not put into the folder yet."""
    monkeypatch.setattr(readiness, "gaps", lambda _clocks, _reader: ())
    add_value("GAS", FRIDAY, 1200.0)
    channels.add("mail", "ann@example.com", Wishes(), person("ann", Role.RISK_OFFICER, "GAS"))
    store(Terms("morning", "Morning pack", "portfolio", ("ann",), formats=("json",), folder="here"), DUE)
    asked = PackParams(
        template="portfolio", as_of=FRIDAY, known_at=DUE, formats=("json",), reader="ann", schedule="morning",
        due_at=DUE,
    )  # fmt: skip
    with jobs.asking.UnitOfWork(write=True) as work:
        job, _ = jobs.asking.ask_in(work, PACK, asked, f"{ASKS}morning")
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, small_packs, str(job), moment],
        env=environment(tmp_path / "home", ENERSCOPE_PACK_FOLDER=str(tmp_path / "packs")), cwd=ROOT,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    process.stdout.close()
    assert len(packs.packs()) == (moment == "after")
    jobs.worker_died(job)
    assert jobs.run(job) == "done"
    (row,) = packs.packs()
    (file,) = (tmp_path / "packs/here").iterdir()
    assert file.read_bytes() == packs.content(row.id, "json")
    assert [one.key for one in messages()] == [f"pack:{row.id}:1"]
    assert jobs.run(job) == "done", "it is over"
    assert len(packs.packs()) == 1
