"""``python -m portal.cli`` is ``enerscope``."""

from portal.cli.main import main

main()
