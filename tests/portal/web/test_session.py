"""The signing key, the cookie in a worker, and who a background callback acts for."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from dash import Dash
from dash._callback_context import context_value
from dash._utils import AttributeDict
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import SYSTEM
from portal.core.config import Settings, settings
from portal.core.errors import NotSignedIn
from portal.core.permissions import Role
from portal.services import access
from portal.web import session
from portal.web.actor import actor_or_none, current_actor
from tests.helpers.small_app import small_app
from tests.helpers.visitor import Visitor, add_user


class TestKey:
    def test_made_once_kept_private_and_read_again(self, tmp_path: Path) -> None:
        config = Settings(home=tmp_path / "home", secret_key=None)
        key = session.secret_key(config)
        assert len(key) == 64
        assert session.secret_key(config) == key
        kept = config.root / "secret_key"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert [path.name for path in config.root.iterdir()] == ["secret_key"]

    def test_processes_that_start_together_agree(self, tmp_path: Path) -> None:
        config = Settings(home=tmp_path, secret_key=None)
        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(lambda _: session.secret_key(config), range(32)))) == 1

    def test_the_setting_wins(self, tmp_path: Path) -> None:
        assert session.secret_key(Settings(home=tmp_path, secret_key="given")) == "given"
        assert not (tmp_path / "secret_key").exists()


class TestWorker:
    """Where there is no request: only what Dash shipped in the callback's context."""

    @pytest.fixture
    def shipped(self, portal_app: Dash, database: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        monkeypatch.setenv("SECRET_KEY", "the secret of the tests")
        settings.cache_clear()
        add_user("ann", Role.TRADER)
        ann = Visitor(portal_app)
        ann.sign_in("ann")
        cookie = ann.session_cookie()
        assert cookie
        return {"enerscope_session": cookie}

    @pytest.fixture(autouse=True)
    def _fresh_settings(self) -> object:
        yield
        settings.cache_clear()

    def act(self, cookies: dict[str, str]) -> object:
        token = context_value.set(AttributeDict({"cookies": cookies}))
        try:
            return current_actor()
        finally:
            context_value.reset(token)

    def test_the_actor_is_who_started_the_job(self, shipped: dict[str, str]) -> None:
        actor = self.act(shipped)
        assert (actor.username, actor.roles) == ("ann", {Role.TRADER})

    def test_a_disabled_user_gets_nothing_more(self, shipped: dict[str, str]) -> None:
        access.disable_user("ann", SYSTEM)
        with pytest.raises(NotSignedIn):
            self.act(shipped)

    def test_a_made_up_cookie_is_nobody(self, shipped: dict[str, str]) -> None:
        content, _, signature = shipped["enerscope_session"].rpartition(".")
        other = "B" if signature[0] == "A" else "A"
        for cookies in (
            {},
            {"enerscope_session": "x.y.z"},
            {"enerscope_session": f"{content}.{other}{signature[1:]}"},
        ):
            with pytest.raises(NotSignedIn):
                self.act(cookies)

    def test_without_request_or_callback_there_is_nobody(self) -> None:
        assert actor_or_none() is None


class TestProxies:
    @pytest.mark.parametrize(("hops", "expected"), [(0, "10.0.0.9"), (1, "198.51.100.4"), (2, "203.0.113.5")])
    def test_only_as_many_as_there_are_are_believed(
        self, tmp_path: Path, database: str, hops: int, expected: str
    ) -> None:
        add_user("ann", Role.TRADER)
        with small_app(tmp_path, config={"proxies": hops}) as app:
            forwarded = {"X-Forwarded-For": "203.0.113.5, 198.51.100.4"}
            Visitor(app).sign_in("ann", headers=forwarded, environ_overrides={"REMOTE_ADDR": "10.0.0.9"})
        with UnitOfWork() as work:
            assert work.session.scalar(text("SELECT address FROM login_attempts")) == expected
