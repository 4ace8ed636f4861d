"""An executive takes the Overview and Risk as files: every figure on screen is in the PDF and in the workbook."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_roles import settle

FIRST = 120_000  # ms; the first look of a process at a day values the books of four days
FIGURE = re.compile(r"[−+]?[\d,]+(?:\.\d+)?(?: %)?")


def figures(page: Page) -> set[str]:
    """Return each figure of the body as it is read: those that open a passport, and those of tiles."""
    texts = page.locator(".es-body button.es-num").all_inner_texts()
    return {found[0] for text in texts if (found := FIGURE.fullmatch(" ".join(text.split())))}


def exported(page: Page, kind: str, folder: Path) -> Path:
    """Take the page through its menu and return the file."""
    page.locator(".es-export summary").click()
    with page.expect_download(timeout=180_000) as waiting:
        page.locator(f"[data-export={kind}]").click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    expect(page.locator(".es-export summary")).to_have_text("Export")
    return file


def not_in_pdf(wanted: set[str], file: Path) -> set[str]:
    """Return the figures that the text of a PDF lacks."""
    text = " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(file).pages)
    return {figure for figure in wanted if figure not in text}


def not_in_workbook(wanted: set[str], file: Path) -> set[str]:
    """Return the figures that no cell of a workbook has, as a number in the digits shown or as text."""
    numbers: list[float] = []
    texts: set[str] = set()
    for sheet in openpyxl.load_workbook(file, data_only=True):
        for row in sheet.iter_rows(values_only=True):
            numbers += [float(cell) for cell in row if isinstance(cell, (int, float))]
            texts |= {str(cell) for cell in row if isinstance(cell, str)}
    return {figure for figure in wanted if figure not in texts and not _has(numbers, figure)}


def _has(numbers: list[float], figure: str) -> bool:
    plain = figure.replace(",", "").replace("−", "-").replace("+", "").removesuffix(" %")
    scale, decimals = (100.0 if figure.endswith("%") else 1.0), len(plain.partition(".")[2])
    half = 0.5000001 * 10.0**-decimals
    return any(abs(number * scale - float(plain)) <= half for number in numbers)


@pytest.mark.parametrize(
    ("path", "days"), [("/", 7), ("/risk", 0)]
)  # the demo desk has runs of its last day alone
@pytest.mark.parametrize("is_past", [False, True], ids=["live", "past"])
def test_every_figure_on_screen_is_in_both_files(visit, tmp_path, path, days, is_past):
    page = visit("executive", path)
    if is_past:
        page.wait_for_selector(".es-kpi-value", timeout=FIRST)
        latest = date.fromisoformat(page.locator("#shell-as-of").input_value())
        page.goto(page.url.split("?")[0] + past(latest - timedelta(days=days)))
    page.wait_for_selector(".es-kpi-value", timeout=FIRST)
    settle(page)
    wanted = figures(page)
    assert len(wanted) >= 10

    assert not_in_workbook(wanted, exported(page, "xlsx", tmp_path)) == set()
    assert not_in_pdf(wanted, exported(page, "pdf", tmp_path)) == set()


def past(day: date) -> str:
    """Return the clocks of a day, known at the moment just gone."""
    moment = datetime.now(UTC) - timedelta(seconds=2)
    return f"?as_of={day}&known_at={moment:%Y-%m-%dT%H:%M:%SZ}"
