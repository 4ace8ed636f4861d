"""Discussions: who may read them, what they are anchored to, and who is told."""

from datetime import timedelta

import pytest

from data.session import UnitOfWork
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Permission, Role
from portal.domain.monitoring.slo_metrics import ATTAINED
from portal.services import passports
from portal.services.access import users
from portal.services.discussion import threads
from portal.services.discussion.mentions import names_in
from portal.services.monitoring import channels
from portal.services.monitoring.channels import Wishes
from tests.helpers.risk import add_run
from tests.helpers.signed_desk import BOSS, GAS_ONLY, RISK, TRADER, correct, live, person
from tests.helpers.valued_desk import DAY, add_valued_desk
from tests.helpers.valued_desk import run as run_sql
from tests.helpers.zones import add_served, add_zone

GAS, POWER = {"portfolio": "GAS"}, {"portfolio": "POWER"}
ADMIN = person("admin", Role.ADMINISTRATOR)


@pytest.fixture
def desk(database):
    return add_valued_desk()


def begin(who=BOSS, params=GAS, text="Why is it so high?", metric="portfolio.value"):
    return threads.begin(metric, params, live(), text, who).thread_id


def numbers(actor, **more):
    return [one.row.id for one in threads.listed(actor, **more)]


def test_who_may_read_the_figure_may_read_and_write(desk):
    about_gas, about_power = begin(), begin(params=POWER)
    assert numbers(BOSS) == [about_power, about_gas]
    assert numbers(GAS_ONLY) == [about_gas]
    threads.say(about_gas, "A hedge rolled off.", GAS_ONLY)
    found = threads.thread(about_gas, BOSS)
    assert [one.body for one in found.comments] == ["Why is it so high?", "A hedge rolled off."]
    assert [one.by for one in found.comments] == ["boss", "gas"]


def test_to_others_it_does_not_exist(desk):
    number = begin(params=POWER)
    for who in (GAS_ONLY, ADMIN):  # one sees no power, the other no portfolio at all
        assert numbers(who) == []
        for attempt in (
            lambda who=who: threads.thread(number, who),
            lambda who=who: threads.say(number, "Hello?", who),
            lambda who=who: threads.resolve(number, who),
        ):
            with pytest.raises(NotFound, match=f"no discussion {number}"):
                attempt()
    with pytest.raises(NotFound):
        begin(GAS_ONLY, POWER)
    with pytest.raises(NotPermitted):
        begin(ADMIN, GAS)


def test_a_figure_of_all_portfolios_is_for_those_who_see_as_many(desk):
    wide = begin(params={"portfolio": "all"})
    assert numbers(RISK) == [wide]
    assert threads.thread(wide, RISK).row.portfolio == "DESK"
    assert numbers(GAS_ONLY) == []
    narrow = begin(GAS_ONLY, {"portfolio": "all"})
    assert numbers(GAS_ONLY) == [narrow]
    assert numbers(RISK) == [narrow, wide]


def test_a_figure_of_one_trade_is_not_told_to_those_who_do_not_see_it(desk):
    number = begin(metric="portfolio.trade_value", params={"trade": desk["FORWARD"]})
    assert numbers(RISK) == [number]
    assert (
        numbers(GAS_ONLY) == []
    )  # nobody checks the book of each trade in a list: who sees less is told less


def test_personal_figures_are_not_discussed(desk):
    with pytest.raises(DomainError, match="by their own rights"):
        begin(metric="alerts.open", params={})


def test_it_is_anchored_to_what_was_read(desk):
    number = begin()
    then = threads.thread(number, BOSS)
    passport = passports.open_passport("portfolio.value", GAS, then.clocks, BOSS)
    words = threads.figure_words("portfolio.value", passport.evaluation.value, passport.evaluation.unit)
    assert then.row.figure == words
    correct()
    assert threads.thread(number, BOSS).row.figure == words
    again = passports.open_passport("portfolio.value", GAS, then.clocks, BOSS)
    assert again.evaluation.value == passport.evaluation.value  # under its own clocks nothing has changed
    now = passports.open_passport("portfolio.value", GAS, live(), BOSS)
    assert now.evaluation.value != passport.evaluation.value
    assert [one.row.id for one in threads.of_passport(now, RISK)] == [number]
    other = passports.open_passport("portfolio.value", POWER, live(), BOSS)
    assert threads.of_passport(other, BOSS) == []


