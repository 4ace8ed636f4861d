"""Packs are made under the rights of their reader, once, and stay what they were."""

import json
from datetime import UTC, date, datetime
from hashlib import sha256
from importlib.util import find_spec

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.document import Gap
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.services import access, jobs
from portal.services.packs import formats, history, making
from portal.services.packs.making import Ask, make
from tests.helpers import packs
from tests.helpers.packs import add_value, evening, person

pytestmark = pytest.mark.usefixtures("small_packs")

MONDAY, TUESDAY = date(2026, 10, 19), date(2026, 10, 20)
PINNED = Clocks(TUESDAY, evening(TUESDAY, 22), live=False)
NOW = Clocks(date(2026, 11, 20), datetime(2030, 1, 1, tzinfo=UTC))
FORMATS = tuple(
    code
    for code in ("csv", "json", "xlsx")
    if find_spec(f"portal.services.packs.{formats.FORMATS[code].module}")
)
ASK = Ask("portfolio", {}, PINNED, FORMATS)
GAP = Gap("Forward curves", "Had not come.", "No bound is known.")


@pytest.fixture(autouse=True)
def _values(small_packs):
    for book, value in (("GAS", 1200.0), ("POWER", 700.0)):
        add_value(book, MONDAY, value)
        add_value(book, TUESDAY, value + 50)


def test_each_reader_gets_their_own_rows():
    both = make(ASK, person("ann", Role.RISK_OFFICER, "GAS", "POWER"), by="ann")
    one = make(ASK, person("ben", Role.TRADER, "GAS"), by="ben")
    said = [json.loads(packs.content(made.id, "json")) for made in (both, one)]
    books = [
        {row[0] for row in document["chapters"][0]["sections"][0]["parts"][1]["table"]["rows"]}
        for document in said
    ]
    assert books == [{"GAS", "POWER"}, {"GAS"}]
    rows = packs.packs()
    assert [row.rights["portfolios"] for row in rows] == [["GAS", "POWER"], ["GAS"]]
    assert rows[0].digest != rows[1].digest


def test_a_pack_of_last_month_is_the_same_to_the_byte_after_corrections():
    ann = person("ann", Role.RISK_OFFICER, "GAS", "POWER")
    first = make(ASK, ann, by="ann")
    add_value("GAS", TUESDAY, 99999.0, recorded_at=datetime(2026, 11, 15, tzinfo=UTC))
    second = make(ASK, ann, by="ann")
    assert second.id != first.id
    for code in FORMATS:
        assert packs.content(first.id, code) == packs.content(second.id, code), code
    assert history.compare(first.id, ann) == dict.fromkeys(sorted(FORMATS), True)
    later = make(Ask("portfolio", {}, Clocks(TUESDAY, evening(date(2026, 11, 20))), FORMATS), ann, by="ann")
    assert packs.content(later.id, "json") != packs.content(first.id, "json")


def test_rights_that_were_lost_since_do_not_change_what_is_made_again():
    ben = person("ben", Role.TRADER, "GAS")
    made = make(ASK, ben, by="ben")
    access.set_portfolios("ben", ("POWER",), person("root", Role.ADMINISTRATOR))
    with UnitOfWork() as work:
        row = history.queries.pack(work.session, made.id)
    assert making.again(row, ["json"])["json"] == packs.content(made.id, "json")


def test_an_actor_that_is_made_again_is_never_the_system():
    """Whoever has no number sees every book."""
    made = make(ASK, person("ben", Role.TRADER), by="ben")
    with UnitOfWork() as work:
        row = history.queries.pack(work.session, made.id)
    row.rights.pop("user_id")
    assert b"GAS" not in making.again(row, ["json"])["json"]


def test_what_was_sent_is_what_is_downloaded():
    ann = person("ann", Role.RISK_OFFICER, "GAS")
    made = make(ASK, ann, by="ann")
    for code in FORMATS:
        file = history.download(made.id, code, ann)
        assert file.content == packs.content(made.id, code)
        assert file.sha256 == sha256(file.content).hexdigest()
        assert file.name == f"enerscope-portfolio-2026-10-20-ann.{formats.FORMATS[code].extension}"
    with UnitOfWork() as work:
        noted = "SELECT count(*) FROM audit_log WHERE action = 'pack.downloaded'"
        assert work.session.execute(text(noted)).scalar_one() == len(FORMATS)


def test_a_file_that_was_altered_is_refused():
    ann = person("ann", Role.RISK_OFFICER, "GAS")
    made = make(ASK, ann, by="ann")
    with UnitOfWork(write=True) as work:
        work.session.execute(text("UPDATE pack_files SET content = 'other'"))
    with pytest.raises(DomainError, match="does not have the hash"):
        history.download(made.id, "json", ann)


