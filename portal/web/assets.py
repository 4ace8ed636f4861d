"""Static files: Bootstrap from its package on a fingerprinted local address, long caching, and compression."""

import hashlib
from importlib import resources
from pathlib import Path

from diskcache import Cache
from flask import Flask, Request, Response, abort, request, send_file
from flask_compress import Compress

YEAR = 365 * 24 * 3600


def fingerprint(path: Path) -> str:
    """Return twelve hex digits of the content of ``path``."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def install(server: Flask, public: Path) -> dict[str, str]:
    """Serve Bootstrap's style sheet; return the addresses that the page shell links to, each with a fingerprint."""
    bootstrap = (
        Path(str(resources.files("flask_bootstrap"))) / "static" / "bootstrap5" / "css" / "bootstrap.min.css"
    )
    mark = fingerprint(bootstrap)

    @server.get("/assets/public/vendor/<name>")
    def vendor(name: str) -> Response:
        if name != f"bootstrap-{mark}.min.css":
            abort(404)
        return send_file(bootstrap, mimetype="text/css", max_age=YEAR)

    @server.after_request
    def remember(response: Response) -> Response:
        # An address with a fingerprint never changes its content, so the browser need not ask again.
        if request.path.startswith("/assets/") and (request.args.get("m") or "/vendor/" in request.path):
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response

    def address(name: str) -> str:
        return f"/assets/public/{name}?m={fingerprint(public / name)}"

    return {
        "bootstrap": f"/assets/public/vendor/bootstrap-{mark}.min.css",
        "tokens": address("tokens.css"),
        "theme": address("theme.js"),
        "icon": address("icon.svg"),
    }


class ScriptCache:
    """Compressed static files on disk; answers made for a user have no key here and are never kept."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._cache = Cache(str(folder), size_limit=64 * 2**20)

    def get(self, key: str) -> bytes | None:
        """Return the compressed bytes stored under ``key``."""
        found: bytes | None = self._cache.get(key) if key.partition(";")[2] else None
        return found

    def set(self, key: str, value: bytes) -> None:
        """Keep ``value`` under ``key``."""
        if key.partition(";")[2]:
            self._cache.set(key, value)


def cache_key(asked: Request) -> str:
    """Return the key of a static file: its address, whose fingerprint changes with its content; else nothing."""
    static = asked.path.startswith(("/_dash-component-suites/", "/assets/"))
    return f"{asked.path}?{asked.query_string.decode()}" if static else ""


def compress(server: Flask, folder: Path) -> None:
    """Compress text answers; static files are compressed once and kept in ``folder``."""
    scripts = ScriptCache(folder)
    server.config.update(
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
        COMPRESS_MIN_SIZE=600,
        COMPRESS_CACHE_KEY=cache_key,
        COMPRESS_CACHE_BACKEND=lambda: scripts,
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "text/plain",
            "text/csv",
            "application/json",
            "application/javascript",
            "text/javascript",
            "image/svg+xml",
        ],
    )
    Compress(server)
