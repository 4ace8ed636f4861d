"""The market as pandas frames, read once at the start."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import create_engine


@dataclass(frozen=True)
class Market:
    """Instruments by code, and the newest version of each daily bar."""

    instruments: pd.DataFrame
    bars: pd.DataFrame

    def of(self, code: str) -> pd.DataFrame:
        """Return the bars of ``code``, indexed by day."""
        return self.bars[self.bars["code"] == code].set_index("day")

    def settles(self, codes: list[str]) -> pd.DataFrame:
        """Return the settles of ``codes`` side by side."""
        rows = self.bars[self.bars["code"].isin(codes)]
        return rows.pivot_table(index="day", columns="code", values="settle")[codes]


def read(url: str) -> Market:
    """Return the whole market of the database at ``url``."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    instruments = pd.read_sql(
        "SELECT i.*, s.name AS source, s.sla_hours FROM instruments i JOIN data_sources s ON s.code = i.source_code "
        "ORDER BY i.code",
        engine,
    ).set_index("code", drop=False)
    bars = pd.read_sql("SELECT * FROM price_daily", engine)
    bars = bars.sort_values(["instrument_id", "day", "recorded_at"]).drop_duplicates(
        ["instrument_id", "day"], keep="last"
    )
    codes = instruments.set_index("id")["code"]
    bars["code"] = bars["instrument_id"].map(codes)
    bars["day"] = pd.to_datetime(bars["day"])
    engine.dispose()
    return Market(instruments, bars.reset_index(drop=True))
