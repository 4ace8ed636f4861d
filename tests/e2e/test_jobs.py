"""Jobs as people meet them, on one machine and with Redis and Celery: left, refreshed, shared, stopped and killed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import access, jobs
from tests.e2e.conftest import PATIENCE_MS, log_in
from tests.helpers import job_kinds
from tests.helpers.databases import clone, connected, drop
from tests.helpers.job_kinds import somebody
from tests.helpers.job_page import PATH
from tests.helpers.ports import free_port
from tests.helpers.program import Portal
from tests.helpers.redis_server import RedisServer
from tests.helpers.workers import QUICK, celery_worker, knowing_the_kinds

EVERYBODY = somebody("audrey", Role.AUDITOR)
PASSWORD = "four unrelated Words, here"
PATIENT = {"ENERSCOPE_JOB_STALE_SECONDS": "10"}
"""Browsers and other tests hold up a run that lives for seconds; its silence must not count as its death."""
KEY = "what the portal signs its cookies with, and its workers read them with"
_numbers = count(1)


@dataclass
class Desk:
    """A portal with its workers."""

    address: str
    home: Path
    redis: RedisServer | None

    def runner(self, job_id: int) -> psutil.Process:
        """Return the process that holds a job."""
        worker = jobs.job(job_id, EVERYBODY).worker
        return psutil.Process(int(worker.split(" process ")[1].split()[0]))


@pytest.fixture(scope="module", params=["diskcache", "redis"])
def desk(
    request: pytest.FixtureRequest, postgres_url: str, template_url: str, short_folder: Path
) -> Iterator[Desk]:
    """A portal over an empty desk with two risk officers, once with each way to run background callbacks."""
    job_kinds.register()
    url = clone(postgres_url, template_url)
    home = short_folder / f"jobs-{request.param}"
    with ExitStack() as stack:
        stack.callback(drop, postgres_url, url)
        stack.enter_context(connected(url))
        for name in ("ann", "bob"):
            access.create_user(name, name.title(), PASSWORD, frozenset({Role.RISK_OFFICER}))
        more = QUICK | PATIENT | {"DATABASE_URL": url, "SECRET_KEY": KEY}
        redis = None
        if request.param == "redis":
            redis = stack.enter_context(RedisServer())
            more["REDIS_URL"] = redis.url
            stack.enter_context(
                celery_worker(
                    home / "celery", database=url, redis=redis.url, processes=2, SECRET_KEY=KEY, **PATIENT
                )
            )
        portal = Portal(home / "web", free_port(), **more, **knowing_the_kinds(home / "site"))
        home.mkdir(parents=True, exist_ok=True)
        yield Desk(stack.enter_context(portal).address, home, redis)


Open = Callable[..., Page]


@pytest.fixture(scope="module")
def seats(desk: Desk) -> Iterator[dict[str, BrowserContext]]:
    """The browsers in which people are signed in already."""
    taken: dict[str, BrowserContext] = {}
    yield taken
    for context in taken.values():
        context.close()


@pytest.fixture
def visit(browser: Browser, desk: Desk, seats: dict[str, BrowserContext]) -> Iterator[Open]:
    """Open the page of the tests: ``visit("ann", steps=30)``; ``anew=True`` signs in in a browser of its own first."""
    pages: list[Page] = []

    def open_page(user: str, *, anew: bool = False, **query: object) -> Page:
        is_new = anew or user not in seats
        if is_new:
            if user in seats:
                seats[user].close()
            seats[user] = browser.new_context()
        page = seats[user].new_page()
        pages.append(page)
        page.set_default_timeout(PATIENCE_MS)
        if is_new:
            log_in(page, desk.address, user, PASSWORD)
            page.wait_for_selector(".es-shell")
        show(page, desk, **query)
        return page

    yield open_page
    for page in pages:
        page.close()


@pytest.fixture
def gate(short_folder: Path) -> Iterator[Path]:
    """The file that runs with ``end="told"`` and this ``note`` wait for, so that nobody has to look in time."""
    file = short_folder / f"gate-{next(_numbers)}"
    yield file
    file.touch()


def show(page: Page, desk: Desk, **query: object) -> None:
    page.goto(f"{desk.address}{PATH}?" + "&".join(f"{name}={value}" for name, value in query.items()))
    expect(page.locator("#test-jobs-result")).to_be_visible()


def run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()


def words(page: Page):
    return page.locator(".es-job-words")


def last(user: str) -> jobs.JobView:
    """Return the newest job of a user."""
    return jobs.jobs(somebody(user), GridQuery(limit=1))[0][0]


def test_a_run_is_followed_to_its_result(visit: Open, desk: Desk, gate: Path):
    page = visit("ann", steps=2, note="the first one waits for its surroundings to be imported")
    run(page)
    expect(page.locator("#test-jobs-result")).to_have_text("result of 2 steps, read by ann", timeout=90_000)
    show(page, desk, steps=45, end="told", note=gate)
    run(page)
    expect(words(page)).to_contain_text("of 45")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_disabled()
    assert "(page)" in last("ann").worker
    gate.touch()
    expect(page.locator("#test-jobs-result")).to_have_text("result of 45 steps, read by ann")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    expect(words(page)).to_be_hidden()


def test_leaving_refreshing_and_signing_in_again_find_it(visit: Open, desk: Desk, gate: Path):
    page = visit("ann", anew=True, steps=120, end="told", note=gate)
    run(page)
    expect(words(page)).to_contain_text("of 120")
    page.locator(".es-brand").click()  # navigates inside the page, as people do
    page.wait_for_url(f"{desk.address}/")
    page.go_back()
    expect(words(page)).to_contain_text("of 120")
    page.reload()
    expect(words(page)).to_contain_text("of 120")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login**")
    page.context.close()
    again = visit("ann", anew=True, steps=120, end="told", note=gate)
    expect(words(again)).to_contain_text("of 120")
    gate.touch()
    expect(again.locator("#test-jobs-result")).to_have_text("result of 120 steps, read by ann")
    assert last("ann").attempt == 1


def test_a_second_reader_sees_the_result_under_their_own_rights(visit: Open, gate: Path):
    ann = visit("ann", steps=60, end="told", note=gate)
    bob = visit("bob", steps=60, end="told", note=gate)
    run(ann)
    expect(words(ann)).to_contain_text("of 60")
    run(bob)
    expect(words(bob)).to_contain_text("of 60")
    expect(bob.get_by_role("button", name="Stop")).to_be_disabled()
    assert last("ann").id == last("bob").id
    gate.touch()
    expect(ann.locator("#test-jobs-result")).to_have_text("result of 60 steps, read by ann")
    expect(bob.locator("#test-jobs-result")).to_have_text("result of 60 steps, read by bob")


def test_two_people_with_jobs_of_their_own_do_not_see_each_others(visit: Open):
    ann, bob = visit("ann", steps=21, note="of ann"), visit("bob", steps=22, note="of bob")
    run(ann)
    run(bob)
    expect(ann.locator("#test-jobs-result")).to_have_text("result of 21 steps, read by ann")
    expect(bob.locator("#test-jobs-result")).to_have_text("result of 22 steps, read by bob")
    assert jobs.jobs(somebody("ann"), GridQuery(text="of bob"))[1] == 0


def test_a_stop_is_a_stop(visit: Open):
    page = visit("ann", steps=900, note="stopped")
    run(page)
    expect(words(page)).to_contain_text("of 900")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("ann cancelled it.")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    assert last("ann").state == "cancelled"


def test_a_second_run_of_the_same_page_goes_to_a_worker_and_leaves_the_first_alone(visit: Open, gate: Path):
    first = visit("ann", steps=110, end="told", note=gate)
    second = visit("ann", steps=31, end="told", note=gate)
    run(first)
    expect(words(first)).to_contain_text("of 110")
    run(second)  # it was opened before, so it still offers to start
    expect(words(second)).to_contain_text("of 31")
    assert last("ann").queue == "worker"
    assert "(page)" not in last("ann").worker
    gate.touch()
    for page in (first, second):
        expect(words(page)).to_be_hidden(timeout=60_000)
    found = jobs.jobs(somebody("ann"), GridQuery(limit=2))[0]
    assert [(one.state, one.attempt) for one in found] == [("done", 1), ("done", 1)]


def test_a_killed_process_is_found_and_the_run_tried_again(visit: Open, desk: Desk, gate: Path):
    page = visit("ann", steps=80, end="told", note=gate)
    run(page)
    expect(words(page)).to_contain_text("of 80")
    job_id = last("ann").id
    desk.runner(job_id).kill()
    expect(words(page)).to_contain_text("attempt 2 of 2", timeout=120_000)
    gate.touch()
    expect(page.locator("#test-jobs-result")).to_have_text("result of 80 steps, read by ann", timeout=60_000)
    assert jobs.job(job_id, EVERYBODY).attempt == 2


def test_a_lost_run_shows_the_error_card(visit: Open, desk: Desk):
    page = visit("ann", steps=5, end="killed")
    run(page)
    expect(page.get_by_text("The run was lost")).to_be_visible(
        timeout=120_000
    )  # two attempts, each found by its silence
    expect(page.get_by_text("stopped without a word, at its attempt 2 of 2")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def test_a_failed_run_says_what_was_wrong(visit: Open):
    page = visit("ann", steps=2, end="refused")
    run(page)
    expect(page.get_by_text("The book ATLANTIS has no positions. Choose another.")).to_be_visible()


def test_the_job_centre_follows_stops_and_repeats(visit: Open, desk: Desk):
    page = visit("ann")
    job_id = jobs.submit("test-sum", {"steps": 800, "seconds": 0.1, "note": "centre"}, somebody("ann"))
    page.goto(f"{desk.address}/monitoring/jobs")
    card = page.locator(".es-job-card").filter(has_text=f"Job {job_id}")
    expect(card).to_contain_text("of 800", timeout=60_000)
    card.get_by_role("button", name=f"Stop job {job_id}").click()
    expect(card).to_have_count(0, timeout=60_000)  # earlier jobs were cancelled too: only its own card tells
    expect(page.get_by_role("row").filter(has_text="cancelled").first).to_be_visible()
    assert jobs.job(job_id, EVERYBODY).state == "cancelled"
    page.goto(f"{desk.address}/monitoring/jobs?job={job_id}")
    expect(page.get_by_text("ann asked it to stop.")).to_be_visible()
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_text("It runs again as")).to_be_visible()
    again = last("ann")
    assert again.rerun_of == job_id
    jobs.cancel(again.id, somebody("ann"))
    other = visit("bob")
    other.goto(f"{desk.address}/monitoring/jobs?job={job_id}")
    expect(other.get_by_text(f"There is no job {job_id} of yours")).to_be_visible()


def test_redis_goes_away_in_the_middle(visit: Open, desk: Desk, gate: Path):
    """The last of its desk; on one machine there is no Redis to lose."""
    if desk.redis is None:
        pytest.skip("one machine has no Redis")
    page = visit("ann", steps=60, end="told", note=gate)
    run(page)
    expect(words(page)).to_contain_text("of 60")
    desk.redis.kill()
    gate.touch()
    try:
        expect(page.locator("#test-jobs-result")).to_have_text(
            "result of 60 steps, read by ann", timeout=60_000
        )
        assert last("ann").attempt == 1
    finally:
        desk.redis.start()
    show(page, desk, steps=7, note="redis is back")
    run(page)
    expect(page.locator("#test-jobs-result")).to_have_text("result of 7 steps, read by ann", timeout=60_000)
