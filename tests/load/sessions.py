"""Locust's side: sessions of demo accounts that open pages and touch their inputs, as a browser does.

Nothing is measured until every session has signed in and seen each of its pages once; then all go on together for the
time that was asked, and stop between two requests. So no request lies across an edge of the window, in which both
sides count the same requests.
"""

import json
import os
import random
import re
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from gevent.lock import BoundedSemaphore
from locust import FastHttpUser, between, events, task

from portal.services.access.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from tests.load import talking

PAGES = (
    "/",
    "/market/prices",
    "/market/curves",
    "/portfolio",
    "/risk",
    "/monitoring/alerts",
    "/monitoring/jobs",
)
USERS, SECONDS = int(os.environ["LOAD_USERS"]), float(os.environ["LOAD_SECONDS"])
TOKEN, RESULT = os.environ["LOAD_TOKEN"], Path(os.environ["LOAD_RESULT"])

_door = BoundedSemaphore(2)  # the portal takes many tries at once from one address for an attack
_go, _stop = Event(), Event()
_ready: list[int] = []
_idle: list[int] = []
_times: list[tuple[str, float, bool]] = []


class Session(FastHttpUser):
    """Somebody at a desk: opens a page, looks at it, touches an input, looks again."""

    wait_time = between(1.5, 4.5)
    number = 0

    def on_start(self) -> None:
        """Sign in, learn the callbacks, see which pages this role has, and wait for the others."""
        Session.number += 1
        username = DEMO_ACCOUNTS[Session.number % len(DEMO_ACCOUNTS)][0]
        with _door:
            self._enter(username)
        self.pages = [path for path in PAGES if self._probe(path)]
        _ready.append(1)
        _go.wait()

    def _enter(self, username: str) -> None:
        form = self.client.get("/login").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', form)[1]
        said = {"username": username, "password": DEMO_PASSWORD, "csrf_token": token}
        entered = self.client.post("/login", said)
        learned = self.client.get("/_dash-dependencies")
        if entered.status_code != 200 or learned.status_code != 200:
            _fail(
                f"{username} could not sign in: {entered.status_code}, {learned.status_code}, {_words(entered.text)}"
            )
        self.dependencies = learned.json()

    def _probe(self, path: str) -> bool:
        with self.client.get(path, catch_response=True) as answer:
            answer.success()  # a page that the role may not see is no failure of the portal
            return answer.status_code == 200

    @task
    def look(self) -> None:
        """Open a page and use it."""
        if self._over():
            return
        path = random.choice(self.pages)
        self.client.get(path, name="page")
        answer = self._ask(talking.ask_router(talking.router_of(self.dependencies), path))
        redraw = talking.redraw_of(self.dependencies)
        for body, filters in list(talking.filters_in(answer).items())[:1]:
            for _ in range(2):
                gevent.sleep(random.uniform(0.5, 1.5))
                if self._over():
                    return
                self._ask(talking.ask_redraw(redraw, body, filters))

    def _over(self) -> bool:
        if not _stop.is_set():
            return False
        _idle.append(1)
        gevent.sleep(3600.0)
        return True

    def _ask(self, question: dict[str, Any]) -> Any:
        cookie = next(one.value for one in self.client.cookiejar if one.name == "_csrf_token")
        headers = {"X-CSRFToken": cookie, "Accept": "application/json"}
        answer = self.client.post("/_dash-update-component", json=question, headers=headers, name="callback")
        return answer.json() if answer.status_code == 200 else None


def _words(page: str) -> str:
    return " ".join(re.findall(r'role="alert"[^>]*>(.*?)</', page, flags=re.DOTALL))[:300]


def _fail(sentence: str) -> None:
    """End the whole test: a session that is not signed in would measure the way to the login page."""
    print(sentence, file=sys.stderr, flush=True)
    os._exit(2)


@events.request.add_listener
def _note(name: str, response_time: float, exception: Any, **_: Any) -> None:
    if _go.is_set():
        _times.append((name, response_time / 1000.0, exception is not None))


@events.test_start.add_listener
def _begin(environment: Any, **_: Any) -> None:
    gevent.spawn(_conduct, environment)


def _conduct(environment: Any) -> None:
    """Wait for all sessions, let them go, stop them, and write what both sides saw."""
    while len(_ready) < USERS:
        gevent.sleep(0.1)
    before, began = _scrape(environment.host), time.monotonic()
    _go.set()
    gevent.sleep(SECONDS)
    _stop.set()
    while len(_idle) < USERS:
        gevent.sleep(0.1)
    took = time.monotonic() - began
    found = {"seconds": took, "before": before, "after": _scrape(environment.host), "requests": _times}
    RESULT.write_text(json.dumps(found), encoding="utf-8")
    environment.runner.quit()


def _scrape(host: str) -> str:
    asked = urllib.request.Request(f"{host}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return answer.read().decode()