def test_who_may_open_what():
    ann = person("ann", Role.RISK_OFFICER, "GAS")
    olga, ben, otto = (
        person("olga", Role.OPERATIONS, "GAS"),
        person("ben", Role.TRADER, "GAS"),
        person("otto", Role.OPERATIONS),
    )
    made = make(ASK, ann, by="ann").id
    assert history.download(made, "json", olga).content, "looks after schedules and sees all that it holds"
    with pytest.raises(NotPermitted, match="holds what you may not see"):
        history.download(made, "json", otto)
    with pytest.raises(NotFound):
        history.download(made, "json", ben)
    with pytest.raises(NotFound, match="was not made as PDF"):
        history.download(made, "pdf", ann)
    assert [view.may_open for view in history.listed(NOW, otto, everybody=True)] == [False]
    assert history.listed(NOW, ben) == []
    with pytest.raises(NotPermitted):
        history.listed(NOW, ben, everybody=True)
    access.set_portfolios("ann", (), person("root", Role.ADMINISTRATOR))
    with pytest.raises(NotPermitted, match="was made for you"):
        history.download(made, "json", person_again("ann"))


def person_again(name):
    from portal.services.packs.jobs import reader_named

    return reader_named(name)


def test_a_pack_that_somebody_may_not_see_is_refused():
    tom, root = person("tom", Role.TRADER, "GAS"), person("root", Role.ADMINISTRATOR)
    with pytest.raises(NotPermitted, match="compliance:read"):
        make(Ask("compliance", {}, PINNED, ("json",)), tom, by="tom")
    with pytest.raises(NotPermitted):
        make(ASK, root, by="root")
    with pytest.raises(DomainError, match="There is no format 'doc'"):
        make(Ask("portfolio", {}, PINNED, ("doc",)), tom, by="tom")
    assert packs.packs() == []


def test_a_pack_about_a_portfolio_that_its_reader_may_not_see_is_refused():
    tom = person("tom", Role.TRADER, "POWER")
    for code in ("GAS", "NONE"):  # one that does not exist is refused in the same words
        with pytest.raises(
            NotPermitted, match=f"Tom may not see this pack: it is about the portfolio '{code}'"
        ):
            make(Ask("portfolio", {"portfolio": code}, PINNED, ("json",)), tom, by="tom")
    assert packs.packs() == []
    assert make(Ask("portfolio", {"portfolio": "POWER"}, PINNED, ("json",)), tom, by="tom").is_new
    assert make(Ask("portfolio", {"portfolio": "GAS"}, PINNED, ("json",)), SYSTEM, by="system").is_new
    head = person("hanna", Role.COMPLIANCE_HEAD)
    assert make(Ask("compliance", {"portfolio": "GAS"}, PINNED, ("json",)), head, by="hanna").is_new, (
        "a pack that no portfolio narrows is not about one"
    )


def test_gaps_make_it_partial_and_are_kept():
    ann = person("ann", Role.RISK_OFFICER, "GAS")
    made = make(Ask("portfolio", {}, PINNED, ("json",), gaps=(GAP,)), ann, by="ann").id
    (row,) = packs.packs()
    assert (row.state, row.gaps["of"]) == (
        "partial",
        [{"what": GAP.what, "why": GAP.why, "bound": GAP.bound}],
    )
    assert history.one(made, NOW, ann).gaps == (GAP,)
    assert history.compare(made, ann) == {"json": True}
    (hidden,) = history.one(made, NOW, person("otto", Role.OPERATIONS)).gaps
    assert (hidden.what, hidden.bound) == (GAP.what, history.UNTOLD), (
        "a bound is a figure of the reader's books"
    )


def test_a_pack_that_holds_the_score_of_compliance_is_for_those_who_may_see_it():
    made = make(ASK, person("eva", Role.EXECUTIVE, "GAS"), by="eva").id
    assert history.one(made, NOW, person("olga", Role.OPERATIONS, "GAS")).may_open
    head = person("hanna", Role.COMPLIANCE_HEAD, "GAS")
    assert not history.one(made, NOW, head).may_open, "an executive reads Monitoring, she does not"


def test_a_template_that_has_changed_is_said(monkeypatch):
    ann = person("ann", Role.RISK_OFFICER, "GAS")
    made = make(ASK, ann, by="ann").id
    with UnitOfWork(write=True) as work:
        work.session.execute(text("UPDATE packs SET template_version = '0'"))
    with pytest.raises(Conflict, match="version 0 of its template"):
        history.compare(made, ann)


def test_nobody_makes_a_pack_under_the_rights_of_somebody_else():
    person("ann", Role.RISK_OFFICER, "GAS", "POWER")
    ben = person("ben", Role.TRADER, "GAS")
    given = {
        "template": "portfolio", "as_of": TUESDAY, "known_at": PINNED.known_at, "formats": ("json",), "reader": "ann",
    }  # fmt: skip
    job = jobs.submit("pack.make", given, ben)
    assert jobs.run(job) == "failed"
    assert "may not make a pack for ann" in jobs.job(job, ben).error
    job = jobs.submit("pack.make", given | {"schedule": "morning", "due_at": PINNED.known_at}, ben)
    assert jobs.run(job) == "failed"
    own = jobs.submit("pack.make", given | {"reader": "ben"}, ben)
    assert jobs.run(own) == "done"
    assert jobs.job(own, ben).result["pack_id"] == packs.packs()[0].id
    assert jobs.submit("pack.make", given | {"reader": "ben"}, ben) == own, (
        "the same question is the same pack"
    )
