"""One script and one style sheet in place of twenty files.

A first visit is mostly waiting for files: each is a request that the gate checks and the server answers in turn. Here
the files that Dash lists for a document are joined in their order under one address with a fingerprint.
"""

import hashlib
import pkgutil
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from dash.fingerprint import check_fingerprint
from flask import Flask, Response, abort

from portal.core.permissions import Permission
from portal.web.policy import needs

SUITES, ASSETS = "/_dash-component-suites/", "/assets/"
SCRIPT, STYLE = f"{SUITES}dash/dcc/dash-renderer-and-all-", f"{ASSETS}all-"
"""Where the joined files are. Dash's core components look for their parts beside the script that they came in, and Dash
insists that a document names its renderer."""
_TAG = re.compile(r'<(?:script src|link rel="stylesheet" href)="(/[^"]+)">(?:</script>)?')


class Bundles:
    """The joined files of one app; they are made when a document first asks for them, and kept in memory.

    Parameters
    ----------
    server : Flask
        Gets the routes of the joined files.
    folder : Path
        The folder behind ``/assets/``.
    """

    def __init__(self, server: Flask, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, bytes] = {}
        self.scripts = lru_cache(maxsize=4)(self._scripts)
        self.styles = lru_cache(maxsize=4)(self._styles)

        @server.get(f"{SCRIPT}<mark>.js")
        @needs(Permission.SIGNED_IN)
        def joined_script(mark: str) -> Response:
            return self._answer(f"{mark}.js", "text/javascript")

        @server.get(f"{STYLE}<mark>.css")
        @needs(Permission.SIGNED_IN)
        def joined_style(mark: str) -> Response:
            return self._answer(f"{mark}.css", "text/css")

    def _scripts(self, tags: str) -> str:
        """Return ``tags`` with one script in the place of all local ones; inline scripts stay behind it."""
        files, rest = self._local(tags)
        # The leading semicolon keeps a "use strict" of the first file from binding all others.
        body = b";\n" + b"\n;\n".join(files)
        return f'<script src="{SCRIPT}{self._keep(body, "js")}.js"></script>{rest}'

    def _styles(self, tags: str, first: Sequence[Path] = ()) -> str:
        """Return ``tags`` with one style sheet in the place of all local ones, which come after the files ``first``."""
        files, rest = self._local(tags)
        body = b"\n".join([*(path.read_bytes() for path in first), *files])
        return f'<link rel="stylesheet" href="{STYLE}{self._keep(body, "css")}.css">{rest}'

    def _local(self, tags: str) -> tuple[list[bytes], str]:
        files = [self._read(address) for address in _TAG.findall(tags)]
        return files, _TAG.sub("", tags).strip()

    def _read(self, address: str) -> bytes:
        path = address.partition("?")[0]
        if path.startswith(ASSETS):
            return (self._folder / path.removeprefix(ASSETS)).read_bytes()
        package, _, marked = path.removeprefix(SUITES).partition("/")
        content = pkgutil.get_data(package, check_fingerprint(marked)[0])
        if content is None:
            raise FileNotFoundError(f"The package {package} has no file for {address}.")
        return content

    def _keep(self, body: bytes, kind: str) -> str:
        mark = hashlib.sha256(body).hexdigest()[:16]
        self._made[f"{mark}.{kind}"] = body
        return mark

    def _answer(self, name: str, kind: str) -> Response:
        body = self._made.get(name)
        if body is None:
            abort(404)
        return Response(body, mimetype=kind)
