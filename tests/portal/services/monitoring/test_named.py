"""Services that people name: who may, what is refused, what is noted."""

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.services.monitoring import catalogue, named
from portal.services.monitoring.named import Draft

OPS = Actor(1, "ops", "Ops", frozenset({Role.OPERATIONS}))
TOM = Actor(2, "tom", "Tom", frozenset({Role.TRADER}))
SAN = Draft("san", "host", "Storage", pages=("/risk/*",), jobs=("risk.run",), owner="Infrastructure")


def watched() -> dict[str, catalogue.ServiceInfo]:
    with UnitOfWork() as work:
        return catalogue.all_services(work)


def noted() -> list[str]:
    with UnitOfWork() as work:
        rows = work.session.execute(
            text("SELECT action FROM audit_log WHERE action LIKE 'service.%' ORDER BY seq")
        )
        return [row[0] for row in rows]


def test_a_service_is_named_changed_and_forgotten(database: str):
    assert named.name_service(SAN, OPS) == "san"
    assert watched()["san"].owner == "Infrastructure"
    named.name_service(Draft("san", "host", "Storage", needs=("disk",)), OPS)
    assert watched()["san"].depends_on == ("disk",)
    assert named.is_named("san")
    named.forget_service("san", OPS)
    assert "san" not in watched()
    assert not named.is_named("san")
    assert noted() == ["service.named", "service.changed", "service.forgotten"]
    with pytest.raises(NotFound, match="'san'"):
        named.forget_service("san", OPS)


def test_more_is_said_about_a_service_of_the_portal(database: str):
    named.name_service(SAN, OPS)
    named.name_service(Draft("database", "database", "Database", needs=("san",), owner="DBA"), OPS)
    found = watched()["database"]
    assert {"san", "disk"} >= set(found.depends_on) >= {"san"}
    assert found.owner == "DBA"
    named.forget_service("database", OPS)
    assert watched()["database"].owner == catalogue.OPERATIONS


def test_only_those_who_answer_for_the_platform_name_services(database: str):
    with pytest.raises(NotPermitted, match="may not name services"):
        named.name_service(SAN, TOM)
    with pytest.raises(NotPermitted):
        named.forget_service("san", TOM)
    assert "san" not in watched()


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        (Draft("San 1", "host", "Storage"), "small letters"),
        (Draft("s" * 65, "host", "Storage"), "small letters"),
        (Draft("san", "feed", "Storage"), "kinds of the list"),
        (Draft("san", "host", " "), "Write a title"),
        (Draft("san", "host", "Storage", needs=("gone",)), "'gone' is no other service"),
        (Draft("san", "host", "Storage", needs=("san",)), "'san' is no other service"),
        (Draft("san", "host", "Storage", pages=("risk",)), "'risk' is no address"),
        (Draft("san", "host", "Storage", jobs=("risk.gone",)), "no kind of job"),
        (Draft("san", "host", "Storage", address="gateway"), "with its scheme"),
        (Draft("san", "host", "Storage", address="https://me:secret@gw/"), "Leave out user"),
        (Draft("database", "database", "Database", needs=("web",)), "needs Database already"),
    ],
)
def test_what_cannot_be_stored_is_said_in_a_sentence(database: str, draft: Draft, sentence: str):
    with pytest.raises(DomainError, match=sentence) as refused:
        named.name_service(draft, OPS)
    assert "secret" not in refused.value.message
    assert noted() == []


def test_lists_are_split_at_commas_and_spaces():
    assert named.split(" /risk/*, /  /risk/* ") == ("/risk/*", "/")
    assert named.split("  ") == ()
