"""A seeded, documented generator of a believable energy market, and the loader that stores it.

``catalogue*`` say what there is and how it is calibrated, ``calendar`` when it trades, ``factors`` draws the shocks,
``forwards`` turns them into curves, ``bars`` into daily bars, ``weather``, ``system`` and ``power`` make the hourly
world, ``shipped`` reads the real series that dependencies carry, ``blemishes`` spoils a few rows on purpose, ``marks``
adds what books are valued with, ``world`` puts all together and ``data.writes.demo`` stores it. ``deals`` draws two
years of dealing from that market, ``deal_prices`` and ``option_prices`` price it, ``deal_history`` says what became of
each deal, ``trading`` puts these together. The text for readers is ``docs/demo.md``.
"""

VERSION = "3"
"""Raised whenever the same seed gives another market; kept in the database beside the seed."""
