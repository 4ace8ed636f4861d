"""Static files: long caching and compression."""

import hashlib
import re
from http import HTTPStatus
from pathlib import Path

from diskcache import Cache
from flask import Flask, Request, Response, request
from flask_compress import Compress

YEAR = 365 * 24 * 3600
STATIC = ("/_dash-component-suites/", "/assets/")
BUNDLE = re.compile(r"-?all-[0-9a-f]{16}\.(js|css)$")


def fingerprint(path: Path) -> str:
    """Return twelve hex digits of the content of ``path``."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def keep(server: Flask) -> None:
    """Let browsers keep files whose address carries a fingerprint: its content never changes, so they need not ask."""

    @server.after_request
    def remember(response: Response) -> Response:
        marked = request.args.get("m") or BUNDLE.search(request.path)
        if request.path.startswith(STATIC) and marked and response.status_code < HTTPStatus.BAD_REQUEST:
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response


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
    static = asked.path.startswith(STATIC)
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
