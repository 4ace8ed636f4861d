"""The pages outside the app, and the dialog and toasts inside it, in a real browser."""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import log_in
from tests.e2e.test_access import end_newest_session


def test_a_demo_account_is_filled_in_by_one_click(visit, portal, watch):
    page = visit(None, "/login")
    page.get_by_role("button", name="Auditor").click()
    expect(page.get_by_label("User name")).to_have_value("auditor")
    expect(page.get_by_role("button", name="Sign in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{portal}/home")


def test_caps_lock_is_pointed_out(visit, watch):
    page = visit(None, "/login")
    hint = page.get_by_text("Caps Lock is on.")
    expect(hint).to_be_hidden()
    press = (
        "document.getElementById('login-password')"
        ".dispatchEvent(new KeyboardEvent('keydown', {{key: 'A', bubbles: true, {}}}))"
    )
    page.evaluate(press.format("modifierCapsLock: true"))
    expect(hint).to_be_visible()
    page.evaluate(press.format("modifierCapsLock: false"))
    expect(hint).to_be_hidden()


@pytest.mark.parametrize("path", ["/login", "/login?out=1"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_system_and_fits_a_phone(visit, watch, path, scheme):
    page = visit(None, path, width=390, height=844, scheme=scheme)
    assert page.evaluate("document.documentElement.getAttribute('data-bs-theme')") == scheme
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    small = page.evaluate(
        "[...document.querySelectorAll('button, .door input')]"
        ".filter(e => e.offsetHeight && e.offsetHeight < 36).length"
    )
    assert small == 0, "too small for a thumb"


def test_the_chosen_theme_survives_logout(visit, portal, watch):
    page = visit(None, "/login")
    log_in(page, portal, "auditor")
    page.wait_for_selector(".es-shell")
    page.locator("[data-theme-toggle]").click()
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("out=1"))
    expect(page.get_by_role("alert")).to_contain_text("You are signed out")
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("document.documentElement.getAttribute('data-bs-theme')") == "dark"


def test_while_locked_the_button_waits_and_counts(visit, watch):
    watch.allowed.append(r"/login|401|429")
    page = visit(None, "/login")
    for _ in range(6):
        page.get_by_label("User name").fill("somebody-else")
        page.get_by_label("Password").fill("wrong wrong wrong")
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in").click()
    alert = page.get_by_role("alert")
    expect(page.get_by_role("button", name="Sign in")).to_be_disabled()
    expect(alert).to_contain_text(re.compile(r"Wait \d+ seconds"))
    first = alert.inner_text()
    expect(alert).not_to_have_text(first)
    expect(alert).to_contain_text("You can try again now.")
    expect(page.get_by_role("button", name="Sign in")).to_be_enabled()


def test_the_dialog_names_a_wrong_password_and_lets_somebody_else_in(visit, portal, watch, demo_database):
    watch.allowed.append(r"401|Failed to load")
    page = visit(None, "/login")
    log_in(page, portal, "compliance")
    page.wait_for_selector(".es-shell")
    page.goto(f"{portal}/market/prices")
    page.wait_for_selector(".es-table")
    end_newest_session(demo_database, "compliance")
    page.locator(".es-sort", has_text="Last").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("User name")).to_have_value("compliance")
    dialog.get_by_label("Password").fill("not the password")
    dialog.get_by_role("button", name="Sign in and go on").click()
    expect(dialog.get_by_role("alert")).to_contain_text("password is wrong")
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    dialog.get_by_text("Go to the login page instead").click()
    expect(page).to_have_url(f"{portal}/login?next=%2Fmarket%2Fprices")
    expect(page.get_by_role("alert")).to_contain_text("Your session has ended")


def test_a_disabled_user_is_sent_to_the_login_page(visit, portal, watch, demo_database):
    watch.allowed.append(r"401|Failed to load")
    page = visit(None, "/login")
    log_in(page, portal, "operations")
    page.wait_for_selector(".es-shell")
    page.goto(f"{portal}/market/prices")
    page.wait_for_selector(".es-table")
    switch = "UPDATE users SET is_active = %s WHERE username = 'operations'"
    with psycopg.connect(demo_database) as connection:
        connection.execute(switch, [False])
    try:
        page.locator(".es-sort", has_text="Last").first.click()
        expect(page).to_have_url(re.compile("/login"))
    finally:
        with psycopg.connect(demo_database) as connection:
            connection.execute(switch, [True])


def test_a_refused_request_is_one_toast(visit, watch):
    watch.allowed.append(r"404|Failed to load")
    page = visit("trader", "/market/prices")
    page.wait_for_selector(".es-table")
    forged = """fetch('/_dash-update-component', {method: 'POST', headers: {'Content-Type': 'application/json',
        'X-CSRFToken': enerscope.cookie('_csrf_token')}, body: JSON.stringify({output: 'no.such'})})"""
    page.evaluate(f"Promise.all([{forged}, {forged}])")
    expect(page.locator(".es-toast")).to_have_count(1)
    expect(page.locator(".es-toast")).to_contain_text("There is nothing here")


def test_an_unknown_address_has_a_page_of_its_own(visit, portal, watch):
    watch.allowed.append(r"404")
    page = visit("trader", "/no/such/page")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    page.get_by_role("link", name="Go to the first page").click()
    expect(page).to_have_url(f"{portal}/")
