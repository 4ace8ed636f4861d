"""The signed-in browser: cookies, flask-login, CSRF.

One cookie, signed and HttpOnly, holds the session token; the database decides at every request whether that token
still stands for somebody (:mod:`portal.services.access`). A second cookie, which scripts may read, carries the CSRF
token that Dash sends back in a header.
"""

from collections.abc import Mapping
from hashlib import blake2b, sha256
from http import HTTPStatus

from flask import Flask, Request, Response, current_app, g, has_request_context, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import BadSignature
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.core.actor import Actor
from portal.core.config import Settings, settings
from portal.core.errors import NotSignedIn, UpstreamError
from portal.services import access, audit
from portal.services.access.signing_key import secret_key
from portal.services.monitoring import health as monitoring

CSRF_COOKIE = "_csrf_token"
_TOKEN = "_user_id"  # noqa: S105  (the key under which flask-login keeps what get_id() returned)

csrf = CSRFProtect()


class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """Somebody behind a live session; flask-login's "user id" is the session token."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.token = token
        self.actor = actor

    def get_id(self) -> str:
        """Return the session token."""
        return self.token


def install(server: Flask, config: Settings) -> None:
    """Set cookies, flask-login and CSRF up on ``server``, and believe the headers of as many proxies as there are."""
    if config.proxies:
        hops = config.proxies
        proxied = ProxyFix(server.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
        server.wsgi_app = proxied  # type: ignore[method-assign]  # the way that Flask's manual tells
    server.secret_key = secret_key(config)
    server.config.update(
        SESSION_COOKIE_NAME=cookie_name(config),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.cookie_secure,
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_CHECK_DEFAULT=False,  # the gate checks it itself, after it has answered 401 to strangers
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session
        MAX_CONTENT_LENGTH=(config.upload_mb * 4 // 3 + 2) * 2**20,  # uploads arrive as base64 in JSON
    )
    manager = LoginManager(
        server, add_context_processor=False
    )  # an error page must not ask the database again
    manager.session_protection = (
        None  # sessions are kept and ended by the server, not bound to address and agent
    )
    manager.user_loader(_load)
    csrf.init_app(server)
    server.after_request(_offer_csrf_token)


def cookie_name(config: Settings) -> str:
    """Return the name of the session cookie; the ``__Host-`` prefix makes browsers insist on its safe attributes."""
    return "__Host-enerscope_session" if config.cookie_secure else "enerscope_session"


def _load(token: str) -> SignedIn | None:
    """Ask the database who is behind ``token`` now; called by flask-login once for each request.

    While the database is away, what survives that (:mod:`portal.web.outage`) is open to whom this process has let in a
    short while ago, with the right to read Health and no other.
    """
    survives = g.get("survives", False)
    if survives and monitoring.database_is_away():  # known, so nobody waits for one that hangs
        return _remembered(token)
    try:
        actor = access.actor_of(token, counts_as_activity=not g.get("polling", False))
    except UpstreamError:
        if not survives:
            raise
        return _remembered(token)
    return None if actor is None else SignedIn(token, actor)


def _remembered(token: str) -> SignedIn:
    actor = access.health_reader_of(token)
    if actor is None:
        raise away()
    g.remembered = True
    return SignedIn(token, actor)


def is_remembered() -> bool:
    """Tell whether this request stands on a session that only this process remembers, since the database is away."""
    return bool(has_request_context() and g.get("remembered", False))


def away() -> UpstreamError:
    """Return the refusal of everything that needs the database while it is away."""
    return UpstreamError("The database does not answer. Only Monitoring > Health can be read until it does.")


def begin(username: str, password: str) -> Actor:
    """Sign in and start a session with a new token and a new CSRF token; an older session of this browser ends.

    Raises
    ------
    WrongPassword, AccountDisabled, TooManyAttempts
        See :func:`portal.services.access.sign_in`.
    """
    token = access.sign_in(
        username, password, address=request.remote_addr or "unknown", agent=str(request.user_agent)
    )
    actor = access.actor_of(token)
    if actor is None:
        raise NotSignedIn("The session ended while it began. Sign in again.")
    _forget()
    login_user(SignedIn(token, actor))
    return actor


def end() -> None:
    """End the session of this browser, here and in the database."""
    _forget()
    logout_user()
    session.clear()


def _forget() -> None:
    old = held_token()
    if old:
        access.sign_out(old)
    session.clear()
    g.pop("csrf_token", None)  # flask-wtf keeps the token of the old session for the rest of the request


def held_token() -> str | None:
    """Return the session token in the cookie of this request, whether it is still good or not."""
    token = session.get(_TOKEN)
    return token if isinstance(token, str) else None


def origin() -> audit.Origin:
    """Return where this request comes from, for the audit log: digests of its session and of its address."""
    token, address = held_token(), request.remote_addr or ""
    key = str(current_app.secret_key).encode()
    return audit.Origin(
        sha256(token.encode()).hexdigest()[:16] if token else "",
        blake2b(address.encode(), key=key[:64], digest_size=8).hexdigest(),
    )


def held_actor() -> Actor | None:
    """Return who is signed in with this request, or None."""
    return current_user.actor if current_user and current_user.is_authenticated else None


def token_in(cookies: Mapping[str, str]) -> str | None:
    """Return the session token out of cookies that were shipped to a worker, where there is no request.

    The signature is checked, so a cookie made up by somebody else holds nothing.
    """
    config = settings()
    reader = Flask("enerscope-worker", static_folder=None)
    reader.secret_key = secret_key(config)
    serializer = SecureCookieSessionInterface().get_signing_serializer(reader)
    try:
        content = serializer.loads(cookies.get(cookie_name(config), "")) if serializer else {}
    except BadSignature:
        return None
    token = content.get(_TOKEN)
    return token if isinstance(token, str) else None


def check_forgery(asked: Request) -> str | None:
    """Return what is wrong with where a changing request comes from, or None; the CSRF token is checked besides."""
    origin = asked.headers.get("Origin")
    if origin is not None and origin.split("://")[-1] != asked.host:
        return f"The request comes from another site ({origin[:100]})."
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        return f"The browser says that the request comes from another site ({site[:20]})."
    return None


def _offer_csrf_token(response: Response) -> Response:
    is_page = response.mimetype == "text/html" and response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    if is_page or g.get("renew_csrf", False):
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie(CSRF_COOKIE, generate_csrf(), samesite="Strict", secure=secure, path="/")
    return response
