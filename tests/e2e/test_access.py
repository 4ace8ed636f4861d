"""Getting in, being kept out, and losing one's session."""

import re

import psycopg
from playwright.sync_api import expect

from tests.e2e.conftest import log_in


def test_anonymous_visitor_is_asked_to_log_in_and_returned(visit, portal, watch):
    page = visit(None, "/market/prices?commodity=gas")
    expect(page).to_have_url(re.compile(r"/login\?next="))
    log_in_here(page)
    expect(page).to_have_url(f"{portal}/market/prices?commodity=gas")
    expect(page.get_by_role("heading", name="Prices")).to_be_visible()


def log_in_here(page, user: str = "auditor", password: str = "enerscope-demo") -> None:
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_wrong_password_says_so_and_keeps_the_name(visit, portal, watch):
    watch.allowed.append(r"/login|401")
    page = visit(None, "/login")
    log_in_here(page, password="not the password")
    expect(page.get_by_role("alert")).to_contain_text(re.compile("password", re.IGNORECASE))
    expect(page.get_by_label("User name")).to_have_value("auditor")


def test_locked_account_says_for_how_long(visit, portal, watch):
    watch.allowed.append(r"/login|401|429")
    page = visit(None, "/login")
    for _ in range(6):
        with page.expect_navigation():
            log_in_here(page, user="compliance", password="wrong wrong wrong")
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"\d+ (second|minute)"))


def test_log_out_ends_the_session(visit, portal, watch):
    page = visit(None, "/login")
    log_in_here(page, user="operations")
    page.wait_for_selector(".es-shell")
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("/login"))
    page.goto(f"{portal}/market/prices")
    expect(page).to_have_url(re.compile("/login"))


def end_newest_session(database: str, user: str) -> None:
    """Let the newest session of ``user`` have expired an hour ago."""
    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE sessions SET expires_at = now() - interval '1 hour' WHERE token_hash = (SELECT token_hash FROM "
            "sessions JOIN users ON users.id = user_id WHERE username = %s ORDER BY sessions.created_at DESC LIMIT 1)",
            [user],
        )


def test_expired_session_asks_again_without_losing_the_page(visit, portal, watch, demo_database):
    watch.allowed.append(r"401")
    page = visit(None, "/login")
    log_in(page, portal, "trader")
    page.wait_for_selector(".es-shell")
    page.goto(f"{portal}/market/prices?commodity=gas")
    page.wait_for_selector(".es-table")
    end_newest_session(demo_database, "trader")
    page.locator(".es-sort", has_text="Last").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert "commodity=gas" in page.url
    dialog.get_by_label("Password").fill("enerscope-demo")
    dialog.get_by_role("button", name=re.compile("Sign in|Continue", re.IGNORECASE)).click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".es-table")).to_be_visible()


def test_forbidden_page_says_what_is_missing(visit, watch):
    watch.allowed.append(r"403")
    page = visit("executive", "/market/import")
    expect(page.locator("body")).to_contain_text(re.compile("role|right|permission", re.IGNORECASE))
    assert not page.locator(".upload, .es-upload").count()
