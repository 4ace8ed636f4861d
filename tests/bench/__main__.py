"""``python -m tests.bench``: measure, print a table or JSON, and write JSON to a file when asked to."""

import argparse
import sys
from pathlib import Path

from tests.bench.report import Report
from tests.bench.stage import Stage

PARTS = (
    "start",
    "import",
    "queries",
    "portfolio",
    "risk",
    "forecast",
    "compliance",
    "audit",
    "samples",
    "pack",
    "browser",
)


def main(arguments: list[str] | None = None) -> None:
    """Run the parts that were asked for."""
    asked = _parser().parse_args(arguments)
    report = Report(quick=asked.quick)
    names = [asked.only.partition(":")[0]] if asked.only else list(PARTS)
    detail = asked.only.partition(":")[2] if asked.only else ""
    with Stage(asked.home) as stage:
        for name in names:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            report.add(_part(name, stage, quick=asked.quick, detail=detail))
    print(report.to_json() if asked.json else report.to_text())
    if asked.out:
        asked.out.write_text(report.to_json() + "\n", encoding="utf-8")


def _part(name: str, stage: Stage, *, quick: bool, detail: str) -> list:
    if name == "start":
        from tests.bench import starting

        return starting.measure(stage, rounds=1 if quick else 3)
    if name == "import":
        from tests.bench import importing

        return importing.measure(stage, rows=200_000 if quick else 2_000_000)
    if name == "queries":
        from tests.bench import querying

        return querying.measure(stage, rounds=5 if quick else 30, only=detail)
    if name == "portfolio":
        from tests.bench import portfolio

        return portfolio.measure(stage, rounds=3 if quick else 15, quick=quick, only=detail)
    if name == "risk":
        from tests.bench import risk

        return risk.measure(stage, rounds=5 if quick else 15, quick=quick, only=detail)
    if name == "forecast":
        from tests.bench import forecast

        return forecast.measure(rounds=1 if quick else 3, quick=quick, only=detail)
    if name == "compliance":
        from tests.bench import compliance

        return compliance.measure(stage, rounds=5 if quick else 15, quick=quick, only=detail)
    if name == "audit":
        from tests.bench import audit

        return audit.measure(stage, quick=quick, only=detail)
    if name == "pack":
        from tests.bench import packs

        return packs.measure(stage, rounds=1 if quick else 3, only=detail)
    if name == "samples":
        from tests.bench import collecting

        return collecting.measure(stage, quick=quick)
    from tests.bench import browsing

    return browsing.measure(stage, rounds=2 if quick else 7, only=detail)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write JSON to FILE")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and rows: minutes become seconds")
    parser.add_argument(
        "--only",
        metavar="NAME",
        help=f"one of {', '.join(PARTS)}; browser:/market/prices and portfolio:value narrow further",
    )
    parser.add_argument("--home", type=Path, metavar="DIR", help="keep the databases there for the next run")
    return parser


if __name__ == "__main__":
    main()
