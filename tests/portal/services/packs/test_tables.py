"""The archive of tables: complete, typed as exports are, and the same file each time."""

import csv
import zipfile
from io import BytesIO, StringIO

from portal.core.document import Chapter, Document, Section, Tile, Tiles
from portal.services.packs import formats, sealing
from tests.helpers.documents import CLOCKS, LIMITS, pack

LOSS = Tile("P&L", "−1.2 M", "EUR", -1_200_000.0)


def test_archive_holds_every_table_and_the_receipt():
    content = formats.write(pack(), "csv")
    assert content == formats.write(pack(), "csv")
    archive = zipfile.ZipFile(BytesIO(content))
    assert archive.namelist() == [
        "about.csv",
        "01-risk-today-tomorrow/00-text.csv",
        "01-risk-today-tomorrow/01-p-l-and-var.csv",
        "01-risk-today-tomorrow/02-limits.csv",
        "02-notes/00-text.csv",
        "02-notes/01-limits.csv",
        "enerscope-pack.json",
    ]
    assert archive.read("enerscope-pack.json") == sealing.to_json(pack())
    rows = list(csv.reader(StringIO(archive.read("02-notes/01-limits.csv").decode("utf-8-sig"))))
    assert len(rows) == len(LIMITS.rows) + 1
    assert rows[2][0] == "'=1+1"
    text = archive.read("01-risk-today-tomorrow/00-text.csv").decode("utf-8-sig")
    assert 'Figures,tile,VaR 99 %,"1,200",1200.4,EUR,"of 5,000"' in text
    assert "P&L −1.2 M EUR, of which TTF Q1 −0.9 M." in text
    about = archive.read("about.csv").decode("utf-8-sig")
    assert 'missing,The curve TTF,It did not arrive.,"at most 41,000 EUR"' in about


def test_a_loss_is_a_number_as_a_gain_is():
    chapter = Chapter("Result", (Section("", (Tiles((LOSS,)),)),))
    document = Document("Result", "x", "1", CLOCKS, "Ann", (chapter,), "")
    archive = zipfile.ZipFile(BytesIO(formats.write(document, "csv")))
    rows = list(csv.reader(StringIO(archive.read("01-result/00-text.csv").decode("utf-8-sig"))))
    assert rows[-1][4] == "-1200000.0"
