"""The demo desk as a whole: its names, its batch, what is remembered of it, and how it is removed again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import delete, exists, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data import timeseries
from data.demo.desk import PORTFOLIOS
from data.demo.instruments import DEMO, SOURCES, curve_infos, instrument_rows
from data.demo.world import World
from data.models.access import Portfolio, Setting
from data.models.ingest import ImportBatch
from data.models.market import (
    Curve,
    CurvePoint,
    DataSource,
    FxRate,
    Instrument,
    PriceBar,
    PriceTick,
    WeatherObservation,
)
from data.models.portfolio import CorrelationMark, CurveFit, ProductQuote, RatePoint, Trade, VolPoint
from data.models.power import PowerSystem
from data.writes import demo_compliance, demo_forecast, demo_risk, demo_trades
from data.writes.demo_facts import FactLoader
from portal.core.errors import Conflict

SOURCE_CODES = tuple(source.code for source in SOURCES)
BATCHED = (
    PriceBar,
    CurvePoint,
    FxRate,
    WeatherObservation,
    PowerSystem,
    VolPoint,
    RatePoint,
    CorrelationMark,
    ProductQuote,
)
"""Tables whose rows know their batch; ticks are forgotten by the flavour of the database."""
SUMMARY, LOADED_AT, LOCK = "demo_summary", "demo_loaded_at", 0x64656D6F


def lock(session: Session) -> None:
    """Let one process at a time load or remove the demo desk, until its transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def summary(session: Session) -> dict[str, Any] | None:
    """Return what :func:`remember` kept, or None when the demo desk is not loaded."""
    value = session.scalar(select(Setting.value).where(Setting.key == SUMMARY))
    return None if value is None else dict(json.loads(value))


def remember(session: Session, known: dict[str, Any], *, now: datetime) -> None:
    """Keep the summary of the load, and the moment of it for the banner."""
    session.add(Setting(key=SUMMARY, value=json.dumps(known), recorded_at=now))
    session.add(
        Setting(key=LOADED_AT, value=now.astimezone(UTC).isoformat(timespec="seconds"), recorded_at=now)
    )


def store(
    session: Session, world: World, *, now: datetime, progress: Callable[[float, str], None]
) -> dict[str, int]:
    """Store ``world`` as one batch and return the number of rows by table.

    Raises
    ------
    Conflict
        The database has instruments of its own under codes that the demo uses.
    """
    progress(0.10, "Naming sources, instruments and curves")
    names = _store_names(session, first_seen=world.days[0].astype(datetime))
    batch_id = _store_batch(session, world, now=now)
    loader = FactLoader(
        session.connection(),
        world,
        batch_id=batch_id,
        instruments=_ids(session, Instrument),
        curves=_ids(session, Curve),
        now=np.datetime64(now.astimezone(UTC).replace(tzinfo=None), "us"),
    )
    facts = loader.run(progress)
    total = sum(facts.values())
    report = {
        "rows": facts,
        "blemishes": [blemish.to_json() for blemish in world.blemishes],
        "corrections": [
            {"kind": wrong.kind, "code": wrong.code, "day": str(wrong.day), "first_version": wrong.factor}
            for wrong in world.corrections
        ],
    }
    session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id)
        .values(rows_read=total, rows_accepted=total, report=report)
    )
    return names | facts


def remove(session: Session) -> None:
    """Take out every row that a demo load stored; the portfolio tree and what users imported stay."""
    batches = list(session.scalars(select(ImportBatch.id).where(ImportBatch.kind == "demo")))
    demo_compliance.remove(session)
    demo_risk.remove(session)
    demo_forecast.remove(session)
    demo_trades.remove(session, batches)
    timeseries.forget(session.connection(), batches)
    for table in BATCHED:
        session.execute(delete(table).where(table.batch_id.in_(batches)))
    session.execute(delete(CurveFit).where(CurveFit.curve_id.not_in(select(ProductQuote.curve_id))))
    priced = or_(
        exists().where(PriceBar.instrument_id == Instrument.id),
        exists().where(PriceTick.instrument_id == Instrument.id),
    )
    session.execute(delete(Instrument).where(Instrument.source_code.in_(SOURCE_CODES), ~priced))
    quoted = exists().where(CurvePoint.curve_id == Curve.id)
    traded = exists().where(or_(Trade.curve_id == Curve.id, Trade.curve2_id == Curve.id))
    unused = (Curve.source_code == DEMO, ~quoted, ~traded)
    session.execute(delete(Curve).where(*unused))
    session.execute(delete(ImportBatch).where(ImportBatch.id.in_(batches)))
    session.execute(delete(Setting).where(Setting.key.in_((SUMMARY, LOADED_AT))))


def _ids(session: Session, table: type[Instrument | Curve]) -> dict[str, int]:
    return {row.code: row.id for row in session.execute(select(table.code, table.id))}


def _store_batch(session: Session, world: World, *, now: datetime) -> int:
    label = f"demo seed {world.seed} to {world.days[-1]}"
    batch = ImportBatch(
        kind="demo",
        source_code=DEMO,
        file_name="(generated)",
        sha256=hashlib.sha256(label.encode()).hexdigest(),
        options={"seed": world.seed, "last_day": str(world.days[-1])},
        status="stored",
        actor="system",
        recorded_at=now,
        rows_read=0,
        rows_accepted=0,
        rows_quarantined=0,
        rows_duplicate=0,
        first_day=world.days[0].astype(object),
        last_day=world.days[-1].astype(object),
        report={},
    )
    session.add(batch)
    session.flush()
    return batch.id


def _store_names(session: Session, *, first_seen: datetime) -> dict[str, int]:
    """Store sources, instruments, curves and the portfolio tree where they are missing."""
    _refuse_own_instruments(session)
    for source in SOURCES:
        session.execute(upsert(DataSource).values(**asdict(source)).on_conflict_do_nothing())
    for code, name, above in PORTFOLIOS:
        parent = select(Portfolio.id).where(Portfolio.code == above).scalar_subquery() if above else None
        session.execute(
            upsert(Portfolio).values(code=code, name=name, parent_id=parent).on_conflict_do_nothing()
        )
    recorded = datetime(first_seen.year, first_seen.month, first_seen.day, tzinfo=UTC)
    instruments = [row | {"recorded_at": recorded} for row in instrument_rows()]
    curves = [
        asdict(info)
        | {"instrument_code": info.code, "source_code": DEMO, "simulated": True, "recorded_at": recorded}
        for info in curve_infos()
    ]
    session.execute(upsert(Instrument).on_conflict_do_nothing(index_elements=["code"]), instruments)
    session.execute(upsert(Curve).on_conflict_do_nothing(index_elements=["code"]), curves)
    return {"instruments": len(instruments), "curves": len(curves)}


def _refuse_own_instruments(session: Session) -> None:
    codes = [row["code"] for row in instrument_rows()]
    own = session.scalars(
        select(Instrument.code).where(Instrument.code.in_(codes), Instrument.source_code.not_in(SOURCE_CODES))
    ).all()
    if own:
        raise Conflict(
            f"The database has instruments of its own named {', '.join(sorted(own))}, so the demo desk cannot "
            "use these codes. Load it into an empty database.",
            instruments=sorted(own),
        )
