"""Two years of dealing: as many live trades as promised, lawful histories, prices near the market."""

from collections import Counter
from datetime import UTC, date, datetime

import numpy as np
import pytest

from data.demo.deal_catalogue import LIVE, MARKETS
from data.demo.deal_terms import Ids
from data.demo.desk import PORTFOLIOS
from data.demo.instruments import curve_infos
from data.demo.parties import PARTIES, TRADERS
from data.demo.proposals import WAITING
from data.demo.trading import LIVE_EVENTS, trading
from data.demo.world import build
from portal.domain.portfolio.curve_facts import CurveFacts
from portal.domain.portfolio.trade import Event, Kind
from portal.domain.portfolio.trade_rules import check_terms

ODD = 5  # deals that cannot be valued


def ids_of(world):
    return Ids(
        books={code: number for number, (code, _, _) in enumerate(PORTFOLIOS, start=1)},
        parties={party.code: number for number, party in enumerate(PARTIES, start=1)},
        curves={code: number for number, code in enumerate(world.curves, start=1)},
        batch=1,
    )


def dealt_in(world):
    return trading(world, ids_of(world), lambda count: range(1, count + 1))


@pytest.fixture(scope="module")
def dealt(world):
    return dealt_in(world)


def newest(dealt):
    return {version.trade_id: version for version in dealt.versions}.values()


def test_same_world_same_trades(world, dealt):
    again = dealt_in(world)
    assert again.versions == dealt.versions
    assert again.proposals == dealt.proposals


def test_five_thousand_live_trades_of_all_kinds(dealt):
    live = Counter(version.terms.kind for version in newest(dealt) if version.event in LIVE_EVENTS)
    assert live["storage"] == 8
    assert live["swing"] == 12
    assert set(live) == {kind.key for kind in Kind}
    assert sum(live.values()) == dealt.live == 5_000 + ODD
    assert all(live[kind] >= wanted for kind, wanted in LIVE.items())
    assert 9_000 < dealt.trades < 12_000


@pytest.mark.parametrize("today", [date(2026, 9, 30), date(2027, 3, 31), date(2028, 2, 29)])
def test_any_last_day_has_as_many(today):
    later = dealt_in(build(today))
    assert later.live == 5_000 + ODD


def test_every_book_trades_what_belongs_to_it(world, dealt):
    books = {number: code for code, number in ids_of(world).books.items()}
    curves = {number: code for code, number in ids_of(world).curves.items()}
    commodity = {info.code: info.commodity for info in curve_infos()}
    used = {}
    for version in dealt.versions:
        book = books[version.terms.portfolio_id]
        used.setdefault(book, Counter())[commodity[curves[version.terms.curve_id]]] += 1
        assert version.event != "new" or version.terms.trader in TRADERS[book]
    assert set(used) == set(TRADERS)
    most = {book: counted.most_common(1)[0][0] for book, counted in used.items()}
    assert most["OIL_CRUDE"] == "crude"
    assert most["POWER_DE"] == most["POWER_FR"] == "power"
    assert most["GAS_EU"] == "gas"
    assert most["CARBON_EUA"] == "carbon"
    assert set(used["POWER_SPREADS"]) >= {"power", "gas", "carbon"}


def test_clocks_of_a_trade_never_go_back(world, dealt):
    end = datetime.combine(world.days[-1].astype(object), datetime.max.time(), UTC)
    before = {}
    for version in dealt.versions:
        last = before.get(version.trade_id)
        if last is None:
            assert (version.version, version.event) == (1, "new")
        else:
            assert version.version == last.version + 1
            assert version.recorded_at > last.recorded_at
            assert version.effective_on >= last.effective_on
            assert last.event != Event.CANCELLED
        assert version.recorded_at <= end
        before[version.trade_id] = version
    names = [version.terms.external_id for version in dealt.versions if version.version == 1]
    assert len(set(names)) == len(names)


def test_shares_of_changes(dealt):
    events = Counter(version.event for version in dealt.versions)
    nominated = sum(version.reason == "Nomination" for version in dealt.versions)
    assert 0.04 < (events["amended"] - nominated) / dealt.trades < 0.065
    assert 0.018 < events["cancelled"] / dealt.trades < 0.026
    assert all(
        version.approved_by not in {None, version.recorded_by}
        for version in dealt.versions
        if version.event in {"amended", "cancelled"}
    )


def test_terms_keep_the_rules(world, dealt):
    ids = ids_of(world)
    info = {ids.curves[each.code]: each for each in curve_infos()}

    def facts(number):
        if number is None:
            return None
        each = info[number]
        return CurveFacts(
            each.code, each.commodity, each.unit, each.currency, world.curves[each.code].front[-250]
        )

    today = world.days[-1].astype(object)
    for version in dealt.versions:
        terms = version.terms
        wrong = check_terms(
            terms, facts(terms.curve_id), facts(terms.curve2_id), today=today, is_new=version.version == 1
        )
        assert wrong == (), (terms.external_id, wrong)


def test_prices_are_near_the_market(world, dealt):
    curves = {number: code for code, number in ids_of(world).curves.items()}
    away = []
    for version in dealt.versions:
        terms = version.terms
        if version.version > 1 or terms.kind != "future" or terms.profile != "base":
            continue
        history = world.curves[curves[terms.curve_id]]
        row = int(np.searchsorted(world.days, np.datetime64(terms.trade_date)))
        inside = (history.delivery[row] >= np.datetime64(terms.delivery_start, "M")) & (
            history.delivery[row] < np.datetime64(terms.delivery_end, "M")
        )
        away.append(terms.price / history.value[row][inside].mean() - 1.0)
    assert len(away) > 3_000
    assert np.abs(away).max() < 0.06
    assert abs(np.mean(away)) < 0.002


def test_sizes_are_whole_lots_and_premiums_positive(world, dealt):
    curves = {number: code for code, number in ids_of(world).curves.items()}
    for version in dealt.versions:
        terms = version.terms
        if version.version == 1 and terms.kind not in {"storage", "swing"}:
            assert terms.quantity % MARKETS[curves[terms.curve_id]].lot == pytest.approx(0.0, abs=1e-6)
        assert terms.premium is None or terms.premium > 0.0


def test_proposals_are_decided_by_another_or_wait(dealt):
    waiting = [proposal for proposal in dealt.proposals if proposal.decision is None]
    assert len(waiting) == len(WAITING)
    assert len({proposal.trade_id for proposal in waiting}) == len(waiting)
    now = {version.trade_id: version for version in newest(dealt)}
    assert all(now[each.trade_id].version == each.base_version for each in waiting)
    decided = Counter(proposal.decision for proposal in dealt.proposals)
    assert decided["approved"] > 500
    assert decided["rejected"] > 5
    for proposal in dealt.proposals:
        if proposal.decision in {"approved", "rejected"}:
            assert proposal.decided_by != proposal.proposed_by
            assert proposal.decided_at > proposal.proposed_at


def test_counterparties_are_invented():
    assert len(PARTIES) == 12
    assert sum(party.kind == "exchange" for party in PARTIES) == 3
    assert all("fictitious" in party.name for party in PARTIES)
