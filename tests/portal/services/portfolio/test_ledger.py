"""The ledger against the trades: a position is a plain sum, and equals what the newest versions hold (decision 6)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from data.queries import trade_versions
from data.queries.curve_terms import curve_terms
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.core.errors import Conflict
from portal.domain.portfolio.terms import TradeVersion
from portal.services.portfolio import ledger
from tests.helpers import trades as desk

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def market(module_database: str) -> str:
    """A database with curves, books and counterparties."""
    desk.add_desk()
    return module_database


def _store(versions: list[TradeVersion]) -> list[TradeVersion]:
    with UnitOfWork(write=True) as work:
        return ledger.record(work, versions)


def _new(external_id: str, **changes: Any) -> TradeVersion:
    return TradeVersion(
        terms=desk.terms(external_id, **changes), effective_on=date(2026, 3, 2), recorded_by="mara"
    )


def _position(*, as_of: date, known_at: datetime) -> dict[tuple[Any, ...], float]:
    with UnitOfWork() as work:
        rows = work.session.execute(
            text(
                "SELECT trade_id, portfolio_id, counterparty_id, curve_id, side, month, sum(volume) "
                "FROM portfolio_positions WHERE effective_on <= :as_of AND recorded_at <= :known_at "
                "GROUP BY 1, 2, 3, 4, 5, 6"
            ),
            {"as_of": as_of, "known_at": known_at},
        )
        return {tuple(row[:-1]): row[-1] for row in rows if abs(row[-1]) > 1e-9}


def _expected(*, as_of: date, known_at: datetime) -> dict[tuple[Any, ...], float]:
    """What the newest version of every trade holds, from the trades alone."""
    with UnitOfWork() as work:
        numbers = list(work.session.scalars(text("SELECT DISTINCT trade_id FROM trades")))
        curves = curve_terms(work.session)
        everywhere = list(work.session.scalars(text("SELECT id FROM portfolios")))
        clocks = Clocks(as_of, known_at)
        found = [
            trade_versions.history(work.session, number, portfolios=everywhere, clocks=clocks)
            for number in numbers
        ]
    newest = [versions[-1] for versions in found if versions]
    entries = ledger.entries_of(newest, curves)
    sums: dict[tuple[Any, ...], float] = {}
    for at, curve, month, volume in zip(
        entries.at.tolist(), entries.curve_id.tolist(), entries.month.astype("M8[D]").tolist(),
        entries.volume.tolist(), strict=True,
    ):  # fmt: skip
        terms = newest[at].terms
        side = 1 if volume > 0 else -1
        key = (newest[at].trade_id, terms.portfolio_id, terms.counterparty_id, curve, side, month)
        sums[key] = sums.get(key, 0.0) + volume
    return sums


_SPECS = {
    "gas": {"curve": "TTF", "unit": "MW", "kind": "forward_physical", "profile": "base"},
    "oil": {"curve": "BRENT", "unit": "bbl", "kind": "swap", "profile": "base"},
    "offpeak": {"curve": "POWER_DE", "unit": "MW", "kind": "forward_financial", "profile": "offpeak"},
    "peak": {"curve": "POWER_DE", "unit": "MW", "kind": "forward_financial", "profile": "peak"},
    "carbon": {"curve": "EUA", "unit": "t", "kind": "forward_physical", "profile": "base"},
}
_STEP = st.fixed_dictionaries(
    {
        "event": st.sampled_from(["amended", "amended", "amended", "cancelled", "matured"]),
        "days": st.integers(0, 20),
        "hours": st.integers(1, 200),
        "quantity": st.floats(0.5, 500).map(lambda value: round(value, 2)),
        "side": st.sampled_from([-1, 1]),
        "book": st.sampled_from(["GAS_EU", "POWER_DE", "OIL"]),
        "months": st.integers(1, 9),
    }
)
_TRADE = st.fixed_dictionaries(
    {"spec": st.sampled_from(sorted(_SPECS)), "steps": st.lists(_STEP, min_size=1, max_size=4)}
)


def _versions(name: str, trade: dict[str, Any]) -> list[TradeVersion]:
    spec = _SPECS[trade["spec"]]
    effective, recorded = date(2026, 3, 2), START
    made: list[TradeVersion] = []
    for step in trade["steps"]:
        if made:
            effective += timedelta(days=step["days"])
            recorded += timedelta(hours=step["hours"])
        end = date(2026 + (6 + step["months"]) // 12, (6 + step["months"]) % 12 + 1, 1)
        terms = desk.terms(
            name,
            kind=spec["kind"], profile=spec["profile"], quantity_unit=spec["unit"],
            curve_id=desk.ids("curves")[spec["curve"]], portfolio_id=desk.ids("portfolios")[step["book"]],
            quantity=step["quantity"], side=step["side"], delivery_end=end,
        )  # fmt: skip
        event = step["event"] if made else "new"
        made.append(
            TradeVersion(
                terms=terms, event=event, version=len(made) + 1, effective_on=effective, recorded_at=recorded,
                recorded_by="mara",
            )
        )  # fmt: skip
        if event == "cancelled":
            break
    return made


def _number(versions: list[TradeVersion], *, at_once: bool) -> None:
    """Store the versions of one trade together, or one after the other."""
    with UnitOfWork(write=True) as work:
        first = ledger.record(work, versions[:1])[0]
        rest = [replace(version, trade_id=first.trade_id) for version in versions[1:]]
        if at_once:
            ledger.record(work, rest)
        else:
            for version in rest:
                ledger.record(work, [version])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    trades=st.lists(_TRADE, min_size=1, max_size=4),
    at_once=st.booleans(),
    clocks=st.lists(st.tuples(st.integers(-1, 70), st.integers(-1, 900)), min_size=3, max_size=3),
)
def test_sums_equal_newest_versions_on_random_books(
    market: str, trades: list[dict[str, Any]], at_once: bool, clocks: list[tuple[int, int]]
) -> None:
    with UnitOfWork(write=True) as work:
        work.session.execute(text("TRUNCATE trades, portfolio_positions"))
    for place, trade in enumerate(trades):
        _number(_versions(f"H-{place}", trade), at_once=at_once)
    for days, hours in clocks:
        as_of, known_at = date(2026, 3, 2) + timedelta(days=days), START + timedelta(hours=hours)
        got, wanted = _position(as_of=as_of, known_at=known_at), _expected(as_of=as_of, known_at=known_at)
        assert set(got) == set(wanted)
        assert np.allclose(
            [got[key] for key in sorted(got)], [wanted[key] for key in sorted(got)], rtol=1e-12
        )


def test_volume_by_hand(database: str) -> None:
    desk.add_desk()
    (stored,) = _store([_new("A-1", curve_id=desk.ids("curves")["TTF"], delivery_end=date(2026, 8, 1))])
    with UnitOfWork() as work:
        row = work.session.execute(
            text("SELECT month, volume, volume_mwh, side, is_optional, kind FROM portfolio_positions")
        ).one()
    assert stored.trade_id is not None
    assert tuple(row) == (date(2026, 7, 1), 7440.0, 7440.0, 1, False, "forward_financial")


def test_carbon_has_no_energy_and_therms_have(database: str) -> None:
    desk.add_desk()
    curves = desk.ids("curves")
    plain = {"quantity": 1000.0, "delivery_end": date(2026, 8, 1)}
    _store([_new("C-1", curve_id=curves["EUA"], quantity_unit="t", **plain)])
    _store([_new("N-1", curve_id=curves["NBP"], quantity_unit="therm", **plain)])
    with UnitOfWork() as work:
        rows = work.session.execute(
            text("SELECT volume, volume_mwh FROM portfolio_positions ORDER BY id")
        ).all()
    assert rows[0] == (1000.0, None)
    assert rows[1][1] == pytest.approx(29.3071, abs=1e-3)


def test_cancelled_holds_nothing_from_its_day(database: str) -> None:
    desk.add_desk()
    (stored,) = _store([_new("A-1")])
    _store([replace(stored, event="cancelled", version=2, effective_on=date(2026, 4, 1), recorded_at=None)])
    later = datetime(2100, 1, 1, tzinfo=UTC)
    assert _position(as_of=date(2026, 3, 31), known_at=later)
    assert _position(as_of=date(2026, 4, 1), known_at=later) == {}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"version": 3}, "is at version 1 by now"),
        ({"version": 2, "event": "new"}, "is at version 1 by now"),
        ({"version": 2, "effective_on": date(2026, 3, 1)}, "cannot take effect on 2026-03-01"),
        ({"version": 2, "recorded_at": datetime(2020, 1, 1, tzinfo=UTC)}, "recorded before its last version"),
    ],
)
def test_rule_of_versions(database: str, changes: dict[str, Any], says: str) -> None:
    desk.add_desk()
    (stored,) = _store([_new("A-1")])
    wrong = replace(replace(stored, event="amended", recorded_at=None), **changes)
    with pytest.raises(Conflict, match=says):
        _store([wrong])


def test_nothing_follows_a_cancellation(database: str) -> None:
    desk.add_desk()
    (stored,) = _store([_new("A-1")])
    (gone,) = _store([replace(stored, event="cancelled", version=2, recorded_at=None)])
    with pytest.raises(Conflict, match="was cancelled; nothing follows"):
        _store([replace(gone, event="amended", version=3, recorded_at=None)])


def test_external_id_is_given_once(database: str) -> None:
    desk.add_desk()
    _store([_new("A-1")])
    with pytest.raises(Conflict, match="external id A-1 exists already"):
        _store([_new("A-1")])
    with pytest.raises(Conflict, match="A-2 stands twice"):
        _store([_new("A-2"), _new("A-2")])


def test_a_refused_batch_leaves_nothing(database: str) -> None:
    desk.add_desk()
    (stored,) = _store([_new("A-1")])
    with pytest.raises(Conflict):
        _store([_new("A-9"), replace(stored, event="amended", version=5, recorded_at=None)])
    with UnitOfWork() as work:
        assert work.session.scalar(text("SELECT count(*) FROM trades")) == 1
