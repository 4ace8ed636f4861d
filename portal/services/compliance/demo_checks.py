"""The first nightly run of the demo desk."""

from collections.abc import Callable
from datetime import date

from portal.services.compliance import checks


def load(last: date, say: Callable[[str], None]) -> None:
    """Hold the demo's trades against the rules as a night would; ``last`` is the desk's last day."""
    say("Holding all trades against the rules")
    checks.run(checks.now_clocks(last), kind="nightly")