def test_a_later_run_of_the_same_method_finds_it_again(desk):
    runs = [add_run(method=method)[0] for method in ("historical", "historical", "monte_carlo_t")]
    asked = {"portfolio": "GAS", "level": 0.975}
    number = begin(RISK, {"run": runs[0], **asked}, metric="risk.var")

    def found(**params):
        passport = passports.open_passport("risk.var", params, live(), RISK)
        return [one.row.id for one in threads.of_passport(passport, RISK)]

    assert found(run=runs[0], **asked) == [number]
    assert found(run=runs[1], **asked) == [number]
    assert found(run=runs[2], **asked) == []  # another method is another figure
    assert found(run=runs[1], **(asked | {"level": 0.99})) == []
    assert found(run=runs[1], **(asked | {"portfolio": "POWER"})) == []


def test_a_minute_later_it_is_found_again(desk):
    params = {"objective": "availability"}
    number = begin(params=params | {"moment": "2026-07-15T10:00:00+00:00"}, metric=ATTAINED.id)
    for objective, expected in (("availability", [number]), ("latency", [])):
        later = {"objective": objective, "moment": "2026-07-15T10:01:00+00:00"}
        passport = passports.open_passport(ATTAINED.id, later, live(), BOSS)
        assert [one.row.id for one in threads.of_passport(passport, BOSS)] == expected


def test_a_later_forecast_of_the_same_target_finds_it_again(desk):
    add_zone()
    first, naive = add_served(DAY - timedelta(days=1))
    later, _ = add_served(DAY)
    number = begin(params={"run": first, "step": 1}, metric="forecast.value")

    def found(run):
        passport = passports.open_passport("forecast.value", {"run": run, "step": 1}, live(), BOSS)
        return passport, [one.row.id for one in threads.of_passport(passport, BOSS)]

    for run, expected in ((first, [number]), (naive, [])):
        assert found(run)[1] == expected
    passport, seen = found(later)
    assert seen == [number]
    run_sql("UPDATE forecast_runs SET target = 'power.FR' WHERE id = :run", run=later)
    assert threads.of_passport(passport, BOSS) == []  # the same step of another target is another figure


def test_resolved_and_open_again(desk):
    number = begin()
    assert threads.resolve(number, TRADER).row.resolved_by == "trader"
    with pytest.raises(Conflict, match="trader has resolved it"):
        threads.resolve(number, BOSS)
    assert numbers(BOSS) == []
    assert numbers(BOSS, resolved=True) == [number]
    threads.say(number, "Not so fast.", BOSS)
    assert numbers(BOSS) == [number]
    assert numbers(TRADER, mine=True) == []
    assert numbers(BOSS, mine=True) == [number]


@pytest.mark.parametrize(
    ("text", "match"), [("  ", "Write what"), ("x" * 4001, "longer than"), ("a\0b", "cannot be kept")]
)
def test_text_is_checked(desk, text, match):
    with pytest.raises(DomainError, match=match):
        begin(text=text)


def test_names(desk):
    assert names_in("@risk, see @Trader. a@example.com and /@path, @risk again") == ("risk", "trader")


def test_who_is_called_is_told_if_they_may_read_it(desk, delivery_settings):
    for name, role, tops in (("risk", Role.RISK_OFFICER, ["DESK"]), ("gas", Role.TRADER, ["GAS"])):
        users.create_user(name, name, "a long enough password", frozenset({role}), portfolios=tops)
    hook = channels.add("webhook", "http://127.0.0.1:9/x", Wishes(title="Mine"), RISK)
    told = threads.begin("portfolio.value", POWER, live(), "@risk @gas @nobody look", BOSS)
    assert told.told == ("risk",)
    assert told.untold == ("gas", "nobody")  # whether somebody exists is not said
    with UnitOfWork() as work:
        rows = threads.mentions.queries.newest_of(work.session, [hook])
    assert rows[hook].subject == "You were called in a discussion"


def test_the_rights_of_the_metric_are_kept_with_it(desk):
    assert threads.thread(begin(), BOSS).row.permission == Permission.PORTFOLIO_READ
