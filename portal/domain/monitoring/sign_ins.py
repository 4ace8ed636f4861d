"""Sign-ins that are not like the others: rules over what was tried, each a sentence somebody can check.

None of them proves anything; each says where to look. The rules follow what OWASP's Application Security Verification
Standard 4.0.3 (V2.2, V7.2) and its cheat sheet on credential stuffing name as signs of a stolen or guessed password.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Kind = Literal["guessed", "many-accounts", "many-places", "new-browser", "new-place", "odd-hour"]
KINDS: dict[Kind, str] = {
    "guessed": "Success after failures",
    "many-accounts": "Many accounts from one address",
    "many-places": "One account from many addresses",
    "new-browser": "New browser",
    "new-place": "New address",
    "odd-hour": "Unusual hour",
}
SEVERITIES: dict[Kind, Literal["info", "warning", "critical"]] = {
    "guessed": "critical",
    "many-accounts": "critical",
    "many-places": "warning",
    "new-browser": "info",
    "new-place": "warning",
    "odd-hour": "info",
}
WINDOW = timedelta(minutes=15)
FAILURES_BEFORE = 3  # failures on one account that make a success look guessed
ACCOUNTS = 5  # accounts tried from one address
PLACES = 3  # addresses from which one account failed
HABIT = 20  # sign-ins from which hours are a habit
HOURS_AWAY = 3  # hours from the nearest hour of the habit, around the clock


@dataclass(frozen=True, slots=True)
class Try:
    """One try to sign in; ``agent`` is the browser's own description, "" where none was kept."""

    username: str
    address: str
    at: datetime
    succeeded: bool
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Unusual:
    """A try, or the last of several, that a rule points at; ``username`` is "" where it is about an address."""

    kind: Kind
    username: str
    address: str
    at: datetime
    facts: dict[str, int | str]


def browser(agent: str) -> str:
    """Return a browser's description without its version numbers, so that an update makes no new browser."""
    return re.sub(r"\s+", " ", re.sub(r"[\d._]+", "", agent)).strip()


def unusual(tries: Iterable[Try], *, since: datetime) -> list[Unusual]:
    """Return what the rules point at from ``since`` on; earlier tries are what somebody is used to.

    Parameters
    ----------
    tries : iterable of Try
        In any order.
    since : datetime
        Tries before it are history only.

    Returns
    -------
    list of Unusual
        In the order of their moments. A row of tries within :data:`WINDOW` is pointed at once by each rule.
    """
    rows = sorted(tries, key=lambda one: one.at)
    found = [
        *_by(rows, lambda one: one.username, _guessed),
        *_by(rows, lambda one: one.address, _many_accounts),
        *_by(rows, lambda one: one.username, _many_places),
        *_by(rows, lambda one: one.username, _strange),
    ]
    return sorted((one for one in found if one.at >= since), key=lambda one: (one.at, one.kind, one.username))


def _by(
    rows: Sequence[Try], key: Callable[[Try], str], rule: Callable[[Sequence[Try]], list[Unusual]]
) -> list[Unusual]:
    groups: dict[str, list[Try]] = defaultdict(list)
    for one in rows:
        groups[key(one)].append(one)
    return [hit for group in groups.values() for hit in rule(group)]


def _guessed(rows: Sequence[Try]) -> list[Unusual]:
    found, failures = [], list[Try]()
    for one in rows:
        failures = [other for other in failures if one.at - other.at <= WINDOW]
        if not one.succeeded:
            failures.append(one)
            continue
        if len(failures) >= FAILURES_BEFORE:
            facts: dict[str, int | str] = {"failures": len(failures)}
            found.append(Unusual("guessed", one.username, one.address, one.at, facts))
        failures = []
    return found


def _crowd(
    rows: Sequence[Try], kind: Kind, least: int, what: Callable[[Try], str], name: str
) -> list[Unusual]:
    """Point once at each run of failures that names at least ``least`` different things within the window."""
    found, recent, quiet_until = [], list[Try](), None
    for one in rows:
        if one.succeeded:
            continue
        recent = [*(other for other in recent if one.at - other.at <= WINDOW), one]
        different = {what(other) for other in recent}
        if len(different) >= least and (quiet_until is None or one.at > quiet_until):
            username = "" if kind == "many-accounts" else one.username
            address = one.address if kind == "many-accounts" else ""
            found.append(Unusual(kind, username, address, one.at, {name: len(different)}))
            quiet_until = one.at + WINDOW
    return found


def _many_accounts(rows: Sequence[Try]) -> list[Unusual]:
    return _crowd(rows, "many-accounts", ACCOUNTS, lambda one: one.username, "accounts")


def _many_places(rows: Sequence[Try]) -> list[Unusual]:
    return _crowd(rows, "many-places", PLACES, lambda one: one.address, "addresses")


def _strange(rows: Sequence[Try]) -> list[Unusual]:
    """Compare each success with those before it: address, browser, hour of the day (UTC)."""
    found: list[Unusual] = []
    places, browsers, hours = set[str](), set[str](), list[int]()
    for one in (row for row in rows if row.succeeded):
        place = one.username, one.address, one.at
        if places and one.address not in places:
            found.append(Unusual("new-place", *place, {"known": len(places)}))
        if one.agent and browsers and browser(one.agent) not in browsers:
            found.append(Unusual("new-browser", *place, {"browser": browser(one.agent)[:120]}))
        away = min((_apart(one.at.hour, hour) for hour in hours), default=0)
        if len(hours) >= HABIT and away > HOURS_AWAY:
            found.append(Unusual("odd-hour", *place, {"hours_away": away, "sign_ins": len(hours)}))
        places.add(one.address)
        hours.append(one.at.hour)
        if one.agent:
            browsers.add(browser(one.agent))
    return found


def _apart(hour: int, other: int) -> int:
    return min((hour - other) % 24, (other - hour) % 24)


def sentence(found: Unusual, who: str, where: str) -> str:
    """Return what a rule saw; ``who`` and ``where`` are the names as the reader may see them."""
    match found.kind:
        case "guessed":
            return (
                f"{who} signed in after {found.facts['failures']} failures within 15 minutes, from {where}. "
                "Ask them whether it was them; if not, end the session and change the password."
            )
        case "many-accounts":
            return (
                f"{found.facts['accounts']} accounts were tried from {where} within 15 minutes, without success. "
                "If it is not a shared office, block the address."
            )
        case "many-places":
            return (
                f"{who} failed to sign in from {found.facts['addresses']} addresses within 15 minutes. "
                "Somebody may be guessing the password."
            )
        case "new-place":
            return f"{who} signed in from {where}, where they had not been in the last 90 days."
        case "new-browser":
            return f"{who} signed in with a browser that they had not used in the last 30 days."
        case "odd-hour":
            return (
                f"{who} signed in at {found.at:%H:%M} UTC, {found.facts['hours_away']} hours from any of their last "
                f"{found.facts['sign_ins']} sign-ins."
            )
