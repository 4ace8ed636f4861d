"""Run all tests in two processes at once: those that start programs and browsers and mostly wait, and all the others.

``make test`` runs ``python -m tests.halves``. Each half has a database server, ports and folders of its own, so neither
knows of the other. What the others say is shown as they go, what those that wait say when both have ended; the last
line counts both.
"""

import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
WAITING = (
    "tests/e2e",
    "tests/portal/cli",
    "tests/portal/jobs",
    "tests/portal/services/forecast",  # works on the demo desk too, which is loaded once for this half
)
FAILED, PASSED, SKIPPED = ("failed", "error", "errors"), ("passed", "xfailed"), ("skipped",)
NO_TESTS = 5  # exit status of pytest that ran nothing


def waiting(more: Sequence[str] = ()) -> list[str]:
    """Return the command of the half that mostly waits; only one half may write the cache of pytest."""
    return [sys.executable, "-m", "pytest", *WAITING, "-p", "no:cacheprovider", *more]


def others(more: Sequence[str] = ()) -> list[str]:
    """Return the command of everything else, folders of tomorrow included."""
    return [sys.executable, "-m", "pytest", *(f"--ignore={path}" for path in WAITING), *more]


def counts(lines: Iterable[str]) -> Counter[str]:
    """Return what the closing line of pytest counts, by word."""
    found: Counter[str] = Counter()
    for line in lines:
        if re.search(r" in \d+(\.\d+)?s", line):
            pairs = re.findall(r"(\d+) (\w+)", line.partition(" in ")[0])
            found = Counter({word: int(number) for number, word in pairs})
    return found


def closing(both: Counter[str], seconds: float) -> str:
    """Return the last line as pytest writes its own: how many failed, passed and were skipped in both halves."""

    def total(words: Sequence[str]) -> int:
        return sum(both[word] for word in words)

    failed = [f"{total(FAILED)} failed"] if total(FAILED) else []
    words = ", ".join([*failed, f"{total(PASSED)} passed", f"{total(SKIPPED)} skipped"])
    return f" {words} in {seconds:.2f}s ".center(80, "=")


def main(more: Sequence[str]) -> int:
    """Run both halves and return 0 when both passed."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as kept:
        first = _start(waiting(more), kept)
        second = _start(others(more), subprocess.PIPE)
        try:
            said = list(_shown(second.stdout))
            second.wait()
            first.wait()
        except BaseException:
            for half in (first, second):
                half.send_signal(signal.SIGINT)  # each stops what it has started
            for half in (first, second):
                half.wait()
            raise
        kept.seek(0)
        waited = kept.readlines()
    print(f"\n{'=' * 30} tests that start programs and browsers {'=' * 30}")
    sys.stdout.writelines(waited)
    print(f"\n{closing(counts(said) + counts(waited), time.monotonic() - began)}", flush=True)
    bad = [half.returncode for half in (first, second) if half.returncode not in (0, NO_TESTS)]
    return bad[0] if bad else 0


def _start(command: list[str], out: IO[str] | int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, text=True
    )


def _shown(stream: IO[str] | None) -> Iterable[str]:
    for line in stream or ():
        sys.stdout.write(line)
        sys.stdout.flush()
        yield line


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
