"""Packs: the morning pack of the demo desk as PDF, in a process of its own as a worker makes it.

Measured from the start of the process, which loads the pages of the portal, to the bytes of the file; its peak memory
is that of the whole process.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.report import Figure
from tests.bench.stage import PASSWORD, ROOT, Stage

SECONDS, MEGABYTES = 20.0, 500.0
READER = "executive"
CASES = {"morning": "morning pack"}


def measure(stage: Stage, *, rounds: int, only: str = "") -> list[Figure]:
    """Return seconds and peak memory of each pack; the best of ``rounds`` processes, the most memory of all."""
    url = stage.demo()
    return [
        figure for code in CASES if only in ("", code) for figure in _figures(code, url, stage.home, rounds)
    ]


def _figures(code: str, url: str, home: Path, rounds: int) -> list[Figure]:
    runs = [_run(code, url, home) for _ in range(rounds)]
    best = min(runs, key=lambda run: run["seconds"])
    subject = f"{CASES[code]}, {best['chapters']:.0f} chapters on {best['pages']:.0f} pages"
    return [
        Figure("pack", subject, "a process of its own, in all", best["seconds"], "s", target=SECONDS),
        Figure("pack", subject, "of which reading the screens", best["composing"], "s"),
        Figure("pack", subject, "of which writing the PDF", best["writing"], "s"),
        Figure("pack", subject, "of which processor time of the process", best["processor"], "s"),
        Figure("pack", subject, "peak memory", max(run["memory"] for run in runs), "MB", target=MEGABYTES),
    ]


def _run(code: str, url: str, home: Path) -> dict[str, float]:
    log = home / "pack.log"
    environment = {**os.environ, "DATABASE_URL": url, "ENERSCOPE_HOME": str(home / "pack")}
    began = time.perf_counter()
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.packs", code],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"Making the pack '{code}' failed:\n{log.read_text(encoding='utf-8')[-2000:]}")
    return {
        **json.loads(said),
        "seconds": seconds,
        "processor": used.ru_utime + used.ru_stime,
        "memory": used.ru_maxrss / 1024,
    }


def make(code: str) -> dict[str, float]:
    """Make a pack in this process and return how long its two halves took."""
    from portal.core.config import settings
    from portal.services import clocks, runtime
    from portal.services.access import sessions
    from portal.services.packs import composing, formats

    runtime.open_database(settings())
    reader = sessions.actor_of(sessions.sign_in(READER, PASSWORD, address="127.0.0.1", agent="bench"))
    assert reader is not None
    began = time.perf_counter()
    document = composing.compose(code, {}, clocks.resolve({}), reader)
    composed = time.perf_counter()
    content = formats.write(document, "pdf")
    written = time.perf_counter()
    runtime.close_database()
    return {
        "composing": composed - began,
        "writing": written - composed,
        "chapters": len(document.chapters),
        "pages": _pages(content),
    }


def _pages(content: bytes) -> int:
    import io

    import pypdf

    return len(pypdf.PdfReader(io.BytesIO(content)).pages)


if __name__ == "__main__":
    print(json.dumps(make(sys.argv[1])))
