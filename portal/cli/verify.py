"""``enerscope verify receipt FILE``."""

from portal.cli.main import new_app

app = new_app()


@app.callback()
def _group() -> None:
    """Recompute what was handed out."""
