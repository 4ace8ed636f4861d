"""What is watched, and what each failure touches."""

import dash
import pytest
from pydantic import SecretStr

from data.models.market import DataSource
from data.models.operations import FeedTerms
from data.session import UnitOfWork
from data.writes import services as writes
from portal.core.config import Settings
from portal.core.errors import ConfigurationError
from portal.services import jobs
from portal.services.monitoring import catalogue
from portal.services.monitoring.feed_terms import DATASETS


def settings(**given: object) -> Settings:
    return Settings.model_construct(
        **{name: field.default for name, field in Settings.model_fields.items()} | given
    )


def named(code: str, **more: object) -> dict[str, object]:
    return {
        "code": code, "kind": "target", "title": f"The {code}", "address": "", "depends_on": {"services": []},
        "feeds": {"pages": [], "jobs": []}, "owner": "Infrastructure", "enabled": True, "changed_by": "ops",
    } | more  # fmt: skip


def test_needs_are_services_that_exist():
    for config in (
        settings(),
        settings(redis_url=SecretStr("redis://x"), database_url=SecretStr("postgresql://y")),
    ):
        found = catalogue.own(config)
        assert {need for info in found.values() for need in info.depends_on} <= set(found)
        scheduler = {"beat"} if config.redis_url is not None else set()  # elsewhere the worker is one
        assert {"web", "worker", "monitor", "database", "cache", "disk"} | scheduler == set(found)


def test_a_database_elsewhere_does_not_stand_on_this_disk():
    assert catalogue.own(settings())["database"].depends_on == ("disk",)
    assert catalogue.own(settings(database_url=SecretStr("postgresql://y")))["database"].depends_on == ()


def test_redis_is_what_workers_are_told_by():
    assert "cache" not in catalogue.own(settings())["worker"].depends_on
    assert "cache" in catalogue.own(settings(redis_url=SecretStr("redis://x")))["worker"].depends_on


def test_without_a_database_every_page_and_job_stops():
    found = catalogue.affected("database", catalogue.own(settings()))
    assert found.pages == ("*",)
    assert set(found.jobs) == set(jobs.all_kinds())
    assert found.services == ("monitor", "web", "worker")


def test_without_workers_what_they_make_grows_old():
    found = catalogue.affected("worker", catalogue.own(settings()))
    assert {"/risk/*", "/forecast/*", "/compliance/*"} <= set(found.pages)
    assert set(found.jobs) == set(jobs.all_kinds())
    assert found.services == ()


def test_what_nobody_knows_touches_nothing():
    assert catalogue.affected("gone", catalogue.own(settings())).as_json() == {"pages": [], "jobs": []}


def test_targets_of_the_settings_are_services_without_their_secrets():
    found = catalogue.own(settings(targets="gateway=http://me:secret@gw:9100/metrics?key=1, b=https://b/m"))
    assert found["target.gateway"].address == "http://gw:9100/metrics"
    assert found["target.b"].origin == "setting"


@pytest.mark.parametrize("text", ["gateway", "=http://x", "a=ftp://x", "a=http://x,a=http://y"])
def test_a_target_that_cannot_be_read_is_refused_without_its_address(text: str):
    with pytest.raises(ConfigurationError, match="ENERSCOPE_TARGETS") as refused:
        catalogue.targets(settings(targets=text))
    assert "http://x" not in str(refused.value).replace("http://gateway:9100", "")


def test_feeds_touch_what_reads_their_data(database: str):
    with UnitOfWork(write=True) as work:
        work.session.add(
            DataSource(code="epex", name="EPEX", licence="", address="", simulated=False, sla_hours=1.0)
        )
        for dataset, enabled in (("weather", True), ("prices", True), ("fx", False)):
            work.session.add(terms(dataset, enabled))
        work.session.flush()
        found = catalogue.all_services(work)
    assert "feed.epex.fx" not in found
    assert found["feed.epex.weather"].owner == "Market data"
    touched = catalogue.affected("feed.epex.weather", found)
    assert touched.pages == ("/forecast/*",)
    assert set(touched.jobs) == {kind for kind in jobs.all_kinds() if kind.startswith(("forecast.", "pack."))}
    assert "risk.run" in catalogue.affected("feed.epex.prices", found).jobs
    assert "feed.epex.prices" in catalogue.affected("database", found).services


def test_every_dataset_of_feeds_is_read_by_something():
    assert set(catalogue.PAGES_OF_DATA) == set(catalogue.JOBS_OF_DATA) == set(DATASETS)
    starts = [start for kinds in catalogue.JOBS_OF_DATA.values() for start in kinds]
    assert [start for start in starts if not any(kind.startswith(start) for kind in jobs.all_kinds())] == []


def test_people_name_services_and_say_more_of_known_ones(database: str):
    with UnitOfWork(write=True) as work:
        writes.put(work.session, named("san", kind="host", address="https://u:p@san/status"))
        writes.put(work.session, named("database", title="", depends_on={"services": ["san"]}))
        writes.put(work.session, named("off", enabled=False))
        found = catalogue.all_services(work)
    assert found["san"].origin == "people"
    assert found["san"].address == "https://san/status"
    assert found["database"].title == "Database"
    assert found["database"].owner == "Infrastructure"
    assert "off" not in found
    assert catalogue.affected("san").pages == ("*",)


def test_a_page_inside_a_touched_area_is_not_named_twice(database: str):
    with UnitOfWork(write=True) as work:
        writes.put(
            work.session, named("a", feeds={"pages": ["/risk/*", "/risk/limits", "/risk", "/market/curves"]})
        )
    assert catalogue.affected("a").pages == ("/market/curves", "/risk/*")


def test_every_declared_page_exists(portal_app: dash.Dash):
    paths = [page["path"] for page in dash.page_registry.values()]
    lists = [*catalogue.PAGES_OF_DATA.values(), *catalogue.PAGES_OF_JOBS.values()]
    entries = {entry for pages in lists for entry in pages} | {
        entry for info in catalogue.own(settings()).values() for entry in info.pages
    }
    assert [entry for entry in entries if not any(catalogue.covers(entry, path) for path in paths)] == []


def test_every_kind_of_job_is_shown_somewhere():
    starts = [start for start in catalogue.PAGES_OF_JOBS if start]
    own = [kind for kind in jobs.all_kinds() if not kind.startswith("test")]  # others registered theirs here
    shown_only_in_the_list = [kind for kind in own if not kind.startswith(tuple(starts))]
    assert shown_only_in_the_list == ["platform.retention"]


def terms(dataset: str, enabled: bool) -> FeedTerms:
    return FeedTerms(
        code=f"epex.{dataset}", version=1, title=dataset, source="epex", owner="Market data", cron="0 14 * * *",
        timezone="Europe/Berlin", grace_minutes=30, least_rows=1, enabled=enabled, terms={"dataset": dataset},
        written_by="ops",
    )  # fmt: skip
