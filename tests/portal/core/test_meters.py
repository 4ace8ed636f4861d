"""Meters over several processes: sums, processes that are gone, a fork of a serving one, and a fresh start."""

import itertools
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from portal.core import meters

ROOT = Path(__file__).parents[3]


def run(code: str, folder: Path) -> str:
    """Run ``code`` in a process of its own, with ``folder`` and the meters at hand."""
    program = f"import os\nfrom pathlib import Path\nfrom portal.core import meters\nfolder = Path({str(folder)!r})\n"
    program += textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def sums(folder: Path) -> dict[str, float]:
    return {
        sample.name
        + "".join(f" {value}" for name, value in sample.labels.items() if name != "le"): sample.value
        for family in meters.families(folder)
        for sample in family.samples
        if sample.labels.get("le") in (None, "+Inf")
    }


WORKERS = """
meters.start(folder)
pids = []
for number in range(3):
    pid = os.fork()
    if pid == 0:
        for _ in range(number + 1):
            meters.serving()
            meters.REQUESTS.add("page", "ok")
            meters.IN_FLIGHT.change(1)
            meters.REQUEST_SECONDS.took(0.2, "page", "ok")
        os._exit(0)
    pids.append(pid)
for pid in pids:
    os.waitpid(pid, 0)
"""


def test_what_gone_workers_counted_stays_and_their_levels_go(tmp_path: Path) -> None:
    run(WORKERS, tmp_path)
    for _ in range(2):
        found = sums(tmp_path)
        assert found["enerscope_requests_total page ok"] == 6
        assert found["enerscope_request_seconds_bucket page ok"] == 6
        assert found["enerscope_request_seconds_sum page ok"] == pytest.approx(1.2)
        assert "enerscope_requests_in_flight" not in found
        assert sorted(file.name for file in tmp_path.glob("*.db")) == ["counter_gone.db", "histogram_gone.db"]


def test_a_new_portal_starts_from_nothing(tmp_path: Path) -> None:
    run(WORKERS, tmp_path)
    sums(tmp_path)
    run("meters.start(folder)\nmeters.REQUESTS.add('api', 'ok')", tmp_path)
    assert sums(tmp_path)["enerscope_requests_total api ok"] == 1
    assert "enerscope_requests_total page ok" not in sums(tmp_path)


def test_a_second_worker_that_starts_keeps_what_the_first_counts(tmp_path: Path) -> None:
    code = """
    import subprocess, sys
    meters.start(folder)
    meters.REQUESTS.add("page", "ok")
    meters.IN_FLIGHT.change(1)
    other = "from pathlib import Path; from portal.core import meters; meters.start(Path(%r))" % str(folder)
    subprocess.run([sys.executable, "-c", other + "; meters.REQUESTS.add('page', 'ok')"], check=True)
    found = {s.name: s.value for f in meters.families(folder) for s in f.samples}
    assert found["enerscope_requests_total"] == 2, found
    assert found["enerscope_requests_in_flight"] == 1, found
    """
    run(code, tmp_path)


def test_what_a_serving_process_forks_counts_nothing(tmp_path: Path) -> None:
    code = """
    meters.start(folder)
    meters.serving()
    meters.REQUESTS.add("page", "ok")
    pid = os.fork()
    if pid == 0:
        meters.REQUESTS.add("page", "ok")
        os._exit(0)
    os.waitpid(pid, 0)
    print([s.value for f in meters.families(folder) for s in f.samples if s.name == "enerscope_requests_total"])
    """
    assert run(code, tmp_path).strip() == "[1.0]"


def test_without_a_start_nothing_is_counted_or_imported(tmp_path: Path) -> None:
    code = """
    import sys
    meters.REQUESTS.add("page", "ok")
    meters.REQUEST_SECONDS.took(1.0, "page", "ok")
    meters.IN_FLIGHT.change(1)
    print("prometheus_client" in sys.modules, os.environ.get("PROMETHEUS_MULTIPROC_DIR"))
    """
    assert run(code, tmp_path).strip() == "False None"
    assert meters.families(tmp_path / "none") == []


def test_the_client_may_have_been_imported_before(tmp_path: Path) -> None:
    """The monitor's parsers import it, and so may anything else, before the variable is set."""
    run("import prometheus_client\nmeters.start(folder)\nmeters.REQUESTS.add('page', 'ok')", tmp_path)
    assert sums(tmp_path)["enerscope_requests_total page ok"] == 1


def test_a_number_that_another_process_has_now_is_no_sign_of_life(tmp_path: Path) -> None:
    run("meters.start(folder)\nmeters.REQUESTS.add('page', 'ok')", tmp_path)
    (old,) = tmp_path.glob("counter_[0-9]*.db")
    for file in list(tmp_path.glob("*_[0-9]*.db")):
        os.utime(file, (1e9, 1e9))
        file.rename(file.with_name(f"{file.stem.rpartition('_')[0]}_{os.getppid()}.db"))
    assert not old.exists()
    assert sums(tmp_path)["enerscope_requests_total page ok"] == 1
    assert (tmp_path / "counter_gone.db").exists()


def test_bounds_grow_by_their_factor() -> None:
    bounds = meters.REQUEST_BOUNDS
    assert (bounds[0], bounds[-1]) == (0.001, 60.0)
    assert all(1.0 < high / low < 1.21 for low, high in itertools.pairwise(bounds))
