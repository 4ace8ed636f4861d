"""Load, wind and solar of a bidding zone by interval, with their day-ahead forecasts."""

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Quote, Recorded, Utc


class PowerSystem(Base):
    """Mean power in MW of one interval starting at ``ts``; ``_fc`` columns are day-ahead forecasts."""

    __tablename__ = "power_system"

    zone: Mapped[Code] = mapped_column(primary_key=True)
    ts: Mapped[Utc] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    load_mw: Mapped[Quote | None]
    wind_mw: Mapped[Quote | None]
    solar_mw: Mapped[Quote | None]
    load_fc_mw: Mapped[Quote | None]
    wind_fc_mw: Mapped[Quote | None]
    solar_fc_mw: Mapped[Quote | None]
    source_code: Mapped[Code] = mapped_column(ForeignKey("data_sources.code"))
    batch_id: Mapped[int] = mapped_column(BigInteger)
