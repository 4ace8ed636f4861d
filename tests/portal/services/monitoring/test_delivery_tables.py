"""The list of messages: seen by right, figures equal to their passports, sent again by those who may."""

import pytest

from portal.core import clock
from portal.core.clock import Clocks
from portal.core.errors import Conflict, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.monitoring import delivery_metrics as metrics
from portal.services import passports
from portal.services.monitoring import channels, delivery_tables, sending
from tests.portal.services.monitoring.delivery_desk import mail_of, make_due, person, raise_one, rows

pytestmark = pytest.mark.usefixtures("database", "delivery_settings")


def send_all() -> None:
    while sending.send_next():
        pass


@pytest.fixture
def desk(mails):
    """Two receivers of one alert, of whom one is refused for good, which the other is told; a test of a third."""
    olga, adam = person("olga", Role.OPERATIONS), person("adam", Role.ADMINISTRATOR)
    tim = person("tim", Role.TRADER)
    mail_of(olga)
    mail_of(adam)
    channels.test(mail_of(tim), tim)
    raise_one()
    mails.answers = ["250 OK", "550 No such user", "250 OK"]
    send_all()
    return {"olga": olga, "adam": adam, "tim": tim}


def subjects(actor) -> list[str]:
    return list(delivery_tables.table(GridQuery(), actor).column("subject"))


def test_who_watches_sees_all_but_what_others_are_sent_besides_alerts(desk):
    assert subjects(desk["tim"]) == ["Test: this channel works"]
    hidden = delivery_tables.HIDDEN
    told = ["Warning: A job was lost", "Warning: A job was lost", "Warning: Messages do not arrive"]
    assert sorted(subjects(desk["olga"])) == sorted([hidden, *told])
    found = delivery_tables.table(GridQuery(text="Test"), desk["olga"])
    assert found.total == 0, "what is hidden is not found by its words either"
    theirs = next(row.id for row in rows() if row.username == "tim")
    assert delivery_tables.one(theirs, desk["olga"]).text == ""
    with pytest.raises(NotFound):
        delivery_tables.one(next(row.id for row in rows() if row.username == "olga"), desk["tim"])


def test_figures_equal_their_passports(desk):
    found = delivery_tables.figures(desk["olga"])
    now = clock.now()
    clocks = Clocks(now.date(), now, live=True)
    params = {"moment": found.moment.isoformat()}
    for metric, value in (
        (metrics.UNDER_WAY, found.under_way),
        (metrics.GIVEN_UP, found.given_up),
        (metrics.ARRIVED, found.arrived),
        (metrics.FIRST_TIME, found.first_time),
        (metrics.SECONDS, found.seconds),
    ):
        assert passports.open_passport(metric.id, params, clocks, desk["olga"]).evaluation.value == value
    assert (found.under_way, found.given_up, found.arrived, found.first_time) == (0, 1, 3, 1.0)
    assert delivery_tables.figures(desk["tim"]).arrived + delivery_tables.figures(desk["tim"]).given_up == 1


def test_what_was_given_up_is_sent_again_by_those_who_may(desk, mails):
    (dead,) = delivery_tables.given_up(desk["olga"])
    assert dead.error == "The mail server refused it: 550 No such user"
    assert [one.outcome for one in dead.attempts] == ["failed"]
    assert dead.may_retry
    with pytest.raises(NotPermitted, match="goes to somebody else"):
        delivery_tables.retry(dead.id, person("audrey", Role.AUDITOR))
    with pytest.raises(NotFound):
        delivery_tables.retry(dead.id, desk["tim"])
    again = delivery_tables.retry(dead.id, desk["olga"])
    assert (again.state, again.attempt) == ("waiting", 0)
    make_due()
    send_all()
    assert delivery_tables.one(dead.id, desk["olga"]).state == "sent"
    assert [one.outcome for one in delivery_tables.one(dead.id, desk["olga"]).attempts] == ["failed", "sent"]
    with pytest.raises(Conflict, match="only one that was given up"):
        delivery_tables.retry(dead.id, desk["olga"])
    assert len(mails.numbers) == len(set(mails.numbers))
