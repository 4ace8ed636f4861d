"""``enerscope portfolios`` and ``enerscope import trades``: the tree of books and its trades from the command line."""

import json
from pathlib import Path

from tests.helpers import trades as desk
from tests.helpers.program import enerscope

HEAD = "external_id,trade_date,book,counterparty,kind,curve,side,quantity,unit,price,product\n"
ROW = "D-1,2026-03-02,LNG,RHEIN,swap,TTF,buy,10,MW,31.5,2027-Q1\n"


def test_tree_counterparty_and_trades(database: str, tmp_path: Path) -> None:
    desk.add_desk()

    def call(*arguments: str) -> tuple[int, str, str]:
        done = enerscope(*arguments, home=tmp_path / "home", DATABASE_URL=database)
        return done.returncode, done.stdout, done.stderr

    assert call("portfolios", "create", "LNG", "--parent", "GAS")[:2] == (0, "Created the portfolio LNG.\n")
    status, _, words = call("portfolios", "move", "GAS", "--parent", "LNG")
    assert status == 1
    assert "run in a circle" in words
    assert call("portfolios", "counterparty", "RHEIN", "--kind", "utility", "--country", "DE")[0] == 0
    nodes = json.loads(call("portfolios", "list", "--json")[1])
    assert [node["code"] for node in nodes if node["depth"] == 2] == ["GAS_EU", "LNG", "POWER_DE"]
    path = tmp_path / "trades.csv"
    path.write_text(HEAD + ROW)
    status, words, _ = call("import", "trades", str(path))
    assert status == 0
    assert "1 of 1 rows taken in" in words
    path.write_text(HEAD + ROW.replace("31.5", "33"))
    report = json.loads(call("import", "trades", str(path), "--json")[1])
    assert report["problems"][0]["code"] == "known-trade"
